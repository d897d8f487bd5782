"""Two lists were confirmed at one door: what each says of every piece they disagree about."""

from collections.abc import Sequence

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
from concierge.model.told import Hour, Sentence, says, term


async def list_differences(
    session: AsyncSession, order: Order, record: ReturnsRecord
) -> list[Sentence]:
    """How a list differs from the one in force, piece by piece, as sentences for the desk."""
    if order.returns_at is None:
        return []
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
        _apart(line, second.get(piece.id), style=style.name, size=variant.size, tag=piece.tag)
        for line, piece, variant, style in rows
        if _mark(line) != _mark(second.get(piece.id))
    ]
    said += await _given_away(session, order, record)
    first_at, second_at = (
        Hour(moment.astimezone(zone)) for moment in (order.returns_at, record.confirmed_at)
    )
    times = says(
        "The first was confirmed at %(first)s and counts, the second at %(second)s.",
        first=first_at, second=second_at,
    )  # fmt: skip
    same = says("Both say the same of every piece; what was remarked differs.")
    return [times, *(said or [same])]


async def list_pieces(
    session: AsyncSession, order: Order, record: ReturnsRecord
) -> list[Sentence]:
    """What a list says of every piece it names, as sentences for the desk."""
    said = {each.piece: each for each in record.verdicts}
    rows = await session.exec(
        select(Piece, Variant, Style)
        .join(Variant, col(Variant.id) == col(Piece.variant_id))
        .join(Style, col(Style.id) == col(Variant.style_id))
        .where(col(Piece.id).in_(said))
        .order_by(col(Piece.tag))
    )
    lines = [
        says(
            "%(style)s %(size)s (%(tag)s): %(became)s.",
            style=style.name, size=variant.size, tag=piece.tag, became=_words(said[piece.id]),
        )
        for piece, variant, style in rows
    ]  # fmt: skip
    if record.gesture is None:
        return lines
    given = payments.Money(record.gesture.minor, order.currency)
    return [*lines, says("Taken off: %(amount)s.", amount=given)]


async def _given_away(
    session: AsyncSession, order: Order, record: ReturnsRecord
) -> Sequence[Sentence]:
    rows = await session.exec(select(Gesture).where(Gesture.order_id == order.id))
    given = rows.first()
    before = given.amount_minor if given else 0
    now = record.gesture.minor if record.gesture else 0
    if before == now:
        return []
    first, second = (payments.Money(minor, order.currency) for minor in (before, now))
    return [
        says(
            "Taken off: %(first)s in the first, %(second)s in the second.",
            first=first, second=second,
        )
    ]  # fmt: skip


def _apart(first: OrderLine, second: PieceVerdict | None, **piece: str) -> Sentence:
    if second is None:
        return says(
            "%(style)s %(size)s (%(tag)s): %(first)s in the first, not on the second.",
            **piece, first=_words(first),
        )  # fmt: skip
    return says(
        "%(style)s %(size)s (%(tag)s): %(first)s in the first, %(second)s in the second.",
        **piece, first=_words(first), second=_words(second),
    )  # fmt: skip


def _mark(said: OrderLine | PieceVerdict | None) -> tuple[str | None, ...]:
    return (said.verdict, said.reason, said.condition) if said else (None, None, None)


def _words(said: OrderLine | PieceVerdict) -> list[Sentence]:
    """`returned (too large, damaged)`."""
    became = term(said.verdict or "")
    notes = [
        says("%(word)s", word=term(each))
        for each in (said.reason, said.condition)
        if each and said.verdict == Verdict.RETURNED
    ]
    if notes:
        return [says("%(word)s (%(notes)s)", word=became, notes=notes)]
    return [says("%(word)s", word=became)]
