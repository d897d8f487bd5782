"""What the provider says of a hold becomes our row and our ledger, once, whoever told us."""

from datetime import datetime
from uuid import UUID

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

import payments
from concierge.model import Hold, LedgerEntry, Order

from .settle import as_read


async def book_hold(
    session: AsyncSession, order: Order, seen: payments.Hold, now: datetime
) -> Hold:
    """Take over what was read of a hold and post what happened since we last read it.

    The caller holds the order's lock. Reading the same twice posts nothing twice, and a reading
    that waited for the lock until a later one was written down changes nothing.
    """
    known = await session.exec(
        select(Hold).where(Hold.provider_id == seen.id).execution_options(populate_existing=True)
    )
    hold = known.first()
    before = as_read(hold) if hold else None
    if hold is not None and before is not None and payments.is_stale(before, seen):
        return hold
    if hold is None:
        hold = Hold(
            order_id=order.id, provider_id=seen.id, state=seen.state,
            amount_minor=seen.amount.minor, currency=seen.amount.currency, held_at=now,
        )  # fmt: skip
        session.add(hold)
    hold.read(seen)
    for movement, amount in payments.movements(before, seen):
        post(session, order.id, f"{seen.id}:{movement}", payments.entries(movement, amount), now)
    await session.flush()
    return hold


def post(
    session: AsyncSession,
    order_id: UUID,
    journal: str,
    entries: tuple[payments.Entry, ...],
    now: datetime,
) -> None:
    """Write a journal; the database refuses it twice, and refuses it unbalanced."""
    for entry in entries:
        session.add(
            LedgerEntry(
                journal=journal, order_id=order_id, account=entry.account,
                amount_minor=entry.signed.minor, currency=entry.amount.currency, at=now,
            )
        )  # fmt: skip
