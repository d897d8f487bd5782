"""The order a client left at the card page: its place is held, and she should find it again."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from concierge.model import Order, OrderState


class UnfinishedOrder(msgspec.Struct, frozen=True):
    """An order that waits for her card, and until when its place is hers."""

    id: UUID
    held_until: datetime


async def unfinished_order(
    session: AsyncSession, client_id: UUID | None, *, now: datetime
) -> UnfinishedOrder | None:
    """Her newest order that still waits for her card, if there is one."""
    rows = await session.exec(
        select(Order)
        .where(
            Order.client_id == client_id,
            Order.state == OrderState.PLACED,
            col(Order.slot_until) > now,
        )
        .order_by(col(Order.placed_at).desc())
        .limit(1)
    )
    order = rows.first()
    if order is None or order.slot_until is None:
        return None
    return UnfinishedOrder(order.id, order.slot_until)
