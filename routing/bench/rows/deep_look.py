"""The deep look: how many refused windows it still finds a plan for, beside a long search."""

import time
from collections.abc import Iterator
from dataclasses import replace

from routing.bench.finding import Conditions, Finding
from routing.bench.newcomers import WINDOWS, full_day, newcomer
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
"""How many refused windows of each day are looked into, in a short and in a full table."""


def deep_look(conditions: Conditions) -> Iterator[Finding]:
    """One refused window of each client is looked into; where nothing is found, a long search is.

    The days are full: more had asked than the search could place. The long search may rebuild the
    whole day, as long as everybody promised keeps her window.
    """
    looked = found = there = 0
    slowest = 0.0
    long_s = conditions.search_s(LONG_S)
    for seed in conditions.seeds:
        for problem, plan, visit in _refused(seed, REFUSED[conditions.full]):
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
    yield Finding(
        goal=f"deep look {LOOK_S:g} s: at least {RECOVERED:.0%} of the refused windows "
        f"for which {long_s:g} s of search find a plan",
        ours=f"{found} of {there}",
        met=found >= RECOVERED * there if there else None,
        notes=(f"{looked} refused windows looked into, the slowest in {slowest:.2f} s.",),
    )


def _refused(seed: int, most: int) -> Iterator[tuple[Problem, Plan, Visit]]:
    """Clients who are refused some window, each asking for one of those."""
    problem, plan = full_day(SHIFTS, VISITS, seed=seed, extra=4 * most, seconds=FILL_S)
    told = 0
    for number in range(4 * most):
        visit = newcomer(problem, number)
        offers = Offers(problem, plan).windows(visit, WINDOWS)
        refused = [offer.window for offer in offers if not offer.feasible]
        if refused and told < most:
            told += 1
            yield problem, plan, replace(visit, windows=(refused[number % len(refused)],))
