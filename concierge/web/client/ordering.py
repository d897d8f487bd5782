"""What ordering needs from the browser's side, for the pages and for the API alike."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
import structlog

import payments
import routing
from concierge.desk.address_book import resolve_address
from concierge.desk.ask_fees import FeesAgreed
from concierge.desk.become_client import Who
from concierge.desk.book_visit import VisitWish, Whereabouts, book_visit
from concierge.desk.card_pages import check_card_page, open_card_page
from concierge.desk.show_order import her_order
from concierge.desk.sign_in import sign_in_client
from concierge.model import MOST_PIECES, CardPage, Order
from concierge.model.refusals import BadRequest, Missing
from concierge.store.clock import wall
from concierge.store.transaction import transaction
from concierge.web.doors import Asked, doors
from concierge.web.session import Me, me, visit_of
from concierge.web.show import words_for

HOUSE = "Maison Orane"
MOST_WINDOWS = MOST_PIECES
"""The most windows a flexible client may name."""

log = structlog.stdlib.get_logger("concierge.web")


class AddressAsked(msgspec.Struct, frozen=True):
    """Where she wants us: one of her addresses by `id`, or a `line` as we suggested it."""

    id: UUID | None = None
    line: str = ""
    detail: str = ""
    access: str = ""


async def whereabouts(request: Asked, asked: AddressAsked) -> Whereabouts:
    """The place she means.

    Raises:
        BadRequest: the line names no street we know, or several.
    """
    if asked.id is not None:
        return Whereabouts(saved=asked.id)
    async with transaction(doors(request).engine) as session:
        found = await resolve_address(session, asked.line)
    if found is None:
        raise BadRequest("Choose your address among the suggestions.", field="address")
    return Whereabouts(found=found, detail=asked.detail, access=asked.access)


async def order_visit(
    request: Asked,
    *,
    who: Who | None,
    where: Whereabouts,
    windows: Sequence[routing.Window],
    fees: str = "",
) -> Order:
    """Take her order; a newcomer's browser is signed in as the client she just became.

    Raises:
        BadRequest: no window, or too many.
        Refusal: whatever `book_visit` refuses.
    """
    if not 0 < len(windows) <= MOST_WINDOWS:
        raise BadRequest("Choose a window first.")
    house, asking = doors(request), me(request)
    wish = VisitWish(
        selection_id=asking.selection_id,
        client_id=asking.client_id,
        who=None if asking.client_id else who,
        where=where,
        windows=tuple(windows),
        fees=FeesAgreed(fees, words_for(request).language) if fees else None,
    )
    order = await book_visit(house.engine, house.roads, wish, base_url=house.settings.base_url)
    if asking.client_id is None:
        async with transaction(house.engine) as session:
            token = await sign_in_client(
                session, order.client_id, before=asking.session_id, now=wall()
            )
        visit_of(request).turn_into(token)
    return order


async def whose(request: Asked, order_id: UUID) -> Me:
    """Who asks, seen to be whose order it is.

    Raises:
        Missing: there is no such order, or it is somebody else's.
    """
    asking = me(request)
    async with transaction(doors(request).engine) as session:
        await her_order(session, order_id, asking.client_id)
    return asking


async def card_page_of(request: Asked, order_id: UUID, client_id: UUID | None) -> str | None:
    """Where she gives her card; None while the payments provider does not answer.

    Raises:
        Missing: the order is not hers.
        TooLate: its place was given up, or it needs no card any more.
    """
    house = doors(request)
    async with transaction(house.engine) as session:
        await her_order(session, order_id, client_id)
    try:
        return await open_card_page(
            house.engine,
            house.gateway,
            order_id,
            base_url=house.settings.base_url,
            house=HOUSE,
            language=words_for(request).language,
        )
    except payments.Unreachable:
        log.warning("unreachable", what="payments", route="card page")
        return None


async def look_at_card(request: Asked, order_id: UUID, page: str) -> bool:
    """See whether her card is held; False when the provider is silent and the sweep asks again.

    Raises:
        Missing: the page is not this order's.
    """
    house = doors(request)
    async with transaction(house.engine) as session:
        opened = await session.get(CardPage, page)
    if opened is None or opened.order_id != order_id:
        raise Missing("We know no such card page.")
    try:
        await check_card_page(house.engine, house.gateway, page)
    except payments.Unreachable:
        log.warning("unreachable", what="payments", route="back from the card")
        return False
    return True


def window_of(opens: datetime, closes: datetime) -> routing.Window:
    """A window as it was sent.

    Raises:
        BadRequest: it makes no sense.
    """
    try:
        return routing.Window(opens, closes)
    except routing.BadProblem:
        raise BadRequest("We do not offer this window; please choose another.") from None
