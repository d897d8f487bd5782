"""What is answered: who drives where and when, and which visits found no place."""

from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from enum import StrEnum

from .errors import BadPlan
from .problem import Window
from .typed import refuse_other_types


@dataclass(frozen=True, slots=True)
class Stop:
    """One visit on a route: reached at `arrives`, begun at `starts`, over at `ends`.

    `drive` is the time at the wheel since the stop before. `window` is the one of the visit's
    windows that the plan keeps.

    Raises:
        BadPlan: a field is of another type, or a moment has no time zone.
    """

    visit: str
    arrives: datetime
    starts: datetime
    ends: datetime
    drive: timedelta
    window: Window

    def __post_init__(self) -> None:
        refuse_other_types(self, BadPlan)


@dataclass(frozen=True, slots=True)
class BreakTaken:
    """A rest, before the stop at index `before`; the number of stops means on the way home.

    Raises:
        BadPlan: a field is of another type, or a moment has no time zone.
    """

    starts: datetime
    ends: datetime
    before: int

    def __post_init__(self) -> None:
        refuse_other_types(self, BadPlan)


@dataclass(frozen=True, slots=True)
class Route:
    """One shift's day, from `leaves` to `returns`, stops in driving order.

    Raises:
        BadPlan: a field is of another type, or a moment has no time zone.
    """

    shift: str
    leaves: datetime
    returns: datetime
    stops: tuple[Stop, ...] = ()
    breaks: tuple[BreakTaken, ...] = ()
    drive_home: timedelta = timedelta(0)

    def __post_init__(self) -> None:
        refuse_other_types(self, BadPlan)

    @property
    def drive(self) -> timedelta:
        """Time at the wheel, the way home included."""
        return sum((stop.drive for stop in self.stops), self.drive_home)


class Reason(StrEnum):
    """Why a visit found no place."""

    NO_SKILL = "no_skill"
    NO_CAPACITY = "no_capacity"
    OUTSIDE_SHIFTS = "outside_shifts"
    OUT_OF_REACH = "out_of_reach"
    WINDOWS_FULL = "windows_full"
    LOCKED_OUT = "locked_out"
    TOO_DEAR = "too_dear"
    BY_HAND = "by_hand"


@dataclass(frozen=True, slots=True)
class Unplanned:
    """A visit left out, with the reason a dispatcher acts on, in words."""

    visit: str
    reason: Reason
    words: str


@dataclass(frozen=True, slots=True)
class Cost:
    """A plan's price, term by term.

    Units: seconds of driving each term is worth; see `Weights`.
    """

    drive: int = 0
    shifts: int = 0
    strangers: int = 0
    moved: int = 0
    prices: int = 0
    overtime: int = 0
    unfair: int = 0
    unplanned: int = 0

    @property
    def total(self) -> int:
        """All terms together."""
        return sum(getattr(self, each.name) for each in fields(self))


@dataclass(frozen=True, slots=True)
class Plan:
    """An answer to a `Problem`: every visit is on one route, or unplanned with a reason.

    A shift without a route stays at home. `words` says how the plan was made.

    Raises:
        BadPlan: a visit or a shift appears twice.
    """

    routes: tuple[Route, ...] = ()
    unplanned: tuple[Unplanned, ...] = ()
    cost: Cost = field(default_factory=Cost)
    words: str = ""

    def __post_init__(self) -> None:
        seen: set[str] = set()
        visits = [stop.visit for route in self.routes for stop in route.stops]
        for visit in visits + [left.visit for left in self.unplanned]:
            if visit in seen:
                raise BadPlan(f"Visit {visit} appears twice in the plan.")
            seen.add(visit)
        shifts = [route.shift for route in self.routes]
        for shift in shifts:
            if shifts.count(shift) > 1:
                raise BadPlan(f"Shift {shift} has two routes.")

    def route_of(self, visit: str) -> Route | None:
        """The route a visit is on, if any."""
        for route in self.routes:
            if any(stop.visit == visit for stop in route.stops):
                return route
        return None

    def stop_of(self, visit: str) -> Stop | None:
        """A visit's stop, if it is planned."""
        for route in self.routes:
            for stop in route.stops:
                if stop.visit == visit:
                    return stop
        return None
