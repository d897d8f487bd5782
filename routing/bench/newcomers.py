"""Booked days and clients who ask for a window of them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import numpy as np

from routing.change import insert
from routing.mend import mended
from routing.offer import Offers
from routing.place import Place
from routing.plan import Plan
from routing.problem import Problem, Visit, Window
from routing.room import make_room
from routing.solver import plan_day

from .days import concierge_day
from .instances import MIDNIGHT

WINDOWS: Sequence[Window] = tuple(
    Window(MIDNIGHT + timedelta(hours=hour), MIDNIGHT + timedelta(hours=hour + 1))
    for hour in range(8, 18)
)
"""Ten hours in which a visit may begin."""
IMPROVED_AFTER, IMPROVE_S = 20, 1.0
"""After how many clients a day's plan is improved while it fills, and for how long."""


def booked_day(shifts: int, visits: int, *, seed: int, extra: int = 0) -> tuple[Problem, Plan]:
    """A day and a plan of it, whom it has a place for; `extra` places are for who may yet come."""
    whole = concierge_day(shifts, visits, seed=seed, extra=extra)
    return without_unplanned(whole, mended(whole, Plan()))


def full_day(
    shifts: int, visits: int, *, seed: int, seconds: float, extra: int = 0
) -> tuple[Problem, Plan]:
    """The same of a day that so many seconds of search could place no more of."""
    whole = concierge_day(shifts, visits, seed=seed, extra=extra)
    return without_unplanned(whole, plan_day(whole, seconds=seconds, seed=seed))


def filled_day(
    shifts: int, visits: int, *, seed: int, look_s: float
) -> list[tuple[Problem, Plan, Visit]]:
    """Who fitted into no gap when she asked, with the day and the plan as they then were.

    Clients come one by one, each with her own window. One who fits into no gap has a place if a
    look of so many seconds makes one. After every few the plan is improved, as a house does.
    """
    problem, plan = concierge_day(shifts, visits, seed=seed), Plan()
    clients = problem.visits
    for client in clients:
        problem = problem.without_visit(client.id)
    refused: list[tuple[Problem, Plan, Visit]] = []
    for number, client in enumerate(clients, start=1):
        asked, offer = problem.with_visit(client), Offers(problem, plan).best(client)
        if offer.feasible:
            problem, plan = asked, insert(asked, plan, client, offer)
        else:
            refused.append((problem, plan, client))
            room = make_room(problem, plan, client, seconds=look_s, seed=seed, tidy_seconds=0.1)
            if room is not None:
                problem, plan = asked, room
        if number % IMPROVED_AFTER == 0:
            better = plan_day(problem, seconds=IMPROVE_S, seed=seed, incumbent=plan)
            plan = plan if better.unplanned else better
    return refused


def without_unplanned(problem: Problem, plan: Plan) -> tuple[Problem, Plan]:
    """The problem and its plan as if those left out had never asked."""
    for left in plan.unplanned:
        problem = problem.without_visit(left.visit)
    return problem, replace(plan, unplanned=(), cost=replace(plan.cost, unplanned=0))


def newcomer(problem: Problem, number: int) -> Visit:
    """Somebody new at one of the day's extra places, as choosy as somebody who has booked."""
    like = problem.visits[number % len(problem.visits)]
    place = problem.travel.places[-1 - number]
    return replace(like, id="new", place=place, windows=tuple(WINDOWS))


def anywhere(number: int) -> Place:
    """A place in the city that no day knows yet; a number always names the same one."""
    east, north = np.random.default_rng((7, number)).uniform(-10, 10, 2)
    return Place(11.97 + float(east) / 59.5, 57.70 + float(north) / 111.2)
