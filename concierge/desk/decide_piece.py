"""A person decides about a damaged or missing piece: back on the shelf, or written off."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from concierge.model import (
    OVER,
    PUT_BACK,
    Case,
    Decision,
    Disposition,
    Hold,
    Operation,
    OperationState,
    Order,
    Piece,
    PieceMove,
    PieceState,
)
from concierge.model.refusals import WrongStep
from concierge.store.clock import now
from concierge.store.log import audit
from concierge.store.transaction import transaction

from .dispute_pieces import DISPUTED, tell_what_waits
from .end_case import Works, tell_of
from .its_order import with_its_order
from .refund_money import refund
from .replace_sold import replace_sold
from .settle import close_cases


async def put_back(
    engine: AsyncEngine, disposition_id: UUID, why: str, *, works_at: Works, by: str
) -> None:
    """The piece is on the shelf again: taken back as it is, or found. Nothing is charged for it.

    What was written off as missing and comes to light is put back too; what she paid for it is
    paid back. Saying the same twice changes nothing.

    Raises:
        Missing: there is no such piece for them.
        BadRequest: nobody says why.
        WrongStep: it was decided otherwise, or her bank is being asked for it just now.
    """
    async with transaction(engine) as session:
        order, disposition = await with_its_order(session, Disposition, disposition_id, works_at)
        moment = await now(session)
        if disposition.decision in (Decision.WRITTEN_OFF, Decision.CHARGED):
            await _found(session, order, disposition, why, by, moment)
            return
        await refuse_while_asked(session, disposition)
        decision = PUT_BACK[disposition.trouble]
        if disposition.decide(decision, why, by=by, now=moment):
            await decided(session, order, disposition, moment)


async def write_off(
    engine: AsyncEngine, disposition_id: UUID, why: str, *, works_at: Works, by: str
) -> None:
    """The piece leaves our stock; nothing is charged for it. Saying it twice is saying it once.

    Raises:
        Missing: there is no such piece for them.
        BadRequest: nobody says why.
        WrongStep: it was decided otherwise, or her bank is being asked for it just now.
    """
    async with transaction(engine) as session:
        order, disposition = await with_its_order(session, Disposition, disposition_id, works_at)
        moment = await now(session)
        await refuse_while_asked(session, disposition)
        if disposition.decide(Decision.WRITTEN_OFF, why, by=by, now=moment):
            await decided(session, order, disposition, moment)


async def decided(
    session: AsyncSession, order: Order, disposition: Disposition, moment: datetime
) -> None:
    """What follows from a decision: where the piece goes, the audit, and the case's end.

    The caller holds the order's lock.
    """
    by = disposition.decided_by or ""
    state, holder = disposition.whereto(f"hub:{order.hub_id}", f"client:{order.client_id}")
    await _move(session, order, disposition, state, holder, by, moment)
    await audit(
        session, who=by, what="piece.decide", subject=f"order:{order.id}", now=moment,
        why=disposition.why, piece=str(disposition.piece_id), decision=disposition.decision,
        asked=disposition.asked_minor if disposition.decision is Decision.CHARGED else None,
    )  # fmt: skip
    await session.flush()
    if not await tell_what_waits(session, order, moment):
        await close_cases(session, order, DISPUTED, moment, by=by, why=disposition.why)
    await tell_boards(session, order)


async def _found(
    session: AsyncSession,
    order: Order,
    disposition: Disposition,
    why: str,
    by: str,
    moment: datetime,
) -> None:
    """It is ours again, and so is hers what she paid for it."""
    if not disposition.find(by=by, now=moment):
        return
    await _move(session, order, disposition, PieceState.SHELF, f"hub:{order.hub_id}", by, moment)
    paid = await session.exec(
        select(Hold)
        .join(Operation, col(Operation.hold_id) == col(Hold.id))
        .where(Operation.disposition_id == disposition.id, Operation.state == OperationState.DONE)
    )
    for hold in paid.all():
        await refund(session, order, hold.captured, moment, of=[hold])
    await audit(
        session, who=by, what="piece.find", subject=f"order:{order.id}", now=moment, why=why,
        piece=str(disposition.piece_id),
    )  # fmt: skip
    await tell_boards(session, order)


async def refuse_while_asked(session: AsyncSession, disposition: Disposition) -> None:
    """While her bank is being asked for it nobody decides: she might pay for what is written off.

    Raises:
        WrongStep: it is.
    """
    under_way = select(Operation.id).where(
        Operation.disposition_id == disposition.id, col(Operation.state).not_in(OVER)
    )
    if (await session.exec(under_way)).first() is not None:
        raise WrongStep("Her bank is being asked for it just now; look again in a minute.")


async def tell_boards(session: AsyncSession, order: Order) -> None:
    """Let the boards, and her page, know."""
    rows = await session.exec(
        select(Case)
        .where(Case.order_id == order.id, Case.kind == DISPUTED)
        .order_by(col(Case.opened_at).desc())
    )
    case = rows.first()
    if case is not None:
        await tell_of(session, case)


async def _move(
    session: AsyncSession,
    order: Order,
    disposition: Disposition,
    state: PieceState,
    holder: str,
    by: str,
    moment: datetime,
) -> None:
    """The piece changes state and hands, and its ledger says so; who waits for it is told."""
    piece = await session.get_one(Piece, disposition.piece_id)
    moved = piece.come_back(holder) if state is PieceState.SHELF else False
    if moved or piece.go(state, holder):
        session.add(
            PieceMove(
                piece_id=piece.id, order_id=order.id, state=state, holder=holder, at=moment, by=by
            )
        )
    if state is not PieceState.SHELF:
        await replace_sold(session, order, [piece], moment)
