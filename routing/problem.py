"""What is asked: one hub's visits, and the shifts that could serve them.

Time is an aware `datetime` or a `timedelta`; places are `(longitude, latitude)` in degrees.
A problem usually spans one hub-day. Nothing forbids several days: shifts carry their own dates,
and a visit that accepts windows on several days is then given one of them.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from .errors import BadProblem
from .place import Place
from .travel import TravelTimes


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """When service may begin: from `opens` to `closes`, both ends included. It may finish later.

    Raises:
        BadProblem: an end has no time zone, or `closes` precedes `opens`.
    """

    opens: datetime
    closes: datetime

    def __post_init__(self) -> None:
        if self.opens.tzinfo is None or self.closes.tzinfo is None:
            raise BadProblem("A window needs a time zone on both ends.")
        if self.closes < self.opens:
            raise BadProblem(f"Window closes {self.closes} before it opens {self.opens}.")

    def __contains__(self, moment: datetime) -> bool:
        """Whether service may begin at this moment."""
        return self.opens <= moment <= self.closes


@dataclass(frozen=True, slots=True)
class Hub:
    """Where concierges set out from and come back to."""

    id: str
    place: Place


@dataclass(frozen=True, slots=True)
class Break:
    """A rest of length `lasts` that begins inside `window`, during or after a drive.

    Raises:
        BadProblem: it does not last.
    """

    window: Window
    lasts: timedelta

    def __post_init__(self) -> None:
        if self.lasts <= timedelta(0):
            raise BadProblem(f"A break must last; this one lasts {self.lasts}.")


@dataclass(frozen=True, slots=True)
class Shift:
    """One concierge's working time, from leaving `starts_from` to being back at `ends_at`.

    `starts_from` and `ends_at` are the hub unless given; a concierge already on the road starts
    at her current stop, at the moment she is free. `capacity` is in garment-rail units. `name` is
    who drives it, for words a person reads; the id stands in.

    Raises:
        BadProblem: it ends before it starts, a break does not fit, or capacity is negative.
    """

    id: str
    starts: datetime
    ends: datetime
    capacity: int
    skills: frozenset[str] = frozenset()
    breaks: tuple[Break, ...] = ()
    starts_from: Place | None = None
    ends_at: Place | None = None
    name: str = ""

    def __post_init__(self) -> None:
        if self.starts.tzinfo is None or self.ends.tzinfo is None:
            raise BadProblem(f"Shift {self.id} needs a time zone on both ends.")
        if self.ends <= self.starts:
            raise BadProblem(f"Shift {self.id} ends {self.ends}, not after it starts.")
        if self.capacity < 0:
            raise BadProblem(f"Shift {self.id} has capacity {self.capacity}.")
        for rest in self.breaks:
            if rest.window.closes < self.starts or rest.window.opens + rest.lasts > self.ends:
                raise BadProblem(f"A break of shift {self.id} does not fit inside the shift.")

    @property
    def called(self) -> str:
        """What to call it in a sentence."""
        return self.name or f"shift {self.id}"


@dataclass(frozen=True, slots=True)
class Lock:
    """A decision the planner must keep: this shift and, if given, no start before `not_before`."""

    shift: str
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Visit:
    """A home visit asked for: where, in which windows, for how long, with what.

    Any one of `windows` will do. `load` is in garment-rail units. `priority` multiplies the cost
    of leaving it unplanned. `known_to` names the shifts whose concierge she knows; `planned_on`
    the shift she has been told; `forbidden` the shifts that may not serve her. `name` is the
    client, for words a person reads; the id stands in.

    Raises:
        BadProblem: no window, no service time, a negative load or a priority below one.
    """

    id: str
    place: Place
    windows: tuple[Window, ...]
    lasts: timedelta
    load: int = 0
    skills: frozenset[str] = frozenset()
    priority: int = 1
    known_to: frozenset[str] = frozenset()
    forbidden: frozenset[str] = frozenset()
    planned_on: str | None = None
    lock: Lock | None = None
    name: str = ""

    def __post_init__(self) -> None:
        if not self.windows:
            raise BadProblem(f"Visit {self.id} has no window.")
        if self.lasts <= timedelta(0):
            raise BadProblem(f"Visit {self.id} lasts {self.lasts}.")
        if self.load < 0:
            raise BadProblem(f"Visit {self.id} has load {self.load}.")
        if self.priority < 1:
            raise BadProblem(f"Visit {self.id} has priority {self.priority}; the least is 1.")

    @property
    def called(self) -> str:
        """What to call it in a sentence."""
        return self.name or f"visit {self.id}"


@dataclass(frozen=True, slots=True)
class Weights:
    """What a plan's wishes are worth.

    Units: seconds of driving that one unit of each is worth.

    Raises:
        BadProblem: a weight is negative.
    """

    unplanned: int = 20_000
    """A visit of priority 1 left out."""
    shift: int = 1_200
    """A concierge called in."""
    stranger: int = 600
    """A visit by someone the client does not know, when somebody she knows is working."""
    moved: int = 900
    """A visit given to another shift than the one it was planned on."""

    def __post_init__(self) -> None:
        for name in ("unplanned", "shift", "stranger", "moved"):
            if getattr(self, name) < 0:
                raise BadProblem(f"Weight {name} is negative.")


@dataclass(frozen=True, slots=True)
class Problem:
    """A day to plan. Everything it names exists, once, and can be driven to.

    Raises:
        BadProblem: an id is doubled, a named shift is missing, or a place has no travel time.
    """

    hub: Hub
    shifts: tuple[Shift, ...]
    visits: tuple[Visit, ...]
    travel: TravelTimes
    weights: Weights = field(default_factory=Weights)
    _shift: dict[str, Shift] = field(init=False, repr=False, compare=False)
    _visit: dict[str, Visit] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        _once("Shift", (shift.id for shift in self.shifts))
        _once("Visit", (visit.id for visit in self.visits))
        object.__setattr__(self, "_shift", {shift.id: shift for shift in self.shifts})
        object.__setattr__(self, "_visit", {visit.id: visit for visit in self.visits})
        for visit in self.visits:
            if visit.lock is not None and not self.has_shift(visit.lock.shift):
                raise BadProblem(
                    f"Visit {visit.id} is locked to unknown shift {visit.lock.shift}."
                )
        for place in self.places():
            self.travel.row(place)

    def places(self) -> Iterable[Place]:
        """Every place somebody may drive to or from, hub first; may repeat."""
        yield self.hub.place
        for shift in self.shifts:
            yield self.start_of(shift)
            yield self.end_of(shift)
        for visit in self.visits:
            yield visit.place

    def start_of(self, shift: Shift) -> Place:
        """Where this shift sets out from."""
        return shift.starts_from or self.hub.place

    def end_of(self, shift: Shift) -> Place:
        """Where this shift must be when it ends."""
        return shift.ends_at or self.hub.place

    def shift(self, shift_id: str) -> Shift:
        """The shift of that id.

        Raises:
            BadProblem: there is none.
        """
        try:
            return self._shift[shift_id]
        except KeyError:
            raise BadProblem(f"There is no shift {shift_id}.") from None

    def has_shift(self, shift_id: str) -> bool:
        """Whether this shift is working."""
        return shift_id in self._shift

    def visit(self, visit_id: str) -> Visit:
        """The visit of that id.

        Raises:
            BadProblem: there is none.
        """
        try:
            return self._visit[visit_id]
        except KeyError:
            raise BadProblem(f"There is no visit {visit_id}.") from None

    def has_visit(self, visit_id: str) -> bool:
        """Whether this visit is asked for."""
        return visit_id in self._visit

    def with_visit(self, visit: Visit) -> "Problem":
        """The same day with this visit asked for as well, or asked for anew."""
        others = tuple(each for each in self.visits if each.id != visit.id)
        return replace(self, visits=(*others, visit))

    def without_visit(self, visit_id: str) -> "Problem":
        """The same day, this visit no longer asked for."""
        return replace(self, visits=tuple(each for each in self.visits if each.id != visit_id))


def _once(kind: str, ids: Iterable[str]) -> None:
    seen: set[str] = set()
    for each in ids:
        if not each:
            raise BadProblem(f"{kind} without an id.")
        if each in seen:
            raise BadProblem(f"{kind} {each} appears twice.")
        seen.add(each)
