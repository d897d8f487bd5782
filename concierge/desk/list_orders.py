"""A client's orders, in the order in which she looks for them."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlmodel import case, col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

import payments
from concierge.model import COMING, Order, OrderState

from .ordered_pieces import ordered_pieces
from .show_money import charged_of
from .show_order import Stage, WindowShown, stage_of, window_of
from .steps_taken import steps_taken
from .visit_sheet import Picture

A_LIST = 50
AHEAD = COMING | {OrderState.AT_VISIT}


class OrderRow(msgspec.Struct, frozen=True, kw_only=True):
    """An order in her list."""

    id: UUID
    reference: str
    stage: Stage
    window: WindowShown | None
    placed_at: datetime
    pieces: int
    images: list[str]
    charged: payments.Money | None
    collects: bool


async def list_orders(
    session: AsyncSession, client_id: UUID, *, picture: Picture
) -> list[OrderRow]:
    """Her orders: those to come, the next one first; then those that are over, the last first."""
    ahead = col(Order.state).in_(AHEAD)
    rows = await session.exec(
        select(Order)
        .where(Order.client_id == client_id)
        .order_by(
            ahead.desc(),
            case((ahead, Order.opens)).asc().nulls_last(),
            func.coalesce(Order.opens, Order.placed_at).desc(),
            col(Order.id).desc(),
        )
        .limit(A_LIST)
    )
    orders = rows.all()
    pieces = await ordered_pieces(session, orders, picture)
    steps = await steps_taken(session, [order.id for order in orders])
    return [
        OrderRow(
            id=order.id,
            reference=order.reference,
            stage=stage_of(order, steps.get(order.id, {})),
            window=window_of(order),
            placed_at=order.placed_at,
            pieces=len(pieces[order.id]),
            images=list(dict.fromkeys(piece.image for piece in pieces[order.id])),
            charged=None if order.collects else charged_of(order),
            collects=order.collects is not None,
        )
        for order in orders
    ]
