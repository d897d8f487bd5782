"""Sentences in the reader's language."""

import gettext
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

import payments
from concierge.model import LANGUAGES
from concierge.model.refusals import Refusal
from concierge.model.told import Hour, Moment, Sentence, Sum, Term, Told, Value
from concierge.settings import PACKAGE

from .formats import digits, format_day, format_money, format_rate, format_span, format_time

DEFAULT = "en"
ONE_SIZE = "One size"
RIGHT_TO_LEFT = frozenset({"ar"})
LISTED = {"ar": "\u060c "}
"""What stands between the parts of a list, where it is no comma."""


@dataclass(frozen=True, slots=True)
class Words:
    """One language's voice on one clock: `words.say("Good morning, %(name)s.", name="Lova")`."""

    language: str
    zone: ZoneInfo

    @property
    def direction(self) -> str:
        """Which way it is read, as HTML's `dir` says it."""
        return "rtl" if self.language in RIGHT_TO_LEFT else "ltr"

    @property
    def comma(self) -> str:
        """What stands between the parts of a list."""
        return LISTED.get(self.language, ", ")

    def say(self, sentence: str, **values: object) -> str:
        """The sentence in this language, its `%(name)s` filled in.

        Without values a percent sign is just that.
        """
        said = _catalogue(self.language).gettext(sentence)
        return said % values if values else said

    def told(self, row: Told) -> str:
        """What it tells, in this language; in English what was written before it could."""
        if (sentences := row.sentences) is None:
            return row.words
        return " ".join(map(self.sentence, sentences))

    def sentence(self, kept: Sentence) -> str:
        """A kept sentence, its amounts and times as this language writes them."""
        return self.say(
            kept.words, **{name: self._of(value) for name, value in kept.values.items()}
        )

    def _of(self, value: Value) -> str:
        match value:
            case Sum():
                return self.money(value.money)
            case Hour():
                return self._apart(digits(str(value), self.language))
            case Moment(at=at):
                return f"{self.day(at.date(), short=True)} {digits(f'{at:%H:%M}', self.language)}"
            case Term(word=word):
                return self.say(word)
            case int():
                return self.number(value)
            case list():
                return self.comma.join(map(self.sentence, value))
            case str():
                return self._apart(value)

    def _apart(self, text: str) -> str:
        """Names and tags keep their own order inside words that run the other way."""
        return f"\u2068{text}\u2069" if self.direction == "rtl" else text

    def refusal(self, no: Refusal) -> str:
        """The no in this language, its amounts as this language writes them."""
        return self.say(
            no.sentence, **{name: self._in(value) for name, value in no.values.items()}
        )

    def _in(self, value: object) -> object:
        return self.money(value) if isinstance(value, payments.Money) else value

    def count(self, one: str, other: str, n: int, **values: object) -> str:
        """The form that goes with `n`, which fills `%(n)s`."""
        form = _catalogue(self.language).ngettext(one, other, n)
        return form % {"n": self.number(n), **values}

    def number(self, n: int) -> str:
        """A whole number in this language's digits."""
        return digits(str(n), self.language)

    def money(self, amount: payments.Money) -> str:
        """`4 860 kr`."""
        return format_money(amount, self.language)

    def rate(self, hundredths: int) -> str:
        """`25 %`, of hundredths of a percent."""
        return format_rate(hundredths, self.language)

    def day(self, when: date | datetime, *, year: bool = False, short: bool = False) -> str:
        """`Thursday 26 November`; of a moment, the day it falls on by this clock."""
        day = when.astimezone(self.zone).date() if isinstance(when, datetime) else when
        return format_day(day, self.language, year=year, short=short)

    def size(self, label: str) -> str:
        """A size as its label says it; the one that has no number in this language."""
        return self.say(ONE_SIZE) if label.lower() == ONE_SIZE.lower() else label

    def colour(self, name: str) -> str:
        """`Midnight`: a catalogue's colour, in its own words where we have none."""
        return self.say(name.capitalize())

    def time(self, moment: datetime) -> str:
        """`14:30`."""
        return format_time(moment, self.language, self.zone)

    def span(self, opens: datetime, closes: datetime) -> str:
        """Two times with a dash between."""
        return format_span(opens, closes, self.language, self.zone)


def words_in(language: str | None, zone: ZoneInfo) -> Words:
    """The voice for a language; English when we do not speak it."""
    return Words(language if language in LANGUAGES else DEFAULT, zone)


def best_language(accepted: str) -> str:
    """The language of ours a browser's `Accept-Language` likes best."""
    wishes: list[tuple[float, int, str]] = []
    for place, part in enumerate(accepted.split(",")):
        name, _, weight = part.partition(";q=")
        language = name.strip().lower()[:2]
        if language in LANGUAGES:
            wishes.append((-_weight(weight), place, language))
    return min(wishes)[2] if wishes else DEFAULT


def _weight(text: str) -> float:
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 0.0


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    files = sorted((PACKAGE / "locales" / language / "LC_MESSAGES").glob("*.po"))
    return gettext.GNUTranslations(io.BytesIO(_compiled(language, files)))


def _compiled(language: str, files: Iterable[Path]) -> bytes:
    """All rooms' sentences of a language as one binary catalogue."""
    whole = Catalog(locale=language)
    for file in files:
        with file.open(encoding="utf-8") as lines:
            for message in read_po(lines, locale=language):
                if message.id and message.string:
                    whole[message.id] = message
    out = io.BytesIO()
    write_mo(out, whole)
    return out.getvalue()
