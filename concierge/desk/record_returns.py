"""The client confirmed her list: what stays is hers, what goes back is ours, the money follows.

What is damaged or not there is left out, for a person to look into; what the concierge gives away
is taken off.
"""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

import payments
from concierge.model import (
    Case,
    Gesture,
    Hub,
    Order,
    OrderLine,
    PieceState,
    PieceVerdict,
    ReturnsConflict,
    ReturnsRecord,
    Stop,
    Verdict,
    untouched,
)
from concierge.model.refusals import AlreadySettled, KeyReused, Missing, UnknownPiece
from concierge.model.told import says, told_of
from concierge.store.log import audit, tell
from concierge.store.transaction import lock_order

from .collect_pieces import collect_pieces
from .dispute_pieces import dispute_pieces
from .inspected_by_now import inspected_by_now
from .list_differences import list_differences
from .move_pieces import move_pieces, pieces_of
from .replace_sold import replace_sold
from .second_hold import refuse_unheld, withdraw_second_hold
from .settle import due_of, plan_settlement
from .show_visit import assigned_stop


async def record_returns(
    session: AsyncSession,
    order_id: UUID,
    record: ReturnsRecord,
    *,
    concierge_id: UUID,
    now: datetime,
) -> AlreadySettled | KeyReused | None:
    """Write down what stays and what goes back, then ask for settlement.

    The phone may send the same record twice, and two phones the same list; the second changes
    nothing. A record that contradicts the one in force is kept for a person, so its refusal is
    *returned*: raise it only after this transaction is kept.

    Raises:
        Missing: the visit is not this concierge's.
        WrongStep: the visit never stood.
        UnknownPiece: a piece is left out, foreign or named twice, or kept though another has it.
        OverLimit: more is given away than a concierge may.
        NotHeld: she keeps more than was held when she confirmed.
    """
    await lock_order(session, order_id)
    stop = await assigned_stop(session, order_id, concierge_id)
    order = await session.get(Order, order_id)
    if order is None:
        raise Missing("There is no such visit on your route.")
    lines = await session.exec(select(OrderLine).where(col(OrderLine.order_id) == order_id))
    elsewhere = await inspected_by_now(session, [order_id])
    who = f"concierge:{concierge_id}"
    try:
        await _refuse_foreign_key(session, order_id, record)
        if not order.record_verdicts(record, lines.all(), elsewhere=elsewhere):
            return None
    except (AlreadySettled, KeyReused) as refusal:
        await _keep_for_a_person(session, order, record, refusal, who, now)
        return refusal
    order.returns_at = min(record.confirmed_at, now)
    if order.collects is not None:
        await session.flush()
        await collect_pieces(session, order, record, by=who, now=now)
    else:
        await _give_away(session, order, record, who, now)
        await refuse_unheld(session, order, await due_of(session, order), order.returns_at)
        await withdraw_second_hold(session, order, now)
        await _hand_over(session, order, record, concierge_id, now)
    await plan_settlement(session, order, now)
    await _tell(session, order, stop, record, now)
    await audit(
        session, who=who, what="returns.record", subject=f"order:{order_id}", now=now,
        key=str(record.key), digest=record.digest, kept=_many(record, Verdict.KEPT),
    )  # fmt: skip
    await session.flush()
    return None


async def _refuse_foreign_key(
    session: AsyncSession, order_id: UUID, record: ReturnsRecord
) -> None:
    """A record's key names one list of one visit."""
    others = select(Order.id).where(Order.returns_key == record.key, Order.id != order_id)
    if (await session.exec(others)).first() is not None:
        raise KeyReused("This list was sent before for another visit; nothing changed.")


async def _give_away(
    session: AsyncSession, order: Order, record: ReturnsRecord, who: str, now: datetime
) -> None:
    """A gesture becomes a credit, with who gave it and why."""
    given = record.gesture
    if given is None:
        return
    hub = await session.get_one(Hub, order.hub_id)
    hub.lets_give(payments.Money(given.minor, order.currency))
    session.add(
        Gesture(
            order_id=order.id, amount_minor=given.minor, currency=order.currency,
            reason=given.reason, by=who, at=now,
        )
    )  # fmt: skip
    await audit(
        session, who=who, what="gesture.give", subject=f"order:{order.id}", now=now,
        why=given.reason, amount=given.minor, currency=order.currency,
    )  # fmt: skip


async def _hand_over(
    session: AsyncSession, order: Order, record: ReturnsRecord, concierge_id: UUID, now: datetime
) -> None:
    """What she keeps is sold and hers; the rest is on its way back with the concierge.

    What is damaged goes to repair, what is not there is lost until it is found. Whoever was
    promised for another day what will not be there gets a piece like it.
    """
    pieces = await pieces_of(session, order.id)
    verdicts = {piece.id: untouched(piece.id) for piece in pieces}
    verdicts |= {each.piece: each for each in record.verdicts}
    for piece in pieces:
        if verdicts[piece.id].verdict is Verdict.KEPT and piece.state is PieceState.SOLD:
            raise UnknownPiece(
                "Piece %(tag)s was sold to another client; it is not here.", tag=piece.tag
            )
    client, concierge = f"client:{order.client_id}", f"concierge:{concierge_id}"
    moves = [(piece, *_whereto(verdicts[piece.id], client, concierge)) for piece in pieces]
    move_pieces(session, order.id, moves, by=concierge, now=now)
    gone = [piece for piece, state, _ in moves if state is not PieceState.RETURNING]
    await replace_sold(session, order, gone, now)
    by_id = {piece.id: piece for piece in pieces}
    await dispute_pieces(session, order, record, by_id, by=concierge, now=now)


def _whereto(verdict: PieceVerdict, client: str, concierge: str) -> tuple[PieceState, str]:
    """The state and the holder a verdict gives its piece."""
    match verdict.verdict:
        case Verdict.KEPT:
            return PieceState.SOLD, client
        case Verdict.MISSING:
            return PieceState.LOST, client
        case Verdict.RETURNED:
            state = PieceState.REPAIR if verdict.disputed else PieceState.RETURNING
            return state, concierge


async def _keep_for_a_person(
    session: AsyncSession,
    order: Order,
    record: ReturnsRecord,
    refusal: AlreadySettled | KeyReused,
    who: str,
    now: datetime,
) -> None:
    """Keep a contradicting record once, and open a case for it."""
    same = select(ReturnsConflict.id).where(
        ReturnsConflict.order_id == order.id,
        ReturnsConflict.key == record.key,
        ReturnsConflict.digest == record.digest,
    )
    if (await session.exec(same)).first() is not None:
        return
    apart = await list_differences(session, order, record) or [told_of(refusal)]
    session.add(
        ReturnsConflict(
            order_id=order.id, key=record.key, digest=record.digest,
            content=msgspec.to_builtins(record), at=now, by=who,
        )
    )  # fmt: skip
    case = Case(hub_id=order.hub_id, order_id=order.id, kind="returns_conflict", opened_at=now)
    second = says("A second list of returns came for order %(order)s.", order=order.reference)
    case.tell([second, *apart])
    session.add(case)
    await tell(session, f"day:{order.hub_id}:{order.day}", "case", now, order=str(order.id))
    await audit(
        session, who=who, what="returns.conflict", subject=f"order:{order.id}", now=now,
        why=str(refusal), key=str(record.key), digest=record.digest,
    )  # fmt: skip
    await session.flush()


async def _tell(
    session: AsyncSession, order: Order, stop: Stop, record: ReturnsRecord, now: datetime
) -> None:
    topics = (
        f"day:{stop.hub_id}:{stop.day}", f"order:{order.id}", f"concierge:{stop.concierge_id}",
    )  # fmt: skip
    for topic in topics:
        await tell(
            session, topic, "returns", now, order=str(order.id),
            kept=_many(record, Verdict.KEPT), returned=_many(record, Verdict.RETURNED),
        )  # fmt: skip


def _many(record: ReturnsRecord, verdict: Verdict) -> int:
    return sum(each.verdict is verdict for each in record.verdicts)
