"""The same day in whole seconds, for the parts that count fast.

Seconds run from the Unix epoch. A moment with a fraction is rounded towards the stricter side:
openings up, closings down, durations up.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from math import ceil, floor

from .problem import Problem, Shift, Visit, Window
from .roads import Roads, roads_of

NEVER_S = -(1 << 60)
"""Before every moment: the latest time of something that cannot be done."""

TOO_LATE_S = 1 << 60
"""After every moment: the earliest time of something that cannot be done."""


@dataclass(frozen=True, slots=True)
class Rest:
    """A break in seconds; it begins within both its own window and the shift."""

    opens_s: int
    closes_s: int
    lasts_s: int


@dataclass(frozen=True, slots=True)
class Duty:
    """A shift in seconds. `rests` are taken in this order; rows are those of the matrix.

    After `due_s` every second until `ends_s` is overtime; rests are over by `due_s`. Work beyond
    `fair_s` has a price.
    """

    shift: Shift
    starts_s: int
    due_s: int
    ends_s: int
    start_row: int
    end_row: int
    rests: tuple[Rest, ...]
    fair_s: int
    roads: Roads

    @property
    def zone(self) -> tzinfo | None:
        """The time zone its times are spoken in."""
        return self.shift.starts.tzinfo

    @property
    def can_rest(self) -> bool:
        """Whether its breaks fit one after another; if not, nobody can drive it."""
        clock_s = self.starts_s
        for rest in self.rests:
            begins_s = max(clock_s, rest.opens_s)
            if begins_s > rest.closes_s:
                return False
            clock_s = begins_s + rest.lasts_s
        return True


@dataclass(frozen=True, slots=True)
class Call:
    """A visit in seconds. `spans` pairs with `windows`, by opening; a lock has clipped them."""

    visit: Visit
    row: int
    lasts_s: int
    spans: tuple[tuple[int, int], ...]
    windows: tuple[Window, ...]

    def earliest(self, ready_s: int) -> int:
        """When service begins if the concierge is ready at `ready_s`."""
        for opens_s, closes_s in self.spans:
            if ready_s <= closes_s:
                return max(ready_s, opens_s)
        return TOO_LATE_S

    def latest(self, limit_s: int) -> int:
        """The last moment not after `limit_s` at which service may begin."""
        best_s = NEVER_S
        for opens_s, closes_s in self.spans:
            if opens_s <= limit_s:
                best_s = max(best_s, min(closes_s, limit_s))
        return best_s

    def window_at(self, starts_s: int) -> Window:
        """The window kept by beginning then, or else the one missed least."""
        for (opens_s, closes_s), window in zip(self.spans, self.windows, strict=True):
            if opens_s <= starts_s <= closes_s:
                return window
        return min(
            self.visit.windows,
            key=lambda missed: max(
                ceil_s(missed.opens) - starts_s, starts_s - floor_s(missed.closes)
            ),
        )


def duty(problem: Problem, shift: Shift) -> Duty:
    """A shift in seconds."""
    starts_s, due_s = ceil_s(shift.starts), floor_s(shift.ends)
    rests = [
        Rest(
            max(ceil_s(rest.window.opens), starts_s),
            min(floor_s(rest.window.closes), due_s - lasts_s(rest.lasts)),
            lasts_s(rest.lasts),
        )
        for rest in shift.breaks
    ]
    rests.sort(key=lambda rest: (rest.closes_s, rest.opens_s))
    return Duty(
        shift=shift,
        starts_s=starts_s,
        due_s=due_s,
        ends_s=floor_s(shift.back_by),
        start_row=problem.travel.row(problem.start_of(shift)),
        end_row=problem.travel.row(problem.end_of(shift)),
        rests=tuple(rests),
        roads=roads_of(problem.travel.speeds, starts_s, floor_s(shift.back_by)),
        fair_s=TOO_LATE_S if shift.fair is None else floor(shift.fair.total_seconds()),
    )


def call(problem: Problem, visit: Visit, windows: Sequence[Window] | None = None) -> Call:
    """A visit in seconds, with other windows than its own if they are given."""
    asked = visit.windows if windows is None else windows
    kept = [(*span(visit, window), window) for window in asked]
    kept = sorted(
        (each for each in kept if each[0] <= each[1]), key=lambda each: (each[0], each[1])
    )
    return Call(
        visit=visit,
        row=problem.travel.row(visit.place),
        lasts_s=lasts_s(visit.lasts),
        spans=tuple((opens_s, closes_s) for opens_s, closes_s, _ in kept),
        windows=tuple(window for _, _, window in kept),
    )


def span(visit: Visit, window: Window) -> tuple[int, int]:
    """The first and the last second at which service may begin in a window; a lock clips it."""
    opens_s, closes_s = ceil_s(window.opens), floor_s(window.closes)
    if visit.lock is not None and visit.lock.not_before is not None:
        opens_s = max(opens_s, ceil_s(visit.lock.not_before))
    if visit.lock is not None and visit.lock.starts is not None:
        starts_s = ceil_s(visit.lock.starts)
        opens_s, closes_s = max(opens_s, starts_s), min(closes_s, starts_s)
    return opens_s, closes_s


def floor_s(moment: datetime) -> int:
    """Whole seconds up to this moment."""
    return floor(moment.timestamp())


def ceil_s(moment: datetime) -> int:
    """The first whole second not before this moment."""
    return ceil(moment.timestamp())


def lasts_s(duration: timedelta) -> int:
    """Whole seconds that contain this duration."""
    return ceil(duration.total_seconds())


def moment(seconds: int, zone: tzinfo | None) -> datetime:
    """Seconds as a moment in a time zone."""
    return datetime.fromtimestamp(seconds, zone)
