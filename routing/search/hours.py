"""Legs on roads whose speed changes with the hour; the arithmetic of `routing.clockwork`.

Rests begin as early as they may. Backwards that is undone exactly: either she rests as soon as
she leaves, or she leaves so that the first rest begins when it first may.
"""

import numpy as np
from numpy.typing import NDArray

from routing.roads import PARTS
from routing.seconds import NEVER_S, TOO_LATE_S

from .compiled import compiled, hot
from .day import Day
from .traffic import Traffic, arrives, driven, leaves


@hot
def ready_by_hour(day: Day, shift: int, leaves_s: int, parts: int, before: int, over: int) -> int:
    """When a drive and the rests from `before` up to `over` are over."""
    clock_s, left = leaves_s, parts
    for rest in range(before, over):
        begins_s = max(clock_s, day.rest_opens[shift, rest])
        if begins_s > day.rest_closes[shift, rest]:
            return TOO_LATE_S
        left = max(0, left - driven(day.traffic, clock_s, begins_s))
        clock_s = begins_s + day.rest_lasts[shift, rest]
    return arrives(day.traffic, clock_s, left)


@hot
def soonest_by_hour(
    day: Day, departures: NDArray[np.int64], shift: int, drive_s: int, over: int
) -> tuple[int, int]:
    """The soonest end of a leg after which `over` rests are over, and how many were before it.

    Of equal choices, the one that has rested sooner.
    """
    best_s, best, parts = TOO_LATE_S, over, drive_s * PARTS
    for before in range(over, -1, -1):
        if departures[before] < best_s:
            ready_s = ready_by_hour(day, shift, departures[before], parts, before, over)
            if ready_s < best_s:
                best_s, best = ready_s, before
    return best_s, best


@hot
def last_departure_by_hour(
    day: Day, starts: NDArray[np.int64], shift: int, drive_s: int, over: int
) -> int:
    """The last moment to leave, `over` rests being over, and begin in time at the next stop."""
    best_s, parts = NEVER_S, drive_s * PARTS
    for after in range(over, day.rests[shift] + 1):
        if starts[after] > NEVER_S:
            by_s = leaves(day.traffic, starts[after], parts)
            for rest in range(after - 1, over - 1, -1):
                by_s = min(by_s - day.rest_lasts[shift, rest], day.rest_closes[shift, rest])
                if by_s < day.rest_opens[shift, rest]:
                    by_s = leave_before_rest(day, shift, rest, after, starts[after], parts)
            best_s = max(best_s, by_s)
    return best_s


@hot
def leave_before_rest(
    day: Day, shift: int, first: int, after: int, ready_s: int, parts: int
) -> int:
    """The last moment to leave if the first rest is to begin when it first may."""
    clock_s, room = day.rest_opens[shift, first] + day.rest_lasts[shift, first], 0
    for rest in range(first + 1, after):
        begins_s = max(clock_s, day.rest_opens[shift, rest])
        if begins_s > day.rest_closes[shift, rest]:
            return NEVER_S
        room += driven(day.traffic, clock_s, begins_s)
        clock_s = begins_s + day.rest_lasts[shift, rest]
    if clock_s > ready_s:
        return NEVER_S
    room += driven(day.traffic, clock_s, ready_s)
    return leaves(day.traffic, day.rest_opens[shift, first], max(0, parts - room))


@hot
def wheel_s(traffic: Traffic, leaves_s: int, parts: int, rests_s: NDArray[np.int64]) -> int:
    """Seconds at the wheel of a leg with these rests. Shapes: `rests_s` is (r, 2), from and to."""
    clock_s, left, seconds = leaves_s, parts, 0
    for rest in range(len(rests_s)):
        begins_s, ends_s = rests_s[rest]
        if ends_s > leaves_s:
            stops_s = min(begins_s, arrives(traffic, clock_s, left))
            seconds += stops_s - clock_s
            left = max(0, left - driven(traffic, clock_s, stops_s))
            clock_s = ends_s
    return seconds + arrives(traffic, clock_s, left) - clock_s


@compiled
def rests_on(day: Day, shift: int, leaves_s: int, before: int, over: int) -> NDArray[np.int64]:
    """When the rests of a leg that leaves then are taken. Shapes: (over - before, 2), from, to."""
    rests_s = np.empty((over - before, 2), dtype=np.int64)
    clock_s = leaves_s
    for rest in range(before, over):
        begins_s = max(clock_s, day.rest_opens[shift, rest])
        clock_s = begins_s + day.rest_lasts[shift, rest]
        rests_s[rest - before, 0], rests_s[rest - before, 1] = begins_s, clock_s
    return rests_s


@hot
def leave_just_in_time(
    traffic: Traffic, ready_s: int, parts: int, rests_s: NDArray[np.int64]
) -> int:
    """The last moment to leave and be ready then, around rests that are set."""
    left = parts
    for rest in range(len(rests_s) - 1, -1, -1):
        more = driven(traffic, rests_s[rest, 1], ready_s)
        if more >= left:
            break
        left -= more
        ready_s = rests_s[rest, 0]
    return leaves(traffic, ready_s, left)
