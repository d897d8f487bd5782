"""Whether the house is late: her hour is over, and nobody has been at her door."""

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from concierge.model import Order, OrderState

from .steps_taken import steps_taken, turned_away
from .visit_steps import began_at


async def is_overdue(session: AsyncSession, order: Order, now: datetime) -> bool:
    """Whether she still waits after her hour; whoever did not open when we rang does not."""
    waits = order.state is OrderState.CONFIRMED
    if not waits or order.closes is None or now <= order.closes:
        return False
    steps = (await steps_taken(session, [order.id])).get(order.id, {})
    return began_at(steps) is None and not await turned_away(session, [order.id])
