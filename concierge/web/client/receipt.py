"""Her receipt, as a page and as a PDF of the very same lines."""

from uuid import UUID

import msgspec
from litestar import Response, get
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath

from concierge.desk.choose_pieces import count_chosen
from concierge.desk.print_receipt import print_receipt, receipt_sheet
from concierge.desk.show_receipt import Receipt, show_receipt
from concierge.paper.receipt import ReceiptSheet
from concierge.store.transaction import transaction
from concierge.web.doors import Asked, doors
from concierge.web.session import me
from concierge.web.show import show, words_for


class ReceiptPage(msgspec.Struct, frozen=True):
    """The receipt in her words."""

    chosen: int
    order_id: UUID
    sheet: ReceiptSheet


@get("/orders/{order_id:uuid}/receipt", include_in_schema=False)
async def receipt(request: Asked, order_id: FromPath[UUID]) -> Response[str]:
    """Line by line, to read or to print."""
    house, asking = doors(request), me(request)
    async with transaction(house.engine) as session:
        found = await show_receipt(session, order_id, asking.client_id)
        chosen = await count_chosen(session, asking.selection_id)
    sheet = receipt_sheet(found, house.settings.seller, words_for(request))
    return show(request, "client/receipt.html", ReceiptPage(chosen, order_id, sheet))


@get("/orders/{order_id:uuid}/receipt.pdf", include_in_schema=False)
async def receipt_file(request: Asked, order_id: FromPath[UUID]) -> Response[bytes]:
    """The same, to keep."""
    house = doors(request)
    async with transaction(house.engine) as session:
        found: Receipt = await show_receipt(session, order_id, me(request).client_id)
    return Response(
        await print_receipt(found, house.settings.seller, words_for(request)),
        media_type="application/pdf",
        headers={"content-disposition": f'inline; filename="{found.reference}.pdf"'},
    )


handlers: list[BaseRouteHandler] = [receipt, receipt_file]
