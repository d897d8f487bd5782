"""Carry out one planned operation at the provider: safe to stop anywhere, safe to repeat.

The steps and their rules are `payments.carry_out`; here they are driven over our rows and Stripe.
"""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel.ext.asyncio.session import AsyncSession

import payments
import payments.steps
from concierge.model import Hold, Operation, OperationState, Order, OrderState
from concierge.model.told import says, term
from concierge.store.clock import now
from concierge.store.jobs import Collect, enqueue
from concierge.store.transaction import lock_order, transaction
from payments.stripe_gateway import StripeGateway

from .ask_amount import asked_of
from .book_money import book_hold, nobody_waits
from .charge_later import not_paid_later, paid_later
from .collect import charge_refused
from .hold_money import ASKED, bank_said_no, coming_of, money_came
from .refund_money import refund_impossible, refund_seen
from .settle import GIVEN_UP, finish_if_settled, open_case, stand

WITHOUT_HER = frozenset({payments.OperationKind.AUTHORISE, payments.OperationKind.CHARGE})
"""Operations that ask her saved card."""
TOO_SHORT = "Her bank holds the money, but not until the day after her visit."


async def run_operation(engine: AsyncEngine, gateway: StripeGateway, operation_id: UUID) -> None:
    """Hold, capture or release as planned, exactly once, whatever happened to earlier attempts.

    Raises:
        payments.Unreachable: the outcome is unknown; the job comes again with the same key.
    """
    script = payments.carry_out()
    reply: payments.steps.Reply = None
    while (ask := _next(script, reply)) is not None:
        match ask:
            case payments.steps.Begin():
                reply = await _begin(engine, operation_id, undone=ask.undone)
            case payments.steps.Call():
                reply = await _call(engine, gateway, operation_id, ask.stored)
            case payments.steps.Read():
                reply = await _read(engine, gateway, operation_id, ask.stored)
            case written:
                await _write(engine, operation_id, written)
                reply = None
        if isinstance(ask, payments.steps.Note):
            raise ask.silence


def _next(script: payments.steps.Steps, reply: payments.steps.Reply) -> payments.steps.Ask | None:
    try:
        return script.send(reply)
    except StopIteration:
        return None


async def _begin(
    engine: AsyncEngine, operation_id: UUID, *, undone: bool
) -> payments.steps.Begun | None:
    async with transaction(engine) as session:
        operation, order, hold = await _rows(session, operation_id)
        wanted = _is_wanted(operation, order)
        stored = operation.stored(hold.provider_id if hold else None, wanted=wanted)
        step, after = payments.begin(stored, await now(session), undone=undone)
        if step is None:
            return None
        operation.remember(after)
        return payments.steps.Begun(step, after)


def _is_wanted(operation: Operation, order: Order) -> bool:
    """Whether its cause is still there; captures and releases are wanted once they are planned."""
    match operation.kind:
        case payments.OperationKind.AUTHORISE:
            return order.state is OrderState.CONFIRMED and order.standing in ASKED
        case payments.OperationKind.CHARGE if operation.disposition_id is None:
            return order.standing is payments.Standing.COLLECTING
        case _:
            return True


async def _call(
    engine: AsyncEngine, gateway: StripeGateway, operation_id: UUID, stored: payments.Stored
) -> payments.steps.Reply:
    kind, key, fact = stored.kind, stored.key, stored.fact
    try:
        if kind in WITHOUT_HER:
            operation, order = await _asked(engine, operation_id)
            ask = (
                gateway.charge_off_session
                if kind is payments.OperationKind.CHARGE
                else gateway.hold_off_session
            )
            return await ask(
                amount=stored.amount, order=str(order.id), op=fact, key=key,
                customer=operation.payer or "", payment_method=operation.card or "",
                description=f"Home visit {order.reference}",
            )  # fmt: skip
        if kind is payments.OperationKind.REFUND:
            return await gateway.refund(stored.hold or "", stored.amount, key=key, op=fact)
        if kind is payments.OperationKind.CAPTURE:
            return await gateway.capture(stored.hold or "", stored.amount, key=key, op=fact)
        return await gateway.release(stored.hold or "", key=key, op=fact)
    except payments.PaymentsError as error:
        return error


async def _read(
    engine: AsyncEngine, gateway: StripeGateway, operation_id: UUID, stored: payments.Stored
) -> payments.steps.Reply:
    try:
        if stored.kind in WITHOUT_HER:
            operation, _ = await _asked(engine, operation_id)
            return await gateway.find_hold(stored.fact, customer=operation.payer)
        if stored.kind is payments.OperationKind.REFUND:
            return await gateway.find_refund(stored.hold or "", stored.fact)
        return await gateway.fetch_hold(stored.hold or "")
    except payments.PaymentsError as error:
        return error


async def _asked(engine: AsyncEngine, operation_id: UUID) -> tuple[Operation, Order]:
    async with transaction(engine) as session:
        operation = await session.get_one(Operation, operation_id)
        return operation, await session.get_one(Order, operation.order_id)


async def _write(engine: AsyncEngine, operation_id: UUID, what: payments.steps.Ask) -> None:
    async with transaction(engine) as session:
        operation, order, _ = await _rows(session, operation_id)
        moment = await now(session)
        match what:
            case payments.steps.Apply(_, payments.Hold() as seen):
                await apply(session, order, operation, seen)
            case payments.steps.Apply(_, payments.Refund() as given):
                operation.finish(moment, given.id)
                await refund_seen(session, order, given, moment)
            case payments.steps.Refused() if operation.disposition_id is not None:
                operation.refuse(moment, what.words, what.advice)
                await not_paid_later(session, order, operation, what.words, moment)
            case payments.steps.Refused() if operation.kind is payments.OperationKind.CHARGE:
                await charge_refused(session, order, operation, what.words, what.advice, moment)
            case payments.steps.Refused():
                await bank_said_no(session, order, operation, what.words, what.advice, moment)
            case payments.steps.Note():
                operation.trouble = str(what.silence)
                operation.broke = operation.broke or what.silence.stored
            case payments.steps.CallOff():
                operation.call_off(moment)
            case payments.steps.HandOver():
                if isinstance(what.seen, payments.Hold):
                    await book_hold(session, order, what.seen, moment)
                await _hand_over(session, order, operation, what.words, what.seen)
            case _:
                raise TypeError(f"{what} is nothing to write down.")


async def apply(
    session: AsyncSession,
    order: Order,
    operation: Operation,
    seen: payments.Hold,
) -> None:
    """An operation is done: book what was seen and go on with the order. Twice is once.

    The caller holds the order's lock.
    """
    moment = await now(session)
    hold = await book_hold(session, order, seen, moment)
    operation.hold_id = hold.id
    given_up = operation.state is OperationState.FAILED
    first = operation.finish(moment, seen.id)
    if given_up:
        await nobody_waits(session, order, moment)
    if operation.disposition_id is not None:
        if first:
            await paid_later(session, order, operation, moment)
        return
    if operation.kind is payments.OperationKind.CHARGE:
        await money_came(session, order, payments.By.BANK, moment)
        return
    if operation.kind is not payments.OperationKind.AUTHORISE:
        await finish_if_settled(session, order, moment)
        return
    coming = await coming_of(session, order, moment)
    if first and coming is not None and order.standing in ASKED:
        asked = await asked_of(session, order)
        if not payments.covers([seen], asked, coming.needed_until):
            no = payments.Advice.LATER
            await bank_said_no(session, order, operation, TOO_SHORT, no, moment)
    await money_came(session, order, payments.By.BANK, moment)


async def _hand_over(
    session: AsyncSession,
    order: Order,
    operation: Operation,
    words: str,
    seen: payments.Hold | payments.Refund | None,
) -> None:
    """It cannot be done: call a person.

    A hold that is proved to be gone pays nothing: what it should have paid is asked of her
    another way at once. Where nobody knows what happened, nothing is asked of her.
    """
    moment = await now(session)
    told = [
        says(
            "%(what)s of %(amount)s for order %(order)s: %(why)s",
            what=term(operation.kind), amount=operation.amount, order=order.reference, why=words,
        )
    ]  # fmt: skip
    if operation.kind is payments.OperationKind.AUTHORISE:
        await bank_said_no(session, order, operation, words, payments.Advice.NEVER, moment)
    operation.fail(moment, words)
    if operation.kind is payments.OperationKind.REFUND:
        await refund_impossible(session, order, operation, words, seen, moment)
        return
    if operation.disposition_id is not None:
        await not_paid_later(session, order, operation, words, moment)
        await open_case(session, order, GIVEN_UP, told, moment)
        return
    capturing = order.standing is payments.Standing.CAPTURING
    gone = isinstance(seen, payments.Hold) and seen.state is payments.HoldState.RELEASED
    if operation.kind is payments.OperationKind.CAPTURE and capturing:
        to = payments.Standing.COLLECTING if gone else payments.Standing.CAPTURE_FAILED
        await stand(session, order, to, payments.By.BANK)
    elif operation.kind is payments.OperationKind.CHARGE:
        await stand(session, order, payments.Standing.CAPTURE_FAILED, payments.By.BANK)
    if order.standing is payments.Standing.COLLECTING:
        await enqueue(session, Collect(order=order.id))
    if gone and order.standing is payments.Standing.COLLECTING:
        return
    await open_case(session, order, GIVEN_UP, told, moment)


async def _rows(session: AsyncSession, operation_id: UUID) -> tuple[Operation, Order, Hold | None]:
    """The operation with its order and hold, its order locked."""
    operation = await session.get_one(Operation, operation_id)
    await lock_order(session, operation.order_id)
    await session.refresh(operation)
    order = await session.get_one(Order, operation.order_id, populate_existing=True)
    hold = None
    if operation.hold_id is not None:
        hold = await session.get_one(Hold, operation.hold_id, populate_existing=True)
    return operation, order, hold
