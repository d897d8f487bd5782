"""What would make a visit fit, as a value."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from routing.plan import Route, Stop
from routing.problem import Problem, Shift, Visit


class Ease(StrEnum):
    """Which rule is eased. Suggestions come in this order: what asks least of others first."""

    NOTHING = "nothing"
    """It fits as it is."""
    LOCK = "lock"
    """The lock is released."""
    RULED_OUT = "ruled_out"
    """Somebody ruled out for the client may come after all."""
    WINDOW = "window"
    """The client takes another window, so many minutes off hers."""
    SHORTER = "shorter"
    """The visit is so many minutes shorter."""
    LATER_END = "later_end"
    """A shift ends so many minutes later."""
    SOONER_START = "sooner_start"
    """A shift starts so many minutes sooner."""
    CAPACITY = "capacity"
    """A car holds so many rail units more."""
    SKILL = "skill"
    """Somebody comes who lacks so many skills."""
    MORE_HANDS = "more_hands"
    """Somebody is called in for so many minutes, for this visit alone."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A change with which the visit fits: the visit and the shift as they would then be.

    `amount` is in minutes, rail units or skills, as `Ease` says; 0 where there is nothing to
    count. `starts` is when the visit would begin.
    """

    ease: Ease
    amount: int
    visit: Visit
    shift: Shift
    starts: datetime
    words: str

    def applied(self, problem: Problem) -> Problem:
        """The day with this change; the shift joins it if it is new."""
        day = problem.with_visit(self.visit)
        if not day.has_shift(self.shift.id):
            return replace(day, shifts=(*day.shifts, self.shift))
        shifts = (self.shift if each.id == self.shift.id else each for each in day.shifts)
        return replace(day, shifts=tuple(shifts))


def as_planned(problem: Problem, stop: Stop, route: Route) -> Suggestion:
    """What is said of a visit that was not left out at all."""
    visit, shift = problem.visit(stop.visit), problem.shift(route.shift)
    words = f"Nothing has to change: {shift.called} comes at {stop.starts:%H:%M}, as planned."
    return Suggestion(Ease.NOTHING, 0, visit, shift, stop.starts, words)
