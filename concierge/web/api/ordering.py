"""Ordering a visit as JSON: addresses, windows, orders, and the way to the card page."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody, QueryParameter

from concierge.desk.address_book import (
    Line,
    Note,
    SavedAddress,
    saved_address,
    saved_addresses,
)
from concierge.desk.ask_fees import FeesAsked, fees_asked
from concierge.desk.become_client import Who
from concierge.desk.book_visit import windows_for
from concierge.desk.charge_later import answer
from concierge.desk.choose_pieces import choose_again
from concierge.desk.find_address import find_address
from concierge.desk.give_back import give_back
from concierge.desk.give_up_order import cancel_order
from concierge.desk.list_orders import OrderRow, list_orders
from concierge.desk.offer_windows import DayOffer
from concierge.desk.show_order import OrderShown, her_order, show_order
from concierge.desk.tell_arrival import tell_arrival
from concierge.model import MOST_PIECES
from concierge.model.refusals import SignInNeeded
from concierge.store.clock import now
from concierge.store.transaction import transaction
from concierge.web.client.ordering import (
    MOST_WINDOWS,
    AddressAsked,
    card_page_of,
    order_visit,
    whereabouts,
    window_of,
)
from concierge.web.doors import Asked, doors
from concierge.web.garments import address as picture
from concierge.web.session import client_of, me, visit_of
from concierge.web.show import words_for

from .said import BUSY, FOR_SHOPPERS, NOT_HERS, NOT_MEANT, READ_BADLY, SIGN_IN, no

TAGS = ["orders"]
MOST_MINOR = 2**31 - 1
"""What an amount can be."""
Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class AddressSearch(msgspec.Struct, frozen=True):
    """What she typed so far. Posted, so that no address is ever part of a URL."""

    words: Line


class AddressFound(msgspec.Struct, frozen=True):
    """An address she may mean. `approximate`: the house was placed along its street by number."""

    line: str
    near: str | None
    longitude: float
    latitude: float
    approximate: bool


class Address(msgspec.Struct, frozen=True):
    """One of her addresses by `id`, or a `line` just as it was suggested."""

    id: UUID | None = None
    line: Line = ""
    detail: Line = ""
    access: Note = ""

    def asked(self) -> AddressAsked:
        """As ordering takes it."""
        return AddressAsked(self.id, self.line, self.detail, self.access)


class WindowSearch(msgspec.Struct, frozen=True):
    """Where the selection shall be brought."""

    address: Address


class WindowsOffered(msgspec.Struct, frozen=True):
    """What can be promised just now. `estimated` when drive times come from no road engine.

    `fees` is what a visit that falls through costs, if anything: she reads it before she orders.
    """

    hub: str
    minutes: int
    estimated: bool
    days: list[DayOffer]
    fees: FeesAsked | None


class WindowWanted(msgspec.Struct, frozen=True):
    """A window as it was offered."""

    opens: Moment
    closes: Moment


class OrderAsked(msgspec.Struct, frozen=True):
    """One window is promised at once; of several we choose one by the evening before.

    `who` is needed from newcomers alone, `fees` where a late cancellation or an absence costs
    something: it is `WindowsOffered.fees.agreed`, once she has read its words.
    """

    windows: Annotated[list[WindowWanted], msgspec.Meta(min_length=1, max_length=MOST_WINDOWS)]
    address: Address
    who: Who | None = None
    fees: Annotated[str, msgspec.Meta(max_length=60, pattern="^[^\u0000]*$")] = ""


class OrderTaken(msgspec.Struct, frozen=True):
    """Her order, and where she gives her card; None while the payments provider is silent.

    `csrf` is the visit's token from here on: a newcomer was just signed in.
    """

    order: OrderShown
    card_page: str | None
    csrf: str


class PieceAnswer(msgspec.Struct, frozen=True):
    """Whether she agrees to pay `minor`, the amount she read, for a damaged or missing piece."""

    agrees: bool
    minor: Annotated[int, msgspec.Meta(ge=1, le=MOST_MINOR)]


class GivesBack(msgspec.Struct, frozen=True):
    """Which pieces she gives back, by `OrderedPiece.line`."""

    lines: Annotated[list[UUID], msgspec.Meta(min_length=1, max_length=MOST_PIECES)]


class CardPageOpened(msgspec.Struct, frozen=True):
    """Where she gives her card; None while the payments provider is silent: ask again."""

    url: str | None


@post(
    "/api/address-searches",
    operation_id="SearchAddress",
    tags=TAGS,
    status_code=200,
    responses={**READ_BADLY, **NOT_MEANT},
)
async def search_address(request: Asked, data: JSONBody[AddressSearch]) -> list[AddressFound]:
    """Addresses she may mean, likeliest first; slips and accents are forgiven."""
    async with transaction(doors(request).engine) as session:
        found = await find_address(session, data.words)
    return [
        AddressFound(
            each.line, each.near, each.place.longitude, each.place.latitude, each.approximate
        )
        for each in found
    ]


@get("/api/addresses", operation_id="Addresses", tags=TAGS, responses=SIGN_IN)
async def addresses(request: Asked) -> list[SavedAddress]:
    """Her addresses, the newest first."""
    async with transaction(doors(request).engine) as session:
        return await saved_addresses(session, me(request).client_id)


@post(
    "/api/window-searches",
    operation_id="SearchWindows",
    tags=TAGS,
    status_code=200,
    responses={
        **READ_BADLY,
        **NOT_MEANT,
        **NOT_HERS,
        409: no("No hub has all of these pieces."),
        422: no("The selection is empty, or we do not drive there."),
        **BUSY,
    },
)
async def search_windows(request: Asked, data: JSONBody[WindowSearch]) -> WindowsOffered:
    """Every window of every open day, promised only where route, skill and stock all fit."""
    house, asking = doors(request), me(request)
    where = await whereabouts(request, data.address.asked())
    if where.found is not None:
        place = where.found.place
    else:
        async with transaction(house.engine) as session:
            saved = await saved_address(session, asking.client_id, where.saved)
        place = saved.place
    offered = await windows_for(
        house.engine,
        house.roads,
        asking.selection_id,
        place,
        language=words_for(request).language,
        client_id=asking.client_id,
        ready=house.days,
    )
    return WindowsOffered(
        offered.hub.name,
        offered.shape.minutes,
        offered.estimated,
        list(offered.days),
        fees_asked(offered.hub, words_for(request)),
    )


@post(
    "/api/orders",
    operation_id="Order",
    tags=TAGS,
    responses={
        **READ_BADLY,
        **NOT_MEANT,
        **NOT_HERS,
        409: no("The window or a piece went to somebody else, or she did not read the fees."),
        422: no("The selection is empty, or we do not drive there."),
        429: no("Too many of her visits wait for a card already."),
        **BUSY,
    },
)
async def order(request: Asked, data: JSONBody[OrderAsked]) -> OrderTaken:
    """Order the selection: place and pieces are held while she gives her card."""
    placed = await order_visit(
        request,
        who=data.who,
        where=await whereabouts(request, data.address.asked()),
        windows=[window_of(window.opens, window.closes) for window in data.windows],
        fees=data.fees,
    )
    page = await card_page_of(request, placed.id, placed.client_id)
    shown = await _shown(request, placed.id, placed.client_id)
    return OrderTaken(shown, page, visit_of(request).csrf)


@get("/api/orders", operation_id="Orders", tags=TAGS, responses=SIGN_IN)
async def orders(request: Asked) -> list[OrderRow]:
    """Her orders, the newest first."""
    async with transaction(doors(request).engine) as session:
        return await list_orders(session, client_of(request), picture=picture)


@get(
    "/api/orders/{order_id:uuid}",
    operation_id="ShowOrder",
    tags=TAGS,
    responses={**NOT_HERS, **FOR_SHOPPERS},
)
async def one(request: Asked, order_id: FromPath[UUID]) -> OrderShown:
    """An order: what is promised, what is held, and the receipt once there is one."""
    return await _shown(request, order_id, me(request).client_id)


@post(
    "/api/orders/{order_id:uuid}/card-pages",
    operation_id="OpenCardPage",
    tags=TAGS,
    status_code=200,
    responses={**NOT_MEANT, **NOT_HERS, 409: no("The order needs no card now.")},
)
async def card_page(request: Asked, order_id: FromPath[UUID]) -> CardPageOpened:
    """The order's card page; asking again gives the same."""
    return CardPageOpened(await card_page_of(request, order_id, me(request).client_id))


@post(
    "/api/orders/{order_id:uuid}/cancellations",
    operation_id="CancelOrder",
    tags=TAGS,
    responses={
        **READ_BADLY,
        **NOT_MEANT,
        **NOT_HERS,
        409: no("The visit has begun, is over, or calling it off costs more than `fee`."),
        **BUSY,
    },
)
async def cancel(
    request: Asked,
    order_id: FromPath[UUID],
    fee: Annotated[int, QueryParameter(ge=0, le=MOST_MINOR)] = 0,
) -> OrderShown:
    """Call a coming visit off: place and pieces are free, her money is released.

    `fee` is what she was told it costs, `OrderShown.late_fee` in minor units.
    """
    house, asking = doors(request), me(request)
    async with transaction(house.engine) as session:
        await her_order(session, order_id, asking.client_id)
    await cancel_order(
        house.engine, house.gateway, house.roads, order_id, by=asking.who, agreed_minor=fee
    )
    return await _shown(request, order_id, asking.client_id)


@post(
    "/api/orders/{order_id:uuid}/give-backs",
    operation_id="GiveBack",
    tags=TAGS,
    responses={
        **READ_BADLY,
        **NOT_MEANT,
        **NOT_HERS,
        409: no("The visit is not over, or the time for it is."),
    },
)
async def change_mind(
    request: Asked, order_id: FromPath[UUID], data: JSONBody[GivesBack]
) -> OrderShown:
    """Bring kept pieces back to the hub within the time; they are paid back once inspected."""
    house, asking = doors(request), me(request)
    async with transaction(house.engine) as session:
        await her_order(session, order_id, asking.client_id)
    await give_back(house.engine, order_id, data.lines, asking.who)
    return await _shown(request, order_id, asking.client_id)


@post(
    "/api/orders/{order_id:uuid}/pieces/{disposition_id:uuid}/answers",
    operation_id="AnswerAboutPiece",
    tags=TAGS,
    responses={
        **READ_BADLY,
        **NOT_MEANT,
        **NOT_HERS,
        409: no("Nothing is asked, or another amount than she read."),
    },
)
async def answer_about_piece(
    request: Asked,
    order_id: FromPath[UUID],
    disposition_id: FromPath[UUID],
    data: JSONBody[PieceAnswer],
) -> OrderShown:
    """Agree to pay what is asked for a damaged or missing piece, to the card she left; or not."""
    asking = me(request)
    await answer(
        doors(request).engine, order_id, disposition_id, agrees=data.agrees, minor=data.minor,
        client_id=asking.client_id, words=words_for(request),
    )  # fmt: skip
    return await _shown(request, order_id, asking.client_id)


@post(
    "/api/orders/{order_id:uuid}/selections",
    operation_id="ChooseAgain",
    tags=TAGS,
    status_code=204,
    responses={**NOT_MEANT, **NOT_HERS},
)
async def again(request: Asked, order_id: FromPath[UUID]) -> None:
    """Put an order's pieces back into the selection; what travels no more is left out."""
    asking = me(request)
    async with transaction(doors(request).engine) as session:
        await her_order(session, order_id, asking.client_id)
        await choose_again(session, _known(asking.session_id), order_id, now=await now(session))


async def _shown(request: Asked, order_id: UUID, client_id: UUID | None) -> OrderShown:
    house = doors(request)
    async with transaction(house.engine) as session:
        shown = await show_order(
            session, order_id, client_id, now=await now(session), picture=picture
        )
    return await tell_arrival(house.engine, house.roads, shown)


def _known(who: UUID | None) -> UUID:
    if who is None:
        raise SignInNeeded("Sign in first.")
    return who


handlers: list[BaseRouteHandler] = [
    search_address,
    addresses,
    search_windows,
    order,
    orders,
    one,
    card_page,
    cancel,
    change_mind,
    answer_about_piece,
    again,
]
