# pyright: basic
"""VROOM: insertion and local search at its deepest, until it stops by itself or is stopped.

Who may not serve a visit, beyond skills, becomes a skill of its own. Moments count in seconds
from the first shift's start.

Source: pyvroom 1.15.2, `vroom.Input`; VROOM's `docs/API.md` for the meaning of each field.
"""

from datetime import timedelta

import numpy as np
import vroom

from routing.plan import Plan
from routing.problem import Problem, Shift, Visit
from routing.reasons import may_serve
from routing.seconds import call, duty
from routing.timeline import price_with

from .answer import Cannot, open_spans, plan_of, refuse_beyond_peers

DEEPEST = 5
MOST_PRIORITY = 100


def plan_with_vroom(problem: Problem, *, seconds: float, seed: int) -> Plan:
    """VROOM's plan of this day; it has no dice, so the seed changes nothing.

    Raises:
        Cannot: a visit has a price with some concierge, or the day asks for what no peer has.
        BadPlan: our clock finds no times for one of its routes.
    """
    del seed
    refuse_beyond_peers(problem)
    if any(price_with(problem, each, on.id) for each in problem.visits for on in problem.shifts):
        raise Cannot("prices by concierge")
    limit = timedelta(seconds=seconds)
    answer = _input(problem).solve(exploration_level=DEEPEST, nb_threads=1, timeout=limit)
    orders: dict[str, list[str]] = {}
    for route in answer.to_dict()["routes"]:
        order = [problem.visits[step["id"]].id for step in route["steps"] if step["type"] == "job"]
        orders[problem.shifts[route["vehicle"]].id] = order
    return plan_of(problem, orders, who="VROOM")


def _input(problem: Problem) -> vroom.Input:
    """The day in VROOM's terms; ids are the places in our tuples."""
    origin_s = min(duty(problem, shift).starts_s for shift in problem.shifts)
    skills = {name: number for number, name in enumerate(_skills(problem))}
    day = vroom.Input()
    day.set_durations_matrix("car", problem.travel.seconds.astype(np.uint32))
    for number, shift in enumerate(problem.shifts):
        has = {skills[skill] for skill in shift.skills}
        has |= {
            len(skills) + index
            for index, visit in enumerate(problem.visits)
            if _is_picky(visit) and may_serve(visit, shift)
        }
        day.add_vehicle(_vehicle(problem, number, shift, has, origin_s))
    for number, visit in enumerate(problem.visits):
        asked = {skills[skill] for skill in visit.skills}
        asked |= {len(skills) + number} if _is_picky(visit) else set()
        if open_spans(call(problem, visit), origin_s):
            day.add_job(_job(problem, number, visit, asked, origin_s))
    return day


def _skills(problem: Problem) -> list[str]:
    """Every skill that somebody has or asks for."""
    named = [*(shift.skills for shift in problem.shifts), *(v.skills for v in problem.visits)]
    return sorted(frozenset[str]().union(*named))


def _is_picky(visit: Visit) -> bool:
    return bool(visit.forbidden or visit.lock)


def _vehicle(
    problem: Problem, number: int, shift: Shift, has: set[int], origin_s: int
) -> vroom.Vehicle:
    on = duty(problem, shift)
    rests = [
        vroom.Break(
            index,
            time_windows=[vroom.TimeWindow(rest.opens_s - origin_s, rest.closes_s - origin_s)],
            service=rest.lasts_s,
        )
        for index, rest in enumerate(on.rests)
    ]
    return vroom.Vehicle(
        number,
        start=on.start_row,
        end=on.end_row,
        capacity=[shift.capacity],
        skills=has,
        time_window=vroom.TimeWindow(on.starts_s - origin_s, on.ends_s - origin_s),
        breaks=rests,
        costs=vroom.VehicleCosts(fixed=problem.weights.shift),
    )


def _job(problem: Problem, number: int, visit: Visit, asked: set[int], origin_s: int) -> vroom.Job:
    each = call(problem, visit)
    return vroom.Job(
        number,
        location=each.row,
        default_service=each.lasts_s,
        delivery=vroom.Amount([visit.load]),
        skills=asked,
        priority=min(MOST_PRIORITY, visit.priority),
        time_windows=[vroom.TimeWindow(*span) for span in open_spans(each, origin_s)],
    )
