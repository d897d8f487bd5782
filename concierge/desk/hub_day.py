"""A hub's day as it stands: who works, who is promised what, and the plan in force.

What has begun is history: a stop someone has set out to, or served, is not planned again. The
planner sees what is left of each shift, from where and when its concierge is free.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

import routing
from concierge.model import (
    STANDING,
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
    Shift,
    Step,
    Stop,
    VisitLock,
    VisitStep,
)

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

    @property
    def version(self) -> int:
        """The version of the plan in force."""
        return self.plan_row.version

    def stops_of(self, shift_id: UUID) -> list[Stop]:
        """A shift's stops in driving order."""
        mine = (stop for stop in self.stops.values() if stop.shift_id == shift_id)
        return sorted(mine, key=lambda stop: stop.sequence)

    def begun(self, stop: Stop) -> bool:
        """Whether somebody has set out to this stop, or served it: it is not planned again."""
        served = self.orders[stop.order_id].state in SERVED
        return served or stop.order_id in self.steps or stop.departs <= self.now

    def history_of(self, shift_id: UUID) -> list[Stop]:
        """The stops of a shift up to the last one that has begun."""
        stops = self.stops_of(shift_id)
        last = max((at for at, stop in enumerate(stops) if self.begun(stop)), default=-1)
        return stops[: last + 1]

    def history(self) -> set[UUID]:
        """The orders that are history on this day."""
        return {stop.order_id for shift in self.shifts for stop in self.history_of(shift)}

    def places(self) -> list[routing.Place]:
        """Every place the day drives to or from."""
        return [self.hub.place, *(self.addresses[each.id].place for each in self.orders.values())]

    def known_to(self, client_id: UUID) -> frozenset[str]:
        """The shifts today whose concierge this client knows."""
        known = self.familiar.get(client_id, set())
        return frozenset(
            str(shift.id) for shift in self.shifts.values() if shift.concierge_id in known
        )

    def visit(
        self, order: Order, windows: Sequence[routing.Window] | None = None
    ) -> routing.Visit:
        """An order as the planner sees it today."""
        lock = self.locks.get(order.id)
        stop = self.stops.get(order.id)
        return order.for_planner(
            self.addresses[order.id],
            tuple(windows or self.windows_of(order)),
            name=self.clients[order.client_id].shown_as,
            known_to=self.known_to(order.client_id),
            planned_on=str(stop.shift_id) if stop else None,
            lock=routing.Lock(str(lock.shift_id)) if lock else None,
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
            travel=travel,
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
                routes.append(timed or self._as_written(shift, stops))
        placed = {stop.visit for route in routes for stop in route.stops}
        unplanned = [self._left_out(visit) for visit in asked.values() if visit.id not in placed]
        return routing.Plan(
            routes=tuple(routes),
            unplanned=tuple(unplanned),
            cost=routing.price(problem, routes, unplanned),
            words=self.plan_row.words,
        )

    def _left_out(self, visit: routing.Visit) -> routing.Unplanned:
        leftover = self.leftovers.get(UUID(visit.id))
        if leftover is None:
            words = "This visit is new; it has not been planned yet."
            return routing.Unplanned(visit.id, routing.Reason.WINDOWS_FULL, words)
        return routing.Unplanned(visit.id, routing.Reason(leftover.reason), leftover.words)

    def _rest_of(self, shift: Shift) -> routing.Shift | None:
        """What is left of a shift: from where and when its concierge is free."""
        whole = shift.for_planner(self.concierges[shift.concierge_id])
        history = self.history_of(shift.id)
        starts = max(shift.starts, self.now)
        if history:
            starts = max(starts, history[-1].ends)
        rest_taken = False
        route = self.routes.get(shift.id)
        if route and route.break_starts and route.break_ends and route.break_before is not None:
            before_history = route.break_before < len(history)
            rest_taken = before_history or route.break_starts <= starts
            if rest_taken and not before_history:
                starts = max(starts, route.break_ends)
        if starts >= shift.ends:
            return None
        breaks = () if rest_taken else tuple(b for b in whole.breaks if b.window.closes >= starts)
        return routing.Shift(
            id=whole.id,
            name=whole.name,
            starts=starts,
            ends=whole.ends,
            capacity=max(
                0, whole.capacity - sum(self.orders[stop.order_id].load for stop in history)
            ),
            skills=whole.skills,
            breaks=breaks,
            starts_from=self.addresses[history[-1].order_id].place if history else None,
        )

    def _as_written(self, shift: routing.Shift, stops: Sequence[Stop]) -> routing.Route:
        """A route whose times no longer hold on today's roads, as it was written."""
        row = self.routes[UUID(shift.id)]
        return routing.Route(
            shift=shift.id,
            leaves=stops[0].departs,
            returns=row.returns,
            stops=tuple(stop.as_planned() for stop in stops),
            drive_home=timedelta(seconds=row.drive_home_s),
        )


async def read_day(session: AsyncSession, hub: Hub, day: date, now: datetime) -> HubDay:
    """One hub's day as it stands."""
    return (await read_days(session, hub, [day], now))[0]


async def read_days(
    session: AsyncSession, hub: Hub, days: Sequence[date], now: datetime
) -> list[HubDay]:
    """Several days of a hub, in as many questions as one."""
    rows = await session.exec(
        select(DayPlan).where(DayPlan.hub_id == hub.id, col(DayPlan.day).in_(days))
    )
    plans = {row.day: row for row in rows}
    blank = {day: DayPlan(hub_id=hub.id, day=day, changed_at=now) for day in days}
    found = {day: HubDay(hub, day, now, plans.get(day) or blank[day]) for day in days}
    await _read_shifts(session, hub, found)
    await _read_orders(session, hub, found)
    await _read_plans(session, hub, found)
    return [found[day] for day in days]


async def _read_shifts(session: AsyncSession, hub: Hub, found: dict[date, HubDay]) -> None:
    rows = await session.exec(
        select(Shift, Concierge)
        .join(Concierge, col(Concierge.id) == col(Shift.concierge_id))
        .where(
            Shift.hub_id == hub.id,
            col(Shift.day).in_(found.keys()),
            col(Concierge.active).is_(True),
        )
        .order_by(col(Shift.starts), col(Concierge.name))
    )
    for shift, concierge in rows:
        found[shift.day].shifts[shift.id] = shift
        found[shift.day].concierges[concierge.id] = concierge


async def _read_orders(session: AsyncSession, hub: Hub, found: dict[date, HubDay]) -> None:
    rows = await session.exec(
        select(Order, Address, Client)
        .join(Address, col(Address.id) == col(Order.address_id))
        .join(Client, col(Client.id) == col(Order.client_id))
        .where(
            Order.hub_id == hub.id,
            col(Order.day).in_(found.keys()),
            col(Order.state).in_([*STANDING, OrderState.SETTLED]),
        )
        .order_by(col(Order.id))
    )
    for order, address, client in rows:
        if order.day is not None:
            found[order.day].orders[order.id] = order
            found[order.day].addresses[order.id] = address
            found[order.day].clients[client.id] = client
    await _read_around(session, {each: day for day in found.values() for each in day.orders})
    clients = {order.client_id for day in found.values() for order in day.orders.values()}
    familiar = await who_knows_whom(session, clients)
    for day in found.values():
        day.familiar = familiar


async def _read_around(session: AsyncSession, days: dict[UUID, HubDay]) -> None:
    """What hangs on the orders: wishes, locks and steps, by order id."""
    ids = list(days)
    for wish in await session.exec(select(OrderWish).where(col(OrderWish.order_id).in_(ids))):
        days[wish.order_id].wishes.setdefault(wish.order_id, []).append(wish)
    for lock in await session.exec(select(VisitLock).where(col(VisitLock.order_id).in_(ids))):
        days[lock.order_id].locks[lock.order_id] = lock
    for step in await session.exec(select(VisitStep).where(col(VisitStep.order_id).in_(ids))):
        steps = days[step.order_id].steps.setdefault(step.order_id, {})
        steps[step.step] = min(step.at, steps.get(step.step, step.at))


async def who_knows_whom(session: AsyncSession, clients: Iterable[UUID]) -> dict[UUID, set[UUID]]:
    """The concierges who have visited each of these clients before."""
    rows = await session.exec(
        select(Order.client_id, Stop.concierge_id)
        .join(Stop, col(Stop.order_id) == col(Order.id))
        .where(col(Order.client_id).in_(list(clients)), Order.state == OrderState.SETTLED)
        .distinct()
    )
    known: dict[UUID, set[UUID]] = defaultdict(set)
    for client_id, concierge_id in rows:
        known[client_id].add(concierge_id)
    return dict(known)


async def _read_plans(session: AsyncSession, hub: Hub, found: dict[date, HubDay]) -> None:
    days = list(found)
    routes = select(PlanRoute).where(PlanRoute.hub_id == hub.id, col(PlanRoute.day).in_(days))
    for route in await session.exec(routes):
        found[route.day].routes[route.shift_id] = route
    stops = select(Stop).where(Stop.hub_id == hub.id, col(Stop.day).in_(days))
    for stop in await session.exec(stops):
        if stop.order_id in found[stop.day].orders:
            found[stop.day].stops[stop.order_id] = stop
    leftovers = select(Leftover).where(Leftover.hub_id == hub.id, col(Leftover.day).in_(days))
    for leftover in await session.exec(leftovers):
        found[leftover.day].leftovers[leftover.order_id] = leftover


def _without_lost_lock(visit: routing.Visit, working: set[str]) -> routing.Visit:
    """The same visit; a lock to somebody who no longer works today holds nothing."""
    if visit.lock is None or visit.lock.shift in working:
        return visit
    return replace(visit, lock=None)
