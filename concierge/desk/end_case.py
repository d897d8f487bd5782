"""A case has an owner and an end: somebody takes it, and says in a word why it is done.

What the house closes by itself once it is true cannot be called done before: money that still
lies, a piece nobody decided about, books that differ.
"""

from collections.abc import Awaitable, Callable
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

import payments
from concierge.model import Case, Difference, Disposition, Dispute, GiveBack, Hub, Order, Refund
from concierge.model.refusals import Missing, WrongStep
from concierge.store.clock import now
from concierge.store.log import audit, tell
from concierge.store.transaction import lock_order, transaction

from .dispute_pieces import DISPUTED
from .give_back import COMING_BACK
from .lying_money import LIES
from .note_differences import CASE as BOOKS_DIFFER
from .refund_money import SLOW
from .settle import MENDED

QUESTIONED = "card_disputed"
"""The kind of case about a payment that her bank questions."""
Works = Callable[[UUID], bool]
"""Whether a hub is the business of whoever asks."""


async def take_case(
    engine: AsyncEngine, case_id: UUID, owner: UUID, *, works_at: Works, by: str
) -> None:
    """Somebody looks after a case from now on, whoever did before. Taking it twice is once.

    Raises:
        Missing: there is no such case for them.
        WrongStep: it has ended.
    """
    async with transaction(engine) as session:
        case = await locked_case(session, case_id, works_at)
        moment = await now(session)
        if case.take(owner, moment):
            subject = f"case:{case.id}"
            await audit(session, who=by, what="case.take", subject=subject, now=moment)
            await tell_of(session, case)


async def end_case(
    engine: AsyncEngine, case_id: UUID, why: str, *, works_at: Works, by: str
) -> None:
    """A person is done with a case, and says why. Saying it twice is saying it once.

    Raises:
        Missing: there is no such case for them.
        BadRequest: she does not say why.
        WrongStep: it has ended, or what it is about is not over yet.
    """
    async with transaction(engine) as session:
        case = await locked_case(session, case_id, works_at)
        moment = await now(session)
        if not case.end(why, by=by, now=moment):
            return
        await OVER_WHEN.get(case.kind, _whenever)(session, case)
        await audit(
            session, who=by, what="case.end", subject=f"case:{case.id}", now=moment,
            why=case.closed_why, kind=case.kind,
        )  # fmt: skip
        await tell_of(session, case)


async def locked_case(session: AsyncSession, case_id: UUID, works_at: Works) -> Case:
    """A case of one's own hub, and its order ours alone until the transaction ends.

    Raises:
        Missing: there is no such case for them.
    """
    case = await session.get(Case, case_id)
    if case is None or not works_at(case.hub_id):
        raise Missing("There is no such case.")
    await lock_order(session, case.order_id or case.id)
    await session.refresh(case)
    return case


async def tell_of(session: AsyncSession, case: Case) -> None:
    """Let the boards of today, and of its order's day, know that a case has changed."""
    moment = await now(session)
    hub = await session.get_one(Hub, case.hub_id)
    order = await session.get(Order, case.order_id) if case.order_id else None
    days = {hub.day_of(moment), (order and order.day) or hub.day_of(moment)}
    for day in sorted(days):
        await tell(session, f"day:{hub.id}:{day}", "case", moment, case=str(case.id))


async def _whenever(session: AsyncSession, case: Case) -> None:
    """Only a person knows when it is done."""


async def _money_ended(session: AsyncSession, case: Case) -> None:
    """Its case is what keeps the money of a closed order from lying unseen."""
    connection = await session.connection()
    lies = await connection.execute(
        text(
            "select 1 from orders where id = :order and state in "
            "('returned', 'settled', 'cancelled', 'expired') and standing not in "
            "('captured', 'released', 'part_refunded', 'refunded', 'charged_back')"
        ),
        {"order": case.order_id},
    )
    if lies.first() is not None:
        raise WrongStep("Its money has not come to an end; the house closes this when it has.")


async def _pieces_decided(session: AsyncSession, case: Case) -> None:
    undecided = select(Disposition.id).where(
        Disposition.order_id == case.order_id, col(Disposition.decision).is_(None)
    )
    if (await session.exec(undecided)).first() is not None:
        raise WrongStep("Decide about each of its pieces; the house closes this when you have.")


async def _books_agree(session: AsyncSession, case: Case) -> None:
    differs = select(Difference.id).where(
        Difference.case_id == case.id, col(Difference.closed_at).is_(None)
    )
    if (await session.exec(differs)).first() is not None:
        raise WrongStep("The books still differ; the comparison closes this when they agree.")


async def _come_back(session: AsyncSession, case: Case) -> None:
    waits = select(GiveBack.id).where(
        GiveBack.order_id == case.order_id, col(GiveBack.inspected_at).is_(None)
    )
    if (await session.exec(waits)).first() is not None:
        raise WrongStep("Inspect what comes back; the house closes this when you have.")


async def _arrived(session: AsyncSession, case: Case) -> None:
    on_its_way = select(Refund.id).where(
        Refund.order_id == case.order_id,
        or_(col(Refund.provider_id).is_(None), Refund.state == payments.RefundState.PENDING),
    )
    if (await session.exec(on_its_way)).first() is not None:
        raise WrongStep("The money is still on its way; the house closes this when it arrives.")


async def _bank_decided(session: AsyncSession, case: Case) -> None:
    open_ = select(Dispute.id).where(Dispute.case_id == case.id, col(Dispute.ended_at).is_(None))
    if (await session.exec(open_)).first() is not None:
        raise WrongStep("Her bank has not decided; answer it in time.")


OVER_WHEN: dict[str, Callable[[AsyncSession, Case], Awaitable[None]]] = {
    **dict.fromkeys((*MENDED, LIES), _money_ended),
    DISPUTED: _pieces_decided,
    BOOKS_DIFFER: _books_agree,
    COMING_BACK: _come_back,
    SLOW: _arrived,
    QUESTIONED: _bank_decided,
}
"""What must be true before a case of a kind is done; of every other kind a person knows alone."""
