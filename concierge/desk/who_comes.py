"""What a letter says of a visit itself: when, who comes, where, and with how many pieces."""

from sqlmodel import func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from concierge.model import Address, Concierge, Order, OrderLine, Stop
from concierge.words import Words


def promised(order: Order, words: Words) -> str:
    """Her hour, or that it is still to be chosen."""
    if order.opens is None or order.closes is None:
        return words.say("We choose among your windows and tell you by the evening before.")
    return words.say(
        "We are with you on %(day)s, %(span)s.",
        day=words.day(order.opens),
        span=words.span(order.opens, order.closes),
    )


async def comes(session: AsyncSession, order: Order, words: Words) -> str:
    """Who comes, as far as it is known, where, and what for."""
    counted = select(func.count()).where(OrderLine.order_id == order.id)
    pieces = (await session.exec(counted)).one()
    street = (await session.get_one(Address, order.address_id)).street
    if order.collects is not None:
        return words.count(
            "Your concierge collects %(n)s piece at %(street)s. It takes a few minutes.",
            "Your concierge collects %(n)s pieces at %(street)s. It takes a few minutes.",
            pieces,
            street=street,
        )
    stop = await session.get(Stop, order.id)
    if stop is None or order.opens is None:
        return words.count(
            "Your concierge brings %(n)s piece to %(street)s and waits while you try it on.",
            "Your concierge brings %(n)s pieces to %(street)s and waits while you try them on.",
            pieces,
            street=street,
        )
    return words.count(
        "%(name)s brings %(n)s piece to %(street)s and waits while you try it on.",
        "%(name)s brings %(n)s pieces to %(street)s and waits while you try them on.",
        pieces,
        name=(await session.get_one(Concierge, stop.concierge_id)).greeting,
        street=street,
    )
