"""Legs on roads whose speed changes with the hour; the arithmetic of `routing.clockwork`.

Rests begin as early as they may. Backwards that is undone exactly: either she rests as soon as
she leaves, or she leaves so that the first rest begins when it first may.
"""

import numpy as np
from numpy.typing import NDArray

from routing.roads import PARTS
from routing.seconds import NEVER_S, TOO_LATE_S

from .compiled import hot
from .day import Day
from .traffic import arrives, driven, leaves


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
    day: Day, departures: NDArray[np.int64], shift: int, place: int, drive_s: int, over: int
) -> int:
    """The soonest end of a drive to stop `place` after which `over` rests are over."""
    best_s = TOO_LATE_S
    for before in range(over, -1, -1):
        leaves_s = departures[shift, place, before]
        if leaves_s < best_s:
            ready_s = ready_by_hour(day, shift, leaves_s, drive_s * PARTS, before, over)
            best_s = min(best_s, ready_s)
    return best_s


@hot
def rested_by_hour(
    day: Day, departures: NDArray[np.int64], shift: int, place: int, drive_s: int, over: int
) -> int:
    """How many rests were over before the drive that is over soonest.

    Of equal choices, the one that has rested sooner.
    """
    best_s, best = TOO_LATE_S, over
    for before in range(over, -1, -1):
        leaves_s = departures[shift, place, before]
        if leaves_s < best_s:
            ready_s = ready_by_hour(day, shift, leaves_s, drive_s * PARTS, before, over)
            if ready_s < best_s:
                best_s, best = ready_s, before
    return best


@hot
def last_departure_by_hour(
    day: Day, starts: NDArray[np.int64], shift: int, place: int, drive_s: int, over: int
) -> int:
    """The last moment to leave for stop `place`, `over` rests being over, and begin in time."""
    best_s, parts = NEVER_S, drive_s * PARTS
    for after in range(over, day.rests[shift] + 1):
        starts_s = starts[shift, place, after]
        if starts_s > NEVER_S:
            by_s = leaves(day.traffic, starts_s, parts)
            for rest in range(after - 1, over - 1, -1):
                by_s = min(by_s - day.rest_lasts[shift, rest], day.rest_closes[shift, rest])
                if by_s < day.rest_opens[shift, rest]:
                    by_s = leave_before_rest(day, shift, rest, after, starts_s, parts)
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
