"""Same-day repair: at half past twelve somebody falls ill, somebody is late, plans change."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np

from routing.bench.days import concierge_day
from routing.bench.finding import Conditions, Finding
from routing.bench.instances import MIDNIGHT
from routing.bench.newcomers import newcomer
from routing.plan import Stop
from routing.problem import Problem, Visit, Window
from routing.repair import repair
from routing.repair.rest import rest_of
from routing.solver import plan_day
from routing.under_way.events import Added, Cancelled, Delayed, Event, Sick
from routing.words import counted

SHIFTS, VISITS = 60, 400
PLANNED_S, ALLOWED_S, LONG_S = 5.0, 1.0, 10.0
"""How long the morning's plan, the repair, and the search for avoidable drops may take."""
ASKED_S = 0.7
"""What the repair is given to search in, so that judging its ways out fits in too."""
NOON = MIDNIGHT + timedelta(hours=12, minutes=30)
CANCELLED, ADDED, LATE = 5, 4, timedelta(minutes=40)
BEYOND = 0.03


@dataclass(frozen=True, slots=True)
class _Repaired:
    """What became of a day: how long it took, who was dropped and who was moved beyond need."""

    took_s: float
    left: int
    dropped: int
    avoidable: int
    beyond: int


def same_day_repair(conditions: Conditions) -> Iterator[Finding]:
    """The first way out proposed is judged.

    A drop is avoidable if a long search of the same rest of the day, free to move everybody,
    leaves fewer out. Who was to be visited by the one who fell ill must be moved; the others are
    moved beyond need.
    """
    days = [_repaired(conditions, seed) for seed in conditions.seeds]
    left, beyond = sum(each.left for each in days), sum(each.beyond for each in days)
    dropped, avoidable = (
        sum(each.dropped for each in days),
        sum(each.avoidable for each in days),
    )
    slowest = max(each.took_s for each in days)
    what = (
        f"{counted(len(days), 'day')} of {SHIFTS} x {VISITS} at {NOON:%H:%M}: one ill, one "
        f"{LATE.total_seconds() / 60:.0f} min late, {CANCELLED} cancelled, {ADDED} new; "
        f"{left} visits left, {dropped} dropped, {beyond} moved beyond need."
    )
    yield Finding(
        goal=f"same-day repair in {ALLOWED_S:g} s: 0 avoidable drops, "
        f"at most {BEYOND:.0%} moved beyond need",
        ours=f"{avoidable} avoidable, {beyond / left:.1%} moved, {slowest:.1f} s",
        met=not avoidable and beyond <= BEYOND * left and slowest <= ALLOWED_S,
        notes=(what,),
    )


def _repaired(conditions: Conditions, seed: int) -> _Repaired:
    conditions.doing(f"repair: planning day {seed}")
    problem = concierge_day(SHIFTS, VISITS, seed=seed, extra=ADDED)
    plan = plan_day(problem, seconds=PLANNED_S, seed=seed)
    ahead = {route.shift: [s for s in route.stops if s.starts >= NOON] for route in plan.routes}
    ill = max(ahead, key=lambda shift: len(ahead[shift]))
    events = _events(problem, ahead, ill, seed)
    conditions.doing(f"repair: day {seed}")
    begun = time.perf_counter()
    way = repair(problem, plan, events, now=NOON, seconds=ASKED_S, seed=seed)[0]
    took_s = time.perf_counter() - begun
    conditions.doing(f"repair: looking long for drops of day {seed}")
    rest = rest_of(problem, plan, events, now=NOON)
    long_look = plan_day(rest, seconds=LONG_S, seed=seed, incumbent=way.plan)
    gone = {each.visit for each in events if isinstance(each, Cancelled)}
    must = sum(
        stop.visit not in gone and way.plan.stop_of(stop.visit) is not None for stop in ahead[ill]
    )
    dropped = len(way.plan.unplanned)
    return _Repaired(
        took_s=took_s,
        left=len(rest.visits),
        dropped=dropped,
        avoidable=max(0, dropped - len(long_look.unplanned)),
        beyond=way.moved - must,
    )


def _events(
    problem: Problem, ahead: dict[str, list[Stop]], ill: str, seed: int
) -> Sequence[Event]:
    dice = np.random.default_rng(seed)
    others = [shift for shift in ahead if shift != ill and ahead[shift]]
    to_come = [stop.visit for shift in others for stop in ahead[shift]]
    cancelled = dice.choice(to_come, CANCELLED, replace=False)
    opens = [NOON + timedelta(minutes=30 * int(dice.integers(3, 8))) for _ in range(ADDED)]
    return (
        Sick(ill, NOON),
        Delayed(str(dice.choice(others)), LATE),
        *(Cancelled(str(visit)) for visit in cancelled),
        *(Added(_asked_late(problem, number, moment)) for number, moment in enumerate(opens)),
    )


def _asked_late(problem: Problem, number: int, opens: datetime) -> Visit:
    window = Window(opens, opens + timedelta(minutes=90))
    return replace(newcomer(problem, number), id=f"late-{number}", windows=(window,))
