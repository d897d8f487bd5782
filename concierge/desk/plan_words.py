"""What is said of a plan in force: how it was made, and what has changed since."""

from collections import Counter
from enum import StrEnum

import routing

SINCE = "; since then "
NEVER_PLANNED = "Not planned as a whole yet: each visit has the place found when it was booked"


class Change(StrEnum):
    """How a plan came from the one before; in a plan's words, all but the first are counted."""

    PLANNED = "planned"
    """The solver weighed the whole day: its words begin anew."""
    BOOKED = "booked"
    CALLED_OFF = "called off"
    BY_HAND = "changed by hand"


BY_CLIENTS = frozenset({Change.BOOKED, Change.CALLED_OFF})
"""Changes that each find the best place for one visit, and never look at the whole day."""


def words_after(before: str, change: Change) -> str:
    """The words of a plan that had `before` and was changed.

    "OR-Tools alone 9,120, with search 8,468" becomes "OR-Tools alone 9,120, with search 8,468;
    since then 1 booked", and that "since then 2 booked" after the next one.
    """
    made, _, told = before.partition(SINCE)
    if not made or made == NEVER_PLANNED:
        return NEVER_PLANNED
    counts = Counter({change: 1})
    for part in filter(None, told.removesuffix(".").split(", ")):
        number, _, what = part.partition(" ")
        counts[Change(what)] += int(number)
    return f"{made}{SINCE}" + ", ".join(
        f"{counts[each]} {each}" for each in Change if counts[each]
    )


def same_drives(one: routing.Plan, other: routing.Plan) -> bool:
    """Whether everybody drives to the same clients in the same order in both."""

    def drives(plan: routing.Plan) -> dict[str, list[str]]:
        driven = {route.shift: [stop.visit for stop in route.stops] for route in plan.routes}
        return {shift: visits for shift, visits in driven.items() if visits}

    return drives(one) == drives(other)
