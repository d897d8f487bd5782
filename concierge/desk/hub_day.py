"""A hub's day as it stands: who works, who is promised what, and the plan in force.

What has begun is history: a stop someone has set out to, or served, is not planned again. The
planner sees what is left of each shift, from where and when its concierge is free.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from uuid import UUID

import routing
from concierge.model import (
    Address,
    Client,
    Concierge,
    DayPlan,
    Hub,
    Leftover,
    Order,
    OrderState,
    OrderWish,
    PlanRoute,
    Setback,
    Shift,
    Step,
    Stop,
    VisitLock,
)

from .visit_steps import began_at, ended_at

SERVED = frozenset({OrderState.AT_VISIT, OrderState.RETURNED, OrderState.SETTLED})


@dataclass(slots=True)
class HubDay:
    """Everything the planner and the board need of one hub's day, read in one go."""

    hub: Hub
    day: date
    now: datetime
    plan_row: DayPlan
    shifts: dict[UUID, Shift] = field(default_factory=dict[UUID, Shift])
    concierges: dict[UUID, Concierge] = field(default_factory=dict[UUID, Concierge])
    orders: dict[UUID, Order] = field(default_factory=dict[UUID, Order])
    addresses: dict[UUID, Address] = field(default_factory=dict[UUID, Address])
    clients: dict[UUID, Client] = field(default_factory=dict[UUID, Client])
    """By client id; what hangs on an order is by order id, what hangs on a shift by shift id."""
    wishes: dict[UUID, list[OrderWish]] = field(default_factory=dict[UUID, list[OrderWish]])
    routes: dict[UUID, PlanRoute] = field(default_factory=dict[UUID, PlanRoute])
    stops: dict[UUID, Stop] = field(default_factory=dict[UUID, Stop])
    leftovers: dict[UUID, Leftover] = field(default_factory=dict[UUID, Leftover])
    locks: dict[UUID, VisitLock] = field(default_factory=dict[UUID, VisitLock])
    steps: dict[UUID, dict[Step, datetime]] = field(
        default_factory=dict[UUID, dict[Step, datetime]]
    )
    familiar: dict[UUID, set[UUID]] = field(default_factory=dict[UUID, set[UUID]])
    """Which concierges a client knows, by client id."""
    setbacks: dict[UUID, list[Setback]] = field(default_factory=dict[UUID, list[Setback]])
    """What has gone wrong with a shift today, by shift id, the oldest first."""
    nobody_opened: dict[UUID, Setback] = field(default_factory=dict[UUID, Setback])
    """The last door that stayed closed to us, by order id."""

    @property
    def version(self) -> int:
        """The version of the plan in force."""
        return self.plan_row.version

    def stops_of(self, shift_id: UUID) -> list[Stop]:
        """A shift's stops in driving order."""
        mine = (stop for stop in self.stops.values() if stop.shift_id == shift_id)
        return sorted(mine, key=lambda stop: stop.sequence)

    def begun(self, stop: Stop) -> bool:
        """Whether somebody has set out to this stop, or served it: it is not planned again.

        What was reported is believed before the clock: a stop whose concierge has gone on to a
        later one waits still, and so does one whose concierge is still at an earlier one. One who
        cannot go on has begun only where she has arrived; where her phone is silent, the clock
        tells.
        """
        if self.orders[stop.order_id].state in SERVED:
            return True
        steps = self.steps.get(stop.order_id, {})
        stopped = min((s.since for s in self._standstills(stop.shift_id)), default=None)
        if stopped is not None and stopped <= self.now:
            arrived = bool(steps.keys() - {Step.EN_ROUTE})
            return arrived or (stop.starts < stopped and not self._held_elsewhere(stop, stopped))
        if steps:
            return True
        before = self._told_of_before(stop)
        free = before is None or self._free_after(before) <= self.now
        return free and stop.departs <= self.now and not self._passed_over(stop)

    def history_of(self, shift_id: UUID) -> list[Stop]:
        """The stops of a shift that have begun, in the order in which they did."""
        begun = (stop for stop in self.stops_of(shift_id) if self.begun(stop))
        return sorted(begun, key=self._began)

    def lost(self, stop: Stop) -> bool:
        """Whether the concierge who has this stop cannot come to it any more."""
        gone = any(each.ends_the_shift for each in self.setbacks.get(stop.shift_id, []))
        return gone and not self.begun(stop)

    def carries(self, order_id: UUID) -> Shift | None:
        """Who has the pieces of a visit nobody opened for in her car: only she can come again.

        Once she goes on no more today, they change hands with all else she carries.
        """
        closed = self.nobody_opened.get(order_id)
        if closed is None or closed.shift_id not in self.shifts:
            return None
        gone = any(each.ends_the_shift for each in self.setbacks.get(closed.shift_id, []))
        return None if gone else self.shifts[closed.shift_id]

    def _free_after(self, stop: Stop) -> datetime:
        """When whoever has this stop goes on: as it was told, or is to be expected after that."""
        steps = self.steps.get(stop.order_id, {})
        if (over := ended_at(self.orders[stop.order_id], steps)) is not None:
            return over
        lasts = stop.ends - stop.starts
        if (began := began_at(steps)) is not None:
            return max(stop.ends, began + lasts)
        if (left := steps.get(Step.EN_ROUTE)) is not None:
            return max(stop.ends, left + timedelta(seconds=stop.drive_s) + lasts)
        return stop.ends

    def _began(self, stop: Stop) -> tuple[datetime, int]:
        steps = self.steps.get(stop.order_id, {})
        return min(steps.values(), default=stop.departs), stop.sequence

    def _passed_over(self, stop: Stop) -> bool:
        """Whether the phone has told of a later stop of this shift, and of this one nothing."""
        return any(
            later.sequence > stop.sequence and self._told_of(later)
            for later in self.stops_of(stop.shift_id)
        )

    def _told_of_before(self, stop: Stop) -> Stop | None:
        """The visit of this shift that was told of last, of those before this one."""
        told = (s for s in self.stops_of(stop.shift_id) if s.sequence < stop.sequence)
        return max((s for s in told if self._told_of(s)), key=self._began, default=None)

    def _held_elsewhere(self, stop: Stop, at: datetime) -> bool:
        """Whether a visit before this one still went on, or was too new, for her to be here."""
        last = self._told_of_before(stop)
        if last is None:
            return False
        over = ended_at(self.orders[last.order_id], self.steps.get(last.order_id, {}))
        return over is None or over + timedelta(seconds=stop.drive_s) > at

    def _told_of(self, stop: Stop) -> bool:
        return stop.order_id in self.steps or self.orders[stop.order_id].state in SERVED

    def _standstills(self, shift_id: UUID) -> list[Setback]:
        return [each for each in self.setbacks.get(shift_id, []) if each.stops_the_shift]

    def history(self) -> set[UUID]:
        """The orders that are history on this day."""
        return {stop.order_id for shift in self.shifts for stop in self.history_of(shift)}

    def places(self) -> list[routing.Place]:
        """Every place the day drives to or from."""
        return [self.hub.place, *(self.addresses[each.id].place for each in self.orders.values())]

    def known_to(self, client_id: UUID) -> frozenset[str]:
        """The shifts today whose concierge this client knows."""
        return self.worked_by(self.familiar.get(client_id, set()))

    def worked_by(self, concierges: Collection[UUID]) -> frozenset[str]:
        """The shifts today of these concierges."""
        return frozenset(
            str(shift.id) for shift in self.shifts.values() if shift.concierge_id in concierges
        )

    def greeting_of(self, shift_id: UUID) -> str:
        """How clients know whoever works this shift."""
        return self.concierges[self.shifts[shift_id].concierge_id].greeting

    def visit(
        self, order: Order, windows: Sequence[routing.Window] | None = None
    ) -> routing.Visit:
        """An order as the planner sees it today."""
        lock = self.locks.get(order.id)
        stop = self.stops.get(order.id)
        carries = self.carries(order.id)
        without = [] if carries is None else [each for each in self.shifts if each != carries.id]
        return order.for_planner(
            self.addresses[order.id],
            tuple(self._here(window) for window in windows or self.windows_of(order)),
            name=self.clients[order.client_id].shown_as,
            known_to=self.known_to(order.client_id),
            planned_on=str(stop.shift_id) if stop else None,
            lock=routing.Lock(str(lock.shift_id)) if lock else None,
            forbidden=frozenset(map(str, without)),
        )

    def windows_of(self, order: Order) -> list[routing.Window]:
        """The promised window, or those she would accept today."""
        if order.window is not None:
            return [order.window]
        wishes = (wish.window for wish in self.wishes.get(order.id, []))
        return [window for window in wishes if self.hub.day_of(window.opens) == self.day]

    def problem(self, travel: routing.TravelTimes) -> routing.Problem:
        """What is left to plan of this day."""
        history = self.history()
        shifts = [left for shift in self.shifts.values() if (left := self._rest_of(shift))]
        working = {shift.id for shift in shifts}
        visits = [
            self.visit(order)
            for order in self.orders.values()
            if order.id not in history and self.windows_of(order)
        ]
        return routing.Problem(
            hub=routing.Hub(str(self.hub.id), self.hub.place),
            shifts=tuple(shifts),
            visits=tuple(_without_lost_lock(visit, working) for visit in visits),
            travel=self.hub.on_its_roads(travel),
        )

    def plan(self, problem: routing.Problem) -> routing.Plan:
        """The rest of the plan in force, as an answer to the rest of the day."""
        asked = {visit.id: visit for visit in problem.visits}
        routes: list[routing.Route] = []
        for shift in problem.shifts:
            stops = [s for s in self.stops_of(UUID(shift.id)) if str(s.order_id) in asked]
            if stops:
                visits = [asked[str(stop.order_id)] for stop in stops]
                timed = routing.time_route(problem, shift, visits)
                routes.append(timed or routing.time_late(problem, shift, visits))
        placed = {stop.visit for route in routes for stop in route.stops}
        unplanned = [self._left_out(visit) for visit in asked.values() if visit.id not in placed]
        return routing.Plan(
            routes=tuple(routes),
            unplanned=tuple(unplanned),
            cost=routing.price(problem, routes, unplanned),
            words=self.plan_row.words,
        )

    def _left_out(self, visit: routing.Visit) -> routing.Unplanned:
        stop = self.stops.get(UUID(visit.id))
        if stop is not None and self.lost(stop):
            who = self.concierges[stop.concierge_id].greeting
            words = f"{who} cannot come any more."
            return routing.Unplanned(visit.id, routing.Reason.BY_HAND, words)
        if (closed := self.nobody_opened.get(UUID(visit.id))) is not None:
            words = f"Nobody opened at {closed.since.astimezone(self.hub.zone):%H:%M}."
            if (carries := self.carries(UUID(visit.id))) is not None:
                words += f" Her pieces are in {self.greeting_of(carries.id)}'s car."
            return routing.Unplanned(visit.id, routing.Reason.BY_HAND, words)
        leftover = self.leftovers.get(UUID(visit.id))
        if leftover is None:
            words = "This visit is new; it has not been planned yet."
            return routing.Unplanned(visit.id, routing.Reason.WINDOWS_FULL, words)
        return routing.Unplanned(visit.id, routing.Reason(leftover.reason), leftover.words)

    def _rest_of(self, shift: Shift) -> routing.Shift | None:
        """What is left of a shift: from where and when its concierge is free."""
        whole = shift.for_planner(self.concierges[shift.concierge_id])
        setbacks = self.setbacks.get(shift.id, [])
        if any(each.ends_the_shift for each in setbacks):
            return None
        history = self.history_of(shift.id)
        starts = max([shift.starts, self.now, *(each.until for each in setbacks if each.until)])
        last = max(history, key=self._free_after, default=None)
        place = self.addresses[last.order_id].place if last else None
        if last:
            starts = max(starts, self._free_after(last))
        went_on = self._began(history[-1])[0] if history else None
        for each in setbacks:
            door = self.addresses.get(each.order_id) if each.order_id else None
            if door is not None and (went_on is None or went_on <= each.since):
                place = door.place
        rest_taken = False
        route = self.routes.get(shift.id)
        if route and route.break_starts and route.break_ends and route.break_before is not None:
            after = self.stops_of(shift.id)[route.break_before :]
            before_history = any(stop in history for stop in after)
            rest_taken = before_history or route.break_starts <= starts
            if rest_taken and not before_history:
                starts = max(starts, route.break_ends)
        if starts >= shift.ends:
            return None
        breaks = () if rest_taken else tuple(b for b in whole.breaks if b.window.closes >= starts)
        breaks = tuple(routing.Break(self._here(b.window), b.lasts) for b in breaks)
        return routing.Shift(
            id=whole.id,
            name=whole.name,
            starts=starts.astimezone(self.hub.zone),
            ends=whole.ends.astimezone(self.hub.zone),
            capacity=max(
                0, whole.capacity - sum(self.orders[stop.order_id].load for stop in history)
            ),
            skills=whole.skills,
            breaks=breaks,
            starts_from=place,
        )

    def _here(self, window: routing.Window) -> routing.Window:
        """The same window on the hub's clock, which the planner's sentences speak."""
        zone = self.hub.zone
        return routing.Window(window.opens.astimezone(zone), window.closes.astimezone(zone))


def _without_lost_lock(visit: routing.Visit, working: set[str]) -> routing.Visit:
    """The same visit; a lock to somebody who no longer works today holds nothing."""
    if visit.lock is None or visit.lock.shift in working:
        return visit
    return replace(visit, lock=None)
