"""Every gap a visit could go into: one pass over a standing day answers all of its windows."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .compiled import compiled
from .day import Day
from .order import bounds
from .routes import Routes, last_departure, soonest
from .working import overtime_added, unfair_added

NOWHERE = 1 << 60
"""The cost where there is no gap."""


class Gaps(NamedTuple):
    """The cheapest gap in each window with each shift.

    Shapes: w windows, m shifts.
    """

    fits: NDArray[np.bool_]
    """(w, m) whether there is one."""
    cost: NDArray[np.int64]
    """(w, m) everything it adds, in seconds of driving; or NOWHERE."""
    added: NDArray[np.int64]
    """(w, m) seconds of driving it adds."""
    position: NDArray[np.int64]
    """(w, m) index among the stops of the shift."""
    best: NDArray[np.int64]
    """(w,) the shift where it costs least, if there is one."""
    shifts: NDArray[np.int64]
    """(w,) how many shifts have a gap."""
    no_rail: NDArray[np.bool_]
    """(w,) whether a gap is lost for want of room on the rail."""


def no_gaps(windows: int, shifts: int) -> Gaps:
    """Nothing found yet."""
    return Gaps(
        fits=np.zeros((windows, shifts), dtype=np.bool_),
        cost=np.full((windows, shifts), NOWHERE, dtype=np.int64),
        added=np.zeros((windows, shifts), dtype=np.int64),
        position=np.zeros((windows, shifts), dtype=np.int64),
        best=np.zeros(windows, dtype=np.int64),
        shifts=np.zeros(windows, dtype=np.int64),
        no_rail=np.zeros(windows, dtype=np.bool_),
    )


@compiled
def find_gaps(
    day: Day,
    routes: Routes,
    between: NDArray[np.int64],
    visit: int,
    to_s: NDArray[np.int64],
    from_s: NDArray[np.int64],
    spans: NDArray[np.int64],
    gaps: Gaps,
) -> None:
    """Look into every gap of every shift that may serve the visit.

    Units: seconds of driving, to the visit and from it.
    Shapes: `between` as `note_between` has it; `to_s` and `from_s` are (p,), by node; `spans`
    is (w, 2), the first and the last moment at which service may begin.
    """
    for shift in range(len(day.starts)):
        if day.allowed[visit, shift]:
            look_into(day, routes, between, visit, shift, to_s, from_s, spans, gaps)
    for window in range(len(spans)):
        least = NOWHERE
        for shift in range(len(day.starts)):
            gaps.shifts[window] += gaps.fits[window, shift]
            if gaps.cost[window, shift] < least:
                least, gaps.best[window] = gaps.cost[window, shift], shift


@compiled
def look_into(
    day: Day,
    routes: Routes,
    between: NDArray[np.int64],
    visit: int,
    shift: int,
    to_s: NDArray[np.int64],
    from_s: NDArray[np.int64],
    spans: NDArray[np.int64],
    gaps: Gaps,
) -> None:
    """Look into every gap of one shift."""
    stops = int(routes.stops[shift])
    full = routes.load[shift] + day.demand[visit] > day.capacity[shift]
    fixed = day.price[visit, shift] + (0 if stops else day.called_in)
    first, last = bounds(day, routes, shift, visit)
    for position in range(first, last + 1):
        if routes.leaves[shift, position, 0] > day.last_close[visit]:
            return
        here = int(routes.tour[shift, position - 1] if position else day.start_node[shift])
        there = int(routes.tour[shift, position] if position < stops else day.end_node[shift])
        added_s = to_s[here] + from_s[there] - between[shift, position]
        cost = fixed + added_s + unfair_added(day, routes, shift, visit, added_s)
        for over in range(day.rests[shift] + 1):
            ready_s = soonest(day, routes.leaves, shift, position, to_s[here], over)
            if ready_s > day.last_close[visit]:
                break
            limit_s = last_departure(day, routes.must, shift, position, from_s[there], over)
            limit_s -= day.lasts[visit]
            for window in range(len(spans)):
                if max(ready_s, spans[window, 0]) <= min(limit_s, spans[window, 1]):
                    if full:
                        gaps.no_rail[window] = True
                    elif cost < gaps.cost[window, shift]:
                        day.drive[here, visit], day.drive[visit, there] = to_s[here], from_s[there]
                        day.opens[visit, 0], day.closes[visit, 0] = spans[window]
                        late = overtime_there(day, routes, shift, position, here, visit)
                        note(gaps, window, shift, cost + late, added_s, position)


@compiled
def overtime_there(
    day: Day, routes: Routes, shift: int, position: int, here: int, visit: int
) -> int:
    """The price of the overtime that the visit adds in this gap."""
    if day.due[shift] == day.ends[shift]:
        return 0
    return overtime_added(day, routes, shift, position, here, visit)


@compiled
def note(gaps: Gaps, window: int, shift: int, cost: int, added_s: int, position: int) -> None:
    """Note a gap if it is the cheapest so far."""
    if cost < gaps.cost[window, shift]:
        gaps.fits[window, shift] = True
        gaps.cost[window, shift] = cost
        gaps.added[window, shift] = added_s
        gaps.position[window, shift] = position


@compiled
def note_between(day: Day, routes: Routes, shift: int, between: NDArray[np.int64]) -> None:
    """Note what a shift drives from stop to stop; nothing, while it stays at home.

    Shapes: `between` is (m, n + 1) seconds, column i being the drive to stop i, the last home.
    """
    stops = int(routes.stops[shift])
    here = int(day.start_node[shift])
    for place in range(stops):
        visit = int(routes.tour[shift, place])
        between[shift, place] = day.drive[here, visit]
        here = visit
    between[shift, stops] = day.drive[here, day.end_node[shift]] if stops else 0
