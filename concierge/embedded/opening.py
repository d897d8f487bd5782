"""The demo's people and days, put into an empty database; its clock, woken where it rested."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, func, select

from concierge.desk.find_address import load_streets
from concierge.desk.plan_words import NEVER_PLANNED
from concierge.maps.city import STREETS, read_city
from concierge.maps.gazetteer import read_streets
from concierge.maps.osrm import Osrm
from concierge.maps.travel import Roads
from concierge.model import Account, Clock, DayPlan, Hub, Role, Street
from concierge.model.account import DEMO_PASSWORD
from concierge.settings import from_environment
from concierge.store.clock import now, set_clock
from concierge.store.engine import open_engine
from concierge.store.jobs import ImproveDay, enqueue
from concierge.store.transaction import transaction
from payments.stripe_gateway import StripeGateway

from .city.afternoon import live_on
from .city.seed import seed

PATIENCE_S = 20.0


@dataclass(frozen=True, slots=True)
class Login:
    """A staff member whom anybody may play."""

    role: Role
    email: str
    password: str = DEMO_PASSWORD


async def is_empty(database_url: str) -> bool:
    """Whether nobody has moved in yet."""
    engine = open_engine(database_url, size=1)
    async with transaction(engine) as session:
        found = (await session.exec(select(Hub.id).limit(1))).first()
    await engine.dispose()
    return found is None


async def open_city(given: Mapping[str, str], *, city: Path | None) -> list[Login]:
    """Seed the database if it is empty, else let its clock go on; one login for each staff role.

    Raises:
        NotTold: the payments sandbox does not take the past.
    """
    sandbox = given.get("CONCIERGE_SANDBOX_URL")
    engine = open_engine(given["DATABASE_URL"], size=4)
    roads = Roads(Osrm(given["OSRM_URL"]) if "OSRM_URL" in given else None)
    try:
        if not await seed(engine, roads, sandbox=sandbox):
            await _wake(engine, sandbox)
        elif sandbox is not None:
            settings = from_environment(given)
            async with StripeGateway(settings.payments_key, settings.payments_base) as gateway:
                await live_on(engine, roads, gateway, sandbox=sandbox)
        await _improve_what_is_coming(engine)
        if city is not None:
            await _learn_streets(engine, city)
        return await _logins(engine)
    finally:
        await roads.close()
        await engine.dispose()


async def _learn_streets(engine: AsyncEngine, city: Path) -> None:
    """Addresses are found in the city we drive in, which may have come after the people."""
    async with transaction(engine) as session:
        known = (await session.exec(select(func.count()).select_from(Street))).one()
        if known != read_city(city).streets:
            await load_streets(session, read_streets(city / STREETS))


async def _improve_what_is_coming(engine: AsyncEngine) -> None:
    """Have the solver look at the days that were only ever booked, visit by visit."""
    async with transaction(engine) as session:
        moment = await now(session)
        booked = select(DayPlan, Hub).join(Hub, col(Hub.id) == col(DayPlan.hub_id))
        rows = await session.exec(booked.where(DayPlan.words == NEVER_PLANNED))
        for plan, hub in rows.all():
            if plan.day >= hub.day_of(moment):
                await enqueue(session, ImproveDay(hub=hub.id, day=plan.day))


async def _wake(engine: AsyncEngine, sandbox: str | None) -> None:
    """Time stood still while the house was closed; it goes on from the last moment it saw."""
    async with transaction(engine) as session:
        clock = await session.get(Clock, 1)
        if clock is None or clock.seen_at is None:
            return
        moment = clock.seen_at
        await set_clock(session, moment)
    if sandbox is not None:
        async with httpx.AsyncClient(base_url=sandbox, timeout=PATIENCE_S) as door:
            said = await door.post("/_sandbox/clock/set", json={"now": moment.isoformat()})
            said.raise_for_status()


async def _logins(engine: AsyncEngine) -> list[Login]:
    async with transaction(engine) as session:
        found = await session.exec(
            select(Account).where(col(Account.active)).order_by(col(Account.id))
        )
        first = {account.role: account for account in reversed(found.all())}
    return [Login(role, first[role].email) for role in Role if role in first]
