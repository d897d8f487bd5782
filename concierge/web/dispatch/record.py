"""What the house wrote down of an order: for whoever has to look into it."""

from uuid import UUID

from litestar import get
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath

from concierge.desk.order_record import OrderRecord, order_record
from concierge.web.doors import Asked, doors

from .day import READS


@get(
    "/api/dispatch/orders/{order_id:uuid}/record",
    operation_id="OrderRecord",
    tags=["dispatch"],
    responses=READS,
)
async def record(request: Asked, order_id: FromPath[UUID]) -> OrderRecord:
    """Its pieces, holds, operations and ledger, and what a check says of its day's plan."""
    house = doors(request)
    return await order_record(house.engine, house.roads, order_id)


handlers: list[BaseRouteHandler] = [record]
