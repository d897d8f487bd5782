"""Booked days and clients who ask for a window of them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import numpy as np

from routing.mend import mended
from routing.place import Place
from routing.plan import Plan
from routing.problem import Problem, Visit, Window
from routing.solver import plan_day

from .days import concierge_day
from .instances import MIDNIGHT

WINDOWS: Sequence[Window] = tuple(
    Window(MIDNIGHT + timedelta(hours=hour), MIDNIGHT + timedelta(hours=hour + 1))
    for hour in range(8, 18)
)
"""Ten hours in which a visit may begin."""


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
