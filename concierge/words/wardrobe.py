"""What people call clothes: their words for those of the catalogue, in the languages we speak."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import msgspec

from concierge.model.street import fold

LONGEST_PHRASE = 3
"""Words; `sac à main` is one thing."""
LETTERED_SIZES = ("XXS", "XS", "S", "M", "L", "XL", "XXL")
"""From the smallest."""
NUMBERED_SIZE = re.compile(r"(\d{1,3})(½|[.,]5)?")
ARTICLE = "ال"


class Meant(msgspec.Struct, frozen=True):
    """One thing she asks for: a size, or a word of hers and what the catalogue calls it."""

    said: str = ""
    ours: tuple[str, ...] = ()
    size: str = ""


def understood(words: str) -> list[Meant]:
    """What she asks for, word by word; what says nothing (`size`, `med`) is left out.

    `38` and `38,5` are sizes. Everything else is folded as the catalogue's text is.
    """
    found: list[Meant] = []
    heard: list[str] = []
    for word in words.split():
        if size := _size(word):
            found += _meanings(heard)
            found.append(Meant(size=size))
            heard = []
        else:
            heard += fold(word).split()
    return found + list(_meanings(heard))


def _size(word: str) -> str:
    """The size a word names, as pieces are labelled, or nothing."""
    if (letters := word.upper()) in LETTERED_SIZES:
        return letters
    number = NUMBERED_SIZE.fullmatch(word)
    return number[1] + ("½" if number[2] else "") if number else ""


def _meanings(words: Sequence[str]) -> Iterator[Meant]:
    """The longest phrases we know come first; an unknown word means itself, or one of many."""
    known, at = _vocabulary(), 0
    while at < len(words):
        phrase, ours = words[at], (_singular(words[at]),)
        for length in range(LONGEST_PHRASE, 0, -1):
            said = " ".join(words[at : at + length])
            form = next((form for form in _forms(said) if form in known), None)
            if form is not None:
                phrase, ours = said, known[form]
                break
        if ours:
            yield Meant(said=phrase, ours=ours)
        at += phrase.count(" ") + 1


def _forms(phrase: str) -> tuple[str, ...]:
    """As it was said, then without what a language hangs on a word."""
    return phrase, _singular(phrase), phrase.removeprefix(ARTICLE)


def _singular(word: str) -> str:
    """`dresses` is dress, `boots` is boot."""
    if word.endswith(("sses", "ches", "shes", "xes")):
        return word[:-2]
    many = len(word) > 3 and word.endswith("s") and not word.endswith("ss")
    return word[:-1] if many else word


@cache
def _vocabulary() -> dict[str, tuple[str, ...]]:
    """Every word of `wardrobe.txt`, folded, and what the catalogue calls it."""
    return {fold(word): ours for ours, theirs in lines() for word in theirs}


def lines() -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """The lines of `wardrobe.txt`: the catalogue's words, and theirs."""
    text = Path(__file__).with_name("wardrobe.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        if not line.startswith("#"):
            ours, _, theirs = line.partition("|")
            yield _words(ours), _words(theirs)


def _words(listed: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in listed.split(",") if word.strip())
