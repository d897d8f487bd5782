"""Let the solver make a hub's day better, and put it in force if nobody changed it meanwhile."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel.ext.asyncio.session import AsyncSession

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
from .plan_words import Change, same_drives
from .read_day import read_day

HEAD_START = timedelta(seconds=60)
"""What sets out within this time is left as it is: the solver is thinking meanwhile."""

KEPT = 10
"""How many new clients a place that somebody already has is worth."""

Solve = Callable[[routing.Problem, routing.Plan], Awaitable[routing.Plan]]
"""Makes a plan at least as good as the one given; runs in a process of its own."""


@dataclass(frozen=True, slots=True)
class Thought:
    """What the solver made of a day: `seen` was planned from `seen.now`, a little ahead."""

    seen: HubDay
    problem: routing.Problem
    before: routing.Plan
    better: routing.Plan

    @property
    def saves_s(self) -> int:
        """How much cheaper the plan got, in seconds of driving."""
        return self.before.cost.total - self.better.cost.total


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
    changes nothing leaves the plan its version, and one that would take a client's place away is
    not put in force; the board is told that nothing changed.
    """
    thought = await think(engine, roads, solve, hub_id, day)
    if thought is None:
        return False
    async with transaction(engine) as session:
        await lock_day(session, hub_id, day)
        today = await still_so(session, thought)
        if today is None:
            await enqueue(session, PlanDay(hub=hub_id, day=day, by=by, why=why))
            return False
        if same_drives(thought.before, thought.better) and not _is_first(thought):
            await _nothing_better(session, today, thought.better.words)
            return False
        try:
            await keep_plan(
                session, today, thought.problem, thought.better,
                by=by, why=why, change=Change.PLANNED,
            )  # fmt: skip
        except BreaksPromise as broken:
            await _tell_board(session, today, str(broken))
            return False
        return True


def _is_first(thought: Thought) -> bool:
    """Whether what nobody has in this plan has not been said yet, or it was never planned."""
    seen = thought.seen
    lost = any(seen.lost(stop) for stop in seen.stops.values())
    waiting = {UUID(left.visit) for left in thought.better.unplanned}
    return seen.version == 0 or lost or not waiting <= seen.leftovers.keys()


async def _nothing_better(session: AsyncSession, today: HubDay, words: str) -> None:
    """The plan in force stays; how it compares is said anew."""
    row = await session.merge(today.plan_row)
    row.words = words
    await _tell_board(session, today, "Nothing better was found.")


async def _tell_board(session: AsyncSession, today: HubDay, why: str) -> None:
    topic = f"day:{today.hub.id}:{today.day}"
    await tell(session, topic, "plan", await now(session), version=today.version, why=why)


async def think(
    engine: AsyncEngine, roads: Roads, solve: Solve, hub_id: UUID, day: date
) -> Thought | None:
    """Let the solver plan what is left of a day as it stands; None if nothing is left."""
    async with transaction(engine) as session:
        ready_at = await now(session) + HEAD_START
        seen = await read_day(session, await hub_of(session, hub_id), day, ready_at)
    problem = _places_first(seen, seen.problem(await roads.travel_times(seen.places())))
    if not problem.visits or not problem.shifts:
        return None
    before = seen.plan(problem)
    return Thought(seen, problem, before, await solve(problem, before))


async def still_so(session: AsyncSession, thought: Thought) -> HubDay | None:
    """The day, if it is as the solver saw it and nothing of the answer should have begun.

    The caller holds the day's lock.
    """
    seen = thought.seen
    if await now(session) > seen.now:
        return None
    today = await read_day(session, await hub_of(session, seen.hub.id), seen.day, seen.now)
    same = today.version == seen.version and today.history() == seen.history()
    return today if same else None


def _places_first(day: HubDay, problem: routing.Problem) -> routing.Problem:
    """The same day, where keeping a place weighs more than finding one for somebody new."""
    visits = (
        replace(visit, priority=visit.priority * KEPT) if UUID(visit.id) in day.stops else visit
        for visit in problem.visits
    )
    return replace(problem, visits=tuple(visits))
