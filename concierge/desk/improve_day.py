"""Look for a better plan of a hub's day in the background, as long as looking pays.

Every booking and cancellation asks for this once, in its own commit, and so does every gain: a day
is looked at again until a look finds nothing worth changing, and then rests until it changes.
"""

from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel.ext.asyncio.session import AsyncSession

from concierge.maps.travel import Roads
from concierge.model.refusals import BreaksPromise
from concierge.store.jobs import ImproveDay, enqueue
from concierge.store.transaction import lock_day, transaction

from .hub_day import HubDay
from .keep_plan import keep_plan
from .plan_day import Solve, Thought, still_so, think
from .plan_words import Change

LEAST_GAIN_S = 120
"""What a plan must save, in seconds of driving, to be worth telling people of another route."""


async def improve_day(
    engine: AsyncEngine, roads: Roads, solve: Solve, hub_id: UUID, day: date
) -> bool:
    """Put a better plan of what is left of a day in force; whether one was found.

    What has begun, or sets out soon, stays as it is. A plan found for a day that has moved on
    meanwhile is forgotten; the next change asks for another look.
    """
    thought = await think(engine, roads, solve, hub_id, day)
    if thought is None:
        return False
    async with transaction(engine) as session:
        await lock_day(session, hub_id, day)
        today = await still_so(session, thought)
        if today is None:
            return False
        if thought.saves_s < LEAST_GAIN_S:
            await _confirm(session, today, thought)
            return False
        try:
            why = f"A better plan was found: {round(thought.saves_s / 60)} min less."
            await keep_plan(
                session, today, thought.problem, thought.better,
                by="house", why=why, change=Change.PLANNED,
            )  # fmt: skip
        except BreaksPromise:
            return False
        await enqueue(session, ImproveDay(hub=hub_id, day=day))
        return True


async def _confirm(session: AsyncSession, today: HubDay, thought: Thought) -> None:
    """The plan in force is as good as what the solver found: say so with the solver's words."""
    if thought.saves_s == 0:
        row = await session.merge(today.plan_row)
        row.words = thought.better.words
