"""What became of each hold of an order: pages, phone, letters and papers all tell this."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import msgspec
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

import payments
from concierge.model import Hold
from concierge.words import Words


class HoldLine(msgspec.Struct, frozen=True):
    """What became of one hold. `reference` is the payments provider's name for it."""

    reference: str
    held: payments.Money
    held_at: datetime
    charged: payments.Money
    released: payments.Money


async def holds_of(session: AsyncSession, order_id: UUID) -> list[Hold]:
    """An order's holds, oldest first."""
    rows = await session.exec(
        select(Hold).where(Hold.order_id == order_id).order_by(col(Hold.held_at), col(Hold.id))
    )
    return list(rows)


def hold_lines(holds: Iterable[Hold]) -> list[HoldLine]:
    """One line for every hold that ever stood, with its own amount; nothing is summed up."""
    return [
        HoldLine(
            hold.provider_id, hold.amount, hold.held_at, hold.captured,
            hold.amount - hold.captured,
        )
        for hold in holds
        if hold.state is not payments.HoldState.PENDING
    ]  # fmt: skip


def set_aside(lines: Iterable[HoldLine], currency: str) -> payments.Money:
    """All that was ever set aside under these."""
    return payments.Money.total((line.held for line in lines), currency)


def told_in_letter(lines: list[HoldLine], charged: payments.Money, words: Words) -> list[str]:
    """What was charged and released; each hold by itself where there were several."""
    released = set_aside(lines, charged.currency) - payments.Money.total(
        (line.charged for line in lines), charged.currency
    )
    told = [
        words.say("Charged: %(amount)s", amount=words.money(charged)),
        words.say("Released: %(amount)s", amount=words.money(released)),
    ]
    if len(lines) > 1:
        told.append("\n".join(_line(line, words) for line in lines))
    return told


def _line(line: HoldLine, words: Words) -> str:
    return words.say(
        "Set aside %(held)s on %(day)s, %(time)s: %(charged)s charged, %(released)s released "
        "(%(reference)s)",
        held=words.money(line.held),
        day=words.day(line.held_at, short=True),
        time=words.time(line.held_at),
        charged=words.money(line.charged),
        released=words.money(line.released),
        reference=f"\u2068{line.reference}\u2069",
    )
