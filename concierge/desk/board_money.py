"""What the board says of each visit's money: held, to be held later, or a reason to act now."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

import payments
from concierge.model import Client, Hold, Hub, Order, OrderState, OrderWish

from .ask_amount import asked_of_each
from .settle import as_read

GRACE = timedelta(hours=1)
"""How long a hold may be on its way, once it is due, before somebody should look."""


class VisitMoney(StrEnum):
    """How a visit's money stands, as far as a dispatcher must know."""

    UNPAID = "unpaid"
    """She is at the card page."""
    LATER = "later"
    """Her card is kept; it is asked two days before."""
    ASKED = "asked"
    """Her bank is being asked."""
    HELD = "held"
    HER = "her"
    """Her bank wants to hear from her; she was written to."""
    REFUSED = "refused"
    """Her bank said no; she was written to."""
    MISSING = "missing"
    """It should be held by now and is not: the visit cannot depart."""


async def money_of(
    session: AsyncSession, orders: Iterable[Order], now: datetime
) -> dict[UUID, VisitMoney]:
    """How the money of each of these orders stands."""
    by_id = {order.id: order for order in orders}
    asked = await asked_of_each(session, by_id.values())
    holds: dict[UUID, list[payments.Hold]] = defaultdict(list)
    for hold in await session.exec(select(Hold).where(col(Hold.order_id).in_(by_id))):
        holds[hold.order_id].append(as_read(hold))
    first: dict[UUID, OrderWish] = {}
    wishes = select(OrderWish).where(col(OrderWish.order_id).in_(by_id), OrderWish.closes > now)
    for wish in await session.exec(wishes.order_by(col(OrderWish.opens).desc())):
        first[wish.order_id] = wish
    return {
        order.id: _money(
            order,
            _coming(order, first.get(order.id)),
            asked[order.id],
            holds[order.id],
            now,
        )
        for order in by_id.values()
    }


async def late_money(session: AsyncSession, hub: Hub, now: datetime) -> list[tuple[Order, Client]]:
    """Visits of the next days, whichever the board shows, whose money is not held though due.

    What her bank refused is a case already.
    """
    soon = hub.day_of(now + payments.FIRST_TRY - GRACE)
    rows = await session.exec(
        select(Order, Client)
        .join(Client, col(Client.id) == col(Order.client_id))
        .where(
            Order.hub_id == hub.id,
            Order.state == OrderState.CONFIRMED,
            col(Order.day).between(hub.day_of(now), soon),
        )
        .order_by(col(Order.opens))
    )
    found = rows.all()
    money = await money_of(session, [order for order, _ in found], now)
    return [each for each in found if money[each[0].id] is VisitMoney.MISSING]


def _coming(order: Order, wish: OrderWish | None) -> payments.Coming | None:
    if order.opens is not None and order.closes is not None:
        return payments.Coming(order.opens, order.closes)
    return payments.Coming(wish.opens, wish.closes) if wish else None


def _money(
    order: Order,
    coming: payments.Coming | None,
    asked: payments.Money,
    holds: list[payments.Hold],
    now: datetime,
) -> VisitMoney:
    if order.state is OrderState.PLACED:
        return VisitMoney.UNPAID
    if order.state is not OrderState.CONFIRMED or coming is None:
        ever = any(hold.state is not payments.HoldState.RELEASED for hold in holds)
        return VisitMoney.HELD if ever or not asked else VisitMoney.MISSING
    if payments.covers(holds, asked, coming.needed_until):
        return VisitMoney.HELD
    match order.standing:
        case payments.Standing.ACTION_REQUIRED:
            return VisitMoney.HER
        case payments.Standing.DECLINED:
            return VisitMoney.REFUSED
        case _ if now >= coming.first_try + GRACE:
            return VisitMoney.MISSING
        case payments.Standing.AUTHORISING | payments.Standing.REAUTHORISING:
            return VisitMoney.ASKED
        case _:
            return VisitMoney.LATER
