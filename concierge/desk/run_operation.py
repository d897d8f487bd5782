"""Carry out one planned operation at the provider: safe to stop anywhere, safe to repeat."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel.ext.asyncio.session import AsyncSession

import payments
from concierge.model import Hold, Operation, OperationState, Order
from concierge.store.clock import now
from concierge.store.transaction import lock_order, transaction
from payments.stripe_gateway import StripeGateway

from .book_money import book_hold
from .settle import finish_if_settled, open_case


@dataclass(frozen=True, slots=True)
class _Call:
    """What is about to be called, as it was written down before."""

    operation: UUID
    order: UUID
    kind: payments.OperationKind
    hold: str
    amount: payments.Money
    key: str
    fact: str
    look_first: bool


async def run_operation(engine: AsyncEngine, gateway: StripeGateway, operation_id: UUID) -> None:
    """Capture or release as planned, exactly once, whatever happened to earlier attempts.

    Raises:
        payments.Unreachable: the outcome is unknown; the job comes again with the same key.
    """
    call = await _mark_sent(engine, operation_id)
    if call is None:
        return
    if call.look_first:
        seen = await gateway.fetch_hold(call.hold)
        if _is_done(call, seen):
            await _apply(engine, call, seen)
            return
        call = await _mark_sent(engine, operation_id, proved_undone=True)
        if call is None:
            return
    try:
        seen = await _call(gateway, call)
    except payments.Unreachable as silence:
        await _note(engine, call, silence)
        raise
    except payments.WrongState as moved_on:
        seen = await gateway.fetch_hold(call.hold)
        if not _is_done(call, seen):
            await _hand_over(engine, call, str(moved_on), seen)
            return
    except payments.PaymentsError as refusal:
        await _hand_over(engine, call, str(refusal), None)
        return
    await _apply(engine, call, seen)


async def _call(gateway: StripeGateway, call: _Call) -> payments.Hold:
    if call.kind is payments.OperationKind.CAPTURE:
        return await gateway.capture(call.hold, call.amount, key=call.key, op=call.fact)
    return await gateway.release(call.hold, key=call.key, op=call.fact)


def _is_done(call: _Call, seen: payments.Hold) -> bool:
    """Whether the provider shows that this very thing has happened."""
    if call.kind is payments.OperationKind.CAPTURE:
        return seen.state is payments.HoldState.CAPTURED and seen.captured == call.amount
    return seen.state is payments.HoldState.RELEASED


async def _mark_sent(
    engine: AsyncEngine, operation_id: UUID, *, proved_undone: bool = False
) -> _Call | None:
    """Write down that the call is made, before it is made; None when there is nothing to do."""
    async with transaction(engine) as session:
        operation, order, hold = await _rows(session, operation_id)
        if operation.state in (OperationState.DONE, OperationState.FAILED):
            return None
        moment = await now(session)
        step = payments.Step.SEND if proved_undone else operation.next_step(moment)
        if step is payments.Step.HAND_OVER:
            words = f"{operation.kind} of {operation.amount} did not go through in time."
            operation.fail(moment, words)
            await open_case(session, order, "operation_failed", words, moment)
            return None
        look_first = step is payments.Step.LOOK_UP
        if not look_first:
            operation.send(moment, fresh=proved_undone)
        return _Call(
            operation=operation.id, order=order.id, kind=operation.kind, hold=hold.provider_id,
            amount=operation.amount, key=operation.key, fact=operation.fact,
            look_first=look_first,
        )  # fmt: skip


async def _apply(engine: AsyncEngine, call: _Call, seen: payments.Hold) -> None:
    async with transaction(engine) as session:
        operation, order, _ = await _rows(session, call.operation)
        moment = await now(session)
        await book_hold(session, order, seen, moment)
        operation.finish(moment, seen.id)
        await finish_if_settled(session, order, moment)


async def _note(engine: AsyncEngine, call: _Call, silence: payments.Unreachable) -> None:
    async with transaction(engine) as session:
        operation, _, _ = await _rows(session, call.operation)
        operation.trouble = str(silence)
        operation.broke = operation.broke or silence.stored


async def _hand_over(
    engine: AsyncEngine, call: _Call, words: str, seen: payments.Hold | None
) -> None:
    """It cannot be done: write down how things stand, and call a person."""
    async with transaction(engine) as session:
        operation, order, _ = await _rows(session, call.operation)
        moment: datetime = await now(session)
        if seen is not None:
            await book_hold(session, order, seen, moment)
        operation.fail(moment, words)
        told = f"{operation.kind} of {operation.amount} for order {order.reference}: {words}"
        await open_case(session, order, "operation_failed", told, moment)


async def _rows(session: AsyncSession, operation_id: UUID) -> tuple[Operation, Order, Hold]:
    """The operation with its order and hold, its order locked."""
    operation = await session.get_one(Operation, operation_id)
    await lock_order(session, operation.order_id)
    await session.refresh(operation)
    order = await session.get_one(Order, operation.order_id, populate_existing=True)
    hold = await session.get_one(Hold, operation.hold_id, populate_existing=True)
    return operation, order, hold
