"""What the sandbox remembers, in one SQLite file, so that being killed loses nothing it answered.

A request is one transaction: the objects it changed, the events it caused and the answer its key
will get again are committed together, before the answer is sent. (WAL with `synchronous=NORMAL`
keeps what was committed when the process dies; only a power cut could lose the last moments.)
"""

import json
import sqlite3
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

Doc = dict[str, Any]

SCHEMA = """
CREATE TABLE IF NOT EXISTS object (
    place INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    due INTEGER,  -- sandbox seconds when time itself changes it: a hold lapses, a page closes
    doc TEXT NOT NULL,  -- as Stripe would show it
    inside TEXT NOT NULL DEFAULT '{}'  -- what Stripe would not show
);
CREATE INDEX IF NOT EXISTS object_due ON object (due) WHERE due IS NOT NULL;
CREATE INDEX IF NOT EXISTS object_customer ON object (kind, doc ->> '$.customer');
CREATE INDEX IF NOT EXISTS object_intent ON object (kind, doc ->> '$.payment_intent');
CREATE INDEX IF NOT EXISTS object_op ON object (kind, doc ->> '$.metadata.op');
CREATE TABLE IF NOT EXISTS answer (
    key TEXT PRIMARY KEY,
    asked TEXT NOT NULL,
    status INTEGER NOT NULL,
    body TEXT NOT NULL,
    at INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS answer_at ON answer (at);
CREATE TABLE IF NOT EXISTS delivery (
    id INTEGER PRIMARY KEY,
    event TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    next_at REAL NOT NULL  -- wall seconds: the network does not follow the sandbox's clock
);
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer a key has had."""

    asked: str
    status: int
    body: str
    at: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """An event on its way to the webhook."""

    id: int
    event: str
    attempts: int


class Store:
    """One open file, or memory alone when there is no path."""

    def __init__(self, path: str | None = None) -> None:
        self._db = sqlite3.connect(path or ":memory:", isolation_level=None)
        self._db.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;" + SCHEMA)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    @contextmanager
    def transaction(self) -> Generator[None]:
        """All of it or none of it."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def put(self, doc: Doc, *, due: int | None = None, inside: Doc | None = None) -> Doc:
        """Write an object; `inside` stays as it was unless given."""
        self._db.execute(
            "INSERT INTO object (id, kind, due, doc, inside)"
            " VALUES (:id, :kind, :due, :doc, coalesce(:inside, '{}')) ON CONFLICT (id) DO UPDATE"
            " SET due = :due, doc = :doc, inside = coalesce(:inside, inside)",
            {
                "id": doc["id"],
                "kind": doc["object"],
                "due": due,
                "doc": json.dumps(doc),
                "inside": None if inside is None else json.dumps(inside),
            },
        )
        return doc

    def get(self, kind: str, name: str | None) -> Doc | None:
        """An object by its id."""
        row = self._db.execute(
            "SELECT doc FROM object WHERE id = ? AND kind = ?", (name, kind)
        ).fetchone()
        return None if row is None else json.loads(row[0])

    def inside(self, name: str) -> Doc:
        """What Stripe would not show of an object."""
        row = self._db.execute("SELECT inside FROM object WHERE id = ?", (name,)).fetchone()
        return json.loads(row[0])

    def find(
        self,
        kind: str,
        where: Mapping[str, str | None] | None = None,
        made: tuple[int, int] | None = None,
    ) -> list[Doc]:
        """Objects of a kind with these values, newest first; `metadata.op` reads inside.

        `made` is from when, and until before when, in the sandbox's seconds.
        """
        given = {name: value for name, value in (where or {}).items() if value is not None}
        tests = "".join(f" AND doc ->> '$.{name}' = ?" for name in given)
        if made is not None:
            tests += " AND doc ->> '$.created' >= ? AND doc ->> '$.created' < ?"
        rows = self._db.execute(
            f"SELECT doc FROM object WHERE kind = ?{tests} ORDER BY place DESC",  # noqa: S608 - names come from our own code, values are bound
            (kind, *given.values(), *(made or ())),
        )
        return [json.loads(row[0]) for row in rows]

    def due(self, now: int) -> list[Doc]:
        """Objects whose time has come, the earliest first."""
        rows = self._db.execute("SELECT doc FROM object WHERE due <= ? ORDER BY due", (now,))
        return [json.loads(row[0]) for row in rows]

    def answered(self, key: str) -> Answered | None:
        """What a key was answered."""
        row = self._db.execute(
            "SELECT asked, status, body, at FROM answer WHERE key = ?", (key,)
        ).fetchone()
        return None if row is None else Answered(*row)

    def remember(self, key: str, answer: Answered) -> None:
        """Keep an answer for its key."""
        self._db.execute(
            "REPLACE INTO answer (key, asked, status, body, at) VALUES (?, ?, ?, ?, ?)",
            (key, answer.asked, answer.status, answer.body, answer.at),
        )

    def forget_answers(self, before: int) -> None:
        """Prune keys older than `before`."""
        self._db.execute("DELETE FROM answer WHERE at < ?", (before,))

    def deliver(self, event: str, at: float) -> None:
        """Put an event on its way."""
        self._db.execute("INSERT INTO delivery (event, next_at) VALUES (?, ?)", (event, at))

    def deliveries(self, wall: float, limit: int = 50) -> list[Delivery]:
        """What should be on its way now."""
        rows = self._db.execute(
            "SELECT id, event, attempts FROM delivery WHERE next_at <= ? ORDER BY id LIMIT ?",
            (wall, limit),
        )
        return [Delivery(*row) for row in rows]

    def waiting(self) -> int:
        """How many deliveries have not arrived."""
        return self._db.execute("SELECT count(*) FROM delivery").fetchone()[0]

    def delivered(self, delivery: int) -> None:
        """It arrived, or nobody will try again."""
        self._db.execute("DELETE FROM delivery WHERE id = ?", (delivery,))

    def retry(self, delivery: int, at: float) -> None:
        """It did not arrive: try again then."""
        self._db.execute(
            "UPDATE delivery SET attempts = attempts + 1, next_at = ? WHERE id = ?", (at, delivery)
        )

    def setting(self, name: str, default: str) -> str:
        """A setting that outlives the process."""
        row = self._db.execute("SELECT value FROM setting WHERE name = ?", (name,)).fetchone()
        return default if row is None else row[0]

    def set(self, name: str, value: str) -> None:
        """Keep a setting."""
        self._db.execute("REPLACE INTO setting (name, value) VALUES (?, ?)", (name, value))
