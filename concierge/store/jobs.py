"""The door to the job queue: a job is a row, written with the fact that caused it."""

import re
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

import msgspec
import procrastinate
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Job as Begun
from procrastinate.jobs import Status
from procrastinate.manager import JobManager
from sqlalchemy import cast
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import func, select
from sqlmodel.ext.asyncio.session import AsyncSession

DESK = "desk"
"""The namespace of tasks: each is a verb on the desk."""

DAYS, MONEY, HOUSE = "days", "money", "house"
"""The queues: planning is heavy, money never waits behind it, the rest is housekeeping."""


IMPROVED_AT_ONCE = 2
"""How many days are improved at a time; a worker has more hands than that."""


class Job(msgspec.Struct, frozen=True):
    """Something to be done soon, by any worker, at least once. Two alike waiting are one."""

    queue: ClassVar[str] = HOUSE
    priority: ClassVar[int] = 0
    """Of two jobs that wait the higher is done first."""

    @property
    def lane(self) -> str | None:
        """Jobs of one lane are done one at a time, by whichever workers; None is no lane."""
        return None

    @classmethod
    def task(cls) -> str:
        """The task's name: `RunOperation` is `desk:run_operation`."""
        return f"{DESK}:" + re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()


class RunOperation(Job, frozen=True):
    """Carry out a planned operation at the payments provider."""

    queue: ClassVar[str] = MONEY
    operation: UUID


class CheckCardPage(Job, frozen=True):
    """Look whether a card page was paid, and confirm its order."""

    queue: ClassVar[str] = MONEY
    page: str


class OrderMoney(Job, frozen=True):
    """Something to be done about the money of one order."""

    queue: ClassVar[str] = MONEY
    order: UUID


class GiveUpSlot(OrderMoney, frozen=True):
    """An unpaid order's time is over: free its place, unless she paid in the last second."""


class HoldMoney(OrderMoney, frozen=True):
    """A coming visit's hold is due: ask her bank, if it is still so."""


class Collect(OrderMoney, frozen=True):
    """What is due was not taken: ask another card, write to her, or call a person."""


class CallForMoney(OrderMoney, frozen=True):
    """A closed order's money stands still, and nobody was called: call somebody."""


class CheckRefund(Job, frozen=True):
    """A refund is on its way: look how far it came."""

    queue: ClassVar[str] = MONEY
    refund: UUID


class AnswerDispute(Job, frozen=True):
    """Somebody decided what we say to a dispute: tell her bank."""

    queue: ClassVar[str] = MONEY
    dispute: str


class TellNotHeld(Job, frozen=True):
    """Write to her that her bank holds no money for her visit, and what she can do."""

    order: UUID


class CallCollectionOff(Job, frozen=True):
    """What a visit was to collect was handed in at the hub: nobody need come."""

    order: UUID


class ReadNotice(Job, frozen=True):
    """Act on a webhook's word by asking the provider how things stand."""

    queue: ClassVar[str] = MONEY
    notice: str


class PlanDay(Job, frozen=True):
    """Make a hub's day better with the solver, if nobody changed it meanwhile."""

    queue: ClassVar[str] = DAYS
    hub: UUID
    day: date
    by: str
    why: str


class WeighWays(Job, frozen=True):
    """Weigh the ways out of a setback, for a dispatcher to choose from."""

    queue: ClassVar[str] = DAYS
    priority: ClassVar[int] = 10
    setback: UUID


class ImproveDay(Job, frozen=True):
    """Look for a better plan of a hub's day when nothing else waits to be done.

    Few at a time, whatever the number of days: the others wait without holding up a worker.
    """

    queue: ClassVar[str] = DAYS
    priority: ClassVar[int] = -10
    hub: UUID
    day: date

    @property
    def lane(self) -> str | None:
        """One of a few lanes; a hub's days improve one after the other."""
        return f"improve:{self.hub.int % IMPROVED_AT_ONCE}"


class AssignWindows(Job, frozen=True):
    """Give each flexible client of a hub her hour, day and concierge."""

    queue: ClassVar[str] = DAYS
    hub: UUID


def open_queue(database_url: str, *, size: int) -> procrastinate.App:
    """The queue as workers see it, over at most `size` connections."""
    queue = procrastinate.App(
        connector=procrastinate.PsycopgConnector(conninfo=database_url, min_size=1, max_size=size)
    )
    queue.job_manager = _Jobs(queue.connector)
    return queue


class _Jobs(JobManager):
    """Two alike waiting are one, also when one of them was begun, and comes back to wait."""

    async def retry_job(
        self,
        job: Begun,
        retry_at: datetime | None = None,
        priority: int | None = None,
        queue: str | None = None,
        lock: str | None = None,
    ) -> None:
        """Have a job done again; asked for anew meanwhile, that other one is enough."""
        try:
            await super().retry_job(job, retry_at, priority, queue, lock)
        except UniqueViolation:
            await self.finish_job(job, Status.FAILED, delete_job=True)


async def enqueue(session: AsyncSession, job: Job) -> None:
    """Ask for a job in this very transaction: both are kept, or neither."""
    await session.flush()
    alike = f"{job.task()}:{msgspec.json.encode(job).decode()}"
    asked = func.ask_for_job(
        job.queue, job.task(), job.priority, job.lane, alike, cast(msgspec.to_builtins(job), JSONB)
    )
    await session.exec(select(asked))
