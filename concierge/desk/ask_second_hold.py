"""Kept above what is held: her own card is asked for the rest before a piece changes hands."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from sqlmodel import func, select
from sqlmodel.ext.asyncio.session import AsyncSession

import payments
from concierge.model import Operation, Order, OrderLine, OrderState, SecondHold
from concierge.model.refusals import KeyReused, Missing, UnknownPiece, WrongStep
from concierge.store.log import audit, tell
from concierge.store.transaction import lock_order

from .hold_lines import holds_of
from .second_hold import second_hold_of, withdraw_second_hold
from .settle import as_read
from .show_visit import assigned_stop
from .write_letter import Letter, write_letter


class HoldAsked(msgspec.Struct, frozen=True):
    """What she wants to keep, and what is taken off it; `id` is the phone's name for asking."""

    id: UUID
    keeping: tuple[UUID, ...]
    gesture_minor: int = 0


async def ask_second_hold(
    session: AsyncSession,
    order_id: UUID,
    asked: HoldAsked,
    *,
    concierge_id: UUID,
    now: datetime,
    base_url: str,
) -> SecondHold | None:
    """Ask her to have more set aside, for all she wants to keep; None when enough is held.

    One is asked for at a time: another wish takes the place of the one before. The same asked
    twice, under whatever name, is asked once.

    Raises:
        Missing: the visit is not this concierge's.
        WrongStep: she is not at the door, or the list is confirmed already.
        UnknownPiece: a piece is not of this visit, or named twice.
        KeyReused: the id came again for something else.
    """
    await lock_order(session, order_id)
    await assigned_stop(session, order_id, concierge_id)
    order = await session.get(Order, order_id)
    if order is None:
        raise Missing("There is no such visit on your route.")
    keeping = sorted(str(piece) for piece in asked.keeping)
    known = await session.get(SecondHold, asked.id)
    if known is not None:
        if (known.order_id, known.keeping) != (order_id, keeping):
            raise KeyReused("This was asked before for something else; nothing changed.")
        return known
    if order.state is not OrderState.AT_VISIT or order.collects is not None:
        raise WrongStep("More can be held only while you are at her door.")
    short = payments.short_of(
        await _due(session, order, asked),
        [as_read(hold) for hold in await holds_of(session, order_id)],
    )
    standing = await second_hold_of(session, order_id)
    if standing is not None and (standing.keeping, standing.amount) == (keeping, short):
        return standing
    await withdraw_second_hold(session, order, now)
    if not short:
        return None
    short = short.askable()
    page = await _plan_page(session, order, short, now)
    row = SecondHold(
        id=asked.id, order_id=order_id, operation_id=page.id,
        amount_minor=short.minor, currency=short.currency, keeping=keeping, at=now,
        by=f"concierge:{concierge_id}",
    )  # fmt: skip
    session.add(row)
    await audit(
        session, who=row.by, what="second_hold.ask", subject=f"order:{order_id}", now=now,
        amount=short.minor, currency=short.currency, keeping=keeping,
    )  # fmt: skip
    await write_letter(
        session, order, Letter.SECOND_HOLD, now=now, link=f"{base_url}/orders/{order_id}"
    )
    for topic in (f"order:{order_id}", row.by):
        await tell(session, topic, "second_hold", now, order=str(order_id))
    await session.flush()
    return row


async def _due(session: AsyncSession, order: Order, asked: HoldAsked) -> payments.Money:
    """What she would pay for it."""
    rows = await session.exec(select(OrderLine).where(OrderLine.order_id == order.id))
    lines: Sequence[OrderLine] = rows.all()
    wanted = set(asked.keeping)
    if len(wanted) != len(asked.keeping) or not wanted <= {line.piece_id for line in lines}:
        raise UnknownPiece("This names a piece that is not of this visit, or one twice.")
    return payments.due(
        [
            payments.Line(
                payments.Money(line.price_minor, order.currency), kept=line.piece_id in wanted
            )
            for line in lines
        ],
        credits_=[payments.Money(asked.gesture_minor, order.currency)],
    )


async def _plan_page(
    session: AsyncSession, order: Order, short: payments.Money, now: datetime
) -> Operation:
    kind = payments.OperationKind.OPEN_PAGE
    latest = select(func.max(Operation.seq)).where(
        Operation.order_id == order.id, Operation.kind == kind
    )
    seq = ((await session.exec(latest)).one() or 0) + 1
    page = payments.operation(kind, str(order.id), seq, short)
    row = Operation(
        order_id=order.id, kind=page.kind, seq=page.seq, key=page.key,
        amount_minor=short.minor, currency=short.currency, planned_at=now,
    )  # fmt: skip
    session.add(row)
    await session.flush()
    return row
