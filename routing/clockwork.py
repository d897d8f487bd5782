"""The arithmetic of a route: earliest forwards, latest backwards, with rests on the way.

A leg leads from leaving one place to being ready at the next: the drive and the rests taken
between. Driving goes on between rests. Taking each rest as early as it may is never worse going
forwards, and as late as it may is never worse going backwards, so both directions are exact.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from .problem import Problem
from .seconds import NEVER_S, TOO_LATE_S, Call, Duty, Rest


@dataclass(frozen=True, slots=True)
class Leg:
    """A drive ended at `arrives_s`; drive and rests both over at `ready_s`."""

    arrives_s: int
    ready_s: int
    rests_s: tuple[tuple[int, int], ...] = ()


def drives_s(problem: Problem, on: Duty, calls: Sequence[Call]) -> list[int]:
    """Seconds at the wheel to each call in turn, and home."""
    rows = [on.start_row, *(each.row for each in calls), on.end_row]
    seconds = problem.travel.seconds
    return [int(seconds.item(a, b)) for a, b in pairwise(rows)]


def leg(leaves_s: int, drive_s: int, rests: Sequence[Rest], *, late: bool = False) -> Leg:
    """The leg that leaves then, each rest as early as it may; `late` lets rests begin too late."""
    clock_s, left_s, arrives_s = leaves_s, drive_s, TOO_LATE_S
    rested: list[tuple[int, int]] = []
    for rest in rests:
        begins_s = max(clock_s, rest.opens_s)
        if begins_s > rest.closes_s and not late:
            return Leg(TOO_LATE_S, TOO_LATE_S)
        if clock_s + left_s <= begins_s:
            arrives_s = min(arrives_s, clock_s + left_s)
        left_s = max(0, left_s - (begins_s - clock_s))
        clock_s = begins_s + rest.lasts_s
        rested.append((begins_s, clock_s))
    ready_s = clock_s + left_s
    return Leg(min(arrives_s, ready_s), ready_s, tuple(rested))


def ready_after(leaves_s: int, drive_s: int, rests: Sequence[Rest]) -> int:
    """When a leg is over; `leg` without its details."""
    clock_s, left_s = leaves_s, drive_s
    for rest in rests:
        begins_s = max(clock_s, rest.opens_s)
        if begins_s > rest.closes_s:
            return TOO_LATE_S
        left_s = max(0, left_s - (begins_s - clock_s))
        clock_s = begins_s + rest.lasts_s
    return clock_s + left_s


def leave_by(ready_s: int, drive_s: int, rests: Sequence[Rest]) -> int:
    """The last moment to leave on a leg that must be over at `ready_s`."""
    by_s = ready_s - drive_s
    limit_s = ready_s
    for rest in reversed(rests):
        limit_s = min(rest.closes_s, limit_s - rest.lasts_s)
        if limit_s < rest.opens_s:
            return NEVER_S
        by_s = min(by_s - rest.lasts_s, limit_s)
    return by_s


def departures(on: Duty, calls: Sequence[Call], drives: Sequence[int]) -> list[list[int]]:
    """Earliest departures.

    Shapes: row 0 is from the start, row i from call i - 1; column j with j rests over.
    """
    reached = [[on.starts_s, *(TOO_LATE_S for _ in on.rests)]]
    for each, drive_s in zip(calls, drives, strict=False):
        row: list[int] = []
        for over in range(len(on.rests) + 1):
            ready_s, _ = soonest(reached[-1], drive_s, on.rests, over)
            starts_s = each.earliest(ready_s)
            row.append(TOO_LATE_S if starts_s == TOO_LATE_S else starts_s + each.lasts_s)
        reached.append(row)
    return reached


def soonest(
    leaves: Sequence[int], drive_s: int, rests: Sequence[Rest], over: int
) -> tuple[int, int]:
    """The soonest end of a leg after which `over` rests are over, and how many were before it.

    Of equal choices, the one that has rested sooner.
    """
    best_s, best = TOO_LATE_S, over
    for before in range(over, -1, -1):
        if leaves[before] < TOO_LATE_S:
            ready_s = ready_after(leaves[before], drive_s, rests[before:over])
            if ready_s < best_s:
                best_s, best = ready_s, before
    return best_s, best


def rests_over(on: Duty, calls: Sequence[Call], drives: Sequence[int]) -> list[int] | None:
    """How many rests are over at the start, at each call and at home; None if it cannot be."""
    reached = departures(on, calls, drives)
    home_s, before = soonest(reached[-1], drives[-1], on.rests, len(on.rests))
    if home_s > on.ends_s:
        return None
    over = [len(on.rests), before]
    for index in range(len(calls) - 1, -1, -1):
        _, before = soonest(reached[index], drives[index], on.rests, over[-1])
        over.append(before)
    return over[::-1]


def latest_starts(on: Duty, calls: Sequence[Call], drives: Sequence[int]) -> list[list[int]]:
    """Latest starts of service that still bring her home in time.

    Shapes: row i is call i, the last row being home; column j with j rests already over.
    """
    must = [[*(NEVER_S for _ in on.rests), on.ends_s]]
    for each, drive_s in zip(reversed(calls), reversed(drives), strict=False):
        row = [
            each.latest(last_departure(must[-1], drive_s, on.rests, over) - each.lasts_s)
            for over in range(len(on.rests) + 1)
        ]
        must.append(row)
    return must[::-1]


def last_departure(starts: Sequence[int], drive_s: int, rests: Sequence[Rest], over: int) -> int:
    """The last moment to leave, `over` rests being over, to begin in time at the next stop."""
    return max(
        leave_by(starts[after], drive_s, rests[over:after]) if starts[after] > NEVER_S else NEVER_S
        for after in range(over, len(rests) + 1)
    )
