"""Her visit's money as she sees it: what her bank set aside, what was taken, what went back."""

from datetime import datetime

import msgspec
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

import payments
from concierge.model import COMING, Gesture, Order, OrderState, OrderWish, Refund

from .ask_amount import asked_of
from .collect import may_pay
from .hold_lines import HoldLine, hold_lines, set_aside
from .hold_money import coming_of
from .settle import settled_holds


class MoneyShown(msgspec.Struct, frozen=True):
    """What her bank set aside, what was taken of it, and what went back.

    `held` is what her visit has set aside, or will from `held_from` when that is later than now;
    once it is over, all that ever was, hold by hold in `holds`. `twice` while she may see it
    twice. `at` is when it was over. `gesture` is what her concierge took off, `to_pay` what could
    not be taken: she may pay it on a card page. `fee` is what is only held for a visit that falls
    through. `sizes_once` when two sizes of a piece travel to her and only one of them is held.
    """

    standing: payments.Standing
    held: payments.Money
    is_held: bool
    held_from: datetime | None
    twice: bool
    charged: payments.Money | None
    released: payments.Money | None
    holds: list[HoldLine]
    at: datetime | None
    to_pay: payments.Money | None
    gesture: payments.Money | None
    fee: payments.Money
    sizes_once: bool


async def money_shown(
    session: AsyncSession, order: Order, now: datetime, *, sizes_once: bool
) -> MoneyShown:
    """How the money of her visit stands, without what she agreed to pay apart, afterwards."""
    holds = await settled_holds(session, order.id)
    ever = [hold for hold in holds if hold.state is not payments.HoldState.PENDING]
    live = [hold for hold in ever if hold.live]
    lines = hold_lines(ever)
    held = await _held(session, order, lines, hold_lines(live))
    charged = charged_of(order)
    released = None if charged is None else held - charged
    if ever and all(hold.state is payments.HoldState.RELEASED for hold in ever):
        charged, released = payments.Money(0, order.currency), held
    return MoneyShown(
        standing=order.standing,
        held=held,
        is_held=bool(ever),
        held_from=await _held_from(session, order, now),
        twice=len(ever) > 1 and bool(live) and order.state in COMING,
        charged=charged,
        released=released,
        holds=lines,
        at=order.settled_at,
        gesture=await _gesture(session, order),
        fee=order.agreed_fee,
        to_pay=await may_pay(session, order),
        sizes_once=sizes_once,
    )


async def _held(
    session: AsyncSession, order: Order, ever: list[HoldLine], live: list[HoldLine]
) -> payments.Money:
    if order.state in COMING or order.state is OrderState.PLACED or not ever:
        return await asked_of(session, order)
    now = live if order.state is OrderState.AT_VISIT else ever
    return set_aside(now, order.currency)


def charged_of(order: Order) -> payments.Money | None:
    """What was taken for her visit, once it is over."""
    if order.settled_at is None or order.due_minor is None:
        return None
    return payments.Money(order.due_minor, order.currency)


async def refunded_of(session: AsyncSession, order: Order) -> payments.Money | None:
    """What went back to her, or is on its way; None when nothing ever was."""
    rows = await session.exec(
        select(Refund).where(
            Refund.order_id == order.id, Refund.state != payments.RefundState.FAILED
        )
    )
    refunds = rows.all()
    return payments.Money.total((r.amount for r in refunds), order.currency) if refunds else None


async def _held_from(session: AsyncSession, order: Order, now: datetime) -> datetime | None:
    """When her bank is asked, if that is not at once."""
    coming = await coming_of(session, order, now)
    if coming is None or order.state not in COMING:
        return None
    rows = await session.exec(select(OrderWish).where(OrderWish.order_id == order.id))
    closes = [wish.closes for wish in rows] if order.opens is None else []
    last = max([coming.closes, *closes])
    waits = order.standing is payments.Standing.CARD_SAVED or (
        order.standing is payments.Standing.DRAFT
        and payments.at_order(order.placed_at, last) is payments.AtOrder.SAVE
    )
    return coming.first_try if waits else None


async def _gesture(session: AsyncSession, order: Order) -> payments.Money | None:
    given = await session.exec(select(Gesture).where(Gesture.order_id == order.id))
    found = given.first()
    return found.amount if found else None
