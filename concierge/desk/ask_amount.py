"""How much is held for a visit: one reckoning for her page, the calendar and the departure."""

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

import payments
from concierge.model import Order, OrderLine, Variant


async def asked_of(session: AsyncSession, order: Order) -> payments.Money:
    """How much is held for an order, by the policy and the fees she ordered under."""
    return (await asked_of_each(session, [order]))[order.id]


async def asked_of_each(
    session: AsyncSession, orders: Iterable[Order]
) -> dict[UUID, payments.Money]:
    """How much is held for each of these orders; what is added at the door is asked for there.

    Nothing is held for what is collected: it was paid for.
    """
    by_id = {order.id: order for order in orders}
    rows = await session.exec(
        select(OrderLine, Variant.style_id)
        .join(Variant, col(Variant.id) == col(OrderLine.variant_id))
        .where(col(OrderLine.order_id).in_(by_id), col(OrderLine.added_at).is_(None))
    )
    pieces: dict[UUID, list[payments.Piece]] = defaultdict(list)
    for line, style in rows:
        if by_id[line.order_id].collects is not None:
            continue
        price = payments.Money(line.price_minor, by_id[line.order_id].currency)
        pieces[line.order_id].append(payments.Piece(str(style), price))
    return {
        order.id: amount_of(order.hold_policy, pieces[order.id], order.agreed_fee)
        for order in by_id.values()
    }


def amount_of(
    policy: payments.HoldPolicy, pieces: list[payments.Piece], fee: payments.Money
) -> payments.Money:
    """What is held for these pieces, and the largest fee she agreed to."""
    return payments.to_hold(policy, pieces, [fee]) if pieces else fee
