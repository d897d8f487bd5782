"""Decisions the planner must keep."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from .errors import BadProblem
from .typed import refuse_other_types


@dataclass(frozen=True, slots=True)
class Lock:
    """A decision the planner must keep: this shift and, if given, this time and this order.

    Service begins no sooner than `not_before`, or exactly at `starts`. If the shift also serves
    the visit `after`, it serves that one sooner. A visit `under_way`, which the concierge is
    driving to or is in, is the first of its route.

    Raises:
        BadProblem: a moment has no time zone, `starts` has a fraction of a second or precedes
            `not_before`, or a visit under way is to come after another.
    """

    shift: str
    not_before: datetime | None = None
    starts: datetime | None = None
    after: str | None = None
    under_way: bool = False

    def __post_init__(self) -> None:
        refuse_other_types(self)
        if self.starts is not None:
            if self.starts.microsecond:
                raise BadProblem(f"A lock's starts is {self.starts}, not a whole second.")
            if self.not_before is not None and self.starts < self.not_before:
                raise BadProblem(f"A lock's starts {self.starts} precedes its not_before.")
        if self.under_way and self.after is not None:
            raise BadProblem(f"A lock's visit is under way; it cannot come after {self.after}.")


def refuse_circles(after: Mapping[str, str]) -> None:
    """Refuse visits that wait for each other; `after` says which visit each one waits for.

    Raises:
        BadProblem: there is a circle; the sentence names it.
    """
    cleared: set[str] = set()
    for begin in after:
        waiting: list[str] = []
        each: str | None = begin
        while each is not None and each not in cleared:
            if each in waiting:
                circle = ", ".join(waiting[waiting.index(each) :])
                raise BadProblem(f"The locks of visits {circle} wait for each other: after.")
            waiting.append(each)
            each = after.get(each)
        cleared.update(waiting)
