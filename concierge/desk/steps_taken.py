"""How far visits have come: what was reported of a door where nobody opened counts no more."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from concierge.model import Setback, Step, VisitStep


async def steps_taken(
    session: AsyncSession, orders: Collection[UUID]
) -> dict[UUID, dict[Step, datetime]]:
    """When each step that counts was taken first, by order; an order without any is left out."""
    away = await turned_away(session, orders)
    found: dict[UUID, dict[Step, datetime]] = defaultdict(dict)
    rows = select(VisitStep).where(col(VisitStep.order_id).in_(orders))
    for step in await session.exec(rows):
        if step.order_id not in away or step.at > away[step.order_id]:
            steps = found[step.order_id]
            steps[step.step] = min(step.at, steps.get(step.step, step.at))
    return dict(found)


async def turned_away(session: AsyncSession, orders: Collection[UUID]) -> dict[UUID, datetime]:
    """When nobody opened last, by order; most orders are left out."""
    rows = select(Setback.order_id, Setback.since).where(
        col(Setback.order_id).in_(orders), col(Setback.taken_back_at).is_(None)
    )
    away: dict[UUID, datetime] = {}
    for order_id, since in await session.exec(rows):
        if order_id is not None:
            away[order_id] = max(since, away.get(order_id, since))
    return away


async def phones_at_the_door(
    session: AsyncSession, orders: Collection[UUID]
) -> dict[UUID, list[UUID]]:
    """The phones that told of each visit from its door, by order; most visits have one."""
    away = await turned_away(session, orders)
    found: dict[UUID, list[UUID]] = defaultdict(list)
    rows = select(VisitStep).where(
        col(VisitStep.order_id).in_(orders),
        col(VisitStep.step).in_((Step.ARRIVED, Step.TRYING)),
        col(VisitStep.phone).is_not(None),
    )
    for step in await session.exec(rows.order_by(col(VisitStep.received_at))):
        counts = step.order_id not in away or step.at > away[step.order_id]
        if counts and step.phone is not None and step.phone not in found[step.order_id]:
            found[step.order_id].append(step.phone)
    return dict(found)
