"""What the house tells its people: sentences kept with their values, to be said in any language.

A sentence in English is its own key to translations, as a refusal's is. What it is about is kept
as what it is, an amount or a moment, for every language writes those its own way.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Protocol

import msgspec
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

import payments

from .refusals import Refusal
from .table import Table


class Sum(msgspec.Struct, frozen=True, tag=True):
    """An amount of money."""

    minor: int
    currency: str

    @property
    def money(self) -> payments.Money:
        """The same as money is reckoned with."""
        return payments.Money(self.minor, self.currency)

    def __str__(self) -> str:
        return str(self.money)


class Hour(msgspec.Struct, frozen=True, tag=True):
    """A time of a day, on the clock its offset is from."""

    at: datetime

    def __str__(self) -> str:
        return f"{self.at:%H:%M}"


class Moment(msgspec.Struct, frozen=True, tag=True):
    """A day and a time of it, on the clock its offset is from."""

    at: datetime

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"


class Term(msgspec.Struct, frozen=True, tag=True):
    """A word of the house's own, said in the reader's language too."""

    word: str

    def __str__(self) -> str:
        return self.word


class Sentence(msgspec.Struct, frozen=True, tag=True):
    """An English sentence and what fills its `%(name)s`; parts of a list are sentences too."""

    words: str
    values: "dict[str, Value]"

    def __str__(self) -> str:
        filled = {
            name: ", ".join(map(str, value)) if isinstance(value, list) else value
            for name, value in self.values.items()
        }
        return self.words % filled if filled else self.words


Value = str | int | Sum | Hour | Moment | Term | list[Sentence]


def says(words: str, **values: Value | payments.Money) -> Sentence:
    """A sentence to be kept: `says("Piece %(tag)s is missing.", tag=piece.tag)`."""
    return Sentence(words, {name: _kept(value) for name, value in values.items()})


def told_of(no: Refusal) -> Sentence:
    """A no, to be kept."""
    return Sentence(no.sentence, {name: _kept_of(value) for name, value in no.values.items()})


def term(name: str) -> Term:
    """A name of ours in words: `capture_failed` is `capture failed`."""
    return Term(name.replace("_", " "))


def plainly(told: Iterable[Sentence]) -> str:
    """The sentences in English, as the house's own records have them."""
    return " ".join(map(str, told))


class Told(Protocol):
    """Whatever tells people something: in sentences, or of old in English `words` alone."""

    @property
    def words(self) -> str:
        """In English."""
        ...

    @property
    def sentences(self) -> list[Sentence] | None:
        """None of what was written in English alone."""
        ...


class Telling(Table):
    """A row that tells people something. `words` is in English, and all there is of old rows."""

    words: str = ""
    told: list[dict[str, Any]] | None = Field(default=None, sa_type=JSONB)

    def tell(self, told: Sequence[Sentence]) -> None:
        """Tell this, and no more what was told before."""
        self.words, self.told = plainly(told), msgspec.to_builtins(told)

    @property
    def sentences(self) -> list[Sentence] | None:
        """What it tells; None of a row that was written in English alone."""
        return None if self.told is None else msgspec.convert(self.told, list[Sentence])


def _kept_of(value: object) -> Value:
    return _kept(value) if isinstance(value, payments.Money) else str(value)


def _kept(value: Value | payments.Money) -> Value:
    return Sum(value.minor, value.currency) if isinstance(value, payments.Money) else value
