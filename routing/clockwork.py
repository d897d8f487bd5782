"""The arithmetic of a route, with rests on the way.

A leg leads from leaving one place to being ready at the next: the drive and the rests taken
between. Driving goes on between rests, each of which begins as early as it may. Who leaves later
is never ready sooner, so the earliest departures from each stop, one for each number of rests
over, are all one need know of the way there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from .plan import Route
from .problem import Problem
from .roads import Roads
from .seconds import TOO_LATE_S, Call, Duty, Rest, call, ceil_s, lasts_s


@dataclass(frozen=True, slots=True)
class Leg:
    """A drive of `drive_s` at the wheel, ended at `arrives_s`; with rests over at `ready_s`."""

    arrives_s: int
    ready_s: int
    drive_s: int
    rests_s: tuple[tuple[int, int], ...] = ()


def drives_s(problem: Problem, on: Duty, calls: Sequence[Call]) -> list[int]:
    """Seconds of driving to each call in turn, and home, as the travel matrix says."""
    rows = [on.start_row, *(each.row for each in calls), on.end_row]
    seconds = problem.travel.seconds
    return [int(seconds.item(a, b)) for a, b in pairwise(rows)]


def true_drives_s(problem: Problem, on: Duty, route: Route) -> list[int]:
    """Seconds at the wheel to each stop of a route, and home, if she drives on when she is free.

    Every break is between the stops that the route says, at its time.
    """
    calls = [call(problem, problem.visit(stop.visit)) for stop in route.stops]
    leaves = [route.leaves, *(stop.ends for stop in route.stops)]
    seconds: list[int] = []
    for index, drive_s in enumerate(drives_s(problem, on, calls)):
        leaves_s = ceil_s(leaves[index])
        rests = [
            Rest(ceil_s(taken.starts), ceil_s(taken.starts), lasts_s(taken.ends - taken.starts))
            for taken in sorted(route.breaks, key=lambda taken: taken.starts)
            if taken.before == index and ceil_s(taken.ends) > leaves_s
        ]
        seconds.append(leg(on.roads, leaves_s, drive_s, rests, late=True).drive_s)
    return seconds


def leg(
    roads: Roads, leaves_s: int, drive_s: int, rests: Sequence[Rest], *, late: bool = False
) -> Leg:
    """The leg that leaves then, each rest as early as it may; `late` lets rests begin too late."""
    clock_s, left, arrives_s, driven_s = leaves_s, roads.parts(drive_s), TOO_LATE_S, 0
    rested: list[tuple[int, int]] = []
    for rest in rests:
        begins_s = max(clock_s, rest.opens_s)
        if begins_s > rest.closes_s and not late:
            return Leg(TOO_LATE_S, TOO_LATE_S, 0)
        stops_s = min(begins_s, roads.arrives(clock_s, left))
        if roads.driven(clock_s, stops_s) >= left:
            arrives_s = min(arrives_s, stops_s)
        driven_s += stops_s - clock_s
        left = max(0, left - roads.driven(clock_s, stops_s))
        clock_s = begins_s + rest.lasts_s
        rested.append((begins_s, clock_s))
    ready_s = roads.arrives(clock_s, left)
    driven_s += ready_s - clock_s
    return Leg(min(arrives_s, ready_s), ready_s, driven_s, tuple(rested))


def ready_after(roads: Roads, leaves_s: int, drive_s: int, rests: Sequence[Rest]) -> int:
    """When a leg is over; `leg` without its details."""
    clock_s, left = leaves_s, roads.parts(drive_s)
    for rest in rests:
        begins_s = max(clock_s, rest.opens_s)
        if begins_s > rest.closes_s:
            return TOO_LATE_S
        left = max(0, left - roads.driven(clock_s, begins_s))
        clock_s = begins_s + rest.lasts_s
    return roads.arrives(clock_s, left)


def leave_just_in_time(
    roads: Roads, ready_s: int, drive_s: int, rests_s: Sequence[tuple[int, int]]
) -> int:
    """The last moment to leave and be ready then, around rests that are set."""
    left = roads.parts(drive_s)
    for begins_s, ends_s in reversed(rests_s):
        driven = roads.driven(ends_s, ready_s)
        if driven >= left:
            break
        left -= driven
        ready_s = begins_s
    return roads.leaves(ready_s, left)


def departures(on: Duty, calls: Sequence[Call], drives: Sequence[int]) -> list[list[int]]:
    """Earliest departures.

    Shapes: row 0 is from the start, row i from call i - 1; column j with j rests over.
    """
    reached = [[on.starts_s, *(TOO_LATE_S for _ in on.rests)]]
    for each, drive_s in zip(calls, drives, strict=False):
        row: list[int] = []
        for over in range(len(on.rests) + 1):
            ready_s, _ = soonest(on, reached[-1], drive_s, over)
            starts_s = each.earliest(ready_s)
            row.append(TOO_LATE_S if starts_s == TOO_LATE_S else starts_s + each.lasts_s)
        reached.append(row)
    return reached


def soonest(on: Duty, leaves: Sequence[int], drive_s: int, over: int) -> tuple[int, int]:
    """The soonest end of a leg after which `over` rests are over, and how many were before it.

    Of equal choices, the one that has rested sooner.
    """
    best_s, best = TOO_LATE_S, over
    for before in range(over, -1, -1):
        if leaves[before] < TOO_LATE_S:
            ready_s = ready_after(on.roads, leaves[before], drive_s, on.rests[before:over])
            if ready_s < best_s:
                best_s, best = ready_s, before
    return best_s, best


def rests_over(on: Duty, calls: Sequence[Call], drives: Sequence[int]) -> list[int] | None:
    """How many rests are over at the start, at each call and at home; None if it cannot be."""
    reached = departures(on, calls, drives)
    home_s, before = soonest(on, reached[-1], drives[-1], len(on.rests))
    if home_s > on.ends_s:
        return None
    over = [len(on.rests), before]
    for index in range(len(calls) - 1, -1, -1):
        _, before = soonest(on, reached[index], drives[index], over[-1])
        over.append(before)
    return over[::-1]
