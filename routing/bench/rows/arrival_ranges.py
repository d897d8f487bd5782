"""Whether the range a client is told is as true as it says, on days that are lived at random."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from routing.bench.finding import Conditions, Finding
from routing.bench.newcomers import booked_day
from routing.plan import Route
from routing.problem import Problem
from routing.under_way.arrival import Noise, arrivals

SHIFTS, VISITS = 30, 180
TOLD = 10_000
DRAWS = 500
"""Days imagined for each answer; the house imagines more."""


def arrival_ranges(conditions: Conditions) -> Iterator[Finding]:
    """Each route is lived again and again, and asked about at a random moment of it.

    The days lived stray from the plan as far as `Noise` says, but are lived here, one by one.
    """
    problem, plan = booked_day(SHIFTS, VISITS, seed=conditions.seeds[0])
    dice = np.random.default_rng(conditions.seeds[0])
    told = inside = rang = early = 0
    conditions.doing("arrival ranges")
    while told < TOLD:
        for number, route in enumerate(plan.routes):
            lived = _live(problem, route, dice)
            now = route.leaves + float(dice.random()) * (route.returns - route.leaves)
            done = {visit: day.over for visit, day in lived.items() if day.over <= now}
            begun = {visit: day.rang for visit, day in lived.items() if day.rang <= now}
            for said in arrivals(
                problem, route, now=now, done=done, begun=begun, draws=DRAWS, seed=told + number
            ):
                day, span = lived[said.visit], said.arrives
                told += 1
                inside += span.earliest <= max(day.came, now) <= span.latest
            rang += len(lived)
            early += sum(day.rang < day.opens for day in lived.values())
    yield Finding(
        goal="arrival ranges: 80 % ranges hold 77 to 83 %, early rings at most 1 %",
        ours=f"{inside / told:.1%} inside, {early / rang:.1%} early",
        met=0.77 <= inside / told <= 0.83 and early <= 0.01 * rang,
        notes=(f"{told:,} answers about visits to come, {rang:,} visits lived.",),
    )


@dataclass(frozen=True, slots=True)
class _Lived:
    """How a visit went: when she was in the street, rang, and was free again."""

    opens: datetime
    came: datetime
    rang: datetime
    over: datetime


def _live(problem: Problem, route: Route, dice: np.random.Generator) -> Mapping[str, _Lived]:
    """A route as it may go: one traffic for the day, luck for each drive and each visit."""
    noise = Noise()
    traffic = float(dice.lognormal(0, noise.traffic))
    clock = route.leaves
    lived: dict[str, _Lived] = {}
    for index, stop in enumerate(route.stops):
        left = stop.drive * traffic * float(dice.lognormal(0, noise.drive))
        came = None
        for rest in route.breaks:
            if rest.before != index or rest.ends <= route.leaves:
                continue
            if came is None and clock + left <= rest.starts:
                came = clock + left
            left = max(timedelta(0), left - max(timedelta(0), rest.starts - clock))
            clock = max(clock, rest.starts) + (rest.ends - rest.starts)
        clock += left
        rang = max(clock, stop.window.opens)
        lasts = problem.visit(stop.visit).lasts * float(dice.lognormal(0, noise.service))
        lived[stop.visit] = _Lived(stop.window.opens, came or clock, rang, rang + lasts)
        clock = rang + lasts
    return lived
