"""A piece from the van joins a visit: by its tag, for the client whose door it is."""

import re
from datetime import datetime
from uuid import UUID

import msgspec
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from concierge.model import (
    MOST_PIECES,
    Condition,
    Hub,
    Order,
    OrderLine,
    OrderState,
    Piece,
    PieceState,
    Reservation,
    Style,
    Variant,
    Verdict,
)
from concierge.model.refusals import KeyReused, Missing, PieceTaken, UnknownPiece, WrongStep
from concierge.store.log import audit, tell
from concierge.store.transaction import lock_order

from .free_pieces import whole_day
from .move_pieces import move_pieces
from .show_visit import assigned_stop

IN_THE_VAN = frozenset({PieceState.VAN, PieceState.RETURNING})
"""What a concierge has with her; a piece that came back as new may go to the next client."""
MOST_AT_A_DOOR = 2 * MOST_PIECES
DASHES = re.compile(r"[\u2010-\u2015\u2212]")
"""What a keyboard makes of a hyphen."""


class Addition(msgspec.Struct, frozen=True):
    """A piece by its tag; `id` is the phone's name for adding it."""

    id: UUID
    tag: str


async def add_at_the_door(
    session: AsyncSession,
    order_id: UUID,
    addition: Addition,
    *,
    concierge_id: UUID,
    now: datetime,
) -> bool:
    """Make a piece from the van a line of this order, at its price. False when it was before.

    Raises:
        Missing: the visit is not this concierge's.
        WrongStep: she is not at the door, or the list is confirmed already.
        UnknownPiece: no such piece is in her van as new, or it is among the order's already.
        PieceTaken: it is promised to another client.
        KeyReused: the id came again for another piece or visit.
    """
    await lock_order(session, order_id)
    stop = await assigned_stop(session, order_id, concierge_id)
    order = await session.get(Order, order_id)
    if order is None:
        raise Missing("There is no such visit on your route.")
    piece = await _piece(session, addition.tag)
    before = await session.exec(select(OrderLine).where(OrderLine.added_key == addition.id))
    if (known := before.first()) is not None:
        if piece is None or (known.order_id, known.piece_id) != (order_id, piece.id):
            raise KeyReused("This was added before as something else; nothing changed.")
        return False
    if order.collects is not None:
        raise WrongStep("Nothing is brought to a collection; a visit is booked for it.")
    if order.state is not OrderState.AT_VISIT:
        raise WrongStep("A piece can be added only while you are at her door.")
    who = f"concierge:{concierge_id}"
    if piece is None or (piece.holder, piece.hub_id) != (who, order.hub_id):
        raise UnknownPiece("There is no piece %(tag)s in your van.", tag=addition.tag)
    if piece.state not in IN_THE_VAN:
        raise UnknownPiece("There is no piece %(tag)s in your van.", tag=addition.tag)
    await _refuse_too_many(session, order, piece)
    await _take_over(session, order, piece, now)
    hub, style = await session.get_one(Hub, order.hub_id), await _style(session, piece)
    session.add(
        OrderLine(
            order_id=order.id, piece_id=piece.id, variant_id=piece.variant_id,
            price_minor=style.price_minor, added_at=now, added_key=addition.id,
            vat_bp=hub.vat_bp if style.vat_bp is None else style.vat_bp,
        )
    )  # fmt: skip
    to = (PieceState.WITH_CLIENT, f"client:{order.client_id}")
    move_pieces(session, order.id, [(piece, *to)], by=who, now=now)
    await audit(
        session, who=who, what="piece.add", subject=f"order:{order.id}", now=now,
        tag=piece.tag, price=style.price_minor,
    )  # fmt: skip
    for topic in (f"order:{order.id}", who, f"day:{stop.hub_id}:{stop.day}"):
        await tell(session, topic, "added", now, order=str(order.id), tag=piece.tag)
    await session.flush()
    return True


async def _piece(session: AsyncSession, tag: str) -> Piece | None:
    """The piece with this tag, typed in whichever letters; whoever else would move it waits."""
    meant = col(Piece.tag).in_(spellings(tag))
    rows = await session.exec(select(Piece).where(meant).with_for_update())
    return rows.first()


def spellings(typed: str) -> set[str]:
    """What a tag typed by hand may mean: `mo 39amm` and `MO - 39AMM` are MO-39AMM."""
    parts = DASHES.sub("-", typed).upper().split()
    return {typed.strip(), "".join(parts), "-".join(parts)}


async def _refuse_too_many(session: AsyncSession, order: Order, piece: Piece) -> None:
    lines = (await session.exec(select(OrderLine).where(OrderLine.order_id == order.id))).all()
    if any(line.piece_id == piece.id for line in lines):
        raise UnknownPiece(
            "Piece %(tag)s is on her list already; nothing was added.", tag=piece.tag
        )
    if len(lines) >= MOST_AT_A_DOOR:
        raise WrongStep("There are as many pieces at this door as one list can hold.")


async def _take_over(session: AsyncSession, order: Order, piece: Piece, now: datetime) -> None:
    """Set the piece aside for this order, if nobody else waits for it.

    Whoever tried it earlier today and gave it back as new waits for it no more.
    """
    hub = await session.get_one(Hub, order.hub_id)
    standing = await session.exec(
        select(Reservation, OrderLine)
        .join(
            OrderLine,
            (col(OrderLine.order_id) == col(Reservation.order_id))
            & (col(OrderLine.piece_id) == col(Reservation.piece_id)),
        )
        .where(
            Reservation.piece_id == piece.id,
            col(Reservation.released_at).is_(None),
            Reservation.opens <= now,
            Reservation.closes > now,
        )
    )
    for reservation, line in standing:
        if line.verdict != Verdict.RETURNED:
            raise PieceTaken("Piece %(tag)s is promised to another client.", tag=piece.tag)
        if line.condition not in (None, Condition.AS_NEW):
            raise UnknownPiece(
                "Piece %(tag)s did not come back as new; it is looked at first.", tag=piece.tag
            )
        reservation.released_at = now
    await session.flush()
    _, closes = whole_day(hub, hub.day_of(now))
    session.add(
        Reservation(
            hub_id=order.hub_id, piece_id=piece.id, order_id=order.id, opens=now, closes=closes
        )
    )
    await session.flush()


async def _style(session: AsyncSession, piece: Piece) -> Style:
    variant = await session.get_one(Variant, piece.variant_id)
    return await session.get_one(Style, variant.style_id)
