"""What is due is captured, the rest released: planned with its cause, in one transaction."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

import payments
from concierge.model import (
    Case,
    Disposition,
    Fee,
    Gesture,
    Hold,
    Operation,
    Order,
    OrderLine,
    OrderState,
    Stop,
)
from concierge.model.told import Sentence, plainly, says
from concierge.store.jobs import Collect, RunOperation, enqueue
from concierge.store.log import audit, tell

from .hold_lines import holds_of
from .write_letter import Letter, write_letter

UNPAID = frozenset({payments.Standing.COLLECTING, payments.Standing.CAPTURE_FAILED})
"""Where money stands when what is due is asked of her another way, or of a person."""
GIVEN_UP = "operation_failed"
"""The kind of case about an operation that could not be done."""
MENDED = ("not_paid", "not_settled", GIVEN_UP)
"""Kinds of cases that are over once an order's money is taken, or given back."""


async def plan_settlement(session: AsyncSession, order: Order, now: datetime) -> None:
    """Plan the captures and releases that an order's outcome asks for, and have them carried out.

    What no hold covers is asked of her another way; nothing of what is held waits for it. A hold
    that comes when she is asked already pays nothing: she would pay twice.
    The caller holds the order's lock. Doing it again plans nothing twice: the keys are the facts.
    """
    order.due_minor = (await due_of(session, order)).minor
    holds = await holds_of(session, order.id)
    if await _asked_otherwise(session, order):
        await plan_release(session, order, now, but=await _paying(session, order))
        await finish_if_settled(session, order, now)
        return
    staying = await _staying(session, order, holds)
    asked, missing = _given_by(order, staying)
    if off := payments.let_off(missing):
        await _let_off(session, order, off, now)
        missing -= off
    rows = {hold.provider_id: hold for hold in holds}
    for each in asked:
        await plan_operation(session, order, each, rows.get(each.hold or ""), now)
    if missing and order.standing not in UNPAID:
        await stand(session, order, payments.Standing.COLLECTING, payments.By.DOOR)
        await enqueue(session, Collect(order=order.id))
    elif asked and order.standing not in UNPAID:
        to = payments.Standing.CAPTURING if order.due_minor else payments.Standing.RELEASING
        await stand(session, order, to, payments.By.DOOR)
    await finish_if_settled(session, order, now)


def _given_by(
    order: Order, holds: Sequence[payments.Hold]
) -> tuple[tuple[payments.Operation, ...], payments.Money]:
    """The operations that take what is due of what is held, and what of it they cannot take."""
    due = payments.Money(order.due_minor or 0, order.currency)
    try:
        return payments.settle(str(order.id), due, holds), due * 0
    except payments.NotCovered as short:
        return payments.settle(str(order.id), due - short.missing, holds), short.missing


async def _let_off(
    session: AsyncSession, order: Order, off: payments.Money, now: datetime
) -> None:
    """No card takes so little: she is not asked for it."""
    order.let_off_minor = off.minor
    order.due_minor = (await due_of(session, order)).minor
    await audit(
        session, who="house", what="money.let_off", subject=f"order:{order.id}", now=now,
        amount=str(off),
    )  # fmt: skip


async def plan_operation(
    session: AsyncSession,
    order: Order,
    asked: payments.Operation,
    hold: Hold | None,
    now: datetime,
    *,
    disposition: Disposition | None = None,
) -> Operation:
    """Write an operation down with its key and ask for it, unless it was planned before.

    A charge for a `disposition` is made to the card she left with her order.
    """
    same = select(Operation).where(
        Operation.order_id == order.id, Operation.kind == asked.kind, Operation.seq == asked.seq
    )
    planned = (await session.exec(same)).first()
    if planned is not None:
        return planned
    row = Operation(
        order_id=order.id, hold_id=hold.id if hold else None, kind=asked.kind, seq=asked.seq,
        key=asked.key, amount_minor=asked.amount.minor, currency=asked.amount.currency,
        planned_at=now,
    )  # fmt: skip
    if disposition is not None:
        row.disposition_id, row.payer, row.card = disposition.id, order.payer, order.card
    session.add(row)
    await session.flush()
    await enqueue(session, RunOperation(operation=row.id))
    return row


async def plan_release(
    session: AsyncSession, order: Order, now: datetime, *, but: Collection[UUID | None] = ()
) -> int:
    """Plan to give every live hold of an order back whole, `but` these; how many there are."""
    live = 0
    for seq, hold in enumerate(await holds_of(session, order.id), start=1):
        if hold.live and hold.id not in but:
            live += 1
            kind = payments.OperationKind.RELEASE
            asked = payments.operation(
                kind, str(order.id), seq, hold.amount, hold=hold.provider_id
            )
            await plan_operation(session, order, asked, hold, now)
    return live


async def finish_if_settled(session: AsyncSession, order: Order, now: datetime) -> bool:
    """Close an order whose every hold is captured or released; whether it is closed now.

    One that was called off and owes nothing has its money back.
    """
    holds = await holds_of(session, order.id)
    open_states = (payments.HoldState.HELD, payments.HoldState.PENDING)
    if any(hold.state in open_states for hold in holds):
        return False
    releasing = order.standing is payments.Standing.RELEASING
    called_off = order.state is OrderState.CANCELLED and order.due_minor
    if releasing and order.state is not OrderState.RETURNED:
        await stand(session, order, payments.Standing.RELEASED, payments.By.BANK)
        await _close_mended(session, order, now)
    if order.settled_at or not (called_off or order.state is OrderState.RETURNED):
        return False
    captured = payments.Money.total((hold.captured for hold in holds), order.currency)
    if captured.minor != order.due_minor and order.standing in UNPAID:
        await enqueue(session, Collect(order=order.id))
        return False
    if captured.minor != order.due_minor:
        due = payments.Money(order.due_minor or 0, order.currency)
        told = says(
            "Order %(order)s is due %(due)s, and %(captured)s was captured.",
            order=order.reference, due=due, captured=captured,
        )  # fmt: skip
        await open_case(session, order, "not_settled", [told], now)
        return False
    order.settle(captured, now)
    await _close_mended(session, order, now)
    topics = [f"order:{order.id}", f"day:{order.hub_id}:{order.day}"]
    stop = await session.get(Stop, order.id)
    if stop is not None:
        topics.append(f"concierge:{stop.concierge_id}")
    for topic in topics:
        await tell(session, topic, "settled", now, order=str(order.id))
    letter = Letter.RECEIPT if order.collects is None else Letter.COLLECTED
    await write_letter(session, order, Letter.FEE if called_off else letter, now=now)
    return True


async def stand(
    session: AsyncSession, order: Order, to: payments.Standing, by: payments.By
) -> bool:
    """Move where an order's money stands, one move at a time: the database keeps the table too."""
    moved = order.stand(to, by)
    await session.flush()
    return moved


async def due_of(session: AsyncSession, order: Order) -> payments.Money:
    """What she owes: what she keeps, but for pieces in dispute, and a fee, less what was given.

    What no card takes she does not owe.
    """
    rows = await session.exec(select(OrderLine).where(OrderLine.order_id == order.id))
    lines = [
        payments.Line(
            payments.Money(line.price_minor, order.currency),
            kept=line.kept,
            disputed=line.disputed,
        )
        for line in rows
    ]
    fees = await session.exec(select(Fee).where(Fee.order_id == order.id))
    given = await session.exec(select(Gesture).where(Gesture.order_id == order.id))
    return payments.due(
        lines,
        [fee.due for fee in fees],
        credits_=[*(gesture.amount for gesture in given), order.let_off],
    )


async def settled_holds(session: AsyncSession, order_id: UUID) -> list[Hold]:
    """The holds that pay a visit's own bill."""
    apart = await paid_apart(session, [order_id])
    return [hold for hold in await holds_of(session, order_id) if hold.id not in apart]


async def paid_apart(session: AsyncSession, orders: Collection[UUID]) -> set[UUID | None]:
    """The charges she agreed to afterwards: no part of a visit's own bill."""
    rows = await session.exec(
        select(Operation.hold_id).where(
            col(Operation.order_id).in_(orders), col(Operation.disposition_id).is_not(None)
        )
    )
    return set(rows)


async def _asked_otherwise(session: AsyncSession, order: Order) -> bool:
    """Whether her card was asked to pay at once, or she was sent to a page to pay."""
    kinds = (payments.OperationKind.CHARGE, payments.OperationKind.PAY_PAGE)
    asked = select(Operation.id).where(
        Operation.order_id == order.id,
        col(Operation.kind).in_(kinds),
        col(Operation.disposition_id).is_(None),
    )
    return (await session.exec(asked)).first() is not None


async def _paying(session: AsyncSession, order: Order) -> set[UUID | None]:
    """The holds that are being captured."""
    rows = await session.exec(
        select(Operation.hold_id).where(
            Operation.order_id == order.id, Operation.kind == payments.OperationKind.CAPTURE
        )
    )
    return set(rows)


async def _staying(
    session: AsyncSession, order: Order, holds: Sequence[Hold]
) -> list[payments.Hold]:
    """The holds a settlement may count on: one that is being given back pays nothing."""
    leaving = await released_by_us(session, order)
    released = payments.HoldState.RELEASED
    return [
        replace(as_read(hold), state=released)
        if hold.live and hold.id in leaving
        else as_read(hold)
        for hold in holds
    ]


async def released_by_us(session: AsyncSession, order: Order) -> set[UUID | None]:
    """The holds of an order that we gave back, or are about to."""
    rows = await session.exec(
        select(Operation.hold_id).where(
            Operation.order_id == order.id,
            Operation.kind == payments.OperationKind.RELEASE,
        )
    )
    return set(rows)


def as_read(hold: Hold) -> payments.Hold:
    """A hold as we last read it at the provider."""
    return payments.Hold(
        hold.provider_id, hold.state, hold.amount, hold.captured, hold.capture_before
    )


async def open_case(
    session: AsyncSession, order: Order, kind: str, told: Sequence[Sentence], now: datetime
) -> None:
    """Hand something over to a person, once."""
    if (await session.exec(_open(order, kind))).first() is not None:
        return
    case = Case(hub_id=order.hub_id, order_id=order.id, kind=kind, opened_at=now)
    case.tell(told)
    session.add(case)
    await tell(session, f"day:{order.hub_id}:{order.day}", "case", now, order=str(order.id))


async def tell_case(
    session: AsyncSession, order: Order, kind: str, told: Sequence[Sentence], now: datetime
) -> None:
    """Hand something over to a person, or tell her who has it how it stands now."""
    case = (await session.exec(_open(order, kind))).first()
    if case is None:
        await open_case(session, order, kind, told, now)
    elif case.words != plainly(told):
        case.tell(told)
        await tell(session, f"day:{order.hub_id}:{order.day}", "case", now, order=str(order.id))


def _open(order: Order, kind: str) -> SelectOfScalar[Case]:
    return select(Case).where(
        Case.order_id == order.id, Case.kind == kind, col(Case.closed_at).is_(None)
    )


async def _close_mended(session: AsyncSession, order: Order, now: datetime) -> None:
    """The money came to its end: nobody need look after it any more."""
    for kind in MENDED:
        await close_cases(session, order, kind, now)


async def close_cases(
    session: AsyncSession, order: Order, kind: str, now: datetime, *, by: str = "", why: str = ""
) -> None:
    """What a person was called for has come right: by itself, or `by` what somebody did."""
    for case in await session.exec(_open(order, kind)):
        if by:
            case.end(why, by=by, now=now)
        else:
            case.closed_at = now
