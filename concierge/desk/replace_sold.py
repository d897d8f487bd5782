"""A piece that will not come back may have been promised on: whoever waits gets another."""

from collections.abc import Collection
from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from concierge.model import Hub, Order, OrderLine, Piece, PieceState, Reservation
from concierge.model.told import says

from .free_pieces import read_stock
from .settle import open_case

SOLD = "Piece %(tag)s was sold; order %(order)s was promised it."
BECAME = {
    PieceState.REPAIR: "Piece %(tag)s is damaged; order %(order)s was promised it.",
    PieceState.LOST: "Piece %(tag)s is missing; order %(order)s was promised it.",
}


async def replace_sold(
    session: AsyncSession, order: Order, sold: Collection[Piece], now: datetime
) -> None:
    """Set another piece of the same variant aside for every later order promised one of these.

    Where the hub has no other free that day, it becomes a case for a person.
    """
    promised = await session.exec(
        select(Reservation, Order, Piece)
        .join(Order, col(Order.id) == col(Reservation.order_id))
        .join(Piece, col(Piece.id) == col(Reservation.piece_id))
        .where(
            col(Reservation.piece_id).in_([piece.id for piece in sold]),
            col(Reservation.released_at).is_(None),
            Reservation.order_id != order.id,
            Reservation.opens > now,
        )
        .order_by(col(Reservation.opens), col(Reservation.piece_id))
    )
    for reservation, waiting, piece in promised.all():
        other = await _another(session, reservation, piece, now)
        if other is None:
            told = says(
                BECAME.get(PieceState(piece.state), SOLD),
                tag=piece.tag, order=waiting.reference,
            )  # fmt: skip
            await open_case(session, waiting, "piece_sold", [told], now)
            continue
        lines = await session.exec(
            select(OrderLine).where(
                OrderLine.order_id == waiting.id, OrderLine.piece_id == piece.id
            )
        )
        lines.one().piece_id = reservation.piece_id = other.id
        await session.flush()


async def _another(
    session: AsyncSession, reservation: Reservation, piece: Piece, now: datetime
) -> Piece | None:
    """A free piece like it for the day it was set aside, or None."""
    hub = await session.get_one(Hub, reservation.hub_id)
    stock = await read_stock(session, hub, [piece.variant_id], now)
    found = stock.pick([piece.variant_id], hub.day_of(reservation.opens))
    return found[0] if found else None
