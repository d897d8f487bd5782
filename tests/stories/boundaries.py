"""Where an operation can be interrupted, how the provider may answer, and how to stand there."""

import asyncio
from collections.abc import AsyncGenerator, Collection, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

import psycopg

import payments
from tests.payments.sandboxed import Sandbox

STALL_S, SLOW_S = 120, 10
"""How long an answer is held back that must not come before the worker is killed; and after."""


class Boundary(StrEnum):
    """Between which two steps of an operation the worker dies."""

    PLANNED = "planned, not begun"
    SENT = "marked sent, the call not there yet"
    DONE = "done there, its answer not here yet"
    ANSWERED = "answered, not written down yet"
    WRITTEN = "written down, the job not over yet"


class Answer(StrEnum):
    """How the provider answers."""

    OK = "ok"
    BROKEN = "500"
    BUSY = "409"
    SILENT = "timeout"


@dataclass(frozen=True)
class Fault:
    """A trouble at the sandbox."""

    kind: str
    seconds: float | None = None


NEVER, DONE_UNHEARD = Fault("timeout_before", STALL_S), Fault("timeout_after", STALL_S)
SLOW, DONE_SLOWLY = Fault("timeout_before", SLOW_S), Fault("timeout_after", SLOW_S)
MEETS: dict[tuple[Boundary, Answer], tuple[Fault | None, Fault | None]] = {
    (Boundary.PLANNED, Answer.OK): (None, None),
    (Boundary.PLANNED, Answer.BROKEN): (None, Fault("500_after")),
    (Boundary.PLANNED, Answer.BUSY): (None, Fault("409")),
    (Boundary.PLANNED, Answer.SILENT): (None, DONE_SLOWLY),
    (Boundary.SENT, Answer.OK): (NEVER, None),
    (Boundary.SENT, Answer.BROKEN): (NEVER, Fault("500_before")),
    (Boundary.SENT, Answer.BUSY): (NEVER, Fault("409")),
    (Boundary.SENT, Answer.SILENT): (NEVER, SLOW),
    (Boundary.DONE, Answer.OK): (DONE_UNHEARD, None),
    (Boundary.DONE, Answer.BROKEN): (Fault("500_after", STALL_S), None),
    (Boundary.DONE, Answer.BUSY): (DONE_UNHEARD, Fault("409")),
    (Boundary.DONE, Answer.SILENT): (DONE_UNHEARD, DONE_SLOWLY),
    (Boundary.ANSWERED, Answer.OK): (None, None),
    (Boundary.ANSWERED, Answer.BROKEN): (Fault("500_after"), None),
    (Boundary.ANSWERED, Answer.BUSY): (Fault("409"), None),
    (Boundary.ANSWERED, Answer.SILENT): (Fault("drop_after"), None),
    (Boundary.WRITTEN, Answer.OK): (None, None),
    (Boundary.WRITTEN, Answer.BROKEN): (Fault("500_before"), None),
    (Boundary.WRITTEN, Answer.BUSY): (Fault("409"), None),
    (Boundary.WRITTEN, Answer.SILENT): (Fault("drop_before"), None),
}
"""What the first call meets before the worker is killed, and the next one after it."""


@dataclass
class Case:
    """One operation, where its worker dies, and how the provider answers.

    Without a boundary nothing happens to it: its books are what the others' must be equal to.
    """

    kind: payments.OperationKind
    boundary: Boundary | None
    answer: Answer
    order: UUID = field(init=False)
    operation: UUID = field(init=False)

    def __str__(self) -> str:
        return f"{self.kind:<10} {self.boundary or 'not interrupted':<38} {self.answer:<8}"

    @property
    def faults(self) -> tuple[Fault | None, Fault | None]:
        """Before the worker is killed, and after."""
        return MEETS[self.boundary, self.answer] if self.boundary else (None, None)

    async def trouble(self, sandbox: Sandbox, fault: Fault | None) -> None:
        """Order a trouble for the next call of this very operation."""
        if fault is not None:
            more = {} if fault.seconds is None else {"seconds": fault.seconds}
            await sandbox.fault(fault.kind, key=self.key, **more)

    @property
    def key(self) -> str:
        """What the keys of its calls look like."""
        return f"{self.order}:{self.kind}:*"


def every_case(kinds: Collection[payments.OperationKind]) -> list[Case]:
    """All of them, and for each kind one that nothing happens to."""
    return [
        *(Case(kind, None, Answer.OK) for kind in kinds),
        *(Case(kind, *where) for kind in kinds for where in MEETS),
    ]


TAKE = "select pg_advisory_lock(hashtextextended('order:' || %s, 0))"
LET_GO = "select pg_advisory_unlock(hashtextextended('order:' || %s, 0))"


@dataclass
class Gates:
    """Doors in a worker's way: an order's lock that another has, a job that is not let go."""

    database: str
    watch: psycopg.AsyncConnection
    shut: psycopg.AsyncConnection
    opened: AsyncExitStack
    behind: list[asyncio.Task[object]] = field(default_factory=list)

    async def close(self, orders: Collection[UUID]) -> None:
        """Nobody gets on with these orders."""
        for order in orders:
            await self.shut.execute(TAKE, [order])

    async def open(self, orders: Collection[UUID]) -> None:
        """Whoever waits for these orders gets on."""
        for order in orders:
            await self.shut.execute(LET_GO, [order])

    async def wait_behind(self, orders: Collection[UUID]) -> None:
        """Be the next to have these orders, after whoever waits for them now; and keep them."""
        for order in orders:
            connection = await _connected(self.opened, self.database)
            self.behind.append(asyncio.create_task(connection.execute(TAKE, [order])))

    async def waiting(self, orders: Collection[UUID]) -> list[int]:
        """How many wait for each of these orders."""
        found = await self.watch.execute(
            """
            select (
                select count(*) from pg_locks where locktype = 'advisory' and not granted
                and database = (select oid from pg_database where datname = current_database())
                and (classid::bigint << 32 | objid::bigint) = hashtextextended('order:' || id, 0)
            ) from unnest(%s::text[]) as one(id)
            """,
            [[str(order) for order in orders]],
        )
        return [count for (count,) in await found.fetchall()]

    async def put_off(self, operations: Sequence[UUID]) -> None:
        """Nobody begins with these operations yet."""
        await self.watch.execute(
            """
            update procrastinate_jobs set scheduled_at = now() + interval '1 hour'
            where args ->> 'operation' = any(%s)
            """,
            [[str(each) for each in operations]],
        )

    async def let_begin(self, operations: Sequence[UUID]) -> None:
        """Now somebody may, and is told."""
        await self.watch.execute(
            """
            with due as (
                update procrastinate_jobs set scheduled_at = null
                where args ->> 'operation' = any(%s) returning id
            )
            select pg_notify(
                'procrastinate_any_queue_v1',
                json_build_object('type', 'job_inserted', 'job_id', min(id))::text
            ) from due
            """,
            [[str(each) for each in operations]],
        )

    async def keep_jobs(self, operations: Sequence[UUID]) -> None:
        """The jobs of these operations cannot be closed."""
        connection = await _connected(self.opened, self.database)
        await connection.execute("begin")
        kept = await connection.execute(
            "select id from procrastinate_jobs where args ->> 'operation' = any(%s) for update",
            [[str(each) for each in operations]],
        )
        assert kept.rowcount == len(operations)

    async def end_of_the_dead(self) -> None:
        """End what a dead worker still waits for at the database: its machine died with it."""
        await self.watch.execute("""
            select pg_terminate_backend(pid) from pg_stat_activity
            where datname = current_database() and wait_event_type = 'Lock'
        """)


@asynccontextmanager
async def gates(database: str) -> AsyncGenerator[Gates]:
    """Gates that are all open in the end."""
    async with AsyncExitStack() as opened:
        watch, shut = [await _connected(opened, database) for _ in range(2)]
        yield Gates(database, watch, shut, opened)


async def _connected(opened: AsyncExitStack, database: str) -> psycopg.AsyncConnection:
    connection = await psycopg.AsyncConnection.connect(database, autocommit=True)
    opened.push_async_callback(connection.close)
    return connection
