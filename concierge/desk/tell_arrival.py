"""Tell a client between which moments her concierge comes, once that is worth knowing."""

import asyncio
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncEngine

import routing
from concierge.maps.travel import Roads
from concierge.model import Hub, Order, Stop
from concierge.store import clock
from concierge.store.transaction import transaction

from .expect_arrivals import Between
from .expect_stops import expect_route, travel_of
from .hub_day import HubDay
from .read_day import read_day
from .show_order import OrderShown, Stage

AWAITED = frozenset({Stage.CONFIRMED, Stage.ON_THE_WAY})


async def tell_arrival(engine: AsyncEngine, roads: Roads, shown: OrderShown) -> OrderShown:
    """The same order with when she comes, while hers is the visit under way or the next one.

    Sooner the plan may still change, and her window is the promise. Nothing is told either while
    something has gone wrong with the route. Never inside a transaction: it waits for the roads.
    """
    if shown.stage not in AWAITED:
        return shown
    async with transaction(engine) as session:
        stop = await session.get(Stop, shown.id)
        if stop is None:
            return shown
        now = await clock.now(session)
        order = await session.get_one(Order, shown.id)
        hub = await session.get_one(Hub, order.hub_id)
        if stop.day != hub.day_of(now):
            return shown
        today = await read_day(session, hub, stop.day, now)
    if not _is_next(today, shown.id):
        return shown
    travel = await travel_of(roads, today)
    between = await asyncio.to_thread(_between, today, travel, shown.id)
    return msgspec.structs.replace(shown, between=between)


def _is_next(today: HubDay, order_id: UUID) -> bool:
    """Whether it has begun, or is the next on a route that has."""
    stop = today.stops.get(order_id)
    if stop is None or today.setbacks.get(stop.shift_id):
        return False
    if today.begun(stop):
        return True
    history = today.history_of(stop.shift_id)
    ahead = [each for each in today.stops_of(stop.shift_id) if each not in history]
    return bool(history) and ahead[0] is stop


def _between(today: HubDay, travel: routing.TravelTimes, order_id: UUID) -> Between | None:
    route = expect_route(today, travel, today.stops[order_id].shift_id)
    seen = next(each for each in route.stops if each.stop.order_id == order_id)
    return seen.coming.between if seen.coming else None
