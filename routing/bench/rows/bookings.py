"""Bookings, cancellations and clients who are not at home: every promise keeps its proof."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import count

import numpy as np

from routing.bench.days import concierge_day
from routing.bench.finding import Conditions, Finding
from routing.bench.newcomers import WINDOWS
from routing.change import insert, remove
from routing.check import check
from routing.offer import Offers
from routing.plan import Plan
from routing.problem import Problem

SHIFTS, HOMES = 12, 200
CHANGES = {False: 2_000, True: 100_000}
"""How many, in a short and in a full table."""


def random_bookings(conditions: Conditions) -> Iterator[Finding]:
    """After each change, every visit promised is on a route that `check` has nothing against."""
    dice = np.random.default_rng(conditions.seeds[0])
    homes = concierge_day(SHIFTS, HOMES, seed=conditions.seeds[0])
    problem, plan = replace(homes, visits=()), Plan()
    numbers = count()
    booked = gone = full = unproved = 0
    changes = CHANGES[conditions.full]
    for change in range(changes):
        if change % 500 == 0:
            conditions.doing(f"bookings: {change} of {changes}")
        if plan.routes and dice.random() < 0.45:
            leaver = problem.visits[int(dice.integers(len(problem.visits)))].id
            plan, problem = remove(problem, plan, leaver), problem.without_visit(leaver)
            gone += 1
        else:
            after = _booked(dice, homes, problem, plan, f"b{next(numbers)}")
            full += after is None
            booked += after is not None
            problem, plan = after or (problem, plan)
        unproved += bool(plan.unplanned or check(problem, plan))
    yield Finding(
        goal=f"{changes:,} random bookings, cancellations, absences: 0 promises without a plan",
        ours=f"{unproved} unproved",
        met=unproved == 0,
        notes=(f"{booked:,} booked, {gone:,} given up, {full:,} found every window full.",),
    )


def _booked(
    dice: np.random.Generator, homes: Problem, problem: Problem, plan: Plan, name: str
) -> tuple[Problem, Plan] | None:
    """The day with one visit more, in one of the windows offered to it; None if there is none."""
    like = homes.visits[int(dice.integers(len(homes.visits)))]
    visit = replace(like, id=name, windows=tuple(WINDOWS))
    offers = [each for each in Offers(problem, plan).windows(visit, WINDOWS) if each.feasible]
    if not offers:
        return None
    offer = offers[int(dice.integers(len(offers)))]
    promised = replace(visit, windows=(offer.window,))
    return problem.with_visit(promised), insert(problem, plan, promised, offer)
