"""Times that cannot be, or that somebody was not promised."""

from dataclasses import replace
from datetime import timedelta
from random import Random

import routing
from tests.routing import days as d
from tests.routing.full_days import Planned

from .made import (
    moved,
    mutation,
    place_of,
    priced,
    restopped,
    some_route,
    some_stop,
    visit_of,
    with_route,
    with_stop,
)


@mutation
def swapped_stops(dice: Random, good: Planned) -> routing.Plan | None:
    """Two clients change places in a route, the times staying where they were."""
    route = some_route(dice, good, stops=2)
    if route is None:
        return None
    here, there = sorted(dice.sample(range(len(route.stops)), 2))
    one, other = route.stops[here], route.stops[there]
    if place_of(good, one) == place_of(good, other):
        return None
    swapped = with_stop(route, here, replace(one, visit=other.visit))
    return with_route(good.plan, with_stop(swapped, there, replace(other, visit=one.visit)))


@mutation
def early_start(dice: Random, good: Planned) -> routing.Plan | None:
    """She rings before the first window opens."""
    route, at = some_stop(dice, good)
    stop = route.stops[at]
    first = min(window.opens for window in visit_of(good, stop).windows)
    starts = first - timedelta(seconds=dice.randint(1, 3_600))
    return restopped(good, route, at, moved(stop, starts, arrives=True))


@mutation
def late_start(dice: Random, good: Planned) -> routing.Plan | None:
    """She rings after the last window has closed."""
    route, at = some_stop(dice, good)
    stop = route.stops[at]
    last = max(window.closes for window in visit_of(good, stop).windows)
    starts = last + timedelta(seconds=dice.randint(1, 3_600))
    return restopped(good, route, at, moved(stop, starts))


@mutation
def outside_windows(dice: Random, good: Planned) -> routing.Plan | None:
    """She rings between two windows, when neither is open."""
    route, at = some_stop(dice, good)
    stop = route.stops[at]
    windows = sorted(visit_of(good, stop).windows)
    if len(windows) < 2 or windows[1].opens - windows[0].closes < timedelta(seconds=2):
        return None
    gap = windows[1].opens - windows[0].closes
    starts = windows[0].closes + timedelta(seconds=dice.randrange(1, int(gap.total_seconds())))
    return restopped(good, route, at, moved(stop, starts))


@mutation
def wrong_window_named(dice: Random, good: Planned) -> routing.Plan | None:
    """The plan says it keeps a window that it does not, or that is not hers."""
    route, at = some_stop(dice, good)
    stop = route.stops[at]
    hers = visit_of(good, stop).windows
    shifted = routing.Window(stop.window.opens, stop.window.closes + d.minutes(dice.randint(1, 9)))
    other = dice.choice([shifted, *(each for each in hers if stop.starts not in each)])
    return restopped(good, route, at, replace(stop, window=other))


@mutation
def visit_cut_short(dice: Random, good: Planned) -> routing.Plan | None:
    """A visit ends before it has lasted."""
    route, at = some_stop(dice, good)
    stop = route.stops[at]
    missing = timedelta(seconds=dice.randint(1, 600))
    return restopped(good, route, at, replace(stop, ends=stop.ends - missing))


@mutation
def teleport(dice: Random, good: Planned) -> routing.Plan | None:
    """She is at the next door before the drive there can be over."""
    route, at = some_stop(dice, good)
    stop = route.stops[at]
    left = route.stops[at - 1].ends if at else route.leaves
    if stop.drive < timedelta(seconds=2):
        return None
    arrives = left + timedelta(seconds=dice.randrange(int(stop.drive.total_seconds())))
    return restopped(good, route, at, moved(stop, arrives, arrives=True))


@mutation
def home_too_soon(dice: Random, good: Planned) -> routing.Plan | None:
    """She is back before the drive home can be over."""
    route = dice.choice(good.plan.routes)
    if route.drive_home < timedelta(seconds=2):
        return None
    driving = timedelta(seconds=dice.randrange(int(route.drive_home.total_seconds())))
    return with_route(good.plan, replace(route, returns=route.stops[-1].ends + driving))


@mutation
def two_at_once(dice: Random, good: Planned) -> routing.Plan | None:
    """A visit begins while the one before is still going on."""
    route, at = some_stop(dice, good)
    if at == 0:
        return None
    before = route.stops[at - 1]
    starts = before.ends - timedelta(seconds=dice.randint(1, int(before.drive.seconds) + 60))
    return restopped(good, route, at, moved(route.stops[at], starts, arrives=True))


@mutation
def wrong_drive_time(dice: Random, good: Planned) -> routing.Plan | None:
    """A drive is said to take another time than the roads say."""
    wrong = timedelta(seconds=dice.choice((-1, 1)) * dice.randint(1, 600))
    route, at = some_stop(dice, good)
    if dice.random() < 0.2:
        return with_route(good.plan, replace(route, drive_home=route.drive_home + wrong))
    stop = route.stops[at]
    return restopped(good, route, at, replace(stop, drive=stop.drive + wrong))


@mutation
def begun_before_the_lock(dice: Random, good: Planned) -> routing.Plan | None:
    """A visit held back until some moment begins sooner."""
    route, at = some_stop(dice, good)
    stop = route.stops[at]
    lock = visit_of(good, stop).lock
    held = None if lock is None else lock.starts or lock.not_before
    if held is None:
        return None
    starts = held - timedelta(seconds=dice.randint(1, 300))
    return restopped(good, route, at, moved(stop, starts, arrives=starts < stop.arrives))


@mutation
def shift_overrun(dice: Random, good: Planned) -> routing.Plan | None:
    """She is back after her shift and whatever overtime it allows."""
    route = dice.choice(good.plan.routes)
    late = good.problem.shift(route.shift).back_by + timedelta(seconds=dice.randint(1, 3_600))
    return priced(good, with_route(good.plan, replace(route, returns=late)))


@mutation
def leaves_before_shift(dice: Random, good: Planned) -> routing.Plan | None:
    """She leaves before her shift starts."""
    route = dice.choice(good.plan.routes)
    early = good.problem.shift(route.shift).starts - timedelta(seconds=dice.randint(1, 3_600))
    return with_route(good.plan, replace(route, leaves=early))
