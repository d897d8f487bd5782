"""Whose order it is, among the hubs: staff of another hub do not find it."""

from collections.abc import Callable
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from concierge.model import Order
from concierge.model.refusals import Missing
from concierge.store.transaction import transaction


async def refuse_foreign(
    engine: AsyncEngine, order_id: UUID, works_at: Callable[[UUID], bool]
) -> None:
    """Refuse an order of a hub that whoever asks does not work at.

    Raises:
        Missing: there is no such order for them.
    """
    async with transaction(engine) as session:
        order = await session.get(Order, order_id)
    if order is None or not works_at(order.hub_id):
        raise Missing("There is no such order.")
