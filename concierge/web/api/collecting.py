"""Having what she gives back collected, as JSON: the windows, and the visit that comes for it."""

from uuid import UUID

import msgspec
from litestar import get, post
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody

from concierge.desk.offer_windows import DayOffer
from concierge.desk.plan_collection import Coming, collection_windows
from concierge.desk.show_order import OrderShown, her_order, show_order
from concierge.store.clock import now
from concierge.store.transaction import transaction
from concierge.web.client.collection import book
from concierge.web.client.ordering import window_of
from concierge.web.doors import Asked, doors
from concierge.web.garments import address as picture
from concierge.web.session import me

from .ordering import TAGS, WindowWanted
from .said import BUSY, FOR_SHOPPERS, NOT_HERS, NOT_MEANT, READ_BADLY, no


class CollectionWindows(msgspec.Struct, frozen=True):
    """What can be promised just now. `estimated` when drive times come from no road engine."""

    hub: str
    minutes: int
    estimated: bool
    days: list[DayOffer]


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
async def windows(
    request: Asked, order_id: FromPath[UUID], give_back_id: FromPath[UUID]
) -> CollectionWindows:
    """Every window in which these pieces can be fetched where they were tried."""
    house = doors(request)
    async with transaction(house.engine) as session:
        await her_order(session, order_id, me(request).client_id)
    offered = await collection_windows(
        house.engine, house.roads, order_id, Coming(give_back_id), ready=house.days
    )
    return CollectionWindows(
        offered.hub.name, offered.shape.minutes, offered.estimated, list(offered.days)
    )


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
    house, asking = doors(request), me(request)
    async with transaction(house.engine) as session:
        await her_order(session, order_id, asking.client_id)
    visit = await book(request, order_id, Coming(give_back_id), window_of(data.opens, data.closes))
    async with transaction(house.engine) as session:
        return await show_order(
            session, visit, asking.client_id, now=await now(session), picture=picture
        )


handlers: list[BaseRouteHandler] = [windows, collect]
