"""Something that hangs on an order, and that order ours alone until the transaction ends."""

from typing import TypeVar
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from concierge.model import Disposition, Dispute, Order
from concierge.model.refusals import Missing
from concierge.store.transaction import lock_order

from .end_case import Works

Row = TypeVar("Row", Dispute, Disposition)


async def with_its_order(
    session: AsyncSession, kind: type[Row], name: UUID | str, works_at: Works
) -> tuple[Order, Row]:
    """A dispute, or a damaged or missing piece, of one's own hub; its order is locked.

    Raises:
        Missing: there is none for them.
    """
    row = await session.get(kind, name)
    order = row and await session.get(Order, row.order_id)
    if row is None or order is None or not works_at(order.hub_id):
        if kind is Dispute:
            raise Missing("There is no such dispute.")
        raise Missing("There is no such piece to decide about.")
    await lock_order(session, order.id)
    await session.refresh(row)
    await session.refresh(order)
    return order, row
