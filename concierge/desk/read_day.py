"""Read hubs' days: several of them in as many questions as one."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

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
    Setback,
    Shift,
    Stop,
    VisitLock,
)

from .hub_day import HubDay
from .steps_taken import steps_taken


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
    await _read_setbacks(session, hub, found)
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
    for order_id, steps in (await steps_taken(session, ids)).items():
        days[order_id].steps[order_id] = steps


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


async def _read_setbacks(session: AsyncSession, hub: Hub, found: dict[date, HubDay]) -> None:
    """What has gone wrong and still holds."""
    rows = select(Setback).where(
        Setback.hub_id == hub.id,
        col(Setback.day).in_(found.keys()),
        col(Setback.taken_back_at).is_(None),
    )
    for setback in await session.exec(rows.order_by(col(Setback.at))):
        today = found[setback.day]
        if setback.shift_id in today.shifts:
            today.setbacks.setdefault(setback.shift_id, []).append(setback)
        if setback.order_id is not None:
            today.nobody_opened[setback.order_id] = setback
