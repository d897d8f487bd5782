"""What the provider says of a refund or a dispute becomes our ledger, once, whoever told us.

Which facts are written down already is read off the journals themselves: each has the provider's
name of the refund or dispute and the fact. So a reading that comes twice, late or in any order
posts what is missing and nothing else.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

import payments
from concierge.model import LedgerEntry, Order

from .book_money import post


async def book_refund(
    session: AsyncSession, order: Order, seen: payments.Refund, now: datetime
) -> bool:
    """Post what became of a refund; False when all of it was written down.

    The caller holds the order's lock.
    """
    return await _post(session, order, seen.id, payments.refund_movements(None, seen), seen, now)


async def book_dispute(
    session: AsyncSession, order: Order, seen: payments.Dispute, now: datetime
) -> bool:
    """Post what became of a dispute; False when all of it was written down.

    The caller holds the order's lock.
    """
    course = payments.dispute_movements(None, seen)
    return await _post(session, order, seen.id, course, seen, now)


async def _post(
    session: AsyncSession,
    order: Order,
    name: str,
    course: Iterable[payments.Movement],
    seen: payments.Refund | payments.Dispute,
    now: datetime,
) -> bool:
    rows = await session.exec(
        select(LedgerEntry.journal).where(col(LedgerEntry.journal).startswith(f"{name}:"))
    )
    written = set(rows)
    if isinstance(seen, payments.Refund) and seen.state is payments.RefundState.FAILED:
        left = f"{name}:{payments.Movement.REFUNDED}"
        course = (payments.Movement.REFUND_FAILED,) if left in written else ()
    fresh = [each for each in course if f"{name}:{each}" not in written]
    for movement in fresh:
        entries = payments.entries(movement, seen.amount)
        post(session, order.id, f"{name}:{movement}", entries, now)
    await session.flush()
    return bool(fresh)
