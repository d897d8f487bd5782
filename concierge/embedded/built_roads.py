"""Which roads the house drives on, told without building or loading anything."""

import hashlib
from pathlib import Path

from concierge.maps.city import current_city, read_city

from .engines import LOCK
from .state import CLONE, State

NOTE = ".asked-for"
GIVEN = "a city of yours"
"""What the note says when somebody chose the city: it stays until she chooses another."""


def in_step(where: State) -> bool:
    """Whether there are roads to drive on, chosen by somebody or built as we would build them."""
    city = current_city(where.roads)
    if city is None or not read_city(city).drivable:
        return False
    return _note(where).exists() and _note(where).read_text() in {GIVEN, _as_we_build()}


def note(where: State, *, given: bool) -> None:
    """Remember how the roads that are there came to be."""
    _note(where).write_text(GIVEN if given else _as_we_build())


def _note(where: State) -> Path:
    return where.roads / NOTE


def _as_we_build() -> str:
    sources = [LOCK, *sorted((CLONE / "concierge" / "maps").glob("*.py"))]
    return hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()
