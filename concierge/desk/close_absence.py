"""Nobody opened, and no other hour was found: the visit is over, the fee she agreed to is due."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

import payments
from concierge.maps.travel import Roads
from concierge.model import FeeKind, Order, Setback, SetbackKind, Stop
from concierge.model.refusals import Missing, WrongStep
from concierge.store.log import audit
from concierge.store.transaction import transaction

from .ask_fees import ask_fee
from .change_by_hand import find_hub
from .give_up_order import end_its_money, leave_the_day, turn_back
from .write_letter import Letter, write_letter

CUT_SHORT = "Her concierge went on before her wait was over."
"""Why the fee is not asked."""


async def close_absence(
    engine: AsyncEngine,
    roads: Roads,
    *,
    hub: str,
    day: date,
    order_id: UUID,
    by: str,
    waive: str = "",
    although_early: bool = False,
) -> None:
    """End a visit nobody opened for; the absence fee is due, unless she is let off for a reason.

    Where her concierge went on before her wait was over, she is let off, unless a person asks for
    the fee `although_early`.

    Raises:
        Missing: there is no such hub, or this day has no such visit.
        WrongStep: nobody reported a closed door, or she has another hour.
    """
    async with transaction(engine) as session:
        its_hub = await find_hub(session, hub)
        order = await session.get(Order, order_id)
        if order is None or (order.hub_id, order.day) != (its_hub.id, day):
            raise Missing("This day has no such visit.")

    async def close(session: AsyncSession, order: Order, moment: datetime) -> bool:
        closed = await closed_door(session, order)
        if closed is None:
            raise WrongStep("Nobody was turned away there; call the visit off instead.")
        why = waive
        if closed.left_early and not although_early:
            why = waive or CUT_SHORT
        order.cancel(moment, somebody_comes=False)
        await turn_back(session, order, moment)
        agreed = payments.Money(order.absence_fee_minor, order.currency)
        due = await ask_fee(session, order, FeeKind.ABSENCE, agreed, by=by, waive=why, now=moment)
        await end_its_money(session, order, due, moment)
        await write_letter(session, order, Letter.ABSENT, now=moment)
        subject = f"order:{order.id}"
        await audit(session, who=by, what="order.absent", subject=subject, now=moment, why=why)
        return True

    await leave_the_day(engine, roads, order, close)


async def closed_door(session: AsyncSession, order: Order) -> Setback | None:
    """The last door of hers that stayed closed, if nobody is to go there again."""
    if await session.get(Stop, order.id) is not None:
        return None
    rows = select(Setback).where(
        Setback.order_id == order.id,
        Setback.kind == SetbackKind.NOBODY_HOME,
        col(Setback.taken_back_at).is_(None),
    )
    return (await session.exec(rows.order_by(col(Setback.since).desc()))).first()
