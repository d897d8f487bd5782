"""Captured money goes back to her: never more than was captured, and never lost on its way."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

import payments
from concierge.model import Hold, Operation, Order, Refund
from concierge.model.told import says
from concierge.store.clock import now
from concierge.store.log import tell
from concierge.store.transaction import lock_order, transaction
from payments.stripe_gateway import StripeGateway

from .book_refund import book_refund
from .hold_lines import holds_of
from .settle import (
    as_read,
    close_cases,
    open_case,
    plan_operation,
    settled_holds,
    stand,
)
from .write_letter import Letter, write_letter

FAILED = "refund_failed"
"""The kind of case about money that did not reach her."""
SLOW = "refund_slow"
"""The kind of case about money that has been on its way for too long."""
LOOK_EVERY = timedelta(hours=1)
COMES_BACK_WITHIN = timedelta(days=30)
TOO_LONG = timedelta(days=10)
"""A bank takes five to ten working days at most; then a person asks."""


async def refund(
    session: AsyncSession,
    order: Order,
    amount: payments.Money,
    moment: datetime,
    *,
    of: Sequence[Hold] | None = None,
) -> payments.Money:
    """Plan to give this much back, shared over what was captured, newest first; how much it is.

    Less only where less was ever taken: a gesture made the pieces cheaper. What was taken is the
    visit's own bill unless it is said `of` what. The caller holds the order's lock.
    """
    taken = await settled_holds(session, order.id) if of is None else of
    kind = payments.OperationKind.REFUND
    so_far = select(func.count()).where(Operation.order_id == order.id, Operation.kind == kind)
    seq = int((await session.exec(so_far)).one())
    rest = amount
    for hold in reversed(taken):
        gone = await refunds_of(session, hold)
        part = min(rest, payments.refundable(as_read(hold), gone))
        if part.minor <= 0:
            continue
        seq += 1
        asked = payments.refund(str(order.id), seq, part, as_read(hold), gone)
        planned = await plan_operation(session, order, asked, hold, moment)
        session.add(
            Refund(
                order_id=order.id, hold_id=hold.id, operation_id=planned.id,
                amount_minor=part.minor, currency=part.currency, asked_at=moment, look_at=moment,
            )
        )  # fmt: skip
        rest -= part
    await session.flush()
    return amount - rest


async def refunds_of(session: AsyncSession, hold: Hold) -> list[payments.Refund]:
    """All refunds of a hold, those on their way among them."""
    rows = await session.exec(select(Refund).where(Refund.hold_id == hold.id))
    return [row.as_read(hold.provider_id) for row in rows]


async def refund_seen(
    session: AsyncSession, order: Order, seen: payments.Refund, moment: datetime
) -> None:
    """Take over what was read of a refund: book it, and say where her money stands now.

    The caller holds the order's lock. Reading the same twice changes nothing, and neither does an
    older answer that a key repeats: it arrived, says the key, and had come back meanwhile.
    """
    rows = await session.exec(
        select(Refund)
        .join(Operation, col(Operation.id) == col(Refund.operation_id))
        .where(
            (col(Refund.provider_id) == seen.id)
            | col(Operation.key).startswith(f"{seen.op or '?'}:", autoescape=True)
        )
    )
    row = rows.first()
    if row is not None and payments.is_stale(row.as_read(seen.hold), seen):
        return
    await book_refund(session, order, seen, moment)
    if row is None:
        return
    before, first = row.state, row.provider_id is None
    row.provider_id = seen.id
    row.state, row.look_at = seen.state, _look_again(row, seen.state, moment)
    if seen.state is payments.RefundState.PENDING and moment - row.asked_at > TOO_LONG:
        told = says(
            "%(amount)s of order %(order)s is on its way back for too long.",
            amount=row.amount, order=order.reference,
        )  # fmt: skip
        await open_case(session, order, SLOW, [told], moment)
    if before is seen.state and not first:
        return
    await session.flush()
    await stand_by_refunds(session, order)
    await tell(session, f"order:{order.id}", "refund", moment, order=str(order.id))
    if seen.state is payments.RefundState.FAILED:
        await _call_a_person(session, order, row, "Her bank sent it back.", moment)
        return
    await close_cases(session, order, SLOW, moment)
    if first:
        await write_letter(session, order, Letter.REFUNDED, now=moment)


def _look_again(row: Refund, state: payments.RefundState, moment: datetime) -> datetime | None:
    """Often while it is on its way; now and then once it arrived, for it may come back."""
    match state:
        case payments.RefundState.PENDING:
            return moment + LOOK_EVERY
        case payments.RefundState.DONE if moment - row.asked_at < COMES_BACK_WITHIN:
            return moment + timedelta(days=1)
        case _:
            return None


async def refund_impossible(
    session: AsyncSession,
    order: Order,
    operation: Operation,
    why: str,
    seen: object,
    moment: datetime,
) -> None:
    """A refund cannot be made: a person finds another way, and nothing more is tried.

    What the provider proves to have failed gives nothing back; of what nobody knows, the amount
    stays set apart, so that it is not given back twice.
    """
    rows = await session.exec(select(Refund).where(Refund.operation_id == operation.id))
    row = rows.one()
    if isinstance(seen, payments.Refund):
        await refund_seen(session, order, seen, moment)
    await _call_a_person(session, order, row, why, moment)


async def _call_a_person(
    session: AsyncSession, order: Order, row: Refund, why: str, moment: datetime
) -> None:
    told = says(
        "%(amount)s of order %(order)s did not reach her: %(why)s",
        amount=row.amount, order=order.reference, why=why,
    )  # fmt: skip
    await open_case(session, order, FAILED, [told], moment)


async def check_refund(engine: AsyncEngine, gateway: StripeGateway, refund_id: UUID) -> None:
    """Look again at a refund that is on its way.

    Raises:
        payments.Unreachable: the provider does not answer; ask again.
    """
    async with transaction(engine) as session:
        row = await session.get_one(Refund, refund_id)
        if row.provider_id is None:
            return
    seen = await gateway.fetch_refund(row.provider_id)
    async with transaction(engine) as session:
        await lock_order(session, row.order_id)
        order = await session.get_one(Order, row.order_id, populate_existing=True)
        await refund_seen(session, order, seen, await now(session))


TAKEN = frozenset(
    {payments.Standing.CAPTURED, payments.Standing.PART_REFUNDED, payments.Standing.REFUNDED}
)
"""Where money stands that was taken and is nobody's question."""


async def stand_by_refunds(session: AsyncSession, order: Order) -> None:
    """Where her money stands, by what went back of what was taken."""
    if order.standing in TAKEN:
        to = await standing_by_refunds(session, order)
        await stand(session, order, to, payments.By.BANK)


async def standing_by_refunds(session: AsyncSession, order: Order) -> payments.Standing:
    """Where her money would stand if no bank questioned it."""
    holds = await holds_of(session, order.id)
    taken = payments.Money.total((hold.captured for hold in holds), order.currency)
    left = taken * 0
    for hold in holds:
        left += payments.refundable(as_read(hold), await refunds_of(session, hold))
    some = payments.Standing.CAPTURED if left == taken else payments.Standing.PART_REFUNDED
    return some if left else payments.Standing.REFUNDED
