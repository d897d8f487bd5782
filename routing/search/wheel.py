"""Seconds at the wheel of a tour on roads whose speed changes with the hour.

She leaves just in time for her first stop, and rests where that brings her home soonest.
"""

import numpy as np
from numpy.typing import NDArray

from routing.roads import PARTS

from .compiled import hot
from .day import Day
from .hours import ready_by_hour, rested_by_hour
from .legs import earliest
from .traffic import arrives, driven, leaves


@hot
def driven_by_hour(
    day: Day,
    tour: NDArray[np.int32],
    stops: int,
    legs: NDArray[np.int32],
    departures: NDArray[np.int64],
    rested: NDArray[np.int64],
    shift: int,
) -> int:
    """Seconds at the wheel of a tour that can be driven, every drive as long as its hour makes it.

    Arrays as in `Routes`; `rested` is room for a number for each leg's ends.
    """
    rested[stops + 1] = day.rests[shift]
    for place in range(stops, -1, -1):
        rested[place] = 0
        if rested[place + 1]:
            drive_s, over = int(legs[shift, place]), int(rested[place + 1])
            rested[place] = rested_by_hour(day, departures, shift, place, drive_s, over)
    seconds = 0
    for place in range(stops + 1):
        parts = int(legs[shift, place]) * PARTS
        before, over = int(rested[place]), int(rested[place + 1])
        since_s = int(departures[shift, place, before])
        leaves_s = since_s
        if place == 0:
            ready_s = ready_by_hour(day, shift, since_s, parts, before, over)
            ready_s = earliest(day, int(tour[shift, 0]), ready_s)
            leaves_s = leave_just_in_time(day, shift, ready_s, parts, since_s, before, over)
        seconds += wheel_s(day, shift, leaves_s, parts, since_s, before, over)
    return seconds


@hot
def rest_begins(day: Day, shift: int, leaves_s: int, before: int, rest: int) -> int:
    """When a rest begins on a leg left then, each since `before` as early as it may."""
    clock_s = leaves_s
    for earlier in range(before, rest):
        clock_s = max(clock_s, day.rest_opens[shift, earlier]) + day.rest_lasts[shift, earlier]
    return max(clock_s, day.rest_opens[shift, rest])


@hot
def wheel_s(
    day: Day, shift: int, leaves_s: int, parts: int, since_s: int, before: int, over: int
) -> int:
    """Seconds at the wheel of a leg, its rests as they are for one who leaves at `since_s`."""
    clock_s, left, seconds = leaves_s, parts, 0
    for rest in range(before, over):
        begins_s = rest_begins(day, shift, since_s, before, rest)
        ends_s = begins_s + day.rest_lasts[shift, rest]
        if ends_s > leaves_s:
            stops_s = min(begins_s, arrives(day.traffic, clock_s, left))
            seconds += stops_s - clock_s
            left = max(0, left - driven(day.traffic, clock_s, stops_s))
            clock_s = ends_s
    return seconds + arrives(day.traffic, clock_s, left) - clock_s


@hot
def leave_just_in_time(
    day: Day, shift: int, ready_s: int, parts: int, since_s: int, before: int, over: int
) -> int:
    """The last moment to leave and be ready then, rests as for one who leaves at `since_s`."""
    left, by_s = parts, ready_s
    for rest in range(over - 1, before - 1, -1):
        begins_s = rest_begins(day, shift, since_s, before, rest)
        more = driven(day.traffic, begins_s + day.rest_lasts[shift, rest], by_s)
        if more >= left:
            break
        left -= more
        by_s = begins_s
    return leaves(day.traffic, by_s, left)
