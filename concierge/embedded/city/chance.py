"""Chance that always falls the same way: one seed, one city."""

import random
from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar
from uuid import UUID

Thing = TypeVar("Thing")

LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""No letter in a tag or a reference can be mistaken for a digit."""


class Chance:
    """Seeded choices, ids and tags. What is drawn depends only on the seed and the order asked."""

    def __init__(self, seed: int, about: str) -> None:
        """`about` keeps one part of the city from shifting when another part draws more."""
        self._random = random.Random(f"{seed}:{about}")  # noqa: S311 - a story, not a secret
        self._given: set[str] = set()

    def id(self, at: datetime) -> UUID:
        """An id ordered by time (UUIDv7)."""
        milliseconds = int(at.timestamp() * 1000)
        drawn = self._random.getrandbits(74)
        value = milliseconds << 80 | 0x7 << 76 | (drawn >> 62) << 64 | 0b10 << 62
        return UUID(int=value | drawn & (1 << 62) - 1)

    def tag(self, length: int) -> str:
        """A tag like `MO-4F7K2` that was not given before."""
        while True:
            tag = "MO-" + "".join(self._random.choices(LETTERS, k=length))
            if tag not in self._given:
                self._given.add(tag)
                return tag

    def code(self, length: int) -> str:
        """Lower-case hexadecimal, as the payments provider names things."""
        return f"{self._random.getrandbits(4 * length):0{length}x}"

    def number(self, least: int, most: int) -> int:
        """A whole number between two, both included."""
        return self._random.randint(least, most)

    def share(self, least: float = 0.0, most: float = 1.0) -> float:
        """A number between two."""
        return self._random.uniform(least, most)

    def one(self, things: Sequence[Thing]) -> Thing:
        """One of them."""
        return self._random.choice(things)

    def weighed(self, things: Sequence[Thing], weights: Sequence[float]) -> Thing:
        """One of them, the heavier the likelier."""
        return self._random.choices(things, weights)[0]

    def mixed(self, things: Sequence[Thing]) -> list[Thing]:
        """All of them, in some order."""
        return self._random.sample(things, len(things))
