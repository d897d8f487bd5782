"""A webhook is a hint: keep it once, then ask the provider how things stand."""

from contextlib import suppress
from datetime import UTC, timedelta

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

import payments.notices
from concierge.model import CardPage, Hold, Notice, Operation, Order, OrderState
from concierge.model.told import Moment, says
from concierge.store.clock import now, present
from concierge.store.jobs import ReadNotice, enqueue
from concierge.store.transaction import lock_order, transaction
from payments.notices import NoticeKind
from payments.stripe_gateway import StripeGateway

from .book_money import book_hold
from .card_pages import take_over_page
from .hold_money import money_came
from .house_cases import open_house_case
from .refund_money import refund_seen
from .run_operation import apply
from .see_dispute import dispute_seen
from .settle import finish_if_settled

UNHEEDED = frozenset({NoticeKind.OTHER})
"""What is acknowledged and forgotten: it is about nothing we keep."""
TOO_LONG = timedelta(days=1)
"""What could not be taken over for so long is a person's case."""


async def keep_notice(session: AsyncSession, told: payments.notices.Notice) -> bool:
    """Keep what the provider told us, once, and have it acted on; whether it was new.

    One that comes again before it was handled is asked for again: what is handled counts, not
    what was received.
    """
    if told.kind in UNHEEDED:
        return False
    kept = await session.exec(
        insert(Notice)
        .values(
            id=told.id, kind=told.kind.value, object_id=told.object_id,
            received_at=present(),
        )
        .on_conflict_do_nothing()
        .returning(col(Notice.id))
    )  # fmt: skip
    new = kept.first() is not None
    if new or (await session.get_one(Notice, told.id)).handled_at is None:
        await enqueue(session, ReadNotice(notice=told.id))
    return new


async def read_notice(engine: AsyncEngine, gateway: StripeGateway, notice_id: str) -> None:
    """Fetch what the notice is about and take it over. Handled, not received, is what counts.

    Raises:
        payments.Unreachable: the provider does not answer; ask again.
    """
    async with transaction(engine) as session:
        notice = await session.get(Notice, notice_id)
        if notice is None or notice.handled_at is not None:
            return
        if await now(session) - notice.received_at > TOO_LONG:
            await _hand_over(session, notice)
            return
    with suppress(payments.Unknown):  # not the provider's any more: nothing to take over
        await TAKE_OVER[NoticeKind(notice.kind)](engine, gateway, notice.object_id)
    async with transaction(engine) as session:
        handled = await session.get_one(Notice, notice_id)
        handled.handled_at = handled.handled_at or await now(session)


async def _hand_over(session: AsyncSession, notice: Notice) -> None:
    """It was tried for long enough; a person looks at its page at the provider."""
    moment = await now(session)
    told = says(
        "The provider told us of %(object)s (%(kind)s) on %(at)s UTC, and it could not be read "
        "for a day. Look at its page at the provider; the hourly comparison of the books looks "
        "again, too.",
        object=notice.object_id, kind=notice.kind, at=Moment(notice.received_at.astimezone(UTC)),
    )  # fmt: skip
    await open_house_case(session, "notice_unread", [told], moment)
    notice.handled_at = moment


async def _page(engine: AsyncEngine, gateway: StripeGateway, name: str) -> None:
    async with transaction(engine) as session:
        known = await session.get(CardPage, name) is not None
    if known:
        await take_over_page(engine, await gateway.fetch_card_page(name))


async def _hold(engine: AsyncEngine, gateway: StripeGateway, name: str) -> None:
    """A hold or a charge. One whose answer was lost tells itself which operation made it."""
    seen = await gateway.fetch_hold(name)
    if not await _take_over_hold(engine, seen):
        await _take_over_unknown(engine, seen)


async def _refund(engine: AsyncEngine, gateway: StripeGateway, name: str) -> None:
    """A refund, ours or one made by hand at the provider; one that comes back calls a person."""
    seen = await gateway.fetch_refund(name)
    async with transaction(engine) as session:
        if (order := await _order_locked(session, seen.hold)) is not None:
            await refund_seen(session, order, seen, await now(session))


async def _dispute(engine: AsyncEngine, gateway: StripeGateway, name: str) -> None:
    seen = await gateway.fetch_dispute(name)
    async with transaction(engine) as session:
        if (order := await _order_locked(session, seen.hold)) is not None:
            await dispute_seen(session, order, seen, await now(session))


TAKE_OVER = {
    NoticeKind.CARD_PAGE: _page,
    NoticeKind.HOLD: _hold,
    NoticeKind.REFUND: _refund,
    NoticeKind.DISPUTE: _dispute,
}
"""What is fetched and taken over for each kind of notice."""


async def _take_over_hold(engine: AsyncEngine, seen: payments.Hold) -> bool:
    """Book a hold that we know; False when we do not."""
    async with transaction(engine) as session:
        order = await _order_locked(session, seen.id)
        if order is None:
            return False
        moment = await now(session)
        await book_hold(session, order, seen, moment)
        if order.state is OrderState.CONFIRMED:
            await money_came(session, order, payments.By.BANK, moment)
        await finish_if_settled(session, order, moment)
    return True


async def _order_locked(session: AsyncSession, hold: str) -> Order | None:
    """The order of a hold, locked; None when the hold is none of ours."""
    rows = await session.exec(select(Hold.order_id).where(Hold.provider_id == hold))
    order_id = rows.first()
    if order_id is None:
        return None
    await lock_order(session, order_id)
    return await session.get_one(Order, order_id, populate_existing=True)


async def _take_over_unknown(engine: AsyncEngine, seen: payments.Hold) -> None:
    """A hold asked for without her, whose answer was lost, tells itself which operation it is."""
    if seen.op is None:
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
