"""The deep look: how many refused windows it still finds a plan for, beside a long search."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

from routing.bench.finding import Conditions, Finding
from routing.bench.newcomers import WINDOWS, filled_day, full_day, newcomer
from routing.check import check
from routing.offer import Offers
from routing.plan import Plan
from routing.problem import Problem, Visit
from routing.room import make_room
from routing.solver import plan_day
from routing.walks import free_cores

SHIFTS, VISITS = 20, 220
FILL_S, LOOK_S, LONG_S = 10.0, 0.3, 30.0
RECOVERED = 0.9
REFUSED = {False: 30, True: 60}
"""About how many refused windows of each day are looked into, in a short and in a full table."""

Asked = tuple[Problem, Plan, Visit]
"""A day, its plan, and somebody who fits into no gap of it."""


def deep_look(conditions: Conditions) -> Iterator[Finding]:
    """Where the look finds nothing, a long search is asked whether there was room.

    That may rebuild the whole day, as long as everybody promised keeps her window. Looked into are
    the clients whom insertion refuses while a day fills, and windows of days packed fuller than
    bookings fill them: more had asked than a search could place, and it chose whom.
    """
    yield _finding(conditions, "while bookings fill a day", _as_it_fills)
    yield _finding(conditions, "on a day packed by search", _packed)


def _finding(conditions: Conditions, when: str, refused: Callable[[int], list[Asked]]) -> Finding:
    most = REFUSED[conditions.full]
    looked = found = there = 0
    slowest = 0.0
    long_s = conditions.search_s(LONG_S)
    for seed in conditions.seeds:
        conditions.doing(f"deep look: day {seed}, booking")
        asked_for = refused(seed)
        for problem, plan, visit in asked_for[:: max(1, len(asked_for) // most)]:
            looked += 1
            conditions.doing(f"deep look: day {seed}, refused window {looked}")
            begun = time.perf_counter()
            room = make_room(problem, plan, visit, seconds=LOOK_S, seed=seed, walks=free_cores())
            slowest = max(slowest, time.perf_counter() - begun)
            asked = problem.with_visit(visit)
            if room is not None and not room.unplanned and not check(asked, room):
                found += 1
                there += 1
            else:
                conditions.doing(f"deep look: day {seed}, refused window {looked}, {long_s:g} s")
                longer = plan_day(asked, seconds=long_s, seed=seed, incumbent=plan)
                there += not longer.unplanned
    return Finding(
        goal=f"deep look {LOOK_S:g} s {when}: at least {RECOVERED:.0%} of the refused windows "
        f"for which {long_s:g} s of search find a plan",
        ours=f"{found} of {there}",
        met=found >= RECOVERED * there if there else None,
        notes=(f"{looked} refused windows looked into, the slowest in {slowest:.2f} s.",),
    )


def _as_it_fills(seed: int) -> list[Asked]:
    """Clients who fit into no gap when they ask, while one after another books."""
    return filled_day(SHIFTS, VISITS, seed=seed, look_s=LOOK_S)


def _packed(seed: int) -> list[Asked]:
    """Clients who are refused some window, each asking for one of those."""
    most = REFUSED[True]
    problem, plan = full_day(SHIFTS, VISITS, seed=seed, extra=most, seconds=FILL_S)
    asked: list[Asked] = []
    for number in range(most):
        visit = newcomer(problem, number)
        offers = Offers(problem, plan).windows(visit, WINDOWS)
        refused = [offer.window for offer in offers if not offer.feasible]
        if refused:
            window = refused[number % len(refused)]
            asked.append((problem, plan, replace(visit, windows=(window,))))
    return asked
