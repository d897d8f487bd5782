"""The sandbox's small world: its memory, its clock, its names, and what it tells about changes."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from .refusals import missing
from .store import Doc, Store

API_VERSION = "2026-10-28.endive"
"""The version whose shapes are served: the one our SDK sends."""


class Clock:
    """The wall clock, moved as far as somebody wants. The move outlives the process."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def now(self) -> int:
        """Seconds since 1970, as the sandbox sees it."""
        return int(self.wall() + float(self._store.setting("clock_offset_s", "0")))

    def set(self, moment: datetime) -> None:
        """Make it `moment` now."""
        self._store.set("clock_offset_s", repr(moment.timestamp() - self.wall()))

    def advance(self, seconds: float) -> None:
        """Let time pass, or take it back."""
        offset = float(self._store.setting("clock_offset_s", "0"))
        self._store.set("clock_offset_s", repr(offset + seconds))

    def month(self) -> tuple[int, int]:
        """This year and month."""
        today = datetime.fromtimestamp(self.now(), UTC)
        return today.year, today.month

    @staticmethod
    def wall() -> float:
        """The wall clock: what signatures and the network go by."""
        return time.time()


def unguessable(prefix: str) -> str:
    """A new id that nobody can guess."""
    return f"{prefix}_{secrets.token_hex(12)}"


@dataclass
class World:
    """Everything a rule needs. Rules run inside one transaction of `store`."""

    store: Store
    webhook_url: str | None = None
    name: Callable[[str], str] = unguessable
    """A new id under a prefix."""
    clock: Clock = field(init=False)

    def __post_init__(self) -> None:
        self.clock = Clock(self.store)

    def fetch(self, kind: str, name: str) -> Doc:
        """An object that has to exist.

        Raises:
            Refusal: there is no such object.
        """
        doc = self.store.get(kind, name)
        if doc is None:
            raise missing(kind, name)
        return doc

    def tell(self, word: str, doc: Doc) -> None:
        """Write an event down and put it on its way."""
        event: dict[str, Any] = {
            "id": self.name("evt"),
            "object": "event",
            "api_version": API_VERSION,
            "created": self.clock.now(),
            "data": {"object": doc},
            "livemode": False,
            "pending_webhooks": 1 if self.webhook_url else 0,
            "request": {"id": None, "idempotency_key": None},
            "type": word,
        }
        self.store.put(event)
        if self.webhook_url:
            self.store.deliver(event["id"], self.clock.wall())
