"""Judges the clock of a route: every drive as long as the roads say, nobody in two places.

Where the roads are faster at some hours than at others, a drive begins as soon as she is free and
goes on between breaks; how far it comes is walked quarter of an hour by quarter.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from routing.plan import BreakTaken, Route
from routing.problem import Problem, Shift
from routing.speeds import Speeds

from .judged import Violation, at, called, clock, utc

SECOND = timedelta(seconds=1)
QUARTER_S = 900
"""Every clock's hours turn at a whole quarter of an hour of every other clock's."""


def drive_times_are_true(problem: Problem, shift: Shift, route: Route) -> Iterator[Violation]:
    """Every drive takes the time the roads say, at the hour it is driven."""
    for (where, said), (true, _) in zip(
        _told(problem, shift, route), _true(problem, shift, route), strict=True
    ):
        if said != true:
            words = f"The drive to {where[0]} is {clock(said)}; the roads say {clock(true)}."
            yield Violation("drive_wrong", where[1], words)


def clock_adds_up(problem: Problem, shift: Shift, route: Route) -> Iterator[Violation]:
    """Nobody arrives before she can, starts before she is there, or is in two visits at once."""
    true = _true(problem, shift, route)
    free, busy = route.leaves, f"{shift.called} leaves"
    for stop, (_, there) in zip(route.stops, true, strict=False):
        who = called(problem.visit(stop.visit))
        if utc(stop.starts) < utc(free):
            words = f"{who} starts {at(stop.starts)}, before {busy} {at(free)}."
            yield Violation("overlap", stop.visit, words)
        elif utc(stop.arrives) < there or not _reaches(
            free, stop.arrives, stop.drive, route.breaks
        ):
            words = f"{who} cannot be reached by {at(stop.arrives)}."
            yield Violation("arrives_too_soon", stop.visit, words)
        if utc(stop.starts) < utc(stop.arrives):
            words = f"{who} starts {at(stop.starts)}, before anybody is there."
            yield Violation("starts_before_arrival", stop.visit, words)
        if utc(stop.ends) < utc(stop.starts):
            words = f"{who} ends before it starts."
            yield Violation("ends_before_start", stop.visit, words)
        free, busy = stop.ends, f"{problem.visit(stop.visit).called} ends"
    _, there = true[-1]
    if utc(route.returns) < there or not _reaches(
        free, route.returns, route.drive_home, route.breaks
    ):
        words = f"{shift.called} cannot be back by {at(route.returns)}."
        yield Violation("returns_too_soon", shift.id, words)


def _told(problem: Problem, shift: Shift, route: Route) -> list[tuple[tuple[str, str], timedelta]]:
    """The drives of the plan: where to, in words and by id, and how long it says they are."""
    told = [((problem.visit(stop.visit).called, stop.visit), stop.drive) for stop in route.stops]
    return [*told, ((f"the end of {shift.called}", shift.id), route.drive_home)]


def _true(problem: Problem, shift: Shift, route: Route) -> list[tuple[timedelta, datetime]]:
    """How long each drive is, and when it is over at the soonest."""
    travel = problem.travel
    rests = sorted((utc(rest.starts), utc(rest.ends)) for rest in route.breaks)
    places = [problem.start_of(shift), *(problem.visit(s.visit).place for s in route.stops)]
    leaves = [route.leaves, *(stop.ends for stop in route.stops)]
    ways: list[tuple[timedelta, datetime]] = []
    for place, there, free in zip(
        places, [*places[1:], problem.end_of(shift)], leaves, strict=True
    ):
        seconds = travel.between(place, there)
        if travel.speeds is None:
            ways.append((seconds * SECOND, utc(free) + seconds * SECOND))
        else:
            ways.append(_driven(travel.speeds, utc(free), seconds, rests))
    return ways


def _driven(
    speeds: Speeds, leaves: datetime, seconds: int, rests: Sequence[tuple[datetime, datetime]]
) -> tuple[timedelta, datetime]:
    """How long she drives and when she is there, if the drive takes so long at 100 percent."""
    clock, driven, left = leaves, timedelta(0), 100 * seconds
    while left > 0:
        resting = [ends for starts, ends in rests if starts <= clock < ends]
        if resting:
            clock = max(resting)
            continue
        percent = speeds.by_hour[clock.astimezone(speeds.zone).hour]
        turns = clock + (QUARTER_S - clock.timestamp() % QUARTER_S) * SECOND
        until = min([turns, *(starts for starts, _ in rests if starts > clock)])
        span_s = min((until - clock) // SECOND, -(-left // percent))
        left -= span_s * percent
        driven += span_s * SECOND
        clock = until if left > 0 else clock + span_s * SECOND
    return driven, clock


def _reaches(
    leaves: datetime, arrives: datetime, drive: timedelta, breaks: tuple[BreakTaken, ...]
) -> bool:
    """Whether a drive fits between two moments beside the breaks that fall between them."""
    start, end = utc(leaves), utc(arrives)
    resting = sum(
        (
            max(timedelta(0), min(end, utc(rest.ends)) - max(start, utc(rest.starts)))
            for rest in breaks
        ),
        timedelta(0),
    )
    return end - start - resting >= drive
