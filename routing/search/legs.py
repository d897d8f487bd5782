"""One leg at a time: when it is soonest over, and when one must leave, rests on the way.

The arithmetic is that of `routing.clockwork`: rests as early as may be going forwards, as late as
may be going backwards, with one column for each number of rests already over.
"""

import numpy as np
from numpy.typing import NDArray

from routing.seconds import NEVER_S, TOO_LATE_S

from .compiled import hot
from .day import Day
from .hours import last_departure_by_hour, soonest_by_hour


@hot
def soonest(
    day: Day, leaves: NDArray[np.int64], shift: int, place: int, drive_s: int, over: int
) -> int:
    """The soonest end of a drive to stop `place`, after which `over` rests are over."""
    if day.traffic.is_hourly:
        return soonest_by_hour(day, leaves, shift, place, drive_s, over)
    return soonest_steady(day, leaves, shift, place, drive_s, over)


@hot
def last_departure(
    day: Day, must: NDArray[np.int64], shift: int, place: int, drive_s: int, over: int
) -> int:
    """The last moment to leave for stop `place`, `over` rests being over."""
    if day.traffic.is_hourly:
        return last_departure_by_hour(day, must, shift, place, drive_s, over)
    return last_departure_steady(day, must, shift, place, drive_s, over)


@hot
def soonest_steady(
    day: Day, leaves: NDArray[np.int64], shift: int, place: int, drive_s: int, over: int
) -> int:
    """`soonest` on steady roads alone: short enough to become a part of whoever calls it."""
    best_s = TOO_LATE_S
    for before in range(over, -1, -1):
        clock_s, left_s = leaves[shift, place, before], drive_s
        if clock_s >= best_s:
            continue
        for rest in range(before, over):
            begins_s = max(clock_s, day.rest_opens[shift, rest])
            if begins_s > day.rest_closes[shift, rest]:
                clock_s = TOO_LATE_S
                break
            left_s = max(0, left_s - (begins_s - clock_s))
            clock_s = begins_s + day.rest_lasts[shift, rest]
        best_s = min(best_s, clock_s + left_s)
    return best_s


@hot
def last_departure_steady(
    day: Day, must: NDArray[np.int64], shift: int, place: int, drive_s: int, over: int
) -> int:
    """`last_departure` on steady roads alone."""
    best_s = NEVER_S
    for after in range(over, day.rests[shift] + 1):
        limit_s = must[shift, place, after]
        by_s = limit_s - drive_s
        for rest in range(after - 1, over - 1, -1):
            limit_s = min(day.rest_closes[shift, rest], limit_s - day.rest_lasts[shift, rest])
            if limit_s < day.rest_opens[shift, rest]:
                by_s = NEVER_S
                break
            by_s = min(by_s - day.rest_lasts[shift, rest], limit_s)
        best_s = max(best_s, by_s)
    return best_s


@hot
def earliest(day: Day, visit: int, ready_s: int) -> int:
    """When service begins if the concierge is ready then."""
    for window in range(day.opens.shape[1]):
        if ready_s <= day.closes[visit, window]:
            return max(ready_s, day.opens[visit, window])
    return TOO_LATE_S


@hot
def done_by(day: Day, visit: int, ready_s: int) -> int:
    """When service is over if the concierge is ready then."""
    starts_s = earliest(day, visit, ready_s)
    return starts_s if starts_s >= TOO_LATE_S else starts_s + day.lasts[visit]


@hot
def latest(day: Day, visit: int, limit_s: int) -> int:
    """The last moment not after `limit_s` at which service may begin."""
    best_s = NEVER_S
    for window in range(day.opens.shape[1]):
        if day.opens[visit, window] <= limit_s:
            best_s = max(best_s, min(day.closes[visit, window], limit_s))
    return best_s
