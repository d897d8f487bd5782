"""The drives of a day as lines on the map."""

import asyncio
from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncEngine

import routing
from concierge.maps.osrm import Drive
from concierge.maps.travel import Roads
from concierge.model.refusals import NotCovered
from concierge.store import clock
from concierge.store.transaction import transaction

from .change_by_hand import find_hub
from .hub_day import HubDay
from .read_day import read_day

Points = tuple[tuple[float, float], ...]
"""`(longitude, latitude)` in driving order."""


class Line(msgspec.Struct, frozen=True):
    """One concierge's drive: what lies behind her, and what lies ahead.

    `estimated` where the lines are straight because no road engine answered.
    """

    shift: UUID
    done: Points
    ahead: Points
    estimated: bool


async def draw_lines(
    engine: AsyncEngine, roads: Roads, *, hub: str, day: date, shifts: Sequence[UUID]
) -> list[Line]:
    """The drives of these shifts; one that does not work that day has none.

    Raises:
        Missing: there is no such hub.
    """
    async with transaction(engine) as session:
        now = await clock.now(session)
        today = await read_day(session, await find_hub(session, hub), day, now)
    working = [shift for shift in shifts if shift in today.shifts]
    return list(await asyncio.gather(*(_line(roads, today, shift) for shift in working)))


async def _line(roads: Roads, today: HubDay, shift_id: UUID) -> Line:
    stops = today.stops_of(shift_id)
    if not stops:
        return Line(shift_id, (), (), estimated=False)
    begun = len(today.history_of(shift_id))
    places = [today.hub.place, *(today.addresses[s.order_id].place for s in stops)]
    behind = await _drive(roads, places[: begun + 1])
    ahead = await _drive(roads, [*places[begun:], today.hub.place])
    return Line(shift_id, behind.points, ahead.points, behind.estimated or ahead.estimated)


async def _drive(roads: Roads, places: Sequence[routing.Place]) -> Drive:
    """One drive; a place off the map is still joined by straight lines."""
    if len(places) < 2:
        return Drive((), timedelta(0), 0)
    try:
        return await roads.geometry(places)
    except NotCovered:
        return await Roads(None).geometry(places)
