"""What of a route can still be driven in its own order, late or without its least important."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import combinations

from routing.plan import Route
from routing.problem import Problem, Shift, Visit, Window
from routing.timeline import time_route

LATER = (timedelta(minutes=30), timedelta(hours=1), timedelta(hours=2))
"""By how much at most a client is visited late, if nothing less serves her."""
OVERTIME = timedelta(hours=2)
"""How long after her shift a concierge is back at most, where nobody may move."""
MOST_OUT = 3
"""How many visits of one route are weighed against each other before the last ones go."""


def in_time(day: Problem, shift: Shift, visits: Sequence[Visit]) -> Route | None:
    """The route in this order, no later than it must be; None if too late for any client."""
    for by in (timedelta(0), *LATER):
        works = replace(shift, overtime=max(shift.overtime, min(by, OVERTIME)))
        route = time_route(day, works, [later(visit, by) for visit in visits])
        if visits and route is not None:
            return route
    return None


def most_important(problem: Problem, shift: Shift, visits: Sequence[Visit]) -> Route | None:
    """The route through as much of this order as can be driven, by priority; None if nothing."""
    for out in range(min(MOST_OUT, len(visits)) + 1):
        best: tuple[tuple[int, timedelta], Route] | None = None
        for gone in combinations(range(len(visits)), out):
            kept = [visit for at, visit in enumerate(visits) if at not in gone]
            route = time_route(problem, shift, kept) if kept else None
            if route is None:
                continue
            rank = sum(visits[at].priority for at in gone), route.drive
            if best is None or rank < best[0]:
                best = rank, route
        if best is not None:
            return best[1]
    return most_important(problem, shift, visits[:-1]) if visits else None


def later(visit: Visit, by: timedelta) -> Visit:
    """The same visit, its last window closing later."""
    *others, last = sorted(visit.windows, key=lambda window: window.closes)
    return replace(visit, windows=(*others, Window(last.opens, last.closes + by)))
