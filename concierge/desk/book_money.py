"""What the provider says of a hold becomes our row and our ledger, once, whoever told us."""

from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

import payments
from concierge.model import Hold, LedgerEntry, Operation, OperationState, Order

from .settle import GIVEN_UP, as_read, close_cases


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
    await _done_after_all(session, order, hold, seen, now)
    return hold


async def _done_after_all(
    session: AsyncSession, order: Order, hold: Hold, seen: payments.Hold, now: datetime
) -> None:
    """A capture or release that a person was called for may have come about by itself."""
    given_up = await session.exec(
        select(Operation).where(
            Operation.hold_id == hold.id, Operation.state == OperationState.FAILED
        )
    )
    for operation in given_up:
        if payments.came_about(operation.kind, operation.amount, seen):
            operation.finish(now, seen.id)
            await nobody_waits(session, order, now)


async def nobody_waits(session: AsyncSession, order: Order, now: datetime) -> None:
    """What was given up is done after all: its case ends, unless it is about another one, too."""
    await session.flush()
    another = select(Operation.id).where(
        Operation.order_id == order.id,
        Operation.state == OperationState.FAILED,
        col(Operation.advice).is_(None),
    )
    if (await session.exec(another)).first() is None:
        await close_cases(session, order, GIVEN_UP, now)


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
