"""At a collection: what she hands over rides back with the concierge, the rest stays with her.

It is hers until somebody has inspected it: it stays sold, and its holder says where it is.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from concierge.model import (
    GiveBack,
    GivenPiece,
    Order,
    Piece,
    PieceMove,
    PieceState,
    ReturnsRecord,
    Verdict,
)
from concierge.model.told import says
from concierge.store.log import tell
from concierge.store.transaction import lock_order

from .give_back import set_apart
from .move_pieces import pieces_of
from .settle import open_case

TWICE_HERE = "collected_twice"
"""The kind of case about a piece that two places say they have."""


async def collect_pieces(
    session: AsyncSession, order: Order, record: ReturnsRecord, *, by: str, now: datetime
) -> None:
    """What was handed over is with whoever collected it; the rest she still gives back.

    A piece the hub inspected meanwhile is where the hub says; a list that has it goes to a person.
    """
    back = await session.get_one(GiveBack, order.collects)
    await lock_order(session, back.order_id)
    rows = await session.exec(
        select(GivenPiece).where(
            GivenPiece.give_back_id == back.id, col(GivenPiece.accepted).is_(None)
        )
    )
    due = {row.piece_id: row for row in rows}
    handed = {each.piece for each in record.verdicts if each.verdict is Verdict.RETURNED}
    pieces = await pieces_of(session, order.id)
    here = [piece for piece in pieces if piece.id in handed and piece.id in due]
    carry(session, back.order_id, here, by, by=by, now=now)
    still_hers = [row for piece, row in due.items() if piece not in handed]
    if here and still_hers:
        await set_apart(session, back, still_hers)
    if elsewhere := [p.tag for p in pieces if p.id in handed and p.id not in due]:
        told = says(
            "Collection %(order)s lists %(tags)s, which the hub had inspected already. Look where "
            "it is.",
            order=order.reference, tags=", ".join(elsewhere),
        )  # fmt: skip
        await open_case(session, order, TWICE_HERE, [told], now)
    subject = f"order:{back.order_id}"
    await tell(session, subject, "collected", now, order=str(order.id), pieces=len(here))


def carry(
    session: AsyncSession,
    order_id: UUID,
    pieces: Iterable[Piece],
    holder: str,
    *,
    by: str,
    now: datetime,
) -> None:
    """What is hers still goes to a holder, and the ledger says so; not what was there already."""
    for piece in pieces:
        if piece.change_hands(holder):
            session.add(
                PieceMove(
                    piece_id=piece.id, order_id=order_id, state=PieceState.SOLD, holder=holder,
                    at=now, by=by,
                )
            )  # fmt: skip
