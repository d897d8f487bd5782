"""A webhook is a hint: keep it once, then ask the provider how things stand."""

from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

import payments.notices
from concierge.model import CardPage, Hold, Notice, Operation, Order, OrderState
from concierge.store.clock import now
from concierge.store.jobs import ReadNotice, enqueue
from concierge.store.transaction import lock_order, transaction
from payments.stripe_gateway import StripeGateway

from .book_money import book_hold
from .card_pages import take_over_page
from .hold_money import money_came
from .run_operation import apply
from .settle import finish_if_settled


async def keep_notice(session: AsyncSession, told: payments.notices.Notice) -> None:
    """Keep what the provider told us, once, and have it acted on."""
    if told.kind is payments.notices.NoticeKind.OTHER or await session.get(Notice, told.id):
        return
    session.add(
        Notice(
            id=told.id, kind=told.kind, object_id=told.object_id, received_at=await now(session)
        )
    )
    await enqueue(session, ReadNotice(notice=told.id))


async def read_notice(engine: AsyncEngine, gateway: StripeGateway, notice_id: str) -> None:
    """Fetch what the notice is about and take it over. Handled, not received, is what counts.

    Raises:
        payments.Unreachable: the provider does not answer; ask again.
    """
    async with transaction(engine) as session:
        notice = await session.get(Notice, notice_id)
        if notice is None or notice.handled_at is not None:
            return
        page = await session.get(CardPage, notice.object_id)
        known = await session.exec(select(Hold).where(Hold.provider_id == notice.object_id))
        hold = known.first()
    if page is not None:
        await take_over_page(engine, await gateway.fetch_card_page(page.id))
    elif hold is not None:
        await _take_over_hold(engine, await gateway.fetch_hold(hold.provider_id))
    elif notice.kind == payments.notices.NoticeKind.HOLD:
        await _take_over_unknown(engine, await _hold_of(gateway, notice.object_id))
    async with transaction(engine) as session:
        handled = await session.get_one(Notice, notice_id)
        handled.handled_at = handled.handled_at or await now(session)


async def _take_over_hold(engine: AsyncEngine, seen: payments.Hold) -> None:
    async with transaction(engine) as session:
        rows = await session.exec(select(Hold.order_id).where(Hold.provider_id == seen.id))
        order_id = rows.one()
        await lock_order(session, order_id)
        order = await session.get_one(Order, order_id, populate_existing=True)
        moment = await now(session)
        await book_hold(session, order, seen, moment)
        if order.state is OrderState.CONFIRMED:
            await money_came(session, order, payments.By.BANK, moment)
        await finish_if_settled(session, order, moment)


async def _hold_of(gateway: StripeGateway, name: str) -> payments.Hold | None:
    """A hold we do not know yet; None when it is not the provider's either."""
    try:
        return await gateway.fetch_hold(name)
    except payments.Unknown:
        return None


async def _take_over_unknown(engine: AsyncEngine, seen: payments.Hold | None) -> None:
    """A hold asked for without her, whose answer was lost, tells itself which operation it is."""
    if seen is None or seen.op is None:
        return
    async with transaction(engine) as session:
        rows = await session.exec(
            select(Operation).where(
                Operation.kind == payments.OperationKind.AUTHORISE,
                col(Operation.key).startswith(f"{seen.op}:", autoescape=True),
            )
        )
        operation = rows.first()
        if operation is None:
            return
        await lock_order(session, operation.order_id)
        await session.refresh(operation)
        order = await session.get_one(Order, operation.order_id, populate_existing=True)
        found = payments.judge(operation.kind, operation.amount, seen)
        if found is payments.Finding.DONE:
            await apply(session, order, operation, seen)
