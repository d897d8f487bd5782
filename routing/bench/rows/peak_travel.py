"""Days that no peer can say: breaks, several windows, and roads that are slow at peak hours."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, timedelta
from statistics import median

from routing.bench.days import concierge_day
from routing.bench.finding import Conditions, Finding
from routing.bench.rivals import Asked
from routing.check import check
from routing.plan import Plan
from routing.problem import Problem, Visit, Window
from routing.solver import plan_day
from routing.speeds import Speeds
from routing.under_way.retime import retime
from routing.words import counted

SHIFTS, VISITS, SECONDS = 30, 180, 10
DEARER = 2.0
"""Percent that peak travel may cost more than the same day with flat travel."""
OTHER_WINDOW = timedelta(hours=3)
AT_NIGHT, BY_DAY = (100,) * 7, (85, 65, 70, 90, 100, 100, 95, 90, 80, 65, 70, 90)
PEAKS = (*AT_NIGHT, *BY_DAY, *(100,) * 5)
"""Percent of free speed, hour by hour from midnight."""
FLAT = round(12 / sum(1 / percent for percent in BY_DAY))
"""The one speed at which twelve drives, one in each hour of the day, take as long together."""


@dataclass(frozen=True, slots=True)
class _Driven:
    """A day planned with peaks and planned flat."""

    peak: Plan
    flat: Plan
    late: int
    broken: int

    @property
    def dearer(self) -> float:
        """Percent that the peaks cost."""
        return 100 * (self.peak.cost.total / self.flat.cost.total - 1)


def peak_travel(conditions: Conditions) -> Iterator[Finding]:
    """Nobody late when every drive takes what it takes at the hour it is driven.

    The day with flat travel has the same roads at the day's mean speed, so that what is left is
    what the peaks cost and not what slower roads do.
    """
    seconds = conditions.search_s(SECONDS)
    days = [_driven(conditions, seed, seconds) for seed in conditions.seeds]
    late, broken = sum(day.late for day in days), sum(day.broken for day in days)
    dearer = median(day.dearer for day in days)
    left = sum(len(day.peak.unplanned) for day in days)
    problem = _peak_day(conditions.seeds[0])
    said = {
        rival.name: _of_peer(rival.ask(problem, seconds=seconds, seed=1), days[0].flat)
        for rival in conditions.rivals
    }
    what = (
        f"{counted(len(days), 'day')} of {SHIFTS} x {VISITS} with two windows for each visit, "
        f"{left} unserved; speeds {min(PEAKS)} to 100 % by the hour, flat {FLAT} %."
    )
    yield Finding(
        goal=f"breaks, several windows and peak travel, {seconds:g} s: 0 late when re-timed, "
        f"at most {DEARER:g} % dearer than flat",
        ours=f"{late} late, {dearer:+.1f} %",
        met=not late and not broken and dearer <= DEARER,
        peers=said,
        notes=(what,),
    )


def _of_peer(asked: Asked, flat: Plan) -> str:
    """How much dearer a peer's day is than ours with flat travel, or why it has none."""
    if asked.plan is None:
        return asked.words
    dearer = 100 * (asked.plan.cost.total / flat.cost.total - 1)
    return f"{dearer:+.1f} %, {len(asked.plan.unplanned)} unserved"


def _driven(conditions: Conditions, seed: int, seconds: float) -> _Driven:
    conditions.doing(f"peak travel: day {seed}")
    problem = _peak_day(seed)
    peak = plan_day(problem, seconds=seconds, seed=seed)
    conditions.doing(f"peak travel: day {seed}, flat")
    flat = plan_day(_at(problem, (FLAT,) * 24), seconds=seconds, seed=seed)
    late = (retime(problem, route, now=route.leaves).late for route in peak.routes)
    return _Driven(peak, flat, sum(map(len, late)), len(check(problem, peak)))


def _peak_day(seed: int) -> Problem:
    """Every visit may also be made three hours sooner or later."""
    day = concierge_day(SHIFTS, VISITS, seed=seed)
    return _at(replace(day, visits=tuple(map(_with_choice, day.visits))), PEAKS)


def _with_choice(visit: Visit) -> Visit:
    (asked,) = visit.windows
    by = OTHER_WINDOW if asked.opens.hour < 13 else -OTHER_WINDOW
    return replace(visit, windows=(asked, Window(asked.opens + by, asked.closes + by)))


def _at(problem: Problem, by_hour: tuple[int, ...]) -> Problem:
    return replace(problem, travel=replace(problem.travel, speeds=Speeds(by_hour, UTC)))
