"""Giving a known visit its hour, as JSON: a booked one another, a collection its first."""

from uuid import UUID

import msgspec
from litestar import get, post, put
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody

from concierge.desk.move_visit import move_visit, windows_to_move_to
from concierge.desk.offer_windows import DayOffer, Offered
from concierge.desk.plan_collection import Coming, collection_windows
from concierge.desk.show_order import OrderShown
from concierge.web.client.collection import book
from concierge.web.client.ordering import whose, window_of
from concierge.web.doors import Asked, doors
from concierge.web.wire import no

from .ordering import WindowWanted
from .orders import TAGS, shown
from .said import BUSY, FOR_SHOPPERS, NOT_HERS, NOT_MEANT, READ_BADLY


class HoursOffered(msgspec.Struct, frozen=True):
    """What can be promised just now. `estimated` when drive times come from no road engine."""

    hub: str
    minutes: int
    estimated: bool
    days: list[DayOffer]


@get(
    "/api/orders/{order_id:uuid}/windows",
    operation_id="WindowsToMoveTo",
    tags=TAGS,
    responses={
        **NOT_HERS,
        **FOR_SHOPPERS,
        409: no("It is too late to give this visit another hour."),
        422: no("We do not drive there any more."),
        **BUSY,
    },
)
async def windows_to_move(request: Asked, order_id: FromPath[UUID]) -> HoursOffered:
    """Every window in which the same visit can be brought, the one it has aside."""
    house = doors(request)
    await whose(request, order_id)
    offered = await windows_to_move_to(house.engine, house.roads, order_id, ready=house.days)
    return _hours(offered)


@put(
    "/api/orders/{order_id:uuid}/window",
    operation_id="ChooseAnotherHour",
    tags=TAGS,
    responses={
        **READ_BADLY,
        **NOT_MEANT,
        **NOT_HERS,
        409: no("The window or a piece went to somebody else, or it is too late."),
        422: no("We do not drive there any more."),
        **BUSY,
    },
)
async def move(
    request: Asked, order_id: FromPath[UUID], data: JSONBody[WindowWanted]
) -> OrderShown:
    """Give a booked visit another hour. The one it has already changes nothing."""
    house, asking = doors(request), await whose(request, order_id)
    window = window_of(data.opens, data.closes)
    await move_visit(house.engine, house.roads, order_id, window, by=asking.who)
    return await shown(request, order_id, asking.client_id)


@get(
    "/api/orders/{order_id:uuid}/give-backs/{give_back_id:uuid}/windows",
    operation_id="CollectionWindows",
    tags=TAGS,
    responses={
        **NOT_HERS,
        **FOR_SHOPPERS,
        409: no("The pieces are with us already, to be collected already, or it is too late."),
        422: no("We do not drive there any more."),
        **BUSY,
    },
)
async def windows_to_collect(
    request: Asked, order_id: FromPath[UUID], give_back_id: FromPath[UUID]
) -> HoursOffered:
    """Every window in which these pieces can be fetched where they were tried."""
    house = doors(request)
    await whose(request, order_id)
    offered = await collection_windows(
        house.engine, house.roads, order_id, Coming(give_back_id), ready=house.days
    )
    return _hours(offered)


@post(
    "/api/orders/{order_id:uuid}/give-backs/{give_back_id:uuid}/collections",
    operation_id="PlanCollection",
    tags=TAGS,
    responses={
        **READ_BADLY,
        **NOT_MEANT,
        **NOT_HERS,
        409: no("The window went to somebody else, or nobody need come for these pieces."),
        422: no("We do not drive there any more."),
        **BUSY,
    },
)
async def collect(
    request: Asked,
    order_id: FromPath[UUID],
    give_back_id: FromPath[UUID],
    data: JSONBody[WindowWanted],
) -> OrderShown:
    """Promise a window in which we fetch what she gives back. The answer is the visit."""
    asking = await whose(request, order_id)
    visit = await book(request, order_id, Coming(give_back_id), window_of(data.opens, data.closes))
    return await shown(request, visit, asking.client_id)


def _hours(offered: Offered) -> HoursOffered:
    return HoursOffered(
        offered.hub.name, offered.shape.minutes, offered.estimated, list(offered.days)
    )


handlers: list[BaseRouteHandler] = [windows_to_move, move, windows_to_collect, collect]
