"""The routes being searched: their times, exact with every break, and what they cost.

A tour that changes in one place keeps its other drives, and its times as far as they stay so: from
the change on until a stop is over as before, and back until one must begin as before.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routing.seconds import NEVER_S, TOO_LATE_S

from .compiled import apart, hot
from .day import NOBODY, Day
from .legs import done_by, last_departure, latest, soonest
from .wheel import driven_by_hour

ABSENT = -1
"""The shift of a visit on no route."""


class Routes(NamedTuple):
    """A solution as a struct of arrays, in the indices and moments of `Day`.

    Shapes: n visits, m shifts, r breaks at most.
    """

    tour: NDArray[np.int32]
    """(m, n) visits in driving order; the first `stops` are meant."""
    stops: NDArray[np.int64]
    """(m,) number of visits."""
    shift_of: NDArray[np.int64]
    """(n,) shift, or ABSENT."""
    load: NDArray[np.int64]
    """(m,) rail units."""
    service: NDArray[np.int64]
    """(m,) seconds of service."""
    prices: NDArray[np.int64]
    """(m,) what its visits cost with this shift, beside driving."""
    work: NDArray[np.int64]
    """(m,) seconds of driving and service."""
    home: NDArray[np.int64]
    """(m,) earliest moment to be home, every break over."""
    cost: NDArray[np.int64]
    """(m,) driving, prices, overtime, unfair work, and the shift called in."""
    version: NDArray[np.int64]
    """(m,) a number that a tour has had since it last changed, and that no other tour ever has."""
    legs: NDArray[np.int32]
    """(m, n + 1) seconds of driving to stop i (the last: home); 0 for a shift that stays there."""
    row: NDArray[np.int64]
    """(m, 1, r + 1) room to drive on from a stop, by the number of rests over."""
    rested: NDArray[np.int64]
    """(n + 2,) room for the number of rests over at each end of each leg."""
    leaves: NDArray[np.int64]
    """(m, n + 1, r + 1) earliest moment to leave stop i - 1 (0: the start), j rests being over."""
    must: NDArray[np.int64]
    """(m, n + 1, r + 1) latest moment to begin stop i (the last: be home), j rests being over."""


def no_routes(day: Day) -> Routes:
    """Everybody at home, every visit absent."""
    visits, shifts = day.allowed.shape
    rows = (shifts, visits + 1, int(day.rests.max()) + 1)
    routes = Routes(
        tour=np.zeros((shifts, visits), dtype=np.int32),
        stops=np.zeros(shifts, dtype=np.int64),
        shift_of=np.full(visits, ABSENT, dtype=np.int64),
        load=np.zeros(shifts, dtype=np.int64),
        service=np.zeros(shifts, dtype=np.int64),
        prices=np.zeros(shifts, dtype=np.int64),
        work=np.zeros(shifts, dtype=np.int64),
        home=np.zeros(shifts, dtype=np.int64),
        cost=np.zeros(shifts, dtype=np.int64),
        version=np.zeros(shifts, dtype=np.int64),
        legs=np.zeros((shifts, visits + 1), dtype=np.int32),
        row=np.zeros((shifts, 1, rows[2]), dtype=np.int64),
        rested=np.zeros(visits + 2, dtype=np.int64),
        leaves=np.zeros(rows, dtype=np.int64),
        must=np.zeros(rows, dtype=np.int64),
    )
    for shift in range(shifts):
        reckon(day, routes, shift)
    return routes


@apart
def reckon(day: Day, routes: Routes, shift: int) -> bool:
    """Work out times, load, work and cost of a tour; False if it cannot be driven in time."""
    stops, rests = int(routes.stops[shift]), int(day.rests[shift])
    for over in range(rests + 1):
        routes.leaves[shift, 0, over] = TOO_LATE_S
        routes.must[shift, stops, over] = NEVER_S
    routes.leaves[shift, 0, 0] = day.starts[shift]
    routes.must[shift, stops, rests] = day.ends[shift]
    load = service_s = prices = 0
    for place in range(stops):
        visit = routes.tour[shift, place]
        load += day.demand[visit]
        service_s += day.lasts[visit]
        prices += day.price[visit, shift]
    routes.load[shift], routes.service[shift], routes.prices[shift] = load, service_s, prices
    return reckon_change(day, routes, shift, 0, stops)


@hot
def reckon_change(day: Day, routes: Routes, shift: int, first: int, last: int) -> bool:
    """The same if only the drives to stops `first` to `last` are new; its visits are counted."""
    for place in range(first, last + 1):
        here, there = node_at(day, routes, shift, place - 1), node_at(day, routes, shift, place)
        routes.legs[shift, place] = day.drive[here, there]
    if routes.stops[shift] == 0:
        routes.legs[shift, 0] = 0
    forwards(day, routes, shift, first, last)
    backwards(day, routes, shift, first, last)
    return add_up(day, routes, shift)


@hot
def node_at(day: Day, routes: Routes, shift: int, place: int) -> int:
    """The node of a stop; before the first the start, after the last the end."""
    if place < 0:
        return int(day.start_node[shift])
    if place == routes.stops[shift]:
        return int(day.end_node[shift])
    return int(routes.tour[shift, place])


@hot
def forwards(day: Day, routes: Routes, shift: int, first: int, last: int) -> None:
    """When each stop can be left, from `first` on; after `last` until one is left as before."""
    leaves = routes.leaves
    for place in range(first, routes.stops[shift]):
        visit, drive_s = int(routes.tour[shift, place]), int(routes.legs[shift, place])
        same = place >= last
        for over in range(day.rests[shift] + 1):
            leaves_s = done_by(day, visit, soonest(day, leaves, shift, place, drive_s, over))
            same &= leaves[shift, place + 1, over] == leaves_s
            leaves[shift, place + 1, over] = leaves_s
        if same:
            return


@hot
def backwards(day: Day, routes: Routes, shift: int, first: int, last: int) -> None:
    """When each stop must begin, back from `last`; before `first` until one must as before."""
    must = routes.must
    for place in range(last - 1, -1, -1):
        visit, drive_s = int(routes.tour[shift, place]), int(routes.legs[shift, place + 1])
        same = place < first
        for over in range(day.rests[shift] + 1):
            by_s = last_departure(day, must, shift, place + 1, drive_s, over)
            must_s = latest(day, visit, by_s - day.lasts[visit])
            same &= must[shift, place, over] == must_s
            must[shift, place, over] = must_s
        if same:
            return


@hot
def add_up(day: Day, routes: Routes, shift: int) -> bool:
    """Work and cost of a tour whose times are worked out; False if it cannot be driven in time."""
    stops, rests = int(routes.stops[shift]), int(day.rests[shift])
    here, home = node_at(day, routes, shift, stops - 1), int(day.end_node[shift])
    home_s = soonest(day, routes.leaves, shift, stops, int(day.drive[here, home]), rests)
    in_time = bool(home_s <= day.ends[shift])
    routes.home[shift] = home_s
    routes.work[shift] = routes.cost[shift] = 0
    if stops:
        driven_s = 0
        if day.traffic.is_hourly and in_time:
            tour, legs, leaves = routes.tour, routes.legs, routes.leaves
            driven_s = driven_by_hour(day, tour, stops, legs, leaves, routes.rested, shift)
        else:
            for place in range(stops + 1):
                driven_s += routes.legs[shift, place]
        work_s = driven_s + routes.service[shift]
        routes.work[shift] = work_s
        routes.cost[shift] = driven_s + routes.prices[shift] + day.called_in
        routes.cost[shift] += day.unfair * max(0, work_s - day.fair[shift])
        routes.cost[shift] += day.overtime * overtime(day, shift, home_s)
    return in_time and (not day.is_ordered or is_in_order(day, routes, shift))


@hot
def put(routes: Routes, shift: int, position: int, visit: int) -> None:
    """Put the visit into the tour, times after it moving along; they are not yet worked out."""
    stops, columns = int(routes.stops[shift]), routes.leaves.shape[2]
    for place in range(stops, position - 1, -1):
        move_stop(routes, shift, place, place + 1, columns)
    routes.tour[shift, position] = visit
    routes.stops[shift] = stops + 1
    routes.shift_of[visit] = shift


@hot
def insert(day: Day, routes: Routes, shift: int, position: int, visit: int) -> bool:
    """Put the visit into the tour; False if that cannot be driven in time."""
    put(routes, shift, position, visit)
    routes.load[shift] += day.demand[visit]
    routes.service[shift] += day.lasts[visit]
    routes.prices[shift] += day.price[visit, shift]
    return reckon_change(day, routes, shift, position, position + 1)


@hot
def move_stop(routes: Routes, shift: int, place: int, to: int, columns: int) -> None:
    """Move a stop, or being home after the last, with all that is known of it."""
    routes.legs[shift, to] = routes.legs[shift, place]
    for over in range(columns):
        routes.must[shift, to, over] = routes.must[shift, place, over]
    if place < routes.stops[shift]:
        routes.tour[shift, to] = routes.tour[shift, place]
        for over in range(columns):
            routes.leaves[shift, to + 1, over] = routes.leaves[shift, place + 1, over]


@hot
def overtime(day: Day, shift: int, home_s: int) -> int:
    """Seconds of it if she is home then; never more than the shift allows."""
    return max(0, min(home_s, day.ends[shift]) - day.due[shift])


@hot
def is_in_order(day: Day, routes: Routes, shift: int) -> bool:
    """Whether a tour keeps the order that locks ask for."""
    for place in range(routes.stops[shift]):
        visit = routes.tour[shift, place]
        if day.under_way[visit] and place > 0:
            return False
        if day.after[visit] != NOBODY:
            for later in range(place + 1, routes.stops[shift]):
                if routes.tour[shift, later] == day.after[visit]:
                    return False
    return True


@hot
def copy_tour(source: Routes, target: Routes, shift: int) -> None:
    """Make one shift of `target` what it is in `source`; absent visits are the caller's."""
    stops, columns = source.stops[shift], source.leaves.shape[2]
    for place in range(stops):
        visit = source.tour[shift, place]
        target.tour[shift, place] = visit
        target.shift_of[visit] = shift
    for place in range(stops + 1):
        target.legs[shift, place] = source.legs[shift, place]
        for over in range(columns):
            target.leaves[shift, place, over] = source.leaves[shift, place, over]
            target.must[shift, place, over] = source.must[shift, place, over]
    target.stops[shift] = stops
    target.version[shift] = source.version[shift]
    target.load[shift] = source.load[shift]
    target.service[shift] = source.service[shift]
    target.prices[shift] = source.prices[shift]
    target.work[shift] = source.work[shift]
    target.home[shift] = source.home[shift]
    target.cost[shift] = source.cost[shift]


@hot
def total(day: Day, routes: Routes) -> int:
    """What all routes and all absent visits cost."""
    cost = routes.cost.sum()
    for visit in range(len(routes.shift_of)):
        if routes.shift_of[visit] == ABSENT:
            cost += day.left_out[visit]
    return cost
