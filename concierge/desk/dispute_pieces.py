"""Pieces that came back damaged, or did not: left out of the bill, and handed to a person."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from concierge.model import (
    Disposition,
    Order,
    OrderLine,
    Piece,
    ReturnsRecord,
    Trouble,
    Verdict,
)
from concierge.model.told import Sentence, says

from .settle import open_case, tell_case

DISPUTED = "pieces_disputed"
"""The kind of case that asks for a decision about them."""
TROUBLED = {
    Trouble.DAMAGED: "Piece %(tag)s is damaged.",
    Trouble.MISSING: "Piece %(tag)s is missing.",
}


async def dispute_pieces(
    session: AsyncSession,
    order: Order,
    record: ReturnsRecord,
    pieces: Mapping[UUID, Piece],
    *,
    by: str,
    now: datetime,
) -> None:
    """Write down each piece of a confirmed list that a person must look into, with a case."""
    remarks = {remark.piece: remark.words for remark in record.remarks}
    lines = await session.exec(select(OrderLine).where(OrderLine.order_id == order.id))
    told: list[Sentence] = []
    for line in lines:
        if not line.disputed:
            continue
        trouble = Trouble.MISSING if line.verdict == Verdict.MISSING else Trouble.DAMAGED
        session.add(
            Disposition(
                order_id=order.id, piece_id=line.piece_id, line_id=line.id, trouble=trouble,
                price_minor=line.price_minor, currency=order.currency,
                remark=remarks.get(line.piece_id, ""), opened_at=now, opened_by=by,
            )
        )  # fmt: skip
        told.append(says(TROUBLED[trouble], tag=pieces[line.piece_id].tag))
    if told:
        await open_case(session, order, DISPUTED, [*told, _to_decide(order)], now)


async def tell_what_waits(session: AsyncSession, order: Order, now: datetime) -> bool:
    """The case tells which of its pieces nobody has decided about; False when that is none."""
    told = [told for told, _ in await undecided(session, order)]
    if told:
        await tell_case(session, order, DISPUTED, [*told, _to_decide(order)], now)
    return bool(told)


async def undecided(session: AsyncSession, order: Order) -> list[tuple[Sentence, Disposition]]:
    """What is wrong with each piece that nobody has decided about, as the case tells it."""
    rows = await session.exec(
        select(Disposition, Piece.tag)
        .join(Piece, col(Piece.id) == col(Disposition.piece_id))
        .where(Disposition.order_id == order.id, col(Disposition.decision).is_(None))
        .order_by(col(Disposition.line_id))
    )
    return [(says(TROUBLED[each.trouble], tag=tag), each) for each, tag in rows]


def _to_decide(order: Order) -> Sentence:
    return says("Order %(order)s: write it off, or ask her to pay.", order=order.reference)
