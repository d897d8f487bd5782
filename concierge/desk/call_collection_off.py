"""She brought the pieces in herself: nobody need come for them any more."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel.ext.asyncio.session import AsyncSession

from concierge.maps.travel import Roads
from concierge.model import COMING, GiveBack, Order
from concierge.store.log import audit
from concierge.store.transaction import transaction

from .give_up_order import leave_the_day
from .write_letter import Letter, write_letter


async def call_collection_off(engine: AsyncEngine, roads: Roads, order_id: UUID) -> None:
    """Take the collection of what was inspected out of its day, unless it has begun or is over."""
    async with transaction(engine) as session:
        order = await session.get_one(Order, order_id)
        back = await session.get(GiveBack, order.collects)
    if order.state not in COMING or back is None or back.inspected_at is None:
        return

    async def end(session: AsyncSession, order: Order, moment: datetime) -> bool:
        if order.state not in COMING:
            return False
        order.cancel(moment, somebody_comes=False)
        await write_letter(session, order, Letter.CANCELLED, now=moment)
        subject = f"order:{order.id}"
        await audit(session, who="house", what="collection.needless", subject=subject, now=moment)
        return True

    await leave_the_day(engine, roads, order, end)
