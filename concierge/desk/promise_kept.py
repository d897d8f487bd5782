"""Whether the plan in force keeps the window a client was promised, and what follows for her."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from sqlmodel.ext.asyncio.session import AsyncSession

from concierge.model import COMING, Order, OrderState, Promise, Step, Stop

from .see_overdue import is_overdue
from .steps_taken import turned_away
from .visit_steps import began_at


class Trouble(StrEnum):
    """What keeps a promised window from being kept, as things stand."""

    LATE = "late"
    """Her concierge comes after it."""
    NOBODY_COMES = "nobody_comes"
    NOBODY_OPENED = "nobody_opened"
    """We were at her door; she is called about another hour."""


async def trouble_of(
    session: AsyncSession, order: Order, stop: Stop | None, steps: Mapping[Step, datetime]
) -> Trouble | None:
    """What is wrong with a booked visit that has not begun; nothing while an hour is awaited."""
    if order.state is not OrderState.CONFIRMED or began_at(dict(steps)) is not None:
        return None
    match order.promise(stop.starts if stop else None):
        case Promise.KEPT:
            return None
        case Promise.LATE:
            return Trouble.LATE
        case Promise.NOBODY:
            was_there = await turned_away(session, [order.id])
            return Trouble.NOBODY_OPENED if was_there else Trouble.NOBODY_COMES


async def is_at_fault(
    session: AsyncSession, order: Order, stop: Stop | None, now: datetime
) -> bool:
    """Whether it is the house that does not keep her hour: she may go at any time, at no cost."""
    if await is_overdue(session, order, now):
        return True
    broken = order.promise(stop.starts if stop else None) is not Promise.KEPT
    return order.state in COMING and broken and not await turned_away(session, [order.id])
