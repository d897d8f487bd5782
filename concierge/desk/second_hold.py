"""What more is asked of her at the door, and whether all she keeps is held."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

import payments
from concierge.model import (
    CardPage,
    CardPageState,
    Operation,
    OperationState,
    Order,
    SecondHold,
)
from concierge.model.refusals import NotHeld

from .hold_lines import holds_of
from .settle import as_read, released_by_us


async def withdraw_second_hold(session: AsyncSession, order: Order, now: datetime) -> None:
    """It is not asked for any more. A page she has open may still be finished: it is given back.

    The caller holds the order's lock.
    """
    standing = await second_hold_of(session, order.id)
    if standing is None:
        return
    standing.withdrawn_at = now
    operation = await session.get_one(Operation, standing.operation_id)
    if operation.state is OperationState.PLANNED:
        operation.call_off(now)
    await session.flush()


async def second_hold_of(session: AsyncSession, order_id: UUID) -> SecondHold | None:
    """What is asked of her at the door just now, and not yet held."""
    rows = await session.exec(
        select(SecondHold, CardPage)
        .join(Operation, col(Operation.id) == col(SecondHold.operation_id))
        .outerjoin(CardPage, col(CardPage.id) == col(Operation.result_id))
        .where(SecondHold.order_id == order_id, col(SecondHold.withdrawn_at).is_(None))
    )
    found = rows.first()
    return found[0] if found and not _is_done(found[1]) else None


async def refuse_unheld(
    session: AsyncSession, order: Order, due: payments.Money, confirmed_at: datetime
) -> None:
    """See that all she keeps was held when she confirmed.

    What her bank gave back between then and now, while the list waited for a signal, was held:
    what is due is then collected another way.

    Raises:
        NotHeld: it was not; nothing changes hands.
    """
    holds = await holds_of(session, order.id)
    ours = await released_by_us(session, order)
    held = payments.HoldState.HELD
    seen = [
        replace(as_read(hold), state=held)
        if hold.state is payments.HoldState.RELEASED
        and hold.id not in ours
        and (hold.capture_before is None or hold.capture_before > confirmed_at)
        else as_read(hold)
        for hold in holds
    ]
    missing = payments.short_of(due, seen)
    if missing:
        raise NotHeld(
            "%(missing)s of this is not held. She confirms it on her own phone, or keeps less.",
            missing=missing,
        )


def _is_done(page: CardPage | None) -> bool:
    return page is not None and page.state is CardPageState.COMPLETE
