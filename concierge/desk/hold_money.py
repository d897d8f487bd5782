"""The hold calendar: a coming visit's money is asked for in time, or a person is warned."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

import payments
from concierge.model import (
    Hold,
    Operation,
    Order,
    OrderState,
    OrderWish,
    Stop,
)
from concierge.model.told import says
from concierge.store.clock import now
from concierge.store.jobs import TellNotHeld, enqueue
from concierge.store.log import tell
from concierge.store.transaction import lock_order, transaction

from .ask_amount import asked_of
from .hold_lines import holds_of
from .settle import (
    as_read,
    close_cases,
    open_case,
    plan_operation,
    plan_release,
    plan_settlement,
    stand,
)
from .write_letter import Letter, write_letter

NOT_HELD = "money_not_held"
"""The kind of case that says so."""
NO_CARD = "Her card was not kept for a later hold."
ASK_HER = "Her bank must hear from her before it holds the money again."
ASKED = frozenset({payments.Standing.AUTHORISING, payments.Standing.REAUTHORISING})
"""Her bank is being asked without her."""
REFUSED = frozenset({payments.Standing.ACTION_REQUIRED, payments.Standing.DECLINED})
"""Only she can help, or the next try."""


async def hold_money(engine: AsyncEngine, order_id: UUID) -> None:
    """Look at an order whose hold is due. Looking twice asks once."""
    async with transaction(engine) as session:
        await lock_order(session, order_id)
        order = await session.get(Order, order_id, populate_existing=True)
        if order is not None:
            await look_at_money(session, order, await now(session))


async def tell_not_held(engine: AsyncEngine, order_id: UUID, *, base_url: str) -> None:
    """Write to her that no money is held, with a way to help; unless it came right meanwhile."""
    async with transaction(engine) as session:
        await lock_order(session, order_id)
        order = await session.get_one(Order, order_id, populate_existing=True)
        if order.state is OrderState.CONFIRMED and order.standing in REFUSED:
            link = f"{base_url}/orders/{order.id}"
            moment = await now(session)
            await write_letter(session, order, Letter.NOT_HELD, now=moment, link=link)


async def look_at_money(session: AsyncSession, order: Order, moment: datetime) -> None:
    """Do what the calendar says about a coming visit's money, and write down when to look again.

    The caller holds the order's lock.
    """
    order.hold_due = None
    coming = await coming_of(session, order, moment)
    if order.state is not OrderState.CONFIRMED or coming is None or order.standing in ASKED:
        return
    if order.collects is not None:
        return
    asked, holds = await asked_of(session, order), await holds_of(session, order.id)
    seen = payments.look(
        moment,
        coming,
        asked,
        [as_read(hold) for hold in holds],
        await _tries(session, order, holds),
    )
    order.hold_due = seen.again
    if order.opens is None and coming.closes > moment:  # her wish may pass: look at the next one
        order.hold_due = min(seen.again or coming.closes, coming.closes)
    if seen.do is payments.Do.HOLD and order.card and order.payer:
        await _ask_her_card(session, order, asked, moment)
    elif seen.do is not payments.Do.NOTHING and order.standing not in REFUSED:
        await stand(session, order, payments.Standing.ACTION_REQUIRED, payments.By.CALENDAR)
        await _warn(session, order, ASK_HER if order.card else NO_CARD, moment)


async def money_came(
    session: AsyncSession, order: Order, by: payments.By, moment: datetime
) -> None:
    """A hold was read: say where the money stands now, and give back what is too much.

    The caller holds the order's lock and has booked the hold. Doing it again changes nothing.
    """
    owes = order.state is OrderState.RETURNED or (
        order.state is OrderState.CANCELLED and order.due_minor and not order.settled_at
    )
    if owes:
        await plan_settlement(session, order, moment)
        return
    if order.state in {OrderState.EXPIRED, OrderState.CANCELLED, OrderState.SETTLED}:
        await plan_release(session, order, moment)
        return
    if order.state is OrderState.AT_VISIT:
        await _tell_the_door(session, order, moment)
        return
    coming = await coming_of(session, order, moment)
    if order.state is not OrderState.CONFIRMED or coming is None:
        return
    asked, holds = await asked_of(session, order), await holds_of(session, order.id)
    seen = [as_read(hold) for hold in holds]
    until = coming.needed_until
    was = order.standing
    if payments.covers(seen, asked, until):
        await stand(session, order, payments.Standing.AUTHORISED, by)
        await close_cases(session, order, NOT_HELD, moment)
        extra = {hold.id for hold in payments.surplus(seen, asked, until)}
        for seq, hold in enumerate(holds, start=1):
            if hold.provider_id in extra:
                await _let_go(session, order, hold, seq, moment)
        if was is not order.standing and was is not payments.Standing.DRAFT:
            letter = Letter.RENEWED if extra else Letter.HELD
            await write_letter(session, order, letter, now=moment)
            await _tell(session, order, "held", moment)
    elif was is payments.Standing.AUTHORISED and not any(hold.live for hold in holds):
        await stand(session, order, payments.Standing.CARD_SAVED, payments.By.BANK)
    await look_at_money(session, order, moment)


async def bank_said_no(
    session: AsyncSession,
    order: Order,
    operation: Operation,
    words: str,
    advice: payments.Advice,
    moment: datetime,
) -> None:
    """Write a refusal down; she and the dispatcher are told at once, and what happens next."""
    operation.refuse(moment, words, advice)
    if order.state is not OrderState.CONFIRMED or order.standing not in ASKED:
        return
    refused = payments.Standing
    to = refused.ACTION_REQUIRED if advice is payments.Advice.HER else refused.DECLINED
    await stand(session, order, to, payments.By.BANK)
    await look_at_money(session, order, moment)
    await _warn(session, order, words, moment)


async def coming_of(
    session: AsyncSession, order: Order, moment: datetime
) -> payments.Coming | None:
    """The visit her money must be held for; of a flexible order the first it may still be."""
    if order.opens is not None and order.closes is not None:
        return payments.Coming(order.opens, order.closes)
    rows = await session.exec(
        select(OrderWish).where(OrderWish.order_id == order.id).order_by(col(OrderWish.opens))
    )
    wishes = rows.all()
    ahead = [wish for wish in wishes if wish.closes > moment] or wishes[-1:]
    return payments.Coming(ahead[0].opens, ahead[0].closes) if ahead else None


async def _ask_her_card(
    session: AsyncSession, order: Order, asked: payments.Money, moment: datetime
) -> None:
    standing = payments.Standing
    renews = order.standing is standing.AUTHORISED
    await stand(
        session, order, standing.REAUTHORISING if renews else standing.AUTHORISING,
        payments.By.CALENDAR,
    )  # fmt: skip
    kind = payments.OperationKind.AUTHORISE
    so_far = select(func.count()).where(Operation.order_id == order.id, Operation.kind == kind)
    seq = int((await session.exec(so_far)).one()) + 1
    planned = await plan_operation(
        session, order, payments.operation(kind, str(order.id), seq, asked), None, moment
    )
    planned.payer, planned.card = order.payer, order.card
    order.hold_due = None


async def _tries(session: AsyncSession, order: Order, holds: Sequence[Hold]) -> list[payments.Try]:
    """Her bank's refusals since money was last held for good, oldest first."""
    rows = await session.exec(
        select(Operation)
        .where(
            Operation.order_id == order.id,
            Operation.kind == payments.OperationKind.AUTHORISE,
            col(Operation.advice).is_not(None),
        )
        .order_by(col(Operation.seq))
    )
    refused = rows.all()
    too_short = {each.hold_id for each in refused}
    held = [hold.held_at for hold in holds if hold.id not in too_short]
    return [
        payments.Try(each.done_at, each.advice)
        for each in refused
        if each.done_at and each.advice and (not held or each.done_at > max(held))
    ]


async def _let_go(
    session: AsyncSession, order: Order, hold: Hold, seq: int, moment: datetime
) -> None:
    kind = payments.OperationKind.RELEASE
    asked = payments.operation(kind, str(order.id), seq, hold.amount, hold=hold.provider_id)
    await plan_operation(session, order, asked, hold, moment)


async def _warn(session: AsyncSession, order: Order, words: str, moment: datetime) -> None:
    """Tell the dispatcher, and have her told."""
    told = [
        says("No money is held for order %(order)s: %(why)s", order=order.reference, why=words)
    ]
    if order.hold_due is not None and order.opens is not None:
        told.append(says("Her card is asked once more."))
    await open_case(session, order, NOT_HELD, told, moment)
    await _tell(session, order, "not_held", moment)
    await enqueue(session, TellNotHeld(order=order.id))


async def _tell_the_door(session: AsyncSession, order: Order, moment: datetime) -> None:
    """More was asked for at the door, and is held: the concierge waits for it."""
    topics = [f"order:{order.id}", f"day:{order.hub_id}:{order.day}"]
    stop = await session.get(Stop, order.id)
    if stop is not None:
        topics.append(f"concierge:{stop.concierge_id}")
    for topic in topics:
        await tell(session, topic, "held", moment, order=str(order.id))


async def _tell(session: AsyncSession, order: Order, word: str, moment: datetime) -> None:
    for topic in (f"order:{order.id}", f"day:{order.hub_id}:{order.day}"):
        await tell(session, topic, word, moment, order=str(order.id))
