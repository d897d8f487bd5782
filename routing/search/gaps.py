"""Every gap a visit could go into: one pass over a standing day answers all of its windows."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .compiled import compiled
from .day import Day
from .order import bounds
from .recreate import put
from .routes import Routes, copy_tour, last_departure, reckon, soonest
from .traffic import about
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


class Question(NamedTuple):
    """A visit and the windows it is asked for. Shapes: w windows, p nodes."""

    visit: int
    """The number it has in the day."""
    to_s: NDArray[np.int64]
    """(p,) seconds of driving to it."""
    from_s: NDArray[np.int64]
    """(p,) seconds of driving from it."""
    spans: NDArray[np.int64]
    """(w, 2) the first and the last moment at which service may begin."""
    of_everyone: bool
    """Whether costs must be exact for every shift, and not for the cheapest alone."""


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
    day: Day, routes: Routes, between: NDArray[np.int64], asked: Question, gaps: Gaps
) -> None:
    """Look into every gap of every shift that may serve the visit.

    Shapes: `between` as `note_between` has it.
    """
    for shift in range(len(day.starts)):
        if day.allowed[asked.visit, shift]:
            look_into(day, routes, between, asked, shift, gaps)
    for window in range(len(asked.spans)):
        for shift in range(len(day.starts)):
            gaps.shifts[window] += gaps.fits[window, shift]
        choose(gaps, window)


@compiled
def look_into(
    day: Day,
    routes: Routes,
    between: NDArray[np.int64],
    asked: Question,
    shift: int,
    gaps: Gaps,
) -> None:
    """Look into every gap of one shift."""
    visit, spans = asked.visit, asked.spans
    full = routes.load[shift] + day.demand[visit] > day.capacity[shift]
    fixed = day.price[visit, shift] + (0 if routes.stops[shift] else day.called_in)
    first, last = bounds(day, routes, shift, visit)
    for position in range(first, last + 1):
        if routes.leaves[shift, position, 0] > day.last_close[visit]:
            return
        here, there = ends_of(day, routes, shift, position)
        to_s, from_s = asked.to_s[here], asked.from_s[there]
        added_s = to_s + from_s - between[shift, position]
        if day.traffic.is_hourly:
            added_s = about(day.traffic, added_s, routes.leaves[shift, position, 0])
        cost = fixed + added_s + unfair_added(day, routes, shift, visit, added_s)
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
                    elif cost < gaps.cost[window, shift]:
                        late = overtime_there(day, routes, shift, position, asked, window)
                        note(gaps, window, shift, cost + late, added_s, position)


@compiled
def overtime_there(
    day: Day, routes: Routes, shift: int, position: int, asked: Question, window: int
) -> int:
    """The price of the overtime that the visit adds in this gap."""
    if day.due[shift] == day.ends[shift]:
        return 0
    write_in(day, routes, shift, position, asked, window)
    here, _ = ends_of(day, routes, shift, position)
    return overtime_added(day, routes, shift, position, here, asked.visit)


@compiled
def weigh(day: Day, routes: Routes, scratch: Routes, asked: Question, gaps: Gaps) -> None:
    """Replace what the gaps found cost about by what they cost exactly, by driving them.

    Where roads have their hours, what a drive takes is known only once all are timed.
    """
    for window in range(len(asked.spans)):
        for shift in range(len(day.starts)):
            if gaps.fits[window, shift] and (asked.of_everyone or shift == gaps.best[window]):
                position = int(gaps.position[window, shift])
                write_in(day, routes, shift, position, asked, window)
                copy_tour(routes, scratch, shift)
                put(scratch, shift, position, asked.visit)
                reckon(day, scratch, shift)
                worked_s = int(scratch.work[shift]) - int(routes.work[shift])
                gaps.added[window, shift] = worked_s - day.lasts[asked.visit]
                gaps.cost[window, shift] = int(scratch.cost[shift]) - int(routes.cost[shift])
        if asked.of_everyone:
            choose(gaps, window)


@compiled
def ends_of(day: Day, routes: Routes, shift: int, position: int) -> tuple[int, int]:
    """The nodes before and after a gap."""
    stops = int(routes.stops[shift])
    here = int(routes.tour[shift, position - 1] if position else day.start_node[shift])
    there = int(routes.tour[shift, position] if position < stops else day.end_node[shift])
    return here, there


@compiled
def write_in(
    day: Day, routes: Routes, shift: int, position: int, asked: Question, window: int
) -> None:
    """Write into the day what it must know of the visit to drive it in this gap."""
    here, there = ends_of(day, routes, shift, position)
    day.drive[here, asked.visit] = asked.to_s[here]
    day.drive[asked.visit, there] = asked.from_s[there]
    day.opens[asked.visit, 0], day.closes[asked.visit, 0] = asked.spans[window]


@compiled
def note(gaps: Gaps, window: int, shift: int, cost: int, added_s: int, position: int) -> None:
    """Note a gap if it is the cheapest so far."""
    if cost < gaps.cost[window, shift]:
        gaps.fits[window, shift] = True
        gaps.cost[window, shift] = cost
        gaps.added[window, shift] = added_s
        gaps.position[window, shift] = position


@compiled
def choose(gaps: Gaps, window: int) -> None:
    """Note the shift with the cheapest gap, the first of equals."""
    least = NOWHERE
    for shift in range(gaps.cost.shape[1]):
        if gaps.cost[window, shift] < least:
            least, gaps.best[window] = gaps.cost[window, shift], shift


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
