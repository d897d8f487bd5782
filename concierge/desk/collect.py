"""What is due and no hold covers: asked of her saved cards, then by a link to pay, then a person.

One step at a time, decided from what is written down: so it may be looked at as often as one
likes, by whoever. Every try is bounded, and the board shows a case from the first failure on.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

import payments
from concierge.model import OVER, AuditEntry, Client, Operation, Order
from concierge.model.refusals import Missing, TooManyTries, WrongStep
from concierge.model.told import Sentence, says
from concierge.store.clock import now
from concierge.store.jobs import Collect, enqueue
from concierge.store.log import audit, tell
from concierge.store.transaction import lock_order, transaction

from .hold_lines import holds_of
from .settle import (
    close_cases,
    due_of,
    open_case,
    plan_operation,
    plan_settlement,
    stand,
)
from .write_letter import Letter, write_letter

UNPAID = "not_paid"
"""The kind of case that says that what is due could not be taken."""
MOST_CARDS = 2
"""How many of her saved cards are asked, each once."""
LINK_LASTS = timedelta(hours=48)
"""How long she has to pay by the link before a person calls her."""
PAGE_LASTS = timedelta(hours=12)
"""How long one page to pay stays open; the link opens another."""
LINK_SENT = "money.link"
"""What the audit calls a link that somebody sent again."""
LINKS_APART = timedelta(hours=1)
"""How long somebody waits before sending the link again."""
MOST_LINKS = 3
"""How often the link is sent again at most."""
STANDINGS = frozenset({payments.Standing.COLLECTING, payments.Standing.CAPTURE_FAILED})
"""Where money stands while she may pay what is missing."""
MOVING = (payments.OperationKind.CAPTURE, payments.OperationKind.CHARGE)


async def collect(engine: AsyncEngine, order_id: UUID, *, base_url: str) -> None:
    """Do what comes next about an order whose money is missing. Looking twice asks once."""
    async with transaction(engine) as session:
        await lock_order(session, order_id)
        order = await session.get(Order, order_id, populate_existing=True)
        if order is not None and order.standing is payments.Standing.COLLECTING:
            await _next_step(session, order, await now(session), base_url)


async def _next_step(session: AsyncSession, order: Order, moment: datetime, base_url: str) -> None:
    if await _still_moving(session, order):
        return
    missing = await missing_of(session, order)
    if missing.minor <= 0:
        await plan_settlement(session, order, moment)
        return
    if order.collect_until is not None:
        if moment >= order.collect_until:
            await _hand_over(session, order, missing, moment)
        return
    card = await _next_card(session, order)
    if card is not None:
        await _charge(session, order, card, missing, moment)
        return
    order.collect_until = moment + LINK_LASTS
    link = f"{base_url}/orders/{order.id}"
    reached = await write_letter(session, order, Letter.PAY, now=moment, link=link)
    how = says(
        "A link to pay was sent." if reached else "We know no way to write to her: call her."
    )
    unpaid = says(
        "%(amount)s of order %(order)s is not paid.", amount=missing, order=order.reference
    )
    await _tell(session, order, [unpaid, how], moment)


async def missing_of(session: AsyncSession, order: Order) -> payments.Money:
    """What is due and was not taken."""
    taken = (hold.captured for hold in await holds_of(session, order.id))
    return await due_of(session, order) - payments.Money.total(taken, order.currency)


async def page_to_pay(session: AsyncSession, order: Order, moment: datetime) -> Operation:
    """The page on which she pays what is missing: one asked for just now, or a new one.

    The caller holds the order's lock, and has seen that no earlier page is open.
    """
    kind = payments.OperationKind.PAY_PAGE
    rows = await session.exec(
        select(Operation)
        .where(Operation.order_id == order.id, Operation.kind == kind)
        .order_by(col(Operation.seq))
    )
    before = list(rows)
    missing = await missing_of(session, order)
    last = before[-1] if before else None
    if last is not None and last.done_at is None and last.amount == missing:
        last.send(moment, fresh=last.broke or last.sent_at is not None)
        return last
    asked = payments.operation(kind, str(order.id), len(before) + 1, missing)
    row = Operation(
        order_id=order.id, kind=kind, seq=asked.seq, key=asked.key,
        amount_minor=missing.minor, currency=missing.currency, planned_at=moment,
    )  # fmt: skip
    row.send(moment)
    session.add(row)
    await session.flush()
    return row


async def may_pay(session: AsyncSession, order: Order) -> payments.Money | None:
    """What she may pay by herself now; None when nothing is asked of her."""
    if order.standing not in STANDINGS or order.collect_until is None:
        return None
    missing = await missing_of(session, order)
    return missing if missing.minor > 0 else None


async def charge_refused(
    session: AsyncSession,
    order: Order,
    operation: Operation,
    words: str,
    advice: payments.Advice,
    moment: datetime,
) -> None:
    """Her bank would not pay without her: the next card, or the link."""
    operation.refuse(moment, words, advice)
    told = says(
        "%(amount)s of order %(order)s was refused by her bank: %(why)s",
        amount=operation.amount, order=order.reference, why=words,
    )  # fmt: skip
    await _tell(session, order, [told], moment)
    await enqueue(session, Collect(order=order.id))


async def send_link_again(engine: AsyncEngine, order_id: UUID, *, by: str, base_url: str) -> None:
    """A person has spoken with her: she gets the link, and its time, once more.

    Raises:
        Missing: there is no such order.
        WrongStep: nothing is missing of it.
        TooManyTries: she was written to a moment ago, or as often as one may.
    """
    async with transaction(engine) as session:
        order, moment = await _unpaid(session, order_id), await now(session)
        await _refuse_to_press(session, order, moment)
        if order.standing is payments.Standing.CAPTURE_FAILED:
            await stand(session, order, payments.Standing.COLLECTING, payments.By.DESK)
        order.collect_until = moment + LINK_LASTS
        link = f"{base_url}/orders/{order.id}"
        await write_letter(session, order, Letter.PAY, now=moment, link=link)
        subject = f"order:{order.id}"
        await audit(session, who=by, what=LINK_SENT, subject=subject, now=moment)


async def links_sent(session: AsyncSession, order_id: UUID) -> list[datetime]:
    """When somebody sent her the link again."""
    rows = await session.exec(
        select(AuditEntry.at)
        .where(AuditEntry.subject == f"order:{order_id}", AuditEntry.what == LINK_SENT)
        .order_by(col(AuditEntry.seq))
    )
    return list(rows)


async def _refuse_to_press(session: AsyncSession, order: Order, moment: datetime) -> None:
    """A link by hand is a courtesy, not pressure: some time apart, and a few times at most."""
    sent = await links_sent(session, order.id)
    if len(sent) >= MOST_LINKS:
        raise TooManyTries(
            "She has had the link to pay %(order)s as often as we may send it; call her.",
            order=order.reference,
        )
    if sent and moment - sent[-1] < LINKS_APART:
        raise TooManyTries("She had this link within the hour; give her a little time.")


async def _unpaid(session: AsyncSession, order_id: UUID) -> Order:
    await lock_order(session, order_id)
    order = await session.get(Order, order_id, populate_existing=True)
    if order is None:
        raise Missing("There is no such order.")
    if order.standing not in STANDINGS or await _still_moving(session, order):
        raise WrongStep("Order %(order)s waits for no payment.", order=order.reference)
    return order


async def _still_moving(session: AsyncSession, order: Order) -> bool:
    """Whether a capture or a charge is under way, so that nobody knows yet what is missing.

    Nor does anybody while a hold is live: one whose capture nobody could read may have paid.
    """
    if any(hold.live for hold in await holds_of(session, order.id)):
        return True
    under_way = select(Operation.id).where(
        Operation.order_id == order.id,
        col(Operation.kind).in_(MOVING),
        col(Operation.state).not_in(OVER),
    )
    return (await session.exec(under_way)).first() is not None


async def _next_card(session: AsyncSession, order: Order) -> str | None:
    """A saved card of hers that was not asked yet; none once her bank wants to hear from her."""
    if order.payer is None:
        return None
    charges = await session.exec(
        select(Operation).where(
            Operation.order_id == order.id, Operation.kind == payments.OperationKind.CHARGE
        )
    )
    tried = list(charges)
    if len(tried) >= MOST_CARDS or any(each.advice is payments.Advice.HER for each in tried):
        return None
    hers = await session.exec(
        select(Order.card)
        .where(
            Order.client_id == order.client_id,
            Order.payer == order.payer,
            col(Order.card).is_not(None),
        )
        .order_by(col(Order.id) != order.id, col(Order.placed_at).desc())
    )
    asked = {each.card for each in tried}
    return next((card for card in hers if card and card not in asked), None)


async def _charge(
    session: AsyncSession, order: Order, card: str, missing: payments.Money, moment: datetime
) -> None:
    kind = payments.OperationKind.CHARGE
    so_far = select(func.count()).where(Operation.order_id == order.id, Operation.kind == kind)
    seq = int((await session.exec(so_far)).one()) + 1
    asked = payments.operation(kind, str(order.id), seq, missing)
    planned = await plan_operation(session, order, asked, None, moment)
    planned.payer, planned.card = order.payer, card


async def _hand_over(
    session: AsyncSession, order: Order, missing: payments.Money, moment: datetime
) -> None:
    """She did not pay in time: a person calls her. She still may pay on her page."""
    await stand(session, order, payments.Standing.CAPTURE_FAILED, payments.By.DESK)
    await close_cases(session, order, UNPAID, moment)
    client = await session.get_one(Client, order.client_id)
    told = [
        says(
            "%(amount)s of order %(order)s was not paid by the link in time.",
            amount=missing, order=order.reference,
        ),
        says("Call %(client)s; she may still pay on her order's page.", client=client.shown_as),
    ]  # fmt: skip
    await _tell(session, order, told, moment)


async def _tell(
    session: AsyncSession, order: Order, told: Sequence[Sentence], moment: datetime
) -> None:
    await open_case(session, order, UNPAID, told, moment)
    for topic in (f"order:{order.id}", f"day:{order.hub_id}:{order.day}"):
        await tell(session, topic, "not_paid", moment, order=str(order.id))
