"""What is asked: one hub's visits, and the shifts that could serve them.

Time is an aware `datetime` or a `timedelta`; places are `(longitude, latitude)` in degrees.
A problem usually spans one hub-day. Nothing forbids several days: shifts carry their own dates,
and a visit that accepts windows on several days is then given one of them.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from .errors import BadProblem
from .lock import Lock, refuse_circles
from .place import Place
from .travel import TravelTimes
from .typed import refuse_other_types
from .weights import Weights


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """When service may begin: from `opens` to `closes`, both ends included. It may finish later.

    Raises:
        BadProblem: an end has no time zone or is no moment, or `closes` precedes `opens`.
    """

    opens: datetime
    closes: datetime

    def __post_init__(self) -> None:
        refuse_other_types(self)
        if self.closes < self.opens:
            raise BadProblem(f"Window closes {self.closes} before it opens {self.opens}.")

    def __contains__(self, moment: datetime) -> bool:
        """Whether service may begin at this moment."""
        return self.opens <= moment <= self.closes


@dataclass(frozen=True, slots=True)
class Hub:
    """Where concierges set out from and come back to.

    Raises:
        BadProblem: a field is of another type.
    """

    id: str
    place: Place

    def __post_init__(self) -> None:
        refuse_other_types(self)


@dataclass(frozen=True, slots=True)
class Break:
    """A rest of length `lasts` that begins inside `window`, during or after a drive.

    Raises:
        BadProblem: a field is of another type, or it does not last.
    """

    window: Window
    lasts: timedelta

    def __post_init__(self) -> None:
        refuse_other_types(self)
        if self.lasts <= timedelta(0):
            raise BadProblem(f"A break must last; this one lasts {self.lasts}.")


@dataclass(frozen=True, slots=True)
class Shift:
    """One concierge's working time, from leaving `starts_from` to being back at `ends_at`.

    `starts_from` and `ends_at` are the hub unless given; a concierge already on the road starts
    at her current stop, at the moment she is free. `capacity` is in garment-rail units. She may be
    back up to `overtime` after `ends`, at a price. Work, which is driving and service, is `fair`
    up to so much; beyond, it has a price too. `name` is who drives it, for words a person reads;
    the id stands in.

    Raises:
        BadProblem: a field is of another type, it ends before it starts, a break does not fit,
            or capacity, overtime or fair is negative.
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
    overtime: timedelta = timedelta(0)
    fair: timedelta | None = None

    def __post_init__(self) -> None:
        refuse_other_types(self)
        if self.ends <= self.starts:
            raise BadProblem(f"Shift {self.id} ends {self.ends}, not after it starts.")
        if self.capacity < 0:
            raise BadProblem(f"Shift {self.id} has capacity {self.capacity}.")
        if self.overtime < timedelta(0):
            raise BadProblem(f"Shift {self.id} has overtime {self.overtime}.")
        if self.fair is not None and self.fair < timedelta(0):
            raise BadProblem(f"Shift {self.id} finds {self.fair} of work fair.")
        for rest in self.breaks:
            if rest.window.closes < self.starts or rest.window.opens + rest.lasts > self.ends:
                raise BadProblem(f"A break of shift {self.id} does not fit inside the shift.")

    @property
    def called(self) -> str:
        """What to call it in a sentence."""
        return self.name or f"shift {self.id}"

    @property
    def back_by(self) -> datetime:
        """When she must be back, all overtime used."""
        return self.ends + self.overtime


@dataclass(frozen=True, slots=True)
class Visit:
    """A home visit asked for: where, in which windows, for how long, with what.

    Any one of `windows` will do. `load` is in garment-rail units. `priority` multiplies the cost
    of leaving it unplanned. `known_to` names the shifts whose concierge she knows; `planned_on`
    the shift she has been told; `forbidden` the shifts that may not serve her; `prices` what the
    visit costs with some shifts, in seconds of driving, so that others are preferred. `name` is
    the client, for words a person reads; the id stands in.

    Raises:
        BadProblem: a field is of another type, no window, no service time, a negative load or
            price, a shift priced twice, a priority below one, or a lock that makes the visit wait
            for itself.
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
    prices: tuple[tuple[str, int], ...] = ()

    def __post_init__(self) -> None:
        refuse_other_types(self)
        if not self.windows:
            raise BadProblem(f"Visit {self.id} has no window.")
        if self.lasts <= timedelta(0):
            raise BadProblem(f"Visit {self.id} lasts {self.lasts}.")
        if self.load < 0:
            raise BadProblem(f"Visit {self.id} has load {self.load}.")
        if self.priority < 1:
            raise BadProblem(f"Visit {self.id} has priority {self.priority}; the least is 1.")
        for shift_id, price in self.prices:
            if price < 0:
                raise BadProblem(f"Visit {self.id} has price {price} with shift {shift_id}.")
        if len(dict(self.prices)) < len(self.prices):
            raise BadProblem(f"The prices of visit {self.id} name a shift twice.")
        if self.lock is not None and self.lock.after == self.id:
            raise BadProblem(f"The lock of visit {self.id} has it come after itself.")

    @property
    def called(self) -> str:
        """What to call it in a sentence."""
        return self.name or f"visit {self.id}"


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
        refuse_other_types(self)
        _once("Shift", (shift.id for shift in self.shifts))
        _once("Visit", (visit.id for visit in self.visits))
        object.__setattr__(self, "_shift", {shift.id: shift for shift in self.shifts})
        object.__setattr__(self, "_visit", {visit.id: visit for visit in self.visits})
        self._refuse_locks()
        for place in self.places():
            self.travel.row(place)

    def _refuse_locks(self) -> None:
        """Refuse locks that name what there is not, or that cannot all be kept."""
        under_way: set[str] = set()
        after: dict[str, str] = {}
        for visit in self.visits:
            lock = visit.lock
            if lock is None:
                continue
            if not self.has_shift(lock.shift):
                raise BadProblem(f"Visit {visit.id} is locked to unknown shift {lock.shift}.")
            if lock.under_way and lock.shift in under_way:
                raise BadProblem(f"Two visits are under way with shift {lock.shift}.")
            if lock.under_way:
                under_way.add(lock.shift)
            if lock.after is not None:
                if not self.has_visit(lock.after):
                    raise BadProblem(f"Visit {visit.id} is locked after unknown {lock.after}.")
                after[visit.id] = lock.after
        refuse_circles(after)

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
        """The same day, this visit no longer asked for, and no other locked to come after it."""
        return replace(
            self,
            visits=tuple(_not_after(visit_id, v) for v in self.visits if v.id != visit_id),
        )


def _not_after(gone: str, visit: Visit) -> Visit:
    if visit.lock is None or visit.lock.after != gone:
        return visit
    return replace(visit, lock=replace(visit.lock, after=None))


def _once(kind: str, ids: Iterable[str]) -> None:
    seen: set[str] = set()
    for each in ids:
        if not each:
            raise BadProblem(f"{kind} without an id.")
        if each in seen:
            raise BadProblem(f"{kind} {each} appears twice.")
        seen.add(each)
