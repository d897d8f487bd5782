"""A way out of what has happened to a day, as a value; `routing.repair` finds them."""

from dataclasses import dataclass
from enum import StrEnum

from .plan import Plan
from .problem import Problem
from .repair_changes import Broken, Change


class Way(StrEnum):
    """What a way out is for."""

    FEWEST_CHANGES = "fewest_changes"
    """Nobody late, nobody called in, as few visits with another concierge as can be."""
    SAME_CONCIERGE = "same_concierge"
    """Nobody who can keep her concierge is moved; some are visited late."""
    ALL_SERVED = "all_served"
    """Everybody is visited, a few of them late."""
    CALL_IN = "call_in"
    """Somebody who is not out today takes over."""
    SHORTEST = "shortest"
    """The day the house would plan now, changes at their ordinary price."""
    LEAVE_OUT = "leave_out"
    """Nobody moved and nobody late: of what does not fit, the least important is left out."""


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
