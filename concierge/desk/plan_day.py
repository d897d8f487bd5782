"""Let the solver make a hub's day better, and put it in force if nobody changed it meanwhile."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

import routing
from concierge.maps.travel import Roads
from concierge.model.refusals import BreaksPromise
from concierge.store.clock import now
from concierge.store.jobs import PlanDay, enqueue
from concierge.store.log import tell
from concierge.store.transaction import lock_day, transaction

from .day_in_hand import hub_of
from .hub_day import HubDay
from .keep_plan import keep_plan
from .read_day import read_day

HEAD_START = timedelta(seconds=60)
"""What sets out within this time is left as it is: the solver is thinking meanwhile."""

KEPT = 10
"""How many new clients a place that somebody already has is worth."""

Solve = Callable[[routing.Problem, routing.Plan], Awaitable[routing.Plan]]
"""Makes a plan at least as good as the one given; runs in a process of its own."""


async def plan_day(
    engine: AsyncEngine,
    roads: Roads,
    solve: Solve,
    hub_id: UUID,
    day: date,
    *,
    by: str,
    why: str,
) -> bool:
    """Plan what is left of a day; whether a new plan is in force.

    A day that changed while the solver thought is planned again by another job. An answer that
    would take a client's place away is not put in force; the board is told that nothing changed.
    """
    async with transaction(engine) as session:
        ready_at = await now(session) + HEAD_START
        seen = await read_day(session, await hub_of(session, hub_id), day, ready_at)
    travel = await roads.travel_times(seen.places())
    problem = _places_first(seen, seen.problem(travel))
    if not problem.visits or not problem.shifts:
        return False
    better = await solve(problem, seen.plan(problem))
    async with transaction(engine) as session:
        await lock_day(session, hub_id, day)
        late = await now(session) > ready_at
        today = await read_day(session, await hub_of(session, hub_id), day, ready_at)
        if late or today.version != seen.version or today.history() != seen.history():
            await enqueue(session, PlanDay(hub=hub_id, day=day, by=by, why=why))
            return False
        try:
            await keep_plan(session, today, problem, better, by=by, why=why)
        except BreaksPromise as broken:
            topic = f"day:{hub_id}:{day}"
            await tell(session, topic, "plan", today.now, version=today.version, why=str(broken))
            return False
        return True


def _places_first(day: HubDay, problem: routing.Problem) -> routing.Problem:
    """The same day, where keeping a place weighs more than finding one for somebody new."""
    visits = (
        replace(visit, priority=visit.priority * KEPT) if UUID(visit.id) in day.stops else visit
        for visit in problem.visits
    )
    return replace(problem, visits=tuple(visits))
