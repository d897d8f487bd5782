"""She keeps after all what she meant to give back, as long as it is with her."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from concierge.maps.travel import Roads
from concierge.model import GiveBack, GivenPiece, Order, Piece, Stop
from concierge.model.refusals import Missing, TooLate
from concierge.store.clock import now
from concierge.store.log import audit, tell
from concierge.store.transaction import lock_order, transaction

from .give_back import tell_what_comes
from .give_up_order import leave_the_day
from .plan_collection import open_collection
from .write_letter import Letter, write_letter

KEPT = "She keeps it after all."


async def keep_after_all(
    engine: AsyncEngine, roads: Roads, order_id: UUID, give_back_id: UUID, *, by: str
) -> None:
    """Take a give-back back: nobody comes for it, or waits for it. Twice is once.

    Raises:
        Missing: the order has no such give-back.
        TooLate: some of it is with us already, or the hour of its collection has begun.
    """
    async with transaction(engine) as session:
        await lock_order(session, order_id)
        if not await _given_still(session, order_id, give_back_id):
            return
        visit = await open_collection(session, give_back_id)
        if visit is None:
            await _keep(session, order_id, give_back_id, by, await now(session))
            return

    async def end(session: AsyncSession, visit: Order, moment: datetime) -> bool:
        await lock_order(session, order_id)
        if not await _given_still(session, order_id, give_back_id):
            return False
        stop = await session.get(Stop, visit.id)
        visit.cancel(moment, somebody_comes=stop is not None)
        await _keep(session, order_id, give_back_id, by, moment)
        return True

    await leave_the_day(engine, roads, visit, end)


async def _given_still(session: AsyncSession, order_id: UUID, give_back_id: UUID) -> bool:
    """Whether it is to come back and with her still; False when she keeps it already."""
    back = await session.get(GiveBack, give_back_id, populate_existing=True)
    if back is None or back.order_id != order_id:
        raise Missing("Nothing of the kind comes back.")
    order = await session.get_one(Order, order_id)
    if back.inspected_by == f"client:{order.client_id}":
        return False
    holders = await session.exec(
        select(Piece.holder)
        .join(GivenPiece)
        .where(GivenPiece.give_back_id == give_back_id, GivenPiece.piece_id == Piece.id)
    )
    if back.inspected_at is not None or set(holders) != {f"client:{order.client_id}"}:
        raise TooLate("These pieces are with us already.")
    return True


async def _keep(
    session: AsyncSession, order_id: UUID, give_back_id: UUID, by: str, moment: datetime
) -> None:
    order = await session.get_one(Order, order_id)
    back = await session.get_one(GiveBack, give_back_id)
    rows = await session.exec(select(GivenPiece).where(GivenPiece.give_back_id == back.id))
    for row in rows:
        row.accepted, row.why = False, KEPT
    back.inspected_at, back.inspected_by, back.refund_minor = (
        moment, f"client:{order.client_id}", 0,
    )  # fmt: skip
    await session.flush()
    await tell_what_comes(session, order, moment)
    await write_letter(session, order, Letter.KEPT_AFTER_ALL, now=moment)
    subject = f"order:{order.id}"
    await tell(session, subject, "kept_after_all", moment, order=str(order.id))
    await audit(
        session, who=by, what="give_back.withdraw", subject=subject, now=moment,
        give_back=str(back.id),
    )  # fmt: skip
