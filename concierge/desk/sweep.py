"""Look for what is due, or was left lying, and ask for it. Due times live on the rows."""

from collections.abc import AsyncIterator, Iterable
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, func, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

import payments
from concierge.model import (
    CardPage,
    CardPageState,
    Clock,
    Dispute,
    Hub,
    Notice,
    Operation,
    OperationState,
    Order,
    OrderState,
    Refund,
)
from concierge.store.clock import now
from concierge.store.jobs import (
    AnswerDispute,
    AssignWindows,
    CallForMoney,
    CheckCardPage,
    CheckRefund,
    Collect,
    GiveUpSlot,
    HoldMoney,
    Job,
    ReadNotice,
    RunOperation,
    enqueue,
)
from concierge.store.transaction import transaction

from .card_pages import PAGES
from .lying_money import lying

LEFT_LYING = timedelta(seconds=30)
"""How long something may stay undone before we ask again."""
EVENING = "18:00"
"""When flexible clients are given their windows for tomorrow, by the hub's clock."""
AT_ONCE = 200


async def sweep(engine: AsyncEngine) -> int:
    """Ask for all that is due; how many jobs that was. Asking twice is asking once."""
    asked = 0
    async with transaction(engine) as session:
        moment = await now(session)
        async for job in _due(session, moment):
            await enqueue(session, job)
            asked += 1
        clock = await session.get(Clock, 1)
        if clock is not None:
            clock.seen_at = moment
    return asked


async def _due(session: AsyncSession, moment: datetime) -> AsyncIterator[Job]:
    for jobs in (
        await _slots(session, moment),
        await _holds(session, moment),
        await _unpaid(session, moment),
        await _refunds(session, moment),
        await _lying(session, moment),
        await _answers(session, moment),
        await _pages(session, moment),
        await _operations(session, moment),
        await _notices(session, moment),
        await _evenings(session, moment),
    ):
        for job in jobs:
            yield job


async def _slots(session: AsyncSession, moment: datetime) -> Iterable[Job]:
    over = select(Order.id).where(
        Order.state == OrderState.PLACED, col(Order.slot_until) <= moment
    )
    return [GiveUpSlot(order=order_id) for order_id in await session.exec(over.limit(AT_ONCE))]


async def _holds(session: AsyncSession, moment: datetime) -> Iterable[Job]:
    due = (
        select(Order.id)
        .where(Order.state == OrderState.CONFIRMED, col(Order.hold_due) <= moment)
        .order_by(col(Order.hold_due))
    )
    return [HoldMoney(order=order_id) for order_id in await session.exec(due.limit(AT_ONCE))]


async def _unpaid(session: AsyncSession, moment: datetime) -> Iterable[Job]:
    """What is due and was not taken: the next way to ask for it, or its time is over."""
    due = select(Order.id).where(
        Order.standing == payments.Standing.COLLECTING,
        or_(col(Order.collect_until).is_(None), col(Order.collect_until) <= moment),
    )
    return [Collect(order=order_id) for order_id in await session.exec(due.limit(AT_ONCE))]


async def _refunds(session: AsyncSession, moment: datetime) -> Iterable[Job]:
    """Money on its way back: nobody tells us for sure when it has arrived."""
    due = select(Refund.id).where(
        col(Refund.provider_id).is_not(None), col(Refund.look_at) <= moment
    )
    return [CheckRefund(refund=each) for each in await session.exec(due.limit(AT_ONCE))]


async def _lying(session: AsyncSession, moment: datetime) -> Iterable[Job]:
    """Closed orders whose money has not ended, and that are nobody's case."""
    return [CallForMoney(order=order_id) for order_id in await lying(session, moment, AT_ONCE)]


async def _answers(session: AsyncSession, moment: datetime) -> Iterable[Job]:
    """What somebody decided about a dispute, and her bank does not know yet."""
    lying = select(Dispute.id).where(
        func.coalesce(Dispute.sent_at, Dispute.given_in_at) < moment - LEFT_LYING,
        col(Dispute.handed_in_at).is_(None),
        col(Dispute.ended_at).is_(None),
    )
    return [AnswerDispute(dispute=each) for each in await session.exec(lying.limit(AT_ONCE))]


async def _pages(session: AsyncSession, moment: datetime) -> Iterable[Job]:
    """Pages she may have paid on without coming back: nobody tells a laptop."""
    still_open = select(CardPage.id).where(
        CardPage.state == CardPageState.OPEN, CardPage.expires_at > moment - timedelta(hours=1)
    )
    return [CheckCardPage(page=page) for page in await session.exec(still_open.limit(AT_ONCE))]


async def _operations(session: AsyncSession, moment: datetime) -> Iterable[Job]:
    lying = select(Operation.id).where(
        col(Operation.state).in_([OperationState.PLANNED, OperationState.SENT]),
        col(Operation.kind).not_in(PAGES),
        Operation.planned_at < moment - LEFT_LYING,
    )
    return [RunOperation(operation=each) for each in await session.exec(lying.limit(AT_ONCE))]


async def _notices(session: AsyncSession, moment: datetime) -> Iterable[Job]:
    lying = select(Notice.id).where(
        col(Notice.handled_at).is_(None), Notice.received_at < moment - LEFT_LYING
    )
    return [ReadNotice(notice=each) for each in await session.exec(lying.limit(AT_ONCE))]


async def _evenings(session: AsyncSession, moment: datetime) -> Iterable[Job]:
    hubs = list(await session.exec(select(Hub)))
    evening = {hub.id for hub in hubs if moment >= hub.at(hub.day_of(moment), EVENING)}
    waiting = await session.exec(
        select(Order.hub_id)
        .where(
            col(Order.hub_id).in_(evening),
            Order.state == OrderState.CONFIRMED,
            col(Order.opens).is_(None),
        )
        .distinct()
    )
    return [AssignWindows(hub=hub_id) for hub_id in waiting]
