"""The only commit in the house."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import date
from typing import LiteralString, cast
from uuid import UUID

from psycopg import AsyncConnection
from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession


@asynccontextmanager
async def transaction(engine: AsyncEngine) -> AsyncGenerator[AsyncSession]:
    """One unit of work: everything inside is kept together, or nothing is.

    Never call a provider, the maps or the solver from inside: read, let go, call, then write.
    """
    async with AsyncSession(engine, expire_on_commit=False) as session:
        yield session
        await session.commit()


async def lock_day(session: AsyncSession, hub_id: UUID, day: date) -> None:
    """Wait until this hub's day is ours alone, until the transaction ends.

    Whoever changes a day's promises takes this first, and days in date order.
    """
    await _lock(session, f"day:{hub_id}:{day}")


async def lock_order(session: AsyncSession, order_id: UUID) -> None:
    """Wait until this order is ours alone, until the transaction ends."""
    await _lock(session, f"order:{order_id}")


async def lock_log(session: AsyncSession, log: LiteralString) -> None:
    """Wait to be the only writer of a numbered log, so that its numbers commit in order."""
    await _lock(session, f"log:{log}")


async def raw_connection(session: AsyncSession) -> AsyncConnection[tuple[object, ...]]:
    """The psycopg connection this session writes on, for libraries that want to join in."""
    connection = await session.connection()
    driver = (await connection.get_raw_connection()).driver_connection
    return cast("AsyncConnection[tuple[object, ...]]", driver)


async def _lock(session: AsyncSession, name: str) -> None:
    await session.exec(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))
