"""A concierge's day on her phone: her stops in driving order, her break, and when she is back."""

import asyncio
from datetime import date, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

import routing
from concierge.maps.errors import NoRoad, OffTheMap
from concierge.maps.travel import Roads
from concierge.model import Concierge, DayPlan, Hub, PlanRoute, Shift
from concierge.model.refusals import Missing
from concierge.store import clock
from concierge.store.transaction import transaction

from .board_rows import NOTICED
from .expect_stops import Expected, ExpectedRoute, expect_routes, travel_of
from .hub_day import HubDay
from .read_day import read_day
from .show_visit import read_visits, stops_of
from .visit_sheet import Picture, Visit
from .visit_steps import began_at

Line = list[tuple[float, float]]
"""A drive as drawn, `(longitude, latitude)`."""


class Rest(msgspec.Struct, frozen=True):
    """A break."""

    starts: datetime
    ends: datetime


class Awaited(msgspec.Struct, frozen=True):
    """When a visit is expected to begin, by the steps reported; `late_min` after its plan.

    A few minutes within the promised window are nobody's news: then it is 0.
    """

    order: UUID
    starts: datetime
    late_min: int


class Base(msgspec.Struct, frozen=True):
    """The hub she sets out from, its clock, and how long she waits at a closed door."""

    id: UUID
    name: str
    street: str
    longitude: float
    latitude: float
    timezone: str
    wait_minutes: int


class TodaysRoute(msgspec.Struct, frozen=True):
    """What the phone shows of a day, and keeps for when there is no signal.

    `back` is when she is at the hub again, as it looks at `now`; `starts` and `ends` are her
    shift's. `version` is the plan's. `drives[i]` leads to visit `i`, the last one home; empty
    while they are not drawn. `estimated` when drives and times come from no road engine.
    `expected` names the visits that did not begin yet, as they look at `now`.
    """

    day: date
    now: datetime
    concierge: str
    hub: Base
    version: int
    estimated: bool
    starts: datetime | None
    ends: datetime | None
    leaves: datetime | None
    back: datetime | None
    rests: list[Rest]
    visits: list[Visit]
    expected: list[Awaited]
    drives: list[Line]


async def live_route(
    engine: AsyncEngine, roads: Roads, concierge_id: UUID, day: date | None, *, picture: Picture
) -> TodaysRoute:
    """Her route with its drives drawn, and when each visit is really to be expected.

    Raises:
        Missing: there is no such concierge.
    """
    async with transaction(engine) as session:
        now = await clock.now(session)
        route = await todays_route(session, concierge_id, day, now, picture=picture)
        hub = await session.get_one(Hub, route.hub.id)
        today = await read_day(session, hub, route.day, now)
    travel = await travel_of(roads, today)
    routes = await asyncio.to_thread(expect_routes, today, travel)
    hers = [
        seen for shift, seen in routes.items() if today.shifts[shift].concierge_id == concierge_id
    ]
    route = msgspec.structs.replace(
        route,
        expected=[awaited for seen in hers for awaited in _await_visits(today, seen)],
        back=max((seen.returns for seen in hers), default=route.back),
    )
    return await draw_drives(route, roads)


async def todays_route(
    session: AsyncSession, concierge_id: UUID, day: date | None, now: datetime, *, picture: Picture
) -> TodaysRoute:
    """The plan in force for this concierge on a day (her hub's today, when none is named).

    Its drives are not drawn and nothing is expected yet: that asks the maps, and waits for no
    transaction.

    Raises:
        Missing: there is no such concierge.
    """
    concierge = await session.get(Concierge, concierge_id)
    hub = concierge and await session.get(Hub, concierge.hub_id)
    if concierge is None or hub is None:
        raise Missing("There is no such concierge.")
    day = day or hub.day_of(now)
    plan = await session.get(DayPlan, (hub.id, day))
    shifts = await session.exec(
        select(Shift).where(Shift.concierge_id == concierge_id, Shift.day == day)
    )
    working = {shift.id: shift for shift in shifts}
    rows = await session.exec(select(PlanRoute).where(col(PlanRoute.shift_id).in_(working)))
    routes = rows.all()
    stops = await stops_of(session, concierge_id, hub.id, day)
    return TodaysRoute(
        day=day,
        now=now,
        concierge=concierge.name,
        hub=Base(
            hub.id,
            hub.name,
            hub.street,
            hub.longitude,
            hub.latitude,
            hub.timezone,
            hub.wait_minutes,
        ),
        version=plan.version if plan else 0,
        estimated=plan.estimated if plan else False,
        starts=min((shift.starts for shift in working.values()), default=None),
        ends=max((shift.ends for shift in working.values()), default=None),
        leaves=min((route.leaves for route in routes), default=None),
        back=max((route.returns for route in routes), default=None),
        rests=[
            Rest(route.break_starts, route.break_ends)
            for route in routes
            if route.break_starts and route.break_ends
        ],
        visits=await read_visits(session, stops, picture=picture),
        expected=[],
        drives=[],
    )


def _await_visits(today: HubDay, route: ExpectedRoute) -> list[Awaited]:
    """What is still to begin of a route, on the board's own reckoning."""
    return [
        Awaited(seen.stop.order_id, seen.starts, _late_min(seen))
        for seen in route.stops
        if began_at(today.steps.get(seen.stop.order_id, {})) is None
    ]


def _late_min(seen: Expected) -> int:
    if not seen.late and seen.behind < NOTICED:
        return 0
    return max(1, seen.behind // timedelta(minutes=1))


async def draw_drives(route: TodaysRoute, roads: Roads) -> TodaysRoute:
    """The same route with each drive as the roads run; straight lines where they cannot tell.

    Never inside a transaction: it waits for the road engine.
    """
    if not route.visits:
        return route
    base = routing.Place(route.hub.longitude, route.hub.latitude)
    doors = [routing.Place(v.door.longitude, v.door.latitude) for v in route.visits]
    drives: list[Line] = []
    estimated = route.estimated
    for leg in pairwise([base, *doors, base]):
        try:
            drive = await roads.geometry(leg)
        except (OffTheMap, NoRoad):
            drives.append([(place.longitude, place.latitude) for place in leg])
            estimated = True
        else:
            drives.append(list(drive.points))
            estimated = estimated or drive.estimated
    return msgspec.structs.replace(route, drives=drives, estimated=estimated)
