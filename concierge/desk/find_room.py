"""A day planned anew around a visit that fits nowhere in it as it stands."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

import routing
from concierge.maps.travel import Roads
from concierge.model import Hub
from concierge.store.clock import now
from concierge.store.transaction import transaction
from routing.walks import free_cores

from .hub_day import HubDay
from .offer_windows import ASKED, Wanted, bookable, shape_for, visit_wanted, whom_she_knows
from .read_day import read_day

LOOK_S = 1.0
"""Seconds to look for room when she orders; longer than when it was offered."""
TIDY_S = 0.3
"""Seconds to shorten the drives once there is room."""


@dataclass(frozen=True, slots=True)
class Room:
    """Who drives what, the visit included, on the day as it was at `version`."""

    version: int
    history: set[UUID]
    visit: str
    plan: routing.Plan

    def is_still_there(self, day: HubDay) -> bool:
        """Whether the day is what it was when room was found."""
        return day.version == self.version and day.history() == self.history

    def taken_by(
        self, problem: routing.Problem, before: routing.Plan, visit: routing.Visit
    ) -> routing.Plan | None:
        """The plan with this visit in the room, timed anew; None if it no longer fits."""
        orders = {
            route.shift: [visit.id if s.visit == self.visit else s.visit for s in route.stops]
            for route in self.plan.routes
        }
        home = {route.shift: () for route in before.routes}
        return routing.redriven(problem.with_visit(visit), before, {**home, **orders})


async def find_room(
    engine: AsyncEngine,
    roads: Roads,
    hub: Hub,
    day: date,
    wanted: Wanted,
    windows: Sequence[routing.Window],
) -> Room | None:
    """Look beside the event loop whether a day can be planned so that she fits one of these."""
    async with transaction(engine) as session:
        today = await read_day(session, hub, day, await now(session))
        shape = await shape_for(session, hub, wanted)
        knows = await whom_she_knows(session, wanted.client_id)
    still = [window for window in windows if bookable(window, today.now)]
    if not still:
        return None
    problem = today.problem(await roads.travel_times([*today.places(), wanted.place]))
    before = today.plan(problem)
    visit = visit_wanted(today, wanted, shape, still, ASKED, knows)
    plan = await asyncio.to_thread(
        routing.make_room,
        problem,
        before,
        visit,
        seconds=LOOK_S,
        tidy_seconds=TIDY_S,
        walks=free_cores(),
    )
    return plan and Room(today.version, today.history(), visit.id, plan)
