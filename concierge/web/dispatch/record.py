"""What the house wrote down of an order: for whoever has to look into it."""

from uuid import UUID

from litestar import get
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath

from concierge.desk.order_record import OrderRecord, order_record
from concierge.model.refusals import Missing
from concierge.web.doors import Asked, doors
from concierge.web.session import me

from .day import READS


@get(
    "/api/dispatch/orders/{order_id:uuid}/record",
    operation_id="OrderRecord",
    tags=["dispatch"],
    responses=READS,
)
async def record(request: Asked, order_id: FromPath[UUID]) -> OrderRecord:
    """Its pieces, holds, operations and ledger, and what a check says of its day's plan.

    Raises:
        Missing: there is no such order, or it is another hub's.
    """
    house = doors(request)
    found = await order_record(house.engine, house.roads, order_id)
    if not me(request).works_at(found.hub):
        raise Missing("There is no such order.")
    return found


handlers: list[BaseRouteHandler] = [record]
