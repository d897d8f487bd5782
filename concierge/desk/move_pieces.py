"""Pieces change state and hands, and their ledger says so."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from concierge.model import OrderLine, Piece, PieceMove, PieceState


async def pieces_of(session: AsyncSession, order_id: UUID) -> Sequence[Piece]:
    """The pieces of an order, in a fixed order so that two writers never wait on each other."""
    rows = await session.exec(
        select(Piece)
        .join(OrderLine, col(OrderLine.piece_id) == col(Piece.id))
        .where(OrderLine.order_id == order_id)
        .order_by(col(Piece.id))
    )
    return rows.all()


def move_pieces(
    session: AsyncSession,
    order_id: UUID,
    moves: Iterable[tuple[Piece, PieceState, str]],
    *,
    by: str,
    now: datetime,
) -> None:
    """Move each piece to a state and a holder, and write down those that were elsewhere."""
    for piece, state, holder in moves:
        if piece.go(state, holder):
            session.add(
                PieceMove(
                    piece_id=piece.id, order_id=order_id, state=state, holder=holder, at=now, by=by
                )
            )
