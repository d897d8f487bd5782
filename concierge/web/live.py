"""Screens hear of changes as they happen: server-sent events from the house's event log.

A browser names the topics it follows. It is sent every event after the last one it saw
(`Last-Event-ID`, or `after` on the first connection), so a break loses nothing. One connection to
PostgreSQL per process listens for news and wakes the streams; a quiet stream says so every
`KEEP_ALIVE_S` seconds, and looks whether its visitor is still signed in.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence

import msgspec
import psycopg
from litestar.response import ServerSentEventMessage
from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select

from concierge.model import Event
from concierge.store.log import CHANNEL
from concierge.store.transaction import transaction

KEEP_ALIVE_S = 15.0
PAUSE_S = 1.0
"""How long to wait before calling a database again that hung up."""
AT_ONCE = 200
"""The most events read in one go."""


class Live:
    """The streams of one process. `listen` runs for as long as the application does."""

    def __init__(self, engine: AsyncEngine, database_url: str) -> None:
        self._engine = engine
        self._database_url = database_url
        self._waiting: dict[asyncio.Event, frozenset[str]] = {}
        self._closing = False

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncGenerator[None]:
        """Hear the database's news until the block ends, then end every stream."""
        ear = asyncio.create_task(self._listen())
        try:
            yield
        finally:
            self.close()
            ear.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await ear

    def close(self) -> None:
        """End every stream now; browsers come back to whoever serves next."""
        self._closing = True
        for wake in self._waiting:
            wake.set()

    async def newest(self) -> int:
        """The number of the newest event."""
        async with transaction(self._engine) as session:
            return (await session.exec(select(func.max(Event.seq)))).one() or 0

    async def stream(
        self,
        topics: Sequence[str],
        after: int,
        still_welcome: Callable[[], Awaitable[bool]],
    ) -> AsyncGenerator[ServerSentEventMessage]:
        """Every event of these topics after number `after`, as they come."""
        wake = asyncio.Event()
        self._waiting[wake] = frozenset(topics)
        try:
            yield ServerSentEventMessage(comment="here", data=None, retry=2000)
            while not self._closing:
                wake.clear()
                news = await self._after(topics, after)
                for event in news:
                    after = event.seq or after
                    yield _message(event)
                if news:
                    continue
                try:
                    await asyncio.wait_for(wake.wait(), KEEP_ALIVE_S)
                except TimeoutError:
                    if not await still_welcome():
                        return
                    yield ServerSentEventMessage(comment="still here", data=None)
        finally:
            del self._waiting[wake]

    async def _after(self, topics: Sequence[str], after: int) -> Sequence[Event]:
        async with transaction(self._engine) as session:
            found = await session.exec(
                select(Event)
                .where(col(Event.topic).in_(topics), col(Event.seq) > after)
                .order_by(col(Event.seq))
                .limit(AT_ONCE)
            )
            return found.all()

    async def _listen(self) -> None:
        while True:
            try:
                await self._hear()
            except psycopg.OperationalError:
                await asyncio.sleep(PAUSE_S)

    async def _hear(self) -> None:
        connection = await psycopg.AsyncConnection.connect(self._database_url, autocommit=True)
        async with connection:
            await connection.execute(f"listen {CHANNEL}".encode())
            self._wake(None)
            async for note in connection.notifies():
                self._wake(note.payload)

    def _wake(self, topic: str | None) -> None:
        """Wake the streams of a topic; all of them when something may have been missed."""
        for wake, topics in self._waiting.items():
            if topic is None or topic in topics:
                wake.set()


def _message(event: Event) -> ServerSentEventMessage:
    said = {"topic": event.topic, "kind": event.kind, "data": event.content}
    return ServerSentEventMessage(
        event="change", id=event.seq, data=msgspec.json.encode(said).decode()
    )
