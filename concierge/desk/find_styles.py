"""Which styles a client's words mean, and which of them come first.

A word is read as narrowly as finds anything: as a size, a style's own word or its beginning, or
what people call it; then as two letters changed about; as one letter wrong; as nearly right.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, exists
from sqlmodel import case, col, false, func, literal, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from concierge.model import CATEGORIES, LENDABLE, Piece, Style, Variant
from concierge.words import Meant, understood

MOST_WORDS = 6
LEAST_FOR_A_SLIP = 4
"""Letters; in a shorter word one other letter is another word."""
ALIKE = 0.4
"""How many of a typed word's trigrams a style must have: forgives a slip in a longer one."""
NAMED_SO, MEANT, SAID, OTHERWISE = range(4)
"""How far a style is from a word: it is its very name, another name for it, a word of what is told
about it, or whatever else made it fit."""
_THRESHOLD, _THIS_TRANSACTION = "pg_trgm.word_similarity_threshold", True


@dataclass(frozen=True, slots=True)
class Reading:
    """What her words mean here: what a style must fit, and how far from them it is."""

    fits: list[ColumnElement[bool]]
    distance: ColumnElement[Any]


async def read_words(session: AsyncSession, words: str, *, colour: str = "") -> Reading:
    """How to find what she typed; a size is one that travels to clients, in `colour` if given."""
    await session.exec(select(func.set_config(_THRESHOLD, str(ALIKE), _THIS_TRANSACTION)))
    asked = understood(words)[:MOST_WORDS]
    readings = [_readings(each, colour) for each in asked]
    fits = [await _narrowest(session, ways) for ways in readings]
    if words.strip() and not any(letter.isalnum() for letter in words):  # signs name nothing
        fits.append(false())
    return Reading(fits, sum((_distance(each) for each in asked if each.said), literal(0)))


def hangs_in(size: str, colour: str) -> ColumnElement[bool]:
    """Whether a piece of that size and colour travels to clients; empty means any."""
    wanted: list[ColumnElement[bool]] = [
        col(Variant.style_id) == col(Style.id),
        col(Piece.variant_id) == col(Variant.id),
        col(Piece.state).in_(LENDABLE),
    ]
    if size:
        wanted.append(col(Variant.size) == size)
    if colour:
        wanted.append(col(Variant.colour) == colour)
    return exists().where(*wanted)


def _readings(word: Meant, colour: str) -> list[ColumnElement[bool]]:
    """Ways to read a word, the narrowest first."""
    if word.size:
        return [hangs_in(word.size, colour)]
    said = word.said
    if word.ours and CATEGORIES.issuperset(word.ours):
        # A bag that a coat's sentence mentions is no bag.
        named = or_(_meant(word), _is_called(said))
    else:
        named = or_(_meant(word), _says(said))
    if len(said) < LEAST_FOR_A_SLIP:
        return [named]
    swapped = _any(
        f"{said[:at]}{said[at + 1]}{said[at]}{said[at + 2 :]}" for at in range(len(said) - 1)
    )
    return [named, swapped, _any(_one_wrong(said)), _alike(said)]


async def _narrowest(
    session: AsyncSession, ways: Sequence[ColumnElement[bool]]
) -> ColumnElement[bool]:
    """The first way that finds anything, or the last."""
    for fits in ways[:-1]:
        if (await session.exec(select(exists().where(col(Style.listed).is_(True), fits)))).one():
            return fits
    return ways[-1]


def _one_wrong(word: str) -> Iterator[str]:
    """The word with a letter too many, another, or one too few, its first apart."""
    for at in range(1, len(word)):
        yield f"{word[:at]}\\w?{word[at + 1 :]}"
        yield f"{word[:at]}\\w{word[at:]}"


def _any(words: Iterable[str]) -> ColumnElement[bool]:
    """A word told about it is one of these."""
    return col(Style.search).regexp_match(rf"\m({'|'.join(words)})\M")


def _alike(word: str) -> ColumnElement[bool]:
    return col(Style.search).op("%>", is_comparison=True)(word)


def _meant(word: Meant) -> ColumnElement[bool]:
    """It is what she calls so."""
    told = [_says(ours) for ours in word.ours if ours not in CATEGORIES]
    return or_(col(Style.category).in_(word.ours), _is_called(*word.ours), *told)


def _is_called(*words: str) -> ColumnElement[bool]:
    name = func.lower(func.unaccent(col(Style.name)))
    return name.regexp_match(rf"\m({'|'.join(words)})\M")


def _says(word: str) -> ColumnElement[bool]:
    """It, or a word it begins, is told about the style."""
    return col(Style.search).regexp_match(rf"\m{word}")


def _distance(word: Meant) -> ColumnElement[Any]:
    return case(
        (or_(col(Style.category) == word.said, _is_called(word.said)), NAMED_SO),
        (_meant(word), MEANT),
        (_any([word.said]), SAID),
        else_=OTHERWISE + 1 - func.word_similarity(word.said, col(Style.search)),
    )
