"""Breaks not taken as they should be."""

from dataclasses import replace
from datetime import timedelta
from random import Random

import routing
from tests.routing import days as d
from tests.routing.full_days import Planned

from .made import mutation, with_route


@mutation
def missing_break(dice: Random, good: Planned) -> routing.Plan | None:
    """A break is not taken."""
    route, at = _some_break(dice, good)
    return _rested(good, route, at)


@mutation
def break_outside_its_window(dice: Random, good: Planned) -> routing.Plan | None:
    """A break begins when none may."""
    route, at = _some_break(dice, good)
    taken, lasts = route.breaks[at], route.breaks[at].ends - route.breaks[at].starts
    allowed = [rest.window for rest in good.problem.shift(route.shift).breaks]
    starts = dice.choice(
        (
            min(window.opens for window in allowed) - d.minutes(dice.randint(1, 60)),
            max(window.closes for window in allowed) + d.minutes(dice.randint(1, 60)),
        )
    )
    return _rested(good, route, at, replace(taken, starts=starts, ends=starts + lasts))


@mutation
def break_during_a_visit(dice: Random, good: Planned) -> routing.Plan | None:
    """A break begins while she is with a client."""
    route, at = _some_break(dice, good)
    taken, stop = route.breaks[at], dice.choice(route.stops)
    lasts = taken.ends - taken.starts
    spent = timedelta(seconds=dice.randrange(1, int((stop.ends - stop.starts).total_seconds())))
    starts = stop.starts + spent
    return _rested(good, route, at, replace(taken, starts=starts, ends=starts + lasts))


@mutation
def break_cut_short(dice: Random, good: Planned) -> routing.Plan | None:
    """A break ends before it has lasted."""
    route, at = _some_break(dice, good)
    taken = route.breaks[at]
    missing = timedelta(seconds=dice.randint(1, 600))
    return _rested(good, route, at, replace(taken, ends=taken.ends - missing))


@mutation
def break_nobody_asked_for(dice: Random, good: Planned) -> routing.Plan | None:
    """One break more than the shift has."""
    route, at = _some_break(dice, good)
    more = (*route.breaks, route.breaks[at])
    return with_route(good.plan, replace(route, breaks=more))


def _some_break(dice: Random, good: Planned) -> tuple[routing.Route, int]:
    route = dice.choice(good.plan.routes)
    return route, dice.randrange(len(route.breaks))


def _rested(
    good: Planned, route: routing.Route, at: int, *instead: routing.BreakTaken
) -> routing.Plan:
    """The plan with other breaks, or none, in place of that one."""
    breaks = (*route.breaks[:at], *instead, *route.breaks[at + 1 :])
    return with_route(good.plan, replace(route, breaks=breaks))
