"""Fills an empty, migrated database with the demo city, once."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import httpx
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import SQLModel, select
from sqlmodel.ext.asyncio.session import AsyncSession

from concierge.desk.find_address import load_streets
from concierge.maps.gazetteer import Entry
from concierge.maps.travel import Roads
from concierge.model import Clock, Hub
from concierge.store.clock import set_clock
from concierge.store.log import audit
from concierge.store.transaction import transaction

from .city import City, build, found
from .days import SICK_AT
from .elsewhere import travel_times
from .rows import founding, happenings, plans
from .story import SEED, STORY_DAY, STORY_NOW

PATIENCE_S = 60.0
_COUNTED = frozenset({"seq"})
"""Columns the database numbers by itself."""


class NotTold(Exception):
    """The payments sandbox would not take the past; nothing was seeded."""


async def seed(
    engine: AsyncEngine,
    roads: Roads,
    *,
    sandbox: str | None,
    streets: Iterable[Entry] = (),
    number: int = SEED,
) -> bool:
    """Make the city and everything that happened in it, all at once; False when it is there.

    `sandbox` is the payments sandbox's address: it is told the same past and the same clock, so
    that our books are its books. Without one (Stripe itself holds the money) nobody is booked:
    the shops are full and the days empty. `streets` are what addresses are found in; when they are
    another city's, everybody moves there.

    Raises:
        NotTold: the sandbox would not take the past.
    """
    async with transaction(engine) as session:
        if await _is_seeded(session):
            return False
    ground, known = found(number), list(streets)
    travel = await travel_times(roads, ground, known, number)
    city = build(ground, travel, number)
    if sandbox is not None:
        await _tell_sandbox(sandbox, city)
    async with transaction(engine) as session:
        if await _is_seeded(session):
            return False
        await load_streets(session, known)
        happened = [*happenings(city), *plans(city, estimated=travel.estimated)]
        for rows in [*founding(city), *(happened if sandbox is not None else [])]:
            await _write(session, rows)
        await _open(session, city)
    return True


async def _is_seeded(session: AsyncSession) -> bool:
    return (await session.exec(select(Hub.id).limit(1))).first() is not None


async def _write(session: AsyncSession, rows: Sequence[SQLModel]) -> None:
    if rows:
        table = type(rows[0])
        await session.exec(insert(table), params=[_row(each) for each in rows])


def _row(row: SQLModel) -> Mapping[str, Any]:
    return row.model_dump(exclude={name for name in _COUNTED if getattr(row, name, 0) is None})


async def _tell_sandbox(address: str, city: City) -> None:
    """Set the sandbox's clock to ours, and tell it every card and hold of the past."""
    try:
        async with httpx.AsyncClient(base_url=address, timeout=PATIENCE_S) as door:
            past = {
                "cards": list(city.money.cards.values()),
                "holds": list(city.money.told.values()),
            }
            for path, said in (
                ("/_sandbox/clock/set", {"now": STORY_NOW.isoformat()}),
                ("/_sandbox/past", past),
            ):
                (await door.post(path, json=said)).raise_for_status()
    except httpx.HTTPError as problem:
        raise NotTold(f"The payments sandbox at {address} did not take the past.") from problem


async def _open(session: AsyncSession, city: City) -> None:
    """Start the house's clock at the story's moment, and write down what opened it."""
    await set_clock(session, STORY_NOW)
    clock = await session.get_one(Clock, 1)
    clock.story_day = STORY_DAY
    for day in city.days:
        for at, by, why, _ in day.versions:
            if at == SICK_AT:
                topic = f"day:{day.hub.id}:{day.date}"
                await audit(session, who=by, what="shift.call_off", subject=topic, now=at, why=why)
    await audit(
        session, who="house", what="demo.open", subject=f"story:{STORY_DAY}", now=STORY_NOW
    )
