"""What is left of a day that something has happened to: who can still go, from where and when.

What is over or under way stays as it is: a stop somebody is driving to or is in is not planned
again, unless it is she who cannot go on, or nobody opens. Who waits in the street for a window to
open is free: she may be sent on from there, and the visit she waits for is planned anew. A shift
begins again where and when its concierge is free, with the room her history leaves on the rail.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from routing.place import Place
from routing.plan import Plan, Route, Stop
from routing.problem import Break, Problem, Shift, Visit
from routing.typed import refuse_naive
from routing.under_way.events import (
    Absent,
    Added,
    BrokenDown,
    Cancelled,
    Delayed,
    Event,
    RoadClosed,
    Sick,
)


def rest_of(problem: Problem, plan: Plan, events: Sequence[Event], *, now: datetime) -> Problem:
    """What is left to plan from `now` on, each visit `planned_on` the shift the plan gave it.

    Raises:
        BadProblem: `now` has no time zone, or an event names a shift or a visit that the problem
            does not.
    """
    refuse_naive(now=now)
    for shift in hit(events):
        problem.shift(shift)
    driven = {route.shift: route for route in plan.routes}
    lefts = [
        _left_of(problem, shift, driven.get(shift.id), events, now) for shift in problem.shifts
    ]
    over = {visit for left in lefts for visit in left.over}
    shifts = tuple(left.shift for left in lefts if left.shift is not None)
    working = {shift.id for shift in shifts}
    promised = {stop.visit: route.shift for route in plan.routes for stop in route.stops}
    for event in events:
        if isinstance(event, Cancelled | Absent):
            over.add(problem.visit(event.visit).id)
    added = [event.visit for event in events if isinstance(event, Added)]
    visits = (
        _as_promised(visit, promised.get(visit.id), working, over)
        for visit in (*problem.visits, *added)
        if visit.id not in over
    )
    travel = problem.travel
    for event in events:
        travel = event.travel if isinstance(event, RoadClosed) else travel
    return replace(problem, shifts=shifts, visits=tuple(visits), travel=travel)


def hit(events: Iterable[Event]) -> dict[str, Event]:
    """The shifts that something happened to, and what."""
    return {
        event.shift: event for event in events if isinstance(event, Sick | BrokenDown | Delayed)
    }


@dataclass(frozen=True, slots=True)
class _Left:
    """What is left of a shift, None if nothing, and the visits that are over or under way."""

    shift: Shift | None
    over: tuple[str, ...] = ()


def _left_of(
    problem: Problem, shift: Shift, route: Route | None, events: Sequence[Event], now: datetime
) -> _Left:
    """What is left of one shift."""
    stopped = next(
        (e for e in events if isinstance(e, Sick | BrokenDown) and e.shift == shift.id), None
    )
    reached = _begun(route, now, stopped)
    begun = [stop for stop in reached if not _waits(stop, now)]
    over = tuple(stop.visit for stop in begun)
    starts, place = _free(problem, shift, reached, events, now)
    starts, rests = _rests_left(shift, route, starts)
    for event in events:
        if isinstance(event, Delayed) and event.shift == shift.id:
            starts = _next_departure(route, begun, starts) + event.by
    ends = shift.ends
    if isinstance(stopped, Sick):
        ends = min(ends, stopped.since)
    if isinstance(stopped, BrokenDown):
        place = stopped.where or place
        starts = max(starts, stopped.until) if stopped.until else starts
        ends = ends if stopped.until else min(ends, stopped.since)
    if starts >= ends:
        return _Left(None, over)
    fitting = (_inside(rest, starts, ends) for rest in rests)
    carried = sum(problem.visit(visit).load for visit in over)
    worked = sum((stop.drive for stop in reached), timedelta(0))
    worked += sum((stop.ends - stop.starts for stop in begun), timedelta(0))
    rest = replace(
        shift,
        starts=starts,
        ends=ends,
        breaks=tuple(each for each in fitting if each is not None),
        starts_from=place,
        capacity=max(0, shift.capacity - carried),
        overtime=timedelta(0) if ends < shift.ends else shift.overtime,
        fair=None if shift.fair is None else max(timedelta(0), shift.fair - worked),
    )
    return _Left(rest, over)


def _begun(route: Route | None, now: datetime, stopped: Sick | BrokenDown | None) -> list[Stop]:
    """The stops somebody has set out to or, of one who cannot go on, has begun to serve."""
    if route is None:
        return []
    if stopped is not None and stopped.since <= now:
        return [stop for stop in route.stops if stop.starts < now]
    departures = [route.leaves, *(stop.ends for stop in route.stops)]
    return [stop for stop, leaves in zip(route.stops, departures, strict=False) if leaves < now]


def _waits(stop: Stop, now: datetime) -> bool:
    """Whether she is there and only waits for the window to open."""
    return stop.arrives <= now < stop.starts


def _free(
    problem: Problem, shift: Shift, reached: Sequence[Stop], events: Sequence[Event], now: datetime
) -> tuple[datetime, Place | None]:
    """When and where she is free to go on."""
    starts = max(shift.starts, now)
    if not reached:
        return starts, shift.starts_from
    last = reached[-1]
    if _waits(last, now):
        return starts, problem.visit(last.visit).place
    not_opened = {event.visit for event in events if isinstance(event, Absent)}
    free = max(last.arrives, now) if last.visit in not_opened else last.ends
    return max(starts, free), problem.visit(last.visit).place


def _rests_left(
    shift: Shift, route: Route | None, starts: datetime
) -> tuple[datetime, list[Break]]:
    """When she is free again if she is resting then, and the breaks she has not begun.

    Breaks are taken in the order in which they must begin.
    """
    rests = sorted(shift.breaks, key=lambda rest: (rest.window.closes, rest.window.opens))
    taken = sorted(route.breaks, key=lambda rest: rest.starts) if route else []
    begun = [rest for rest in taken if rest.starts < starts]
    return max([starts, *(rest.ends for rest in begun)]), rests[len(begun) :]


def _next_departure(route: Route | None, begun: Sequence[Stop], free: datetime) -> datetime:
    """When the plan had her leave for her next stop."""
    if route is None or begun:
        return free
    return max(free, route.leaves)


def _inside(rest: Break, starts: datetime, ends: datetime) -> Break | None:
    """A break of what is left of the shift; None if it can no longer be begun there."""
    latest = min(rest.window.closes, ends - rest.lasts)
    return rest if max(rest.window.opens, starts) <= latest else None


def _as_promised(visit: Visit, shift: str | None, working: set[str], over: set[str]) -> Visit:
    """The same visit, told whom the plan gave her; what a lock says of what is gone is void."""
    lock = visit.lock
    if lock is not None and lock.shift not in working:
        lock = None
    elif lock is not None and lock.after in over:
        lock = replace(lock, after=None)
    return replace(visit, planned_on=shift or visit.planned_on, lock=lock)
