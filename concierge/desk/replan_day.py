"""A dispatcher asks the planner to make the day better."""

from datetime import date

from sqlalchemy.ext.asyncio import AsyncEngine

from concierge.model.refusals import TooLate
from concierge.store import clock
from concierge.store.jobs import PlanDay, enqueue
from concierge.store.log import audit, tell
from concierge.store.transaction import transaction

from .change_by_hand import find_hub


async def replan_day(engine: AsyncEngine, *, hub: str, day: date, by: str, why: str = "") -> None:
    """Ask a worker to plan the rest of the day again; boards show that it is being planned.

    Raises:
        Missing: there is no such hub.
        TooLate: the day is over.
    """
    async with transaction(engine) as session:
        found = await find_hub(session, hub)
        now = await clock.now(session)
        if day < found.day_of(now):
            raise TooLate("This day is over; its plan is history.")
        said = why or "The dispatcher asked for a new plan."
        await enqueue(session, PlanDay(hub=found.id, day=day, by=by, why=said))
        topic = f"day:{found.id}:{day}"
        await tell(session, topic, "planning", now)
        await audit(session, who=by, what="replan_day", subject=topic, now=now, why=said)
