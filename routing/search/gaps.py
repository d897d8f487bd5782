"""Every gap a visit could go into: one pass over a standing day answers all of its windows."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .compiled import hot
from .day import NOBODY, Day
from .legs import last_departure, last_departure_steady, soonest, soonest_steady
from .order import bounds
from .routes import Routes, copy_tour, put, reckon
from .traffic import about
from .working import overtime_added

NOWHERE = 1 << 60
"""The cost where there is no gap."""


class Gaps(NamedTuple):
    """The cheapest gap in each window with each shift.

    Shapes: w windows, m shifts.
    """

    cost: NDArray[np.int64]
    """(w, m) everything it adds, in seconds of driving; or NOWHERE."""
    added: NDArray[np.int64]
    """(w, m) seconds of driving it adds, where there is one."""
    position: NDArray[np.int64]
    """(w, m) index among the stops of the shift, where there is one."""
    best: NDArray[np.int64]
    """(w,) the shift where it costs least, or NOBODY."""
    shifts: NDArray[np.int64]
    """(w,) how many shifts have a gap."""
    no_rail: NDArray[np.int64]
    """(w,) 1 if a gap is lost for want of room on the rail."""

    @property
    def fits(self) -> NDArray[np.bool_]:
        """Whether there is one. Shapes: (w, m)."""
        return self.cost < NOWHERE


class Ways(NamedTuple):
    """What is driven as it stands. Shapes: m shifts, n stops at most."""

    nodes: NDArray[np.int64]
    """(m, n + 2) where the shift starts, its stops, where it ends."""
    drive_s: NDArray[np.int64]
    """(m, n + 1) seconds from one of those to the next; 0 for a shift that stays at home."""


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
    is_ordered: bool
    """Whether locks ask for an order between it and others."""
    of_everyone: bool
    """Whether costs must be exact for every shift, and not for the cheapest alone."""


def no_gaps(windows: int, shifts: int) -> Gaps:
    """Nothing found yet."""
    of_each, of_all = (
        np.empty((3, windows, shifts), dtype=np.int64),
        np.empty((3, windows), dtype=np.int64),
    )
    of_each[0], of_all[0], of_all[1:] = NOWHERE, NOBODY, 0
    return Gaps(*of_each, *of_all)


@hot
def find_gaps(day: Day, routes: Routes, ways: Ways, asked: Question, gaps: Gaps) -> None:
    """Look into every gap of every shift that may serve the visit."""
    for shift in range(len(day.starts)):
        if day.allowed[asked.visit, shift]:
            look_into(day, routes, ways, asked, shift, gaps)
    for window in range(len(asked.spans)):
        choose(gaps, window)


@hot
def look_into(
    day: Day, routes: Routes, ways: Ways, asked: Question, shift: int, gaps: Gaps
) -> None:
    """Look into every gap of one shift."""
    visit, spans, stops = asked.visit, asked.spans, int(routes.stops[shift])
    last_close, lasts = day.last_close[visit], int(day.lasts[visit])
    full = routes.load[shift] + day.demand[visit] > day.capacity[shift]
    fixed = day.price[visit, shift] + (0 if stops else day.called_in)
    fair_left = day.fair[shift] - routes.work[shift] - lasts
    was_unfair = max(0, routes.work[shift] - day.fair[shift])
    first, last = bounds(day, routes, shift, visit, stops) if asked.is_ordered else (0, stops)
    for position in range(first, last + 1):
        if routes.leaves[shift, position, 0] > last_close:
            return
        here, there = ways.nodes[shift, position], ways.nodes[shift, position + 1]
        to_s, from_s = int(asked.to_s[here]), int(asked.from_s[there])
        added_s = to_s + from_s - int(ways.drive_s[shift, position])
        if day.traffic.is_hourly:
            added_s = about(day.traffic, added_s, int(routes.leaves[shift, position, 0]))
        cost = fixed + added_s + day.unfair * (max(0, added_s - fair_left) - was_unfair)
        for over in range(day.rests[shift] + 1):
            if day.traffic.is_hourly:
                ready_s = soonest(day, routes.leaves, shift, position, to_s, over)
                by_s = last_departure(day, routes.must, shift, position, from_s, over)
            else:
                ready_s = soonest_steady(day, routes.leaves, shift, position, to_s, over)
                by_s = last_departure_steady(day, routes.must, shift, position, from_s, over)
            if ready_s > last_close:
                break
            limit_s = by_s - lasts
            for window in range(len(spans)):
                opens_s, closes_s = spans[window]
                if cost < gaps.cost[window, shift] and max(ready_s, opens_s) <= min(
                    limit_s, closes_s
                ):
                    if full:
                        gaps.no_rail[window] = 1
                        continue
                    late = overtime_there(day, routes, ways, shift, position, asked, window)
                    note(gaps, window, shift, cost + late, added_s, position)


@hot
def overtime_there(
    day: Day, routes: Routes, ways: Ways, shift: int, position: int, asked: Question, window: int
) -> int:
    """The price of the overtime that the visit adds in this gap."""
    if day.due[shift] == day.ends[shift]:
        return 0
    write_in(day, ways, shift, position, asked, window)
    here = int(ways.nodes[shift, position])
    return overtime_added(day, routes, shift, position, here, asked.visit)


@hot
def weigh(
    day: Day, routes: Routes, scratch: Routes, ways: Ways, asked: Question, gaps: Gaps
) -> None:
    """Replace what the gaps found cost about by what they cost exactly, by driving them.

    Where roads have their hours, what a drive takes is known only once all are timed.
    """
    for window in range(len(asked.spans)):
        for shift in range(len(day.starts)):
            meant = asked.of_everyone or shift == gaps.best[window]
            if meant and gaps.cost[window, shift] < NOWHERE:
                position = int(gaps.position[window, shift])
                write_in(day, ways, shift, position, asked, window)
                copy_tour(routes, scratch, shift)
                put(scratch, shift, position, asked.visit)
                reckon(day, scratch, shift)
                worked_s = int(scratch.work[shift]) - int(routes.work[shift])
                gaps.added[window, shift] = worked_s - day.lasts[asked.visit]
                gaps.cost[window, shift] = int(scratch.cost[shift]) - int(routes.cost[shift])
        if asked.of_everyone:
            choose(gaps, window)


@hot
def write_in(
    day: Day, ways: Ways, shift: int, position: int, asked: Question, window: int
) -> None:
    """Write into the day what it must know of the visit to drive it in this gap."""
    here, there = ways.nodes[shift, position], ways.nodes[shift, position + 1]
    day.drive[here, asked.visit] = asked.to_s[here]
    day.drive[asked.visit, there] = asked.from_s[there]
    day.opens[asked.visit, 0], day.closes[asked.visit, 0] = asked.spans[window]


@hot
def note(gaps: Gaps, window: int, shift: int, cost: int, added_s: int, position: int) -> None:
    """Note a gap if it is the cheapest so far."""
    if cost < gaps.cost[window, shift]:
        gaps.cost[window, shift] = cost
        gaps.added[window, shift] = added_s
        gaps.position[window, shift] = position


@hot
def choose(gaps: Gaps, window: int) -> None:
    """Note how many shifts have a gap, and the one with the cheapest, the first of equals."""
    least = NOWHERE
    gaps.shifts[window] = 0
    for shift in range(gaps.cost.shape[1]):
        cost = gaps.cost[window, shift]
        gaps.shifts[window] += cost < NOWHERE
        if cost < least:
            least, gaps.best[window] = cost, shift


@hot
def note_ways(day: Day, routes: Routes, shift: int, ways: Ways) -> None:
    """Note what a shift drives from stop to stop."""
    stops = int(routes.stops[shift])
    ways.nodes[shift, 0], ways.nodes[shift, stops + 1] = day.start_node[shift], day.end_node[shift]
    for place in range(stops):
        ways.nodes[shift, place + 1] = routes.tour[shift, place]
    for place in range(stops + 1):
        ways.drive_s[shift, place] = routes.legs[shift, place]
