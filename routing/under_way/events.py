"""What can happen to a day under way, as values; `routing.repair` finds ways out of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from routing.errors import BadProblem
from routing.place import Place
from routing.problem import Visit
from routing.travel import TravelTimes
from routing.typed import refuse_other_types


@dataclass(frozen=True, slots=True)
class Sick:
    """The concierge of this shift begins no visit from `since` on. She ends what she has begun.

    Raises:
        BadProblem: `since` has no time zone.
    """

    shift: str
    since: datetime

    def __post_init__(self) -> None:
        refuse_other_types(self)


@dataclass(frozen=True, slots=True)
class BrokenDown:
    """The car of this shift stands still from `since` on: at `where`, or at its last stop.

    It drives on at `until`; without, not again today.

    Raises:
        BadProblem: a moment has no time zone, or it drives on before it stood still.
    """

    shift: str
    since: datetime
    where: Place | None = None
    until: datetime | None = None

    def __post_init__(self) -> None:
        refuse_other_types(self)
        if self.until is not None and self.until < self.since:
            raise BadProblem(f"Shift {self.shift} drives on before it stood still.")


@dataclass(frozen=True, slots=True)
class Delayed:
    """The concierge of this shift leaves for her next stop later than planned, by so much.

    Raises:
        BadProblem: it is no time at all.
    """

    shift: str
    by: timedelta

    def __post_init__(self) -> None:
        refuse_other_types(self)
        if self.by <= timedelta(0):
            raise BadProblem(f"Shift {self.shift} is late by {self.by}; it must be more.")


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The client called this visit off."""

    visit: str

    def __post_init__(self) -> None:
        refuse_other_types(self)


@dataclass(frozen=True, slots=True)
class Added:
    """A visit nobody had asked for when the day was planned."""

    visit: Visit

    def __post_init__(self) -> None:
        refuse_other_types(self)


@dataclass(frozen=True, slots=True)
class Absent:
    """Nobody opens the door of this visit: it is not made now, and whoever is there drives on."""

    visit: str

    def __post_init__(self) -> None:
        refuse_other_types(self)


@dataclass(frozen=True, slots=True)
class RoadClosed:
    """Driving takes other times from now on."""

    travel: TravelTimes

    def __post_init__(self) -> None:
        refuse_other_types(self)


Event = Sick | BrokenDown | Delayed | Cancelled | Added | Absent | RoadClosed
