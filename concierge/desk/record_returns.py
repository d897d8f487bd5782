"""The client confirmed her list: what stays is hers, what goes back is ours, the money follows.

What is damaged or not there is left out, for a person to look into; what the concierge gives away
is taken off.
"""

from datetime import datetime
from typing import NoReturn
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

import payments
from concierge.model import (
    Gesture,
    Hub,
    Order,
    OrderLine,
    PieceState,
    PieceVerdict,
    ReturnsRecord,
    Stop,
    Verdict,
    untouched,
)
from concierge.model.refusals import (
    AlreadySettled,
    KeyReused,
    Missing,
    NotHersNow,
    UnknownPiece,
)
from concierge.store.log import audit, tell
from concierge.store.transaction import lock_order

from .collect_pieces import collect_pieces
from .dispute_pieces import dispute_pieces
from .inspected_by_now import inspected_by_now
from .keep_list import keep_list, was_hers
from .move_pieces import move_pieces, pieces_of
from .replace_sold import replace_sold
from .second_hold import refuse_unheld, withdraw_second_hold
from .settle import due_of, plan_settlement


async def record_returns(
    session: AsyncSession,
    order_id: UUID,
    record: ReturnsRecord,
    *,
    concierge_id: UUID,
    now: datetime,
) -> AlreadySettled | KeyReused | NotHersNow | None:
    """Write down what stays and what goes back, then ask for settlement.

    The phone may send the same record twice, and two phones the same list; the second changes
    nothing. A record that contradicts the one in force is kept for a person, and so is one of a
    concierge who had the visit that day and has it no more; the refusal is *returned*: raise it
    only after this transaction is kept.

    Raises:
        Missing: the visit never was this concierge's.
        WrongStep: the visit never stood.
        UnknownPiece: a piece is left out, foreign or named twice, or kept though another has it.
        OverLimit: more is given away than a concierge may.
        NotHeld: she keeps more than was held when she confirmed.
    """
    await lock_order(session, order_id)
    order, stop = await session.get(Order, order_id), await session.get(Stop, order_id)
    hers = stop is not None and stop.concierge_id == concierge_id
    if order is None or not (hers or await was_hers(session, order, concierge_id, record)):
        raise Missing("There is no such visit on your route.")
    lines = await session.exec(select(OrderLine).where(col(OrderLine.order_id) == order_id))
    elsewhere = await inspected_by_now(session, [order_id])
    who = f"concierge:{concierge_id}"
    try:
        await _refuse_foreign_key(session, order_id, record)
        if stop is None or not hers:
            _refuse_another(order)
        if not order.record_verdicts(record, lines.all(), elsewhere=elsewhere):
            return None
    except (AlreadySettled, KeyReused, NotHersNow) as refusal:
        await keep_list(session, order, record, refusal, by=concierge_id, now=now)
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


def _refuse_another(order: Order) -> NoReturn:
    """Whoever has the visit no more: her list is kept beside the first, or without one."""
    if order.returns_key is not None:
        raise AlreadySettled(
            "Another list of order %(order)s was confirmed before this; the desk has both.",
            order=order.reference,
        )
    raise NotHersNow("This visit is not on your route any more; the desk has your list.")


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
