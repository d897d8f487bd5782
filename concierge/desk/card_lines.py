"""What she reads on the card page: the pieces that travel to her, and what is held for them."""

from collections import defaultdict
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

import payments
from concierge.model import House, Hub, Order, OrderLine, Style, Variant
from concierge.words import Words, words_in


async def card_lines(
    session: AsyncSession, order: Order, language: str, amount: payments.Money
) -> tuple[payments.CardLine, ...]:
    """What a page holds, in lines that add up to it: pieces, and the largest fee she agreed to.

    What is asked for at the door, on top of those, is a line of its own.
    """
    hub = await session.get_one(Hub, order.hub_id)
    words = words_in(language, hub.zone)
    lines = await _pieces(session, order, words)
    if order.agreed_fee:
        fee = words.say("Only if you cancel late, or nobody opens")
        lines.append(payments.CardLine(fee, order.agreed_fee))
    if payments.Money.total((line.price for line in lines), order.currency) == amount:
        return tuple(lines)
    return (payments.CardLine(words.say("What you would like to keep besides"), amount),)


async def _pieces(session: AsyncSession, order: Order, words: Words) -> list[payments.CardLine]:
    """One line for all that counts once: a piece, or the sizes of one that are held together."""
    rows = await session.exec(
        select(OrderLine, Variant, Style, House)
        .join(Variant, col(Variant.id) == col(OrderLine.variant_id))
        .join(Style, col(Style.id) == col(Variant.style_id))
        .join(House, col(House.id) == col(Style.house_id))
        .where(OrderLine.order_id == order.id)
        .order_by(col(OrderLine.id))
    )
    once = order.hold_policy is payments.HoldPolicy.DEAREST_PER_STYLE
    together: dict[UUID, list[payments.CardLine]] = defaultdict(list)
    for line, variant, style, house in rows:
        together[style.id if once else line.id].append(
            payments.CardLine(
                f"{style.name}{words.comma}{house.name}",
                payments.Money(line.price_minor, order.currency),
                f"{words.colour(variant.colour)}{words.comma}{words.size(variant.size)}",
            )
        )
    return [
        payments.CardLine(
            lines[0].name,
            max(line.price for line in lines),
            " / ".join(line.detail or "" for line in lines),
        )
        for lines in together.values()
    ]
