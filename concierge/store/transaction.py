"""The only commit in the house."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import date
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from .contradiction import refusal_of


@asynccontextmanager
async def transaction(engine: AsyncEngine) -> AsyncGenerator[AsyncSession]:
    """One unit of work: everything inside is kept together, or nothing is.

    Never call a provider, the maps or the solver from inside: read, let go, call, then write.

    Raises:
        Refusal: the database will not hold this together with what is there; nothing was kept.
    """
    try:
        async with AsyncSession(engine, expire_on_commit=False) as session:
            yield session
            await session.commit()
    except DBAPIError as error:
        if (refusal := refusal_of(error)) is None:
            raise
        raise refusal from error


async def lock_day(session: AsyncSession, hub_id: UUID, day: date) -> None:
    """Wait until this hub's day is ours alone, until the transaction ends.

    Whoever changes a day's promises takes this first, and days in date order.
    """
    await _lock(session, f"day:{hub_id}:{day}")


async def lock_order(session: AsyncSession, order_id: UUID) -> None:
    """Wait until this order is ours alone, until the transaction ends."""
    await _lock(session, f"order:{order_id}")


async def lock_email(session: AsyncSession, email: str) -> None:
    """Wait until this e-mail is ours alone, known or not, until the transaction ends."""
    await _lock(session, f"email:{email}")


async def lock_logs(session: AsyncSession) -> None:
    """Wait to be the only writer of the numbered logs, so that their numbers commit in order.

    One lock for all of them: who tells and then writes down never waits for who does it the other
    way round. It comes last, after days and orders.
    """
    await _lock(session, "logs")


async def _lock(session: AsyncSession, name: str) -> None:
    await session.exec(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))
