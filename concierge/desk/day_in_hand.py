"""Change a hub's day safely: look, let go, ask the roads, then change it under its lock."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from typing import TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel.ext.asyncio.session import AsyncSession

import routing
from concierge.maps.travel import Roads
from concierge.model import Hub
from concierge.model.refusals import Missing, StaleBoard
from concierge.store.clock import now
from concierge.store.transaction import lock_day, transaction

from .hub_day import HubDay
from .read_day import read_day

LOOKS = 5
"""How often we look again when somebody adds an address while we ask the roads."""

Answer = TypeVar("Answer")
Change = Callable[[AsyncSession, HubDay, routing.TravelTimes], Awaitable[Answer]]
ChangeDays = Callable[[AsyncSession, Sequence[HubDay], routing.TravelTimes], Awaitable[Answer]]


async def with_day_in_hand(
    engine: AsyncEngine,
    roads: Roads,
    hub_id: UUID,
    day: date,
    change: Change[Answer],
    *,
    also: Sequence[routing.Place] = (),
) -> Answer:
    """Run `change` with the day locked, read afresh, and every drive of it known.

    `also` are places the change brings in. What `change` writes is kept together, or not at all.

    Raises:
        Missing: there is no such hub.
        StaleBoard: others kept changing the day while we looked.
    """

    async def one(
        session: AsyncSession, days: Sequence[HubDay], travel: routing.TravelTimes
    ) -> Answer:
        return await change(session, days[0], travel)

    return await with_days_in_hand(engine, roads, hub_id, [day], one, also=also)


async def with_days_in_hand(
    engine: AsyncEngine,
    roads: Roads,
    hub_id: UUID,
    days: Sequence[date],
    change: ChangeDays[Answer],
    *,
    also: Sequence[routing.Place] = (),
) -> Answer:
    """The same with several days of one hub, each named once; the earliest is locked first."""
    for _ in range(LOOKS):
        async with transaction(engine) as session:
            hub, moment = await hub_of(session, hub_id), await now(session)
            seen = [await read_day(session, hub, day, moment) for day in days]
        places = dict.fromkeys(place for each in seen for place in each.places())
        travel = await roads.travel_times([*places, *also])
        async with transaction(engine) as session:
            for day in sorted(days):
                await lock_day(session, hub_id, day)
            hub, moment = await hub_of(session, hub_id), await now(session)
            today = [await read_day(session, hub, day, moment) for day in days]
            if all(place in travel for each in today for place in each.places()):
                return await change(session, today, travel)
    raise StaleBoard("Many people are changing this day; please try again in a moment.")


async def hub_of(session: AsyncSession, hub_id: UUID) -> Hub:
    """The hub of that id.

    Raises:
        Missing: there is none.
    """
    hub = await session.get(Hub, hub_id)
    if hub is None:
        raise Missing("There is no such hub.")
    return hub
