"""A selection becomes an order: the windows it can have, and the booking itself."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, func, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

import routing
from concierge.maps.travel import Roads
from concierge.model import Address, Client, Message, Order, OrderState
from concierge.model.refusals import BadRequest, EmptySelection, TooManyTries
from concierge.store.clock import now
from concierge.store.transaction import transaction

from .address_book import keep_address, saved_address
from .ask_fees import FeesAgreed
from .become_client import Who, become_client, forget_newcomer
from .choose_pieces import chosen_variants, put_back, take_selection
from .find_address import Suggestion
from .offer_windows import Offered, Wanted, offer_windows
from .place_order import OrderRequest, place_order
from .ready_days import ReadyDays
from .write_letter import Letter, write_letter

MOST_UNPAID = 3
"""How many places and rails of pieces one person may keep waiting for her card at once."""


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where she wants us: one of her addresses by its id, or one just found with her notes."""

    saved: UUID | None = None
    found: Suggestion | None = None
    detail: str = ""
    access: str = ""


@dataclass(frozen=True, slots=True)
class VisitWish:
    """Everything an order needs. `who` is asked of newcomers only, `client_id` known of others."""

    selection_id: UUID | None
    client_id: UUID | None
    who: Who | None
    where: Whereabouts
    windows: tuple[routing.Window, ...]
    fees: FeesAgreed | None = None


async def windows_for(
    engine: AsyncEngine,
    roads: Roads,
    selection_id: UUID | None,
    place: routing.Place,
    *,
    language: str,
    client_id: UUID | None,
    ready: ReadyDays | None = None,
    near: date | None = None,
) -> Offered:
    """The windows in which a selection can be brought somewhere; see `offer_windows`.

    Raises:
        EmptySelection: there is nothing to try.
        NotCovered: we do not drive there.
        PieceTaken: no hub has all of these pieces.
    """
    async with transaction(engine) as session:
        variants = await chosen_variants(session, selection_id)
        client = await session.get(Client, client_id) if client_id else None
    spoken = client.language if client else language
    wanted = Wanted(variants, place, spoken, client_id)
    return await offer_windows(engine, roads, wanted, ready=ready, near=near)


async def book_visit(
    engine: AsyncEngine, roads: Roads, wish: VisitWish, *, base_url: str
) -> Order:
    """Take her order: place and pieces are hers while she gives her card.

    All or nothing: when it is refused her selection is as it was, and a newcomer is forgotten.

    Raises:
        EmptySelection: there is nothing to try, or it was ordered a moment ago.
        NotCovered: we do not drive there.
        WindowTaken: none of her windows can be promised any more.
        PieceTaken: a piece went to somebody else.
        BadRequest: her name, her e-mail or the window makes no sense.
        TooManyTries: too many places wait for her card already.
        Missing: the address is not hers.
        FeesNotAgreed: a late cancellation or an absence costs something she has not read.
    """
    async with _taken(engine, wish.selection_id) as variants, _person(engine, wish) as (her, at):
        wanted = Wanted(variants, at.place, her.language, her.id)
        request = OrderRequest(her.id, at.id, wanted, wish.windows, wish.fees)
        order = await place_order(engine, roads, request)
    async with transaction(engine) as session:
        await write_letter(
            session, order, Letter.PLACED, now=await now(session),
            to=wish.who.email.strip().lower() if wish.who else None,
            link=f"{base_url}/orders/{order.id}",
        )  # fmt: skip
    return order


@asynccontextmanager
async def _taken(
    engine: AsyncEngine, selection_id: UUID | None
) -> AsyncGenerator[tuple[UUID, ...]]:
    """Her pieces, taken out of the selection so that pressing twice orders once."""
    async with transaction(engine) as session:
        variants = await take_selection(session, selection_id)
    if not variants:
        raise EmptySelection("Choose at least one piece to try.")
    try:
        yield variants
    except BaseException:
        async with transaction(engine) as session:
            await put_back(session, selection_id, variants)
        raise


@asynccontextmanager
async def _person(engine: AsyncEngine, wish: VisitWish) -> AsyncGenerator[tuple[Client, Address]]:
    """Who orders and where; a newcomer is a client from here on, unless the order is refused."""
    async with transaction(engine) as session:
        moment: datetime = await now(session)
        known = await session.get(Client, wish.client_id) if wish.client_id else None
        await _refuse_hoarding(session, wish)
        client = known or await become_client(session, _told(wish), now=moment)
        where = wish.where
        if where.saved is not None:
            address = await session.get_one(
                Address, (await saved_address(session, client.id, where.saved)).id
            )
        else:
            address = await keep_address(
                session, client.id, _found(where), detail=where.detail, access=where.access
            )
    try:
        yield client, address
    except BaseException:
        if known is None:
            async with transaction(engine) as session:
                await forget_newcomer(session, client.id)
        raise


async def _refuse_hoarding(session: AsyncSession, wish: VisitWish) -> None:
    """Places kept without a card are places that others cannot have."""
    email = wish.who.email.strip().lower() if wish.who else None
    hers = select(Message.order_id).where(
        func.lower(col(Message.email)) == email, col(Message.order_id).is_not(None)
    )
    waiting = await session.exec(
        select(func.count())
        .select_from(Order)
        .where(
            Order.state == OrderState.PLACED,
            or_(col(Order.client_id) == wish.client_id, col(Order.id).in_(hers)),
        )
    )
    if waiting.one() >= MOST_UNPAID:
        raise TooManyTries("Your other visits still wait for a card; finish one of them first.")


def _told(wish: VisitWish) -> Who:
    return wish.who or Who(name="", email="")


def _found(where: Whereabouts) -> Suggestion:
    if where.found is None:
        raise BadRequest("Choose your address among the suggestions.", field="address")
    return where.found
