"""Two lists were confirmed at one door: what each says of every piece they disagree about."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

import payments
from concierge.model import (
    Gesture,
    Hub,
    Order,
    OrderLine,
    Piece,
    PieceVerdict,
    ReturnsRecord,
    Style,
    Variant,
    Verdict,
)


async def list_differences(session: AsyncSession, order: Order, record: ReturnsRecord) -> str:
    """How a list differs from the one in force, piece by piece, as sentences for the desk."""
    if order.returns_at is None:
        return ""
    zone = (await session.get_one(Hub, order.hub_id)).zone
    rows = await session.exec(
        select(OrderLine, Piece, Variant, Style)
        .join(Piece, col(Piece.id) == col(OrderLine.piece_id))
        .join(Variant, col(Variant.id) == col(OrderLine.variant_id))
        .join(Style, col(Style.id) == col(Variant.style_id))
        .where(OrderLine.order_id == order.id)
        .order_by(col(OrderLine.id))
    )
    second = {each.piece: each for each in record.verdicts}
    said = [
        f"{style.name} {variant.size} ({piece.tag}): {_first(line)}, {_second(second, piece.id)}."
        for line, piece, variant, style in rows
        if _mark(line) != _mark(second.get(piece.id))
    ]
    said += await _given_away(session, order, record)
    said = said or ["Both say the same of every piece; what was remarked differs."]
    first_at, second_at = (
        f"{moment.astimezone(zone):%H:%M}" for moment in (order.returns_at, record.confirmed_at)
    )
    return " ".join(
        [f"The first was confirmed at {first_at} and counts, the second at {second_at}.", *said]
    )


async def _given_away(session: AsyncSession, order: Order, record: ReturnsRecord) -> Sequence[str]:
    rows = await session.exec(select(Gesture).where(Gesture.order_id == order.id))
    given = rows.first()
    before = given.amount_minor if given else 0
    now = record.gesture.minor if record.gesture else 0
    if before == now:
        return []
    first, second = (payments.Money(minor, order.currency) for minor in (before, now))
    return [f"Taken off: {first} in the first, {second} in the second."]


def _mark(said: OrderLine | PieceVerdict | None) -> tuple[str | None, ...]:
    return (said.verdict, said.reason, said.condition) if said else (None, None, None)


def _first(line: OrderLine) -> str:
    return f"{_words(line)} in the first"


def _second(record: Mapping[UUID, PieceVerdict], piece: UUID) -> str:
    return f"{_words(record[piece])} in the second" if piece in record else "not on the second"


def _words(said: OrderLine | PieceVerdict) -> str:
    """`returned (too large, damaged)`."""
    if said.verdict != Verdict.RETURNED:
        return str(said.verdict)
    notes = [str(each).replace("_", " ") for each in (said.reason, said.condition) if each]
    return f"returned ({', '.join(notes)})" if notes else "returned"
