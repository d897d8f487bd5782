"""The sandbox's memory without a file: the same questions, answered from dictionaries."""

import marshal
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from payments.sandbox.store import Answered, Doc, Store


@dataclass(slots=True)
class _Kept:
    """An object as it was put: packed, so that nobody changes it without putting it again."""

    kind: str
    packed: bytes
    inside: Doc
    due: int | None


class Memory(Store):
    """A store for one history: small, quick, and gone with it."""

    def __init__(self) -> None:  # pyright: ignore[reportMissingSuperCall] - there is no file
        self.objects: dict[str, _Kept] = {}
        self.answers: dict[str, Answered] = {}
        self.told: list[str] = []
        """Ids of events, in the order they happened."""

    @contextmanager
    def transaction(self) -> Generator[None]:
        """The rules never stop half-way here: refusals are answers."""
        yield

    def put(self, doc: Doc, *, due: int | None = None, inside: Doc | None = None) -> Doc:
        """Write an object; `inside` stays as it was unless given."""
        known = self.objects.get(doc["id"])
        kept = inside if inside is not None else known.inside if known else {}
        packed = marshal.dumps(doc)
        if known is None:
            self.objects[doc["id"]] = _Kept(doc["object"], packed, kept, due)
        else:
            known.packed, known.inside, known.due = packed, kept, due
        return doc

    def get(self, kind: str, name: str | None) -> Doc | None:
        """An object by its id."""
        kept = self.objects.get(name or "")
        return marshal.loads(kept.packed) if kept and kept.kind == kind else None  # noqa: S302 - our own bytes

    def inside(self, name: str) -> Doc:
        """What Stripe would not show of an object."""
        return self.objects[name].inside

    def find(
        self,
        kind: str,
        where: Mapping[str, str | None] | None = None,
        made: tuple[int, int] | None = None,
    ) -> list[Doc]:
        """Objects of a kind with these values, newest first; `metadata.op` reads inside."""
        given = {name: value for name, value in (where or {}).items() if value is not None}
        docs = [
            marshal.loads(kept.packed)  # noqa: S302 - our own bytes
            for kept in reversed(self.objects.values())
            if kept.kind == kind
        ]
        if made is not None:
            docs = [doc for doc in docs if made[0] <= doc["created"] < made[1]]
        return [
            doc
            for doc in docs
            if all(_at(doc, name.split(".")) == value for name, value in given.items())
        ]

    def due(self, now: int) -> list[Doc]:
        """Objects whose time has come, the earliest first."""
        over = [
            (kept.due, kept.packed)
            for kept in self.objects.values()
            if kept.due is not None and kept.due <= now
        ]
        return [marshal.loads(packed) for _, packed in sorted(over, key=lambda one: one[0])]  # noqa: S302 - our own bytes

    def answered(self, key: str) -> Answered | None:
        """What a key was answered."""
        return self.answers.get(key)

    def remember(self, key: str, answer: Answered) -> None:
        """Keep an answer for its key."""
        self.answers[key] = answer

    def forget_answers(self, before: int) -> None:
        """Prune keys older than `before`."""
        for key in [key for key, answer in self.answers.items() if answer.at < before]:
            del self.answers[key]

    def deliver(self, event: str, at: float) -> None:
        """Put an event on its way: the history decides when it arrives."""
        del at
        self.told.append(event)

    def setting(self, name: str, default: str) -> str:
        """Nothing is set here."""
        del name
        return default


def _at(doc: Any, path: list[str]) -> Any:
    for name in path:
        doc = doc.get(name) if isinstance(doc, dict) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    return doc  # pyright: ignore[reportUnknownVariableType]
