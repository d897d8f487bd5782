"""What time it is in the house. The one place, with `__main__`, that reads the wall clock."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, literal
from sqlmodel import func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from concierge.model import Clock


async def now(session: AsyncSession) -> datetime:
    """The house's present moment: the wall clock, shifted when a demo day is being lived."""
    clock = await session.get(Clock, 1)
    return wall() + timedelta(seconds=clock.shift_s if clock else 0)


def present() -> ColumnElement[datetime]:
    """The same moment, for a statement that writes it down without asking first."""
    shift = select(Clock.shift_s).where(Clock.id == 1).scalar_subquery()
    return literal(wall()) + func.make_interval(0, 0, 0, 0, 0, 0, func.coalesce(shift, 0.0))


async def set_clock(session: AsyncSession, moment: datetime) -> None:
    """Make it `moment` now, in every process of the house."""
    clock = await session.get(Clock, 1) or Clock()
    clock.shift_s = (moment - wall()).total_seconds()
    clock.seen_at = moment
    session.add(clock)


def wall() -> datetime:
    """The machine's own clock, in UTC."""
    return datetime.now(UTC)  # noqa: TID251 - this is the place
