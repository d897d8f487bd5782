"""Streets by name: what an address is found in."""

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise
from math import cos, hypot, radians

from sqlalchemy import BigInteger, CheckConstraint, Column, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

import routing

from .table import Table

METRES_PER_NUMBER = 12.0
"""A guess for European towns: house fronts of about 24 m, odd numbers on one side."""

_METRES_PER_DEGREE = 111_320.0
_NOT_DECOMPOSED = str.maketrans({"ø": "o", "æ": "ae", "œ": "oe", "ß": "ss", "ł": "l", "đ": "d"})


class Street(Table, table=True):
    """A street, drawn from the end where its numbers begin.

    `folded` is what is searched: the name and its other names as `fold` makes them, one after the
    other. Its index is a trigram GIN and wants the extension `pg_trgm`. `near` names the quarter
    or square it is near. `points` is `[[longitude, latitude], …]` along the street; `longitude`
    and `latitude` are its middle. `id` is OpenStreetMap's, the least among the street's pieces.
    """

    __table_args__ = (
        CheckConstraint("jsonb_array_length(points) > 0", name="street_is_somewhere"),
        Index(
            "street_folded_trigrams",
            "folded",
            postgresql_using="gin",
            postgresql_ops={"folded": "gin_trgm_ops"},
        ),
    )

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    name: str
    folded: str
    near: str | None = None
    points: list[list[float]] = Field(sa_column=Column(JSONB, nullable=False))
    longitude: float
    latitude: float

    @property
    def place(self) -> routing.Place:
        """Its middle."""
        return routing.Place(self.longitude, self.latitude)

    def place_of(self, number: int | None) -> routing.Place:
        """About where a house stands: no street network knows house numbers.

        Number 1 is put at the street's beginning and each number 12 m further along, up to its
        end; without a number it is the middle. Nobody should be sent there without a map.
        """
        if number is None:
            return self.place
        return routing.Place(*_along(self.points, (number - 1) * METRES_PER_NUMBER))


def fold(words: str) -> str:
    """Words as they are compared: no case, no accents, one space between, nothing but letters."""
    lower = words.casefold().translate(_NOT_DECOMPOSED)
    bare = "".join(
        letter
        for letter in unicodedata.normalize("NFKD", lower)
        if not unicodedata.combining(letter)
    )
    return re.sub(r"[\W_]+", " ", bare).strip()


def _along(points: Sequence[Sequence[float]], metres: float) -> tuple[float, float]:
    """The point that many metres along a line, or its end."""
    for (longitude, latitude), (to_longitude, to_latitude) in pairwise(points):
        east = (to_longitude - longitude) * _METRES_PER_DEGREE * cos(radians(latitude))
        north = (to_latitude - latitude) * _METRES_PER_DEGREE
        leg = hypot(east, north)
        if metres <= leg and leg > 0:
            part = metres / leg
            return (
                round(longitude + part * (to_longitude - longitude), 6),
                round(latitude + part * (to_latitude - latitude), 6),
            )
        metres -= leg
    longitude, latitude = points[-1]
    return longitude, latitude
