"""Every gap a visit could go into: one pass over a standing day answers all of its windows."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .compiled import compiled
from .day import Day
from .routes import Routes, last_departure, soonest

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
def find_gaps(day: Day, routes: Routes, visit: int, spans: NDArray[np.int64], gaps: Gaps) -> None:
    """Look into every gap of every shift that may serve the visit.

    Shapes: `spans` is (w, 2), the first and the last moment at which service may begin.
    """
    for shift in range(len(day.starts)):
        if day.allowed[visit, shift]:
            look_into(day, routes, visit, shift, spans, gaps)
    for window in range(len(spans)):
        least = NOWHERE
        for shift in range(len(day.starts)):
            gaps.shifts[window] += gaps.fits[window, shift]
            if gaps.cost[window, shift] < least:
                least, gaps.best[window] = gaps.cost[window, shift], shift


@compiled
def look_into(
    day: Day, routes: Routes, visit: int, shift: int, spans: NDArray[np.int64], gaps: Gaps
) -> None:
    """Look into every gap of one shift."""
    stops = int(routes.stops[shift])
    full = routes.load[shift] + day.demand[visit] > day.capacity[shift]
    fixed = day.price[visit, shift] + (0 if stops else day.called_in)
    here = int(day.start_node[shift])
    for position in range(stops + 1):
        if routes.leaves[shift, position, 0] > day.last_close[visit]:
            return
        there = int(routes.tour[shift, position] if position < stops else day.end_node[shift])
        to_s, from_s = int(day.drive[here, visit]), int(day.drive[visit, there])
        added_s = to_s + from_s - (int(day.drive[here, there]) if stops else 0)
        for over in range(day.rests[shift] + 1):
            ready_s = soonest(day, routes.leaves, shift, position, to_s, over)
            if ready_s > day.last_close[visit]:
                break
            limit_s = last_departure(day, routes.must, shift, position, from_s, over)
            limit_s -= day.lasts[visit]
            for window in range(len(spans)):
                if max(ready_s, spans[window, 0]) <= min(limit_s, spans[window, 1]):
                    if full:
                        gaps.no_rail[window] = True
                    elif fixed + added_s < gaps.cost[window, shift]:
                        gaps.fits[window, shift] = True
                        gaps.cost[window, shift] = fixed + added_s
                        gaps.added[window, shift] = added_s
                        gaps.position[window, shift] = position
        here = there
