"""The hosted card page of an order: opened under a stored key, and read back until it is clear.

One page holds the amount; for a visit far ahead it only keeps her card. When her bank wants to
hear from her later, the way from her letter leads to a new one that holds; so does her order's
page while more is asked for at the door.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

import payments
from concierge.model import (
    CardPage,
    CardPageState,
    Client,
    Hub,
    Operation,
    Order,
    OrderState,
    SecondHold,
)
from concierge.model.refusals import Missing, TooLate
from concierge.model.told import told_of
from concierge.store.clock import now
from concierge.store.log import audit, tell
from concierge.store.transaction import lock_order, transaction
from payments.stripe_gateway import StripeGateway

from .ask_amount import asked_of
from .book_money import book_hold
from .card_lines import card_lines
from .collect import PAGE_LASTS, may_pay, page_to_pay
from .hold_money import REFUSED, money_came
from .place_order import PAGE_MARGIN
from .second_hold import second_hold_of
from .settle import open_case, plan_release, stand
from .write_letter import Letter, write_letter

SHORTEST_PAGE = timedelta(minutes=30)
"""The provider opens no card page for less."""
LATER_PAGE = timedelta(hours=2)
"""How long a page stays open that she asks for after she ordered."""
PAGES = (
    payments.OperationKind.OPEN_PAGE,
    payments.OperationKind.SAVE_CARD,
    payments.OperationKind.PAY_PAGE,
)
"""What she asks for herself, by going to the card page."""


@dataclass(frozen=True, slots=True)
class _Ask:
    """All that a card page needs, read before it is opened."""

    order: Order
    client: Client
    operation: Operation
    lines: tuple[payments.CardLine, ...]
    until: datetime
    """When the page closes."""
    language: str


async def open_card_page(
    engine: AsyncEngine,
    gateway: StripeGateway,
    order_id: UUID,
    *,
    base_url: str,
    house: str,
    language: str | None = None,
) -> str:
    """Where to send her to give her card. Asking again gives the same page.

    It speaks the `language` of the page she comes from; of a letter's, hers.

    Raises:
        TooLate: the place was given up, or nobody asks for her card now.
        payments.Unreachable: the provider does not answer; her place is kept, ask again.
    """
    async with transaction(engine) as session:
        known = await _open_page_of(session, order_id, await now(session))
        if known is not None:
            return known.url
        ask = await _prepare(session, order_id, language)
    try:
        page = await _open(gateway, ask, base_url=base_url, house=house)
    except payments.Unreachable as silence:
        if silence.stored:
            await _ask_afresh_next_time(engine, ask.operation.id)
        raise
    async with transaction(engine) as session:
        await lock_order(session, order_id)
        if await session.get(CardPage, page.id) is None:
            session.add(
                CardPage(id=page.id, order_id=order_id, url=page.url, expires_at=page.expires_at)
            )
        operation = await session.get_one(Operation, ask.operation.id)
        operation.finish(await now(session), page.id)
    return page.url


async def _open(
    gateway: StripeGateway, ask: _Ask, *, base_url: str, house: str
) -> payments.CardPage:
    order, client, operation = ask.order, ask.client, ask.operation
    saves = operation.kind is payments.OperationKind.SAVE_CARD
    where: dict[str, Any] = {
        "order": str(order.id),
        "op": operation.fact,
        "key": operation.key,
        "success_url": f"{base_url}/orders/{order.id}/card/{{CHECKOUT_SESSION_ID}}",
        "cancel_url": f"{base_url}/orders/{order.id}",
        "expires_at": ask.until,
        "description": f"Home visit {order.reference}",
        "email": client.email if client.payments_customer is None else None,
        "customer": client.payments_customer,
        "locale": ask.language,
        "house": house,
    }
    if operation.kind is payments.OperationKind.PAY_PAGE:
        return await gateway.open_payment_page(amount=operation.amount, **where)
    if saves:
        return await gateway.open_card_save_page(currency=order.currency, **where)
    return await gateway.open_card_page(amount=operation.amount, lines=ask.lines, **where)


async def check_card_page(
    engine: AsyncEngine, gateway: StripeGateway, page_id: str
) -> CardPageState:
    """Ask how far she got, and confirm her order if her card is held. Safe to ask any time.

    The return page, a notice and the sweep all come here; whichever is first confirms.

    Raises:
        Missing: we opened no such page.
        payments.Unreachable: the provider does not answer; ask again.
    """
    async with transaction(engine) as session:
        page = await session.get(CardPage, page_id)
        if page is None:
            raise Missing("We know no such card page.")
    return await take_over_page(engine, await gateway.fetch_card_page(page_id))


async def take_over_page(engine: AsyncEngine, seen: payments.CardPageState) -> CardPageState:
    """Write down what was read of a card page; a held card confirms the order."""
    async with transaction(engine) as session:
        page = await session.get_one(CardPage, seen.id)
        await lock_order(session, page.order_id)
        await session.refresh(page)
        order = await session.get_one(Order, page.order_id, populate_existing=True)
        moment = await now(session)
        newly = (
            page.state is CardPageState.OPEN and seen.status is payments.CardPageStatus.COMPLETE
        )
        if page.state is CardPageState.OPEN:  # a reading may be older than what we know
            page.state = CardPageState(seen.status.value)
        if seen.hold is not None and seen.hold.began:
            await book_hold(session, order, seen.hold, moment)
        if newly:
            await _take_card(session, order, seen, moment)
        return page.state


async def _take_card(
    session: AsyncSession, order: Order, seen: payments.CardPageState, moment: datetime
) -> None:
    """She finished a card page: the order stands, or its money stands again, or she has paid."""
    client = await session.get_one(Client, order.client_id)
    client.payments_customer = seen.customer or client.payments_customer
    order.payer = seen.customer or order.payer
    order.card = seen.payment_method or order.card
    if f":{payments.OperationKind.PAY_PAGE}:" in (seen.op or ""):
        await money_came(session, order, payments.By.CLIENT, moment)
        return
    try:
        first = order.confirm(moment)
    except TooLate as late:
        await _give_back(session, order, late, moment)
        return
    if seen.hold is None and order.standing is payments.Standing.DRAFT:
        await stand(session, order, payments.Standing.CARD_SAVED, payments.By.CLIENT)
    await money_came(session, order, payments.By.CLIENT, moment)
    if not first:
        return
    for topic in (f"order:{order.id}", f"day:{order.hub_id}:{order.day}"):
        await tell(session, topic, "confirmed", moment, order=str(order.id))
    await audit(
        session, who=f"client:{order.client_id}", what="order.confirm",
        subject=f"order:{order.id}", now=moment, page=seen.id,
    )  # fmt: skip
    await write_letter(session, order, Letter.CONFIRMED, now=moment)


async def _give_back(session: AsyncSession, order: Order, why: TooLate, moment: datetime) -> None:
    """Money came for a place that is gone: release it at once and tell a person."""
    if await plan_release(session, order, moment):
        await open_case(session, order, "paid_too_late", [told_of(why)], moment)


async def _open_page_of(
    session: AsyncSession, order_id: UUID, moment: datetime
) -> CardPage | None:
    rows = await session.exec(
        select(CardPage).where(
            CardPage.order_id == order_id,
            CardPage.state == CardPageState.OPEN,
            CardPage.expires_at > moment,
        )
    )
    pages = {page.id: page for page in rows}
    asked = await session.exec(
        select(SecondHold.withdrawn_at, Operation.result_id)
        .join(Operation, col(Operation.id) == col(SecondHold.operation_id))
        .where(SecondHold.order_id == order_id)
    )
    for withdrawn_at, page in asked:
        if withdrawn_at is not None:
            pages.pop(page or "", None)
    more = await second_hold_of(session, order_id)
    if more is None:
        return next(iter(pages.values()), None)
    return pages.get((await session.get_one(Operation, more.operation_id)).result_id or "")


async def _restart_clock(session: AsyncSession, order: Order, moment: datetime) -> bool:
    """Opening her card page makes her place hers for as long as a page must be open at least."""
    if order.slot_until is not None and order.slot_until - moment >= SHORTEST_PAGE:
        return False
    hub = await session.get_one(Hub, order.hub_id)
    order.slot_until = moment + timedelta(minutes=hub.slot_minutes) + PAGE_MARGIN
    return True


async def _ask_afresh_next_time(engine: AsyncEngine, operation_id: UUID) -> None:
    """The provider keeps its failure for this key, and would give it again for ever.

    A fresh key is safe here: a page that was made all the same has an address nobody knows, so
    nobody can pay on it, and it ends by itself.
    """
    async with transaction(engine) as session:
        operation = await session.get_one(Operation, operation_id)
        operation.broke = True


async def _prepare(session: AsyncSession, order_id: UUID, language: str | None) -> _Ask:
    """Mark the page as sent before it is asked for, and read what it shows."""
    await lock_order(session, order_id)
    order = await session.get(Order, order_id)
    if order is None:
        raise Missing("There is no such order.")
    moment = await now(session)
    planned = await session.exec(
        select(Operation)
        .where(Operation.order_id == order_id, col(Operation.kind).in_(PAGES))
        .order_by(col(Operation.planned_at).desc())
    )
    last = planned.first()
    if order.state is OrderState.PLACED and last is not None:
        operation, until = last, await _until_her_time_is_over(session, order, last, moment)
    elif order.state is OrderState.CONFIRMED and order.standing in REFUSED:
        operation = await _page_for_later(session, order, last, moment)
        until = operation.planned_at + LATER_PAGE
        operation.send(moment, fresh=operation.broke)
    elif await may_pay(session, order):
        operation, until = await page_to_pay(session, order, moment), moment + PAGE_LASTS
    elif order.state is OrderState.AT_VISIT and (more := await second_hold_of(session, order_id)):
        operation = await session.get_one(Operation, more.operation_id)
        until = await _until_at_the_door(session, operation, moment)
    else:
        raise TooLate("Order %(order)s needs no card now.", order=order.reference)
    client = await session.get_one(Client, order.client_id)
    spoken = language or client.language
    lines = await card_lines(session, order, spoken, operation.amount)
    return _Ask(order, client, operation, lines, until, spoken)


async def _until_at_the_door(
    session: AsyncSession, operation: Operation, moment: datetime
) -> datetime:
    """Until when the page of a second hold is open; one that has closed is followed by another."""
    opened = await session.get(CardPage, operation.result_id or "")
    operation.send(moment, fresh=operation.broke or opened is not None)
    return (operation.sent_at or moment) + LATER_PAGE


async def _until_her_time_is_over(
    session: AsyncSession, order: Order, operation: Operation, moment: datetime
) -> datetime:
    """Until when the first card page is open; her place is hers as long."""
    if order.slot_until is None or moment >= order.slot_until:
        raise TooLate(
            "The time for order %(order)s is over; nothing is charged.", order=order.reference
        )
    restarted = await _restart_clock(session, order, moment)
    asked_before = operation.sent_at is not None
    operation.send(moment, fresh=operation.broke or (restarted and asked_before))
    return order.slot_until


async def _page_for_later(
    session: AsyncSession, order: Order, last: Operation | None, moment: datetime
) -> Operation:
    """The page that holds what her saved card did not: one asked for just now, or a new one."""
    left = last.planned_at + LATER_PAGE - moment if last is not None else timedelta(0)
    if last is not None and last.seq > 1 and last.done_at is None and left >= SHORTEST_PAGE:
        return last
    asked = payments.operation(
        payments.OperationKind.OPEN_PAGE, str(order.id), last.seq + 1 if last is not None else 1,
        await asked_of(session, order),
    )  # fmt: skip
    row = Operation(
        order_id=order.id, kind=asked.kind, seq=asked.seq, key=asked.key,
        amount_minor=asked.amount.minor, currency=asked.amount.currency, planned_at=moment,
    )  # fmt: skip
    session.add(row)
    await session.flush()
    return row
