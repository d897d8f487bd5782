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
    course = [(each, seen.amount) for each in payments.refund_movements(None, seen)]
    if seen.state is payments.RefundState.FAILED:
        written = await _written(session, seen.id)
        left = f"{seen.id}:{payments.Movement.REFUNDED}" in written
        course = [(payments.Movement.REFUND_FAILED, seen.amount)] if left else []
    return await _post(session, order, seen.id, course, now)


async def book_dispute(
    session: AsyncSession, order: Order, seen: payments.Dispute, now: datetime
) -> bool:
    """Post what became of a dispute; False when all of it was written down.

    The caller holds the order's lock.
    """
    return await _post(session, order, seen.id, payments.dispute_movements(None, seen), now)


async def _post(
    session: AsyncSession,
    order: Order,
    name: str,
    course: Iterable[tuple[payments.Movement, payments.Money]],
    now: datetime,
) -> bool:
    written = await _written(session, name)
    fresh = [each for each in course if f"{name}:{each[0]}" not in written]
    for movement, amount in fresh:
        entries = payments.entries(movement, amount)
        post(session, order.id, f"{name}:{movement}", entries, now)
    await session.flush()
    return bool(fresh)


async def _written(session: AsyncSession, name: str) -> set[str]:
    """The journals we have of a refund or dispute."""
    rows = await session.exec(
        select(LedgerEntry.journal).where(col(LedgerEntry.journal).startswith(f"{name}:"))
    )
    return set(rows)
