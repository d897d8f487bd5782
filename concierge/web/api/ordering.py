"""Ordering a visit as JSON: addresses, windows, and the order with its card page."""

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.handlers import BaseRouteHandler
from litestar.params import JSONBody

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
from concierge.desk.find_address import find_address
from concierge.desk.offer_windows import DayOffer
from concierge.desk.show_order import OrderShown
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
from concierge.web.session import me, visit_of
from concierge.web.show import words_for
from concierge.web.wire import Moment, no

from .orders import TAGS, shown
from .said import BUSY, NOT_HERS, NOT_MEANT, READ_BADLY, SIGN_IN


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
    taken = await shown(request, placed.id, placed.client_id)
    return OrderTaken(taken, page, visit_of(request).csrf)


handlers: list[BaseRouteHandler] = [search_address, addresses, search_windows, order]
