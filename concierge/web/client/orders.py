"""An order's page, from the card to the receipt."""

from uuid import UUID

from litestar import get
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath
from litestar.response import Redirect

from concierge.desk.show_order import her_order
from concierge.store.transaction import transaction
from concierge.web.doors import Asked, doors
from concierge.web.session import me

from .ordering import look_at_card


@get("/orders/{order_id:uuid}/card/{page:str}", include_in_schema=False)
async def back_from_card(
    request: Asked, order_id: FromPath[UUID], page: FromPath[str]
) -> Redirect:
    """She comes back from the card page: look how far she got, then show her order."""
    async with transaction(doors(request).engine) as session:
        await her_order(session, order_id, me(request).client_id)
    await look_at_card(request, order_id, page)
    return Redirect(f"/orders/{order_id}", status_code=303)


handlers: list[BaseRouteHandler] = [back_from_card]
