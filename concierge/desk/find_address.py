"""Finding where somebody lives from what she types."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest

from sqlalchemy import delete, func, insert, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

import routing
from concierge.maps.gazetteer import Entry
from concierge.model.street import Street, fold

LEAST_LETTERS = 2
"""Fewer say nothing yet."""
ALIKE = 0.45
"""How many of the trigrams she typed a name must have: forgives two slips in a word of ten."""

_THRESHOLD, _THIS_TRANSACTION = "pg_trgm.word_similarity_threshold", True
_CANDIDATES = 4
"""Looked at for each one shown."""
_LONGEST = 120
_AT_ONCE = 1_000
_HOUSE = re.compile(r"(\d{1,4})([a-z]?)", re.IGNORECASE)
_GLUED = re.compile(r"([^\W\d]{3,})(\d{1,4}[a-z]?)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An address she may mean. `approximate`: the house was placed along its street by number."""

    line: str
    near: str | None
    place: routing.Place
    approximate: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """What she typed, taken apart: `street` folded, `number` of the house, its `letter`."""

    street: str
    number: int | None = None
    letter: str = ""


async def find_address(session: AsyncSession, words: str, *, limit: int = 6) -> list[Suggestion]:
    """Addresses she may mean, likeliest first: "linnegatn 12" finds Linnégatan 12.

    Case and accents do not matter and slips are forgiven. Names that begin with her words come
    first, then names with a word that does, then the most alike. Where the house stands is
    approximate; see `Street.place_of`.
    """
    asked = take_apart(words)
    if len(asked.street) < LEAST_LETTERS:
        return []
    await session.exec(select(func.set_config(_THRESHOLD, str(ALIKE), _THIS_TRANSACTION)))
    folded = col(Street.folded)
    begins = folded.startswith(asked.street)
    has_word = folded.contains(f" {asked.street}")
    found = await session.exec(
        select(Street)
        .where(or_(folded.contains(asked.street), folded.op("%>")(asked.street)))
        .order_by(
            begins.desc(),
            has_word.desc(),
            func.word_similarity(asked.street, folded).desc(),
            func.similarity(asked.street, folded).desc(),
            col(Street.id),
        )
        .limit(limit * _CANDIDATES)
    )
    likeliest = sorted(found, key=lambda street: _strangeness(street, asked))
    return [_suggest(street, asked) for street in likeliest[:limit]]


async def load_streets(session: AsyncSession, entries: Iterable[Entry]) -> int:
    """Replace all streets by a city's gazetteer; how many there are now."""
    rows = [_row(entry) for entry in entries]
    await session.exec(delete(Street))
    for start in range(0, len(rows), _AT_ONCE):
        await session.exec(insert(Street), params=rows[start : start + _AT_ONCE])
    return len(rows)


def take_apart(words: str) -> Asked:
    """Street, number and letter, as people write them; a town or postcode behind is let go.

    The number follows the street ("Linnégatan 12 B, 413 04 Göteborg") or leads ("12 rue Cler").
    """
    typed = _GLUED.sub(r"\1 \2", words[:_LONGEST]).replace(",", " , ").split()
    leading = _HOUSE.fullmatch(typed[0]) if len(typed) > 1 else None
    number, letter = _read(leading) if leading else (None, "")
    street: list[str] = []
    rest = typed[1:] if leading else typed
    for word, behind in zip_longest(rest, rest[1:], fillvalue=""):
        if street and (word == "," or _is_postcode(word, behind)):
            break
        house = _HOUSE.fullmatch(word)
        if street and house and not leading:
            number, letter = _read(house)
            letter = letter or (behind.upper() if len(behind) == 1 and behind.isalpha() else "")
            break
        street.append(word)
    return Asked(fold(" ".join(street)), number, letter)


def _strangeness(street: Street, asked: Asked) -> float:
    """How unlike what she typed a name is, read as far as she got from the start of any word.

    Trigrams find candidates fast, but two letters swapped cost them four in ten; and whether a
    letter is doubled is what people know least about a name.
    """
    if street.folded.startswith(asked.street):
        return -1.0
    typed, name = _undoubled(asked.street), _undoubled(street.folded)
    matcher = SequenceMatcher(None, "", typed, autojunk=False)
    closest = 0.0
    for start in (0, *(space.end() for space in re.finditer(" ", name))):
        matcher.set_seq1(name[start : start + len(typed)])
        closest = max(closest, matcher.ratio())
    return -round(closest, 3)


def _undoubled(words: str) -> str:
    return re.sub(r"(.)\1", r"\1", words)


def _read(house: re.Match[str]) -> tuple[int, str]:
    return int(house[1]), house[2].upper()


def _is_postcode(word: str, behind: str) -> bool:
    """Five digits, or three and two as Sweden writes them."""
    digits = word + behind if len(word) == 3 and len(behind) == 2 else word
    return len(digits) >= 5 and digits.isdigit()


def _suggest(street: Street, asked: Asked) -> Suggestion:
    line = street.name if asked.number is None else f"{street.name} {asked.number}{asked.letter}"
    return Suggestion(line, street.near, street.place_of(asked.number), approximate=True)


def _row(entry: Entry) -> dict[str, object]:
    longitude, latitude = entry.points[len(entry.points) // 2]
    return {
        "id": entry.id,
        "name": entry.name,
        "folded": fold(" ".join((entry.name, *entry.other_names))),
        "near": entry.near,
        "points": entry.points,
        "longitude": longitude,
        "latitude": latitude,
    }
