"""A peer's answer in our words: its orders, timed by our clock and at our prices."""

from collections.abc import Mapping, Sequence

from routing.errors import BadPlan
from routing.plan import Plan, Reason, Route, Unplanned
from routing.problem import Problem
from routing.seconds import Call
from routing.timeline import price, time_route


class Cannot(Exception):
    """A peer has no way to say something that this day asks for; the words name it."""


def refuse_beyond_peers(problem: Problem) -> None:
    """What neither PyVRP nor VROOM has a word for.

    Raises:
        Cannot: the day asks for it.
    """
    speeds = problem.travel.speeds
    locks = [visit.lock for visit in problem.visits if visit.lock is not None]
    asked = {
        "travel by the hour": speeds is not None and not speeds.are_steady,
        "overtime": any(shift.overtime for shift in problem.shifts),
        "fair work": any(shift.fair is not None for shift in problem.shifts),
        "visits in order": any(lock.after is not None or lock.under_way for lock in locks),
    }
    for words, is_asked in asked.items():
        if is_asked:
            raise Cannot(words)


def plan_of(problem: Problem, orders: Mapping[str, Sequence[str]], *, who: str) -> Plan:
    """The plan in which each shift drives these visits in this order; the rest is left out.

    Raises:
        BadPlan: our clock finds no times for an order.
    """
    routes: list[Route] = []
    for shift, order in orders.items():
        route = time_route(problem, problem.shift(shift), [problem.visit(each) for each in order])
        if route is None:
            raise BadPlan(f"{who} sends {shift} on a route that has no times.")
        routes.append(route)
    planned = {visit for order in orders.values() for visit in order}
    left_out = tuple(
        Unplanned(visit.id, Reason.WINDOWS_FULL, f"{who} found no place.")
        for visit in problem.visits
        if visit.id not in planned
    )
    return Plan(tuple(routes), left_out, price(problem, routes, left_out), f"{who}.")


def open_spans(each: Call, origin_s: int) -> list[tuple[int, int]]:
    """A visit's windows in seconds from this moment on, without those that close before it."""
    return [
        (max(0, opens_s - origin_s), closes_s - origin_s)
        for opens_s, closes_s in each.spans
        if closes_s >= origin_s
    ]
