"""Money after a visit, as a person looks after it: what was not paid, given back, or disputed."""

from uuid import UUID

from litestar import post
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath

from concierge.desk.collect import send_link_again
from concierge.desk.order_hub import refuse_foreign
from concierge.web.doors import Asked, doors
from concierge.web.session import me
from concierge.web.wire import no

from .day import READS

TAGS = ["dispatch"]
ACTS = {**READS, 409: no("It is not at the step this needs.")}


async def hers(request: Asked, order_id: UUID) -> None:
    """Refuse an order of a hub that is not theirs.

    Raises:
        Missing: there is no such order for this colleague.
    """
    await refuse_foreign(doors(request).engine, order_id, me(request).works_at)


@post(
    "/api/dispatch/orders/{order_id:uuid}/payment-links",
    operation_id="SendPaymentLink",
    status_code=204,
    tags=TAGS,
    responses={**ACTS, 429: no("She had the link a moment ago, or as often as we may send it.")},
)
async def send_link(request: Asked, order_id: FromPath[UUID]) -> None:
    """Write to her again with the way to pay what could not be taken, with its time anew."""
    house = doors(request)
    await hers(request, order_id)
    await send_link_again(
        house.engine, order_id, by=me(request).who, base_url=house.settings.base_url
    )


handlers: list[BaseRouteHandler] = [send_link]
