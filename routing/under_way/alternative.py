"""A way out of what has happened to a day, as a value; `routing.repair` finds them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from routing.plan import Plan
from routing.problem import Problem


class Way(StrEnum):
    """What a way out is for."""

    FEWEST_CHANGES = "fewest_changes"
    """Nobody late, nobody called in, as few visits with another concierge as can be."""
    SAME_CONCIERGE = "same_concierge"
    """Nobody who can keep her concierge is moved; some are visited late."""
    ALL_SERVED = "all_served"
    """Everybody is visited, or as many as can be, a few of them late."""
    CALL_IN = "call_in"
    """Somebody who is not out today takes over."""
    SHORTEST = "shortest"
    """The day the house would plan now, changes at their ordinary price."""
    LEAVE_OUT = "leave_out"
    """Nobody moved and nobody late: of what does not fit, the least important is left out."""


class ChangeKind(StrEnum):
    """What changes for a visit."""

    GIVEN = "given"
    """Another concierge comes."""
    RETIMED = "retimed"
    """The same concierge comes sooner or later."""
    PLACED = "placed"
    """A visit without a concierge has one now."""
    LEFT_OUT = "left_out"
    """Nobody comes."""


class Cause(StrEnum):
    """Why it changes. `because_of` names the shift, or the visits, it is about."""

    SICK = "sick"
    BROKEN_DOWN = "broken_down"
    LATE = "late"
    ROAD = "road"
    ROOM = "room"
    """Others are given to her concierge, or to the one she goes to."""
    SHORTER = "shorter"
    """The day is better so; nothing forced it."""
    ASKED = "asked"
    """It is a new visit, or one that had nobody."""


class BrokenKind(StrEnum):
    """Which promise is broken."""

    LATE = "late"
    LEFT_OUT = "left_out"
    OVERTIME = "overtime"


@dataclass(frozen=True, slots=True)
class Change:
    """One visit's change: from whom to whom, from when to when.

    A shift or a start is None where nobody came, or nobody will. `late` is by how much she is
    visited after her window.
    """

    visit: str
    kind: ChangeKind
    cause: Cause
    because_of: tuple[str, ...]
    shift_before: str | None
    shift_after: str | None
    starts_before: datetime | None
    starts_after: datetime | None
    late: timedelta
    words: str


@dataclass(frozen=True, slots=True)
class Broken:
    """A promise that an alternative breaks: to the client of a visit, or to a shift's concierge.

    `by` is how late, or how much overtime.
    """

    kind: BrokenKind
    where: str
    by: timedelta
    words: str


@dataclass(frozen=True, slots=True)
class Alternative:
    """A way out: the plan, the problem it answers, what it changes and which promises it breaks.

    `problem` is the rest of the day; where a client is visited late, it says so in her windows.
    `moved` counts the visits another concierge makes, `called_in` names the shifts that go out and
    did not before. The plan's cost tells the terms.
    """

    way: Way
    words: str
    problem: Problem
    plan: Plan
    changes: tuple[Change, ...]
    broken: tuple[Broken, ...]
    moved: int
    called_in: tuple[str, ...]
