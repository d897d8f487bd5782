"""Ways out of a setback as the board shows them and the house keeps them: no planner's values."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Self
from uuid import UUID

import msgspec

import routing

MINUTE = timedelta(minutes=1)


class WayChange(msgspec.Struct, frozen=True, kw_only=True):
    """What a way out changes for one visit, and why; concierges and clients by name."""

    order: UUID
    client: str
    kind: str
    cause: str
    because_of: list[str]
    before: str | None
    after: str | None
    was: datetime | None
    at: datetime | None
    late_min: int
    words: str


class WayBroken(msgspec.Struct, frozen=True, kw_only=True):
    """A promise that a way out breaks, to a client or a concierge, by so many minutes."""

    kind: str
    name: str
    minutes: int
    words: str


class WayOut(msgspec.Struct, frozen=True, kw_only=True):
    """One way out: what it is for, what it changes and breaks, and what the day then costs.

    `drive_s` is the driving left to do; `called_in` names who goes out and did not before.
    `left_out` counts the visits nobody makes, whoever had none before among them.
    """

    way: str
    words: str
    moved: int
    called_in: list[str]
    left_out: int = 0
    drive_s: int
    cost: dict[str, int]
    changes: list[WayChange]
    broken: list[WayBroken]


class Driven(msgspec.Struct, frozen=True, kw_only=True):
    """How a way out is driven: orders by shift, and who is left out with what words.

    Units: seconds. `late` is by how much a client is visited after her window at most, by order;
    `over` how long after her shift a concierge is back, by shift.
    """

    orders: dict[str, list[str]]
    left: dict[str, str]
    late: dict[str, int]
    over: dict[str, int]


class Weighed(msgspec.Struct, frozen=True, kw_only=True):
    """The ways out of a setback, best first, and how each of them is driven.

    `before` is how the day was driven before a person decided: orders by shift.
    """

    ways: list[WayOut]
    driven: list[Driven]
    before: dict[str, list[str]] = {}

    @classmethod
    def of(cls, problem: routing.Problem, found: Sequence[routing.Alternative]) -> Self:
        """The planner's alternatives in plain words and numbers; `problem` is the day before."""
        return cls(
            ways=[_way(problem, each) for each in found], driven=[_driven(each) for each in found]
        )


def _way(problem: routing.Problem, found: routing.Alternative) -> WayOut:
    who = {each.id: each.called for each in (*problem.visits, *found.problem.visits)}
    who |= {each.id: each.called for each in (*problem.shifts, *found.problem.shifts)}
    return WayOut(
        way=found.way,
        words=found.words,
        moved=found.moved,
        called_in=[who[shift] for shift in found.called_in],
        left_out=len(found.plan.unplanned),
        drive_s=found.plan.cost.drive,
        cost=msgspec.to_builtins(found.plan.cost),
        changes=[
            WayChange(
                order=UUID(each.visit),
                client=who[each.visit],
                kind=each.kind,
                cause=each.cause,
                because_of=[who[named] for named in each.because_of],
                before=who[each.shift_before] if each.shift_before else None,
                after=who[each.shift_after] if each.shift_after else None,
                was=each.starts_before,
                at=each.starts_after,
                late_min=_minutes(each.late),
                words=each.words,
            )
            for each in found.changes
        ],
        broken=[
            WayBroken(
                kind=each.kind, name=who[each.where], minutes=_minutes(each.by), words=each.words
            )
            for each in found.broken
        ],
    )


def _driven(found: routing.Alternative) -> Driven:
    def seconds(kind: str) -> dict[str, int]:
        broken = (each for each in found.broken if each.kind == kind)
        return {each.where: int(each.by.total_seconds()) for each in broken}

    return Driven(
        orders={r.shift: [stop.visit for stop in r.stops] for r in found.plan.routes},
        left={left.visit: left.words for left in found.plan.unplanned},
        late=seconds("late"),
        over=seconds("overtime"),
    )


def _minutes(duration: timedelta) -> int:
    """Whole minutes as a clock counts them; any lateness is one at least."""
    return max(1, duration // MINUTE) if duration else 0
