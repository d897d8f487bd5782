"""How soon there is a plan at all, of a day with 400 visits."""

import time
from collections.abc import Callable, Iterator
from statistics import median

from routing.bench.days import concierge_day
from routing.bench.finding import Conditions, Finding
from routing.plan import Plan
from routing.problem import Problem
from routing.solver import plan_as_shipped, plan_by_iterated_search, plan_day
from routing.words import counted

SHIFTS, VISITS = 60, 400
AT_ONCE_S = 0.05
"""Too little to search in: what is answered is the first plan."""
GOAL_S = 0.5
PATIENCE_S = 3.0
"""How long a peer may look for its first plan."""
PEERS = {"OR-Tools": plan_as_shipped, "OR-Tools ILS": plan_by_iterated_search}


def first_plan(conditions: Conditions) -> Iterator[Finding]:
    """From the question to a plan accepted by `check` and by OR-Tools.

    A peer's is its first solution, judged by nobody; PyVRP and VROOM tell of none before the last.
    """
    days = [concierge_day(SHIFTS, VISITS, seed=seed) for seed in conditions.seeds]
    took: list[float] = []
    unserved = 0
    for seed, day in zip(conditions.seeds, days, strict=True):
        conditions.doing(f"first plan, day {seed}")
        begun = time.perf_counter()
        plan = plan_day(day, seconds=AT_ONCE_S, seed=seed)
        took.append(time.perf_counter() - begun)
        unserved += len(plan.unplanned)
    theirs: dict[str, str] = {}
    for name, search in PEERS.items():
        conditions.doing(f"first plan, {name}")
        heard = [_first_heard(search, day) for day in days]
        theirs[name] = _words([each for each in heard if each is not None])
    yield Finding(
        goal=f"first feasible plan, {VISITS} visits: at most {GOAL_S} s",
        ours=f"{_words(took)}, {unserved} unserved",
        met=max(took) <= GOAL_S,
        peers=theirs,
        notes=(f"Median of {counted(len(days), 'day')}; judging it is counted for ours alone.",),
    )


def _first_heard(search: Callable[..., Plan], day: Problem) -> float | None:
    """Seconds until the search tells of a first solution."""
    begun = time.perf_counter()
    told: list[float] = []

    def hear(_s: float, _cost: int) -> None:
        told.append(time.perf_counter() - begun)

    search(day, seconds=PATIENCE_S, progress=hear)
    return told[0] if told else None


def _words(took_s: list[float]) -> str:
    return f"{median(took_s):.2f} s" if took_s else f"none in {PATIENCE_S:g} s"
