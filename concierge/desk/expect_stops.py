"""How a day is really going: when each stop began and ended, or is expected to."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

import routing
from concierge.maps.travel import Roads
from concierge.model import Shift, Step, Stop
from concierge.model.refusals import NotCovered

from .expect_arrivals import Coming, expect_arrivals
from .hub_day import HubDay
from .visit_steps import began_at, ended_at


@dataclass(frozen=True, slots=True)
class Expected:
    """One stop as it looks now: what has happened at its true time, the rest as expected.

    `coming` says how sure that is while the visit has not begun; None on any other day than today.
    """

    stop: Stop
    departs: datetime
    arrives: datetime
    starts: datetime
    ends: datetime
    coming: Coming | None = None

    @property
    def behind(self) -> timedelta:
        """How much later than planned service begins."""
        return max(timedelta(0), self.starts - self.stop.starts)

    @property
    def late(self) -> timedelta:
        """How long after the promised window service begins."""
        return max(timedelta(0), self.starts - self.stop.closes)


@dataclass(frozen=True, slots=True)
class ExpectedRoute:
    """A shift's stops as they look now, and when she is back at the hub."""

    stops: list[Expected]
    returns: datetime


def expect_routes(today: HubDay, travel: routing.TravelTimes) -> dict[UUID, ExpectedRoute]:
    """Each shift's stops, by shift. On a day that is not today, simply as planned."""
    live = today.hub.day_of(today.now) == today.day
    problem = _whole_day(today, travel)
    routes: dict[UUID, ExpectedRoute] = {}
    for shift in today.shifts.values():
        stops = today.stops_of(shift.id)
        if not stops:
            continue
        if live:
            routes[shift.id] = _expected(today, problem, shift, stops)
        else:
            returns = today.routes[shift.id].returns
            routes[shift.id] = ExpectedRoute([_as_planned(stop) for stop in stops], returns)
    return routes


def expect_route(today: HubDay, travel: routing.TravelTimes, shift_id: UUID) -> ExpectedRoute:
    """The stops of one shift of today as they look now; it has at least one."""
    problem = _whole_day(today, travel)
    return _expected(today, problem, today.shifts[shift_id], today.stops_of(shift_id))


async def travel_of(roads: Roads, today: HubDay) -> routing.TravelTimes:
    """The day's drive times; one address no road leads to must not hide the whole day."""
    try:
        return await roads.travel_times(today.places())
    except NotCovered:
        return routing.estimate(today.places())


def _expected(
    today: HubDay, problem: routing.Problem, shift: Shift, stops: list[Stop]
) -> ExpectedRoute:
    done: dict[str, datetime] = {}
    begun: dict[str, datetime] = {}
    leaves = today.routes[shift.id].leaves
    has_left = False
    before: str | None = None
    for stop in stops:
        visit, steps = str(stop.order_id), today.steps.get(stop.order_id, {})
        left = steps.get(Step.EN_ROUTE)
        has_left = has_left or left is not None
        if left is not None and before is None:
            leaves = left
        elif left is not None and before in done:
            done[before] = max(done[before], left)  # she set out no sooner than she said
        if (ended := ended_at(today.orders[stop.order_id], steps)) is not None:
            done[visit] = ended
        if (began := began_at(steps)) is not None:
            begun[visit] = began
        before = visit
    # a phone's clock may be a little ahead of the house's; nothing has happened after now
    done, begun = (
        {visit: min(told, today.now) for visit, told in each.items()} for each in (done, begun)
    )
    route = _route(today, shift, stops, leaves)
    seen = routing.retime(problem, route, now=today.now, done=done, begun=begun)
    if not (has_left or done or begun):
        route = replace(route, leaves=max(leaves, today.now))
    coming = expect_arrivals(problem, route, now=today.now, done=done, begun=begun)
    by_visit = {str(stop.order_id): stop for stop in stops}
    return ExpectedRoute(
        [
            _seen(today, by_visit[each.visit], each, coming.get(each.visit))
            for each in seen.route.stops
        ],
        seen.route.returns,
    )


def _seen(today: HubDay, stop: Stop, seen: routing.Stop, coming: Coming | None) -> Expected:
    steps = today.steps.get(stop.order_id, {})
    ends = ended_at(today.orders[stop.order_id], steps) or seen.ends
    starts = began_at(steps) or min(seen.starts, ends)
    arrives = min(seen.arrives, starts)
    return Expected(stop, arrives - seen.drive, arrives, starts, max(starts, ends), coming)


def _as_planned(stop: Stop) -> Expected:
    departs = stop.arrives - timedelta(seconds=stop.drive_s)
    return Expected(stop, departs, stop.arrives, stop.starts, stop.ends)


def _route(today: HubDay, shift: Shift, stops: list[Stop], leaves: datetime) -> routing.Route:
    row = today.routes[shift.id]
    breaks = ()
    if row.break_starts and row.break_ends and row.break_before is not None:
        breaks = (routing.BreakTaken(row.break_starts, row.break_ends, row.break_before),)
    return routing.Route(
        shift=str(shift.id),
        leaves=leaves,
        returns=row.returns,
        stops=tuple(stop.as_planned() for stop in stops),
        breaks=breaks,
        drive_home=timedelta(seconds=row.drive_home_s),
    )


def _whole_day(today: HubDay, travel: routing.TravelTimes) -> routing.Problem:
    """The day with everything in it, history too; locks and wishes do not matter to the clock."""
    return routing.Problem(
        hub=routing.Hub(str(today.hub.id), today.hub.place),
        shifts=tuple(
            shift.for_planner(today.concierges[shift.concierge_id])
            for shift in today.shifts.values()
        ),
        visits=tuple(
            today.orders[stop.order_id].for_planner(
                today.addresses[stop.order_id], (routing.Window(stop.opens, stop.closes),)
            )
            for stop in today.stops.values()
        ),
        travel=today.hub.on_its_roads(travel),
    )
