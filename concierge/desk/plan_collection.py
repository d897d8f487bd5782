"""She gives pieces back and we fetch them: the windows she may choose, and the promise.

A collection is a visit like any other, to the planner, the board, the phone and her page. Only no
money hangs on it, and nothing is packed for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

import payments
import routing
from concierge.maps.travel import Roads
from concierge.model import (
    STANDING,
    Address,
    GiveBack,
    GivenPiece,
    Hub,
    Order,
    OrderLine,
    OrderState,
    Piece,
    Style,
    Variant,
)
from concierge.model.refusals import Missing, TooLate, WrongStep
from concierge.model.visit_shape import shape_of_collection
from concierge.store.clock import now
from concierge.store.log import audit, tell
from concierge.store.transaction import lock_order, transaction

from .find_room import Room
from .give_back import chosen_to_give_back, file_give_back, may_bring_until
from .hub_day import HubDay
from .keep_plan import keep_plan
from .offer_windows import Offered, Settled, Wanted, choose_hub, offer_windows
from .place_order import book_in_one, new_reference, still_offered, take_place
from .plan_words import Change
from .ready_days import ReadyDays
from .write_letter import Letter, write_letter


@dataclass(frozen=True, slots=True)
class Coming:
    """What we are to fetch: a give-back filed before, or `lines` that are filed with its hour."""

    filed: UUID | None = None
    lines: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class _ToCollect:
    """What she gives back, until when, where it is, and what fetching it asks of a day.

    `filed` is its give-back, if there is one already.
    """

    kept: Order
    filed: UUID | None
    until: datetime
    lines: Sequence[OrderLine]
    wanted: Wanted


async def collection_windows(
    engine: AsyncEngine,
    roads: Roads,
    order_id: UUID,
    coming: Coming,
    *,
    ready: ReadyDays | None = None,
    near: date | None = None,
) -> Offered:
    """The windows in which these pieces can be fetched where they were tried, while there is time.

    Raises:
        Missing: the order has no such give-back.
        BadRequest: no piece was chosen, or one that is not hers to give back.
        TooLate: the pieces are with us already, or the time to give them back is over.
        WrongStep: they are to be collected already.
        NotCovered: we do not drive there any more.
    """
    async with transaction(engine) as session:
        asked = await _to_collect(session, order_id, coming, await now(session))
    offered = await offer_windows(engine, roads, asked.wanted, ready=ready, near=near)
    last = offered.hub.day_of(asked.until)
    return replace(offered, days=tuple(day for day in offered.days if day.day < last))


async def plan_collection(
    engine: AsyncEngine,
    roads: Roads,
    order_id: UUID,
    coming: Coming,
    window: routing.Window,
    *,
    by: str,
) -> Order:
    """Promise her a window in which we fetch what she gives back; the visit, with its place.

    Raises:
        Missing: the order has no such give-back.
        BadRequest: no piece was chosen, or one that is not hers to give back.
        TooLate: the pieces are with us already, or the time to give them back is over by then.
        WrongStep: they are to be collected already.
        NotCovered: we do not drive there any more.
        WindowTaken: the window can be promised no more.
        BadRequest: it is none of ours.
    """
    async with transaction(engine) as session:
        moment = await now(session)
        asked = await _to_collect(session, order_id, coming, moment)
    hub = await choose_hub(engine, roads, asked.wanted)
    offered = still_offered(hub, [window], moment)
    book = partial(_book, order_id=order_id, coming=coming, by=by)
    return await book_in_one(engine, roads, hub, asked.wanted, offered, book)


async def open_collection(session: AsyncSession, give_back_id: UUID) -> Order | None:
    """The visit that is to fetch these pieces, if one is."""
    rows = await session.exec(
        select(Order).where(Order.collects == give_back_id, col(Order.state).in_(STANDING))
    )
    return rows.first()


async def _book(
    session: AsyncSession,
    day: HubDay,
    travel: routing.TravelTimes,
    *,
    order_id: UUID,
    coming: Coming,
    by: str,
    windows: Sequence[routing.Window],
    room: Room | None = None,
) -> Order:
    """Put the visit where it costs least that day; what is not filed yet is filed with it."""
    await lock_order(session, order_id)
    asked = await _to_collect(session, order_id, coming, day.now)
    if day.day >= day.hub.day_of(asked.until):
        raise TooLate("The time to give these pieces back is over by then.")
    kept, back = asked.kept, asked.filed
    if back is None:
        back = (await file_give_back(session, kept, asked.lines, by=by, now=day.now)).id
    visit = Order(
        reference=await new_reference(session), hub_id=kept.hub_id, day=day.day,
        client_id=kept.client_id, address_id=kept.address_id, collects=back,
        state=OrderState.CONFIRMED, standing=payments.Standing.RELEASED, minutes=1, load=0,
        currency=kept.currency, placed_at=day.now, confirmed_at=day.now,
    )  # fmt: skip
    place = await take_place(session, day, travel, visit, asked.wanted, windows, room)
    visit.opens, visit.closes = place.window.opens, place.window.closes
    session.add(visit)
    await session.flush()
    session.add_all(
        OrderLine(
            order_id=visit.id, piece_id=line.piece_id, variant_id=line.variant_id,
            price_minor=line.price_minor, vat_bp=line.vat_bp,
        )
        for line in asked.lines
    )  # fmt: skip
    await session.flush()
    day.orders[visit.id] = visit
    await keep_plan(
        session, day, place.problem, place.plan,
        by=by, why=f"{visit.reference} to collect", change=Change.BOOKED,
    )  # fmt: skip
    await write_letter(session, visit, Letter.CONFIRMED, now=day.now)
    for topic in (f"order:{visit.id}", f"order:{order_id}"):
        await tell(session, topic, "collection", day.now, order=str(visit.id))
    await audit(
        session, who=by, what="collection.plan", subject=f"order:{order_id}", now=day.now,
        collection=str(visit.id), pieces=len(asked.lines),
    )  # fmt: skip
    return visit


async def _to_collect(
    session: AsyncSession, order_id: UUID, coming: Coming, moment: datetime
) -> _ToCollect:
    """See that these pieces are with her and nobody comes for them yet."""
    kept = await session.get_one(Order, order_id, populate_existing=True)
    if coming.filed is None:
        chosen = await chosen_to_give_back(session, kept, coming.lines, moment)
        until = may_bring_until(await session.get_one(Hub, kept.hub_id), moment)
        lines = [line.id for line in chosen]
    else:
        back = await _filed(session, kept, coming.filed, moment)
        until = back.until
        given = await session.exec(
            select(GivenPiece.line_id).where(GivenPiece.give_back_id == back.id)
        )
        lines = list(given)
    rows = await session.exec(
        select(OrderLine, Piece, Style)
        .join(Piece, col(Piece.id) == col(OrderLine.piece_id))
        .join(Variant, col(Variant.id) == col(OrderLine.variant_id))
        .join(Style, col(Style.id) == col(Variant.style_id))
        .where(col(OrderLine.id).in_(lines))
        .order_by(col(OrderLine.id))
    )
    given = rows.all()
    if any(piece.holder != f"client:{kept.client_id}" for _, piece, _ in given):
        raise TooLate("These pieces are with us already.")
    address = await session.get_one(Address, kept.address_id)
    shape = shape_of_collection([style for _, _, style in given])
    wanted = Wanted(
        (), address.place, client_id=kept.client_id, settled=Settled(kept.hub_id, shape)
    )
    return _ToCollect(kept, coming.filed, until, [line for line, _, _ in given], wanted)


async def _filed(
    session: AsyncSession, kept: Order, give_back_id: UUID, moment: datetime
) -> GiveBack:
    """A give-back that still may be fetched."""
    back = await session.get(GiveBack, give_back_id, populate_existing=True)
    if back is None or back.order_id != kept.id:
        raise Missing("Nothing of the kind comes back.")
    if back.inspected_at is not None:
        raise TooLate("These pieces are with us already.")
    if moment >= back.until:
        raise TooLate("The time to give these pieces back is over.")
    if await open_collection(session, give_back_id) is not None:
        raise WrongStep("We collect these pieces already; call that off to choose another time.")
    return back
