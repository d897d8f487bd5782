"""What a repaired day changes for each visit, why, and which promises it breaks: in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from routing.plan import Plan, Stop
from routing.problem import Problem, Visit
from routing.under_way.alternative import Broken, BrokenKind, Cause, Change, ChangeKind
from routing.under_way.events import BrokenDown, Delayed, Event, RoadClosed, Sick
from routing.words import counted

from .rest import hit

NOTICED = timedelta(minutes=5)
"""A visit that begins this much sooner or later has a change; less is the day's breathing."""
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Promised:
    """What stood when it happened: the day and the plan in force, the events, and the `rest`.

    The rest is what is left to make, each visit with the windows she was promised.
    """

    problem: Problem
    plan: Plan
    events: Sequence[Event]
    rest: Problem


def changes(promised: Promised, after: Problem, plan: Plan) -> tuple[Change, ...]:
    """What the plan changes for the visits still to be made, in the order of their times.

    `after` is the problem the plan answers.
    """
    tell = _Teller(promised, after, plan)
    told = [tell.change(visit) for visit in promised.rest.visits]
    return tuple(sorted(filter(None, told), key=_when))


def broken_promises(promised: Promised, plan: Plan) -> tuple[Broken, ...]:
    """The promises this plan does not keep: places lost, then lateness, then overtime."""
    rest = promised.rest
    lost = [
        Broken(BrokenKind.LEFT_OUT, left.visit, timedelta(0), f"{called} loses her place.")
        for left in plan.unplanned
        if promised.plan.stop_of(left.visit) is not None
        for called in [_upper(rest.visit(left.visit).called)]
    ]
    late: list[Broken] = []
    overtime: list[Broken] = []
    for route in plan.routes:
        for stop in route.stops:
            visit = rest.visit(stop.visit)
            if by := lateness(visit, stop):
                words = f"{_upper(visit.called)} is visited {_minutes(by)} after her window."
                late.append(Broken(BrokenKind.LATE, stop.visit, by, words))
        shift = rest.shift(route.shift) if rest.has_shift(route.shift) else None
        if shift is not None and route.returns > shift.back_by:
            by = route.returns - shift.ends
            back = f"{route.returns:%H:%M}, {_minutes(by)} after her shift"
            words = f"{_upper(shift.called)} is back {back}."
            overtime.append(Broken(BrokenKind.OVERTIME, route.shift, by, words))
    return (*lost, *late, *overtime)


def lateness(visit: Visit, stop: Stop) -> timedelta:
    """By how much a stop misses the windows a visit was promised."""
    if any(stop.starts in window for window in visit.windows):
        return timedelta(0)
    passed = [stop.starts - w.closes for w in visit.windows if w.closes < stop.starts]
    return min(passed, default=timedelta(0))


def moved(published: Plan, plan: Plan) -> int:
    """How many visits another concierge makes than the published one."""
    before = {stop.visit: route.shift for route in published.routes for stop in route.stops}
    return sum(
        before.get(stop.visit, route.shift) != route.shift
        for route in plan.routes
        for stop in route.stops
    )


class _Teller:
    """Finds and words each visit's change."""

    def __init__(self, promised: Promised, after: Problem, plan: Plan) -> None:
        self.promised, self.after = promised, after
        self.hit = hit(promised.events)
        self.road_closed = any(isinstance(event, RoadClosed) for event in promised.events)
        self.was = _stops(promised.plan)
        self.is_ = _stops(plan)
        self.left = {left.visit: left.words for left in plan.unplanned}
        self.gained: dict[str, list[str]] = {}
        for visit, (shift, _) in self.is_.items():
            if visit not in self.was or self.was[visit][0] != shift:
                self.gained.setdefault(shift, []).append(visit)

    def change(self, visit: Visit) -> Change | None:
        """The visit's change, None if there is none worth telling."""
        shift_before, was = self.was.get(visit.id, (None, None))
        shift_after, is_ = self.is_.get(visit.id, (None, None))
        kind = self._kind(shift_before, was, shift_after, is_)
        new = not self.promised.problem.has_visit(visit.id)
        if kind is None or (was is is_ is None and not new):
            return None
        cause, because_of = self._cause(visit, kind, shift_before, shift_after)
        late = timedelta(0) if is_ is None else lateness(visit, is_)
        return Change(
            visit=visit.id,
            kind=kind,
            cause=cause,
            because_of=because_of,
            shift_before=shift_before,
            shift_after=shift_after,
            starts_before=was.starts if was else None,
            starts_after=is_.starts if is_ else None,
            late=late,
            words=self._words(visit, kind, cause, because_of, was, is_, late),
        )

    @staticmethod
    def _kind(
        shift_before: str | None, was: Stop | None, shift_after: str | None, is_: Stop | None
    ) -> ChangeKind | None:
        if is_ is None:
            return ChangeKind.LEFT_OUT
        if was is None:
            return ChangeKind.PLACED
        if shift_before != shift_after:
            return ChangeKind.GIVEN
        return ChangeKind.RETIMED if abs(is_.starts - was.starts) >= NOTICED else None

    def _cause(
        self, visit: Visit, kind: ChangeKind, before: str | None, after: str | None
    ) -> tuple[Cause, tuple[str, ...]]:
        """Why this visit changes: what befell its concierge, or whom room is made for."""
        if before is None:
            return Cause.ASKED, (visit.id,)
        match self.hit.get(before):
            case Sick():
                return Cause.SICK, (before,)
            case BrokenDown():
                return Cause.BROKEN_DOWN, (before,)
            case Delayed():
                return Cause.LATE, (before,)
            case _:
                pass
        if self.road_closed:
            return Cause.ROAD, ()
        wanted = after if kind is ChangeKind.RETIMED else before
        room_for = tuple(each for each in self.gained.get(wanted or "", []) if each != visit.id)
        return (Cause.ROOM, room_for) if room_for else (Cause.SHORTER, ())

    def _words(
        self,
        visit: Visit,
        kind: ChangeKind,
        cause: Cause,
        because_of: tuple[str, ...],
        was: Stop | None,
        is_: Stop | None,
        late: timedelta,
    ) -> str:
        name, why = visit.called, self._why(cause, because_of)
        if is_ is None:
            return _upper(f"{name} has nobody: {self.left.get(visit.id, '')}")
        to = self.after.shift(self.is_[visit.id][0]).called
        when = "inside her window" if not late else f"{_minutes(late)} after her window"
        if kind is ChangeKind.PLACED or was is None:
            return _upper(f"{name} is visited by {to} at {is_.starts:%H:%M}, {when}.")
        by = _sooner_or_later(is_.starts - was.starts)
        if kind is ChangeKind.GIVEN:
            whom = self.promised.problem.shift(self.was[visit.id][0]).called
            return _upper(f"{name} goes from {whom} to {to} {why}; {by}, {when}.")
        return _upper(f"{name} is visited {by} by {to} {why}, {when}.")

    def _why(self, cause: Cause, because_of: tuple[str, ...]) -> str:
        match cause:
            case Cause.SICK:
                return f"because {self._shift(because_of)} is ill"
            case Cause.BROKEN_DOWN:
                return f"because {self._shift(because_of)}'s car has broken down"
            case Cause.LATE:
                return f"because {self._shift(because_of)} is late"
            case Cause.ROAD:
                return "because a road is closed"
            case Cause.ROOM:
                return (
                    f"to make room for {_listed([self.after.visit(v).called for v in because_of])}"
                )
            case Cause.SHORTER:
                return "because the day is better so"
            case Cause.ASKED:
                return ""

    def _shift(self, because_of: tuple[str, ...]) -> str:
        return self.promised.problem.shift(because_of[0]).called


def _stops(plan: Plan) -> dict[str, tuple[str, Stop]]:
    """Each visit's shift and stop."""
    return {stop.visit: (route.shift, stop) for route in plan.routes for stop in route.stops}


def _when(change: Change) -> float:
    """Those who have nobody first, then by time."""
    return change.starts_after.timestamp() if change.starts_after else 0.0


def _sooner_or_later(by: timedelta) -> str:
    minutes = round(by / _MINUTE)
    if not minutes:
        return "at the same time"
    return f"{abs(minutes)} min {'later' if minutes > 0 else 'sooner'}"


def _minutes(by: timedelta) -> str:
    return f"{max(1, by // _MINUTE)} min"


def _listed(names: Sequence[str]) -> str:
    if len(names) > 2:
        return counted(len(names), "visit")
    return " and ".join(names)


def _upper(words: str) -> str:
    return words[:1].upper() + words[1:]
