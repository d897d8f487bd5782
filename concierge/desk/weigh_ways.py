"""Let the solver weigh the ways out of a setback, for a dispatcher to choose from."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncEngine

import routing
from concierge.maps.travel import Roads
from concierge.model import Setback, SetbackKind
from concierge.store import clock
from concierge.store.log import tell
from concierge.store.transaction import lock_day, transaction

from .day_in_hand import hub_of
from .hub_day import HubDay
from .read_day import read_day
from .ways_out import Weighed

Repair = Callable[
    [routing.Problem, routing.Plan, Sequence[routing.Event], routing.Problem, datetime],
    Awaitable[tuple[routing.Alternative, ...]],
]
"""Finds ways out: of the day before it happened, its plan, what happened, what is left, now."""


async def weigh_ways(engine: AsyncEngine, roads: Roads, repair: Repair, setback_id: UUID) -> bool:
    """Write down the ways out of a setback and tell the boards; whether it still mattered.

    The ways hold for the version of the day they were weighed against; who chooses one from an
    older day is told so, and they are weighed again.
    """
    async with transaction(engine) as session:
        setback = await session.get(Setback, setback_id)
        if setback is None or setback.taken_back_at or setback.settled_at:
            return False
        hub = await hub_of(session, setback.hub_id)
        today = await read_day(session, hub, setback.day, await clock.now(session))
    travel = await roads.travel_times(today.places())
    weighed = await _weighed(today, setback, travel, repair)
    async with transaction(engine) as session:
        await lock_day(session, setback.hub_id, setback.day)
        kept = await session.get(Setback, setback_id)
        if kept is None or kept.taken_back_at or kept.settled_at:
            return False
        kept.version, kept.ways = today.version, msgspec.to_builtins(weighed)
        session.add(kept)
        topic = f"day:{kept.hub_id}:{kept.day}"
        now = await clock.now(session)
        await tell(session, topic, "ways", now, setback=str(setback_id), version=kept.version)
    return True


async def _weighed(
    today: HubDay, setback: Setback, travel: routing.TravelTimes, repair: Repair
) -> Weighed:
    """The ways out of what is left of the day."""
    before = _before(today, setback)
    problem, left = before.problem(travel), today.problem(travel)
    events = _events(setback, before, travel)
    plan = before.plan(problem)
    hers = today.stops_of(setback.shift_id) if problem.has_shift(str(setback.shift_id)) else []
    for stop in reversed(hers):
        if left.has_visit(str(stop.order_id)) and not problem.has_visit(str(stop.order_id)):
            problem = problem.with_visit(left.visit(str(stop.order_id)))
            plan = _with_her_first(plan, str(stop.shift_id), stop.as_planned())
    found = await repair(problem, plan, events, left, today.now)
    return Weighed.of(problem, found)


def _with_her_first(plan: routing.Plan, shift: str, stop: routing.Stop) -> routing.Plan:
    """The plan with a stop she was to be at by now; she cannot go on, so it is anybody's again."""
    routes = tuple(
        replace(each, stops=(stop, *each.stops)) if each.shift == shift else each
        for each in plan.routes
    )
    if all(each.shift != shift for each in routes):
        routes = (*routes, routing.Route(shift, stop.arrives - stop.drive, stop.ends, (stop,)))
    return replace(plan, routes=routes)


def _before(today: HubDay, setback: Setback) -> HubDay:
    """The day as it would be, had this not happened."""
    setbacks = {
        shift: [each for each in all_of_it if each.id != setback.id]
        for shift, all_of_it in today.setbacks.items()
    }
    return replace(today, setbacks=setbacks)


def _events(setback: Setback, before: HubDay, travel: routing.TravelTimes) -> list[routing.Event]:
    """What happened, in the planner's words."""
    shift = str(setback.shift_id)
    match setback.kind:
        case SetbackKind.ILL:
            return [routing.Sick(shift, setback.since)]
        case SetbackKind.BROKEN_DOWN:
            return [routing.BrokenDown(shift, setback.since, None, setback.until)]
        case SetbackKind.LATE if setback.until is not None:
            free = next((s.starts for s in before.problem(travel).shifts if s.id == shift), None)
            by = None if free is None else setback.until - free
            return [routing.Delayed(shift, by)] if by and by.total_seconds() > 0 else []
        case _:
            return []
