"""What letters are made of: who writes one, what it comes to, and how it names pieces."""

from collections.abc import Awaitable, Callable

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from concierge.model import Order, OrderLine, Style, Variant
from concierge.words import Words

Said = tuple[str, list[str]]
"""A letter's subject, and its paragraphs."""
Writes = Callable[[AsyncSession, Order, Words, str | None], Awaitable[Said]]
"""What writes one: of this order, in these words, with the link it may need."""


async def pieces_named(
    session: AsyncSession, order: Order, words: Words
) -> list[tuple[OrderLine, str]]:
    """The pieces of an order as they were chosen, each with its name and size."""
    rows = await session.exec(
        select(OrderLine, Style.name, Variant.size)
        .join(Variant, col(Variant.id) == col(OrderLine.variant_id))
        .join(Style, col(Style.id) == col(Variant.style_id))
        .where(OrderLine.order_id == order.id)
        .order_by(col(OrderLine.id))
    )
    return [(line, f"{name}, {words.size(size)}") for line, name, size in rows]
