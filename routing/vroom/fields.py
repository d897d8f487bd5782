"""Walks a JSON document so that a complaint names the field it is about."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from routing.errors import RoutingError

LAST_S = 1 << 37
"""The last moment a document may name: some time in the year 6325."""

MOST = 1 << 40
"""The largest number of anything else."""

VROOM_KEYS = frozenset(
    {
        *("shipments", "matrix", "setup", "pickup", "type", "setup_per_type"),
        *("service_per_type", "speed_factor", "max_tasks", "max_travel_time"),
        *("max_distance", "max_load", "costs", "per_hour", "per_task_hour", "per_km"),
        *("time_window", "service_at", "service_after", "service_before", "matrices"),
        *("distances", "durations", "amount", "profile", "default_service", "exclude"),
        *("start", "end"),
    }
)
"""What VROOM's documents may hold beyond what is read here."""


@dataclass(frozen=True, slots=True)
class Field:
    """A value in a document and the path that leads to it; `error` is what a complaint raises."""

    path: str
    value: object
    error: type[RoutingError]

    def wrong(self, complaint: str) -> RoutingError:
        """An error about this field, as a sentence."""
        return self.error(f"{self.path or 'The document'} {complaint}.")

    def whole(self, *, least: int = 0, most: int = MOST) -> int:
        """A whole number.

        Raises:
            RoutingError: it is not one, or is out of range.
        """
        if isinstance(self.value, bool) or not isinstance(self.value, int):
            raise self.wrong("is not a whole number")
        if not least <= self.value <= most:
            if self.value < least <= 1:
                raise self.wrong(
                    f"is {self.value}, {'negative' if least == 0 else 'not positive'}"
                )
            if most >= LAST_S:
                raise self.wrong(f"is {self.value}, far beyond what can be meant")
            raise self.wrong(f"is {self.value}, not from {least} to {most}")
        return self.value

    def number(self) -> float:
        """A number.

        Raises:
            RoutingError: it is not one.
        """
        if isinstance(self.value, bool) or not isinstance(self.value, int | float):
            raise self.wrong("is not a number")
        return float(self.value)

    def text(self) -> str:
        """A string.

        Raises:
            RoutingError: it is not one.
        """
        if not isinstance(self.value, str):
            raise self.wrong("is not a string")
        return self.value

    def __iter__(self) -> Iterator["Field"]:
        """The elements of a list.

        Raises:
            RoutingError: it is not a list.
        """
        held = self.value
        if not isinstance(held, list):
            raise self.wrong("is not a list")
        for index, each in enumerate(cast("list[object]", held)):
            yield Field(f"{self.path}[{index}]", each, self.error)

    def pair(self) -> tuple["Field", "Field"]:
        """The two elements of a list of two.

        Raises:
            RoutingError: it is not one.
        """
        both = list(self)
        if len(both) != 2:
            raise self.wrong(f"has {len(both)} elements, not two")
        return both[0], both[1]

    def get(self, key: str) -> "Field | None":
        """The value under a key of an object, or None.

        Raises:
            RoutingError: it is not an object.
        """
        held = self.value
        if not isinstance(held, dict):
            raise self.wrong("is not an object")
        values = cast("dict[str, object]", held)
        return Field(self._under(key), values[key], self.error) if key in values else None

    def need(self, key: str) -> "Field":
        """The value under a key that must be there.

        Raises:
            RoutingError: it is not.
        """
        found = self.get(key)
        if found is None:
            raise self.wrong(f"has no {key}")
        return found

    def elements(self, key: str) -> list["Field"]:
        """The elements of a list under a key; none if it is not there.

        Raises:
            RoutingError: it is not a list.
        """
        found = self.get(key)
        return [] if found is None else list(found)

    def only(self, *known: str) -> None:
        """Refuse every key but these.

        Raises:
            RoutingError: there is another; it is named.
        """
        self.get("")
        for key in cast("dict[str, object]", self.value):
            if key not in known:
                raise self.error(f"{self._under(key)} {_unknown(key)}.")

    def _under(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key


def _unknown(key: str) -> str:
    return "cannot be expressed here" if key in VROOM_KEYS else "is not known"
