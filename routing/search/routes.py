"""The routes being searched: their times, exact with every break, and what they cost.

The arithmetic is that of `routing.clockwork`: rests as early as may be going forwards, as late as
may be going backwards, with one column for each number of rests already over.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routing.roads import PARTS
from routing.seconds import NEVER_S, TOO_LATE_S

from .compiled import compiled, hot
from .day import NOBODY, Day
from .hours import (
    last_departure_by_hour,
    leave_just_in_time,
    ready_by_hour,
    rests_on,
    soonest_by_hour,
    wheel_s,
)

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
    """(r + 1,) room to drive on from a stop, by the number of rests over."""
    leaves: NDArray[np.int64]
    """(m, n + 1, r + 1) earliest moment to leave stop i - 1 (0: the start), j rests being over."""
    must: NDArray[np.int64]
    """(m, n + 1, r + 1) latest moment to begin stop i (the last: be home), j rests being over."""


def no_routes(day: Day) -> Routes:
    """Everybody at home, every visit absent."""
    visits, shifts = day.allowed.shape
    rows = (shifts, visits + 1, day.rest_opens.shape[1] + 1)
    routes = Routes(
        tour=np.zeros((shifts, visits), dtype=np.int32),
        stops=np.zeros(shifts, dtype=np.int64),
        shift_of=np.full(visits, ABSENT, dtype=np.int64),
        load=np.zeros(shifts, dtype=np.int64),
        work=np.zeros(shifts, dtype=np.int64),
        home=np.zeros(shifts, dtype=np.int64),
        cost=np.zeros(shifts, dtype=np.int64),
        version=np.zeros(shifts, dtype=np.int64),
        legs=np.zeros((shifts, visits + 1), dtype=np.int32),
        row=np.zeros(rows[2], dtype=np.int64),
        leaves=np.zeros(rows, dtype=np.int64),
        must=np.zeros(rows, dtype=np.int64),
    )
    for shift in range(shifts):
        reckon(day, routes, shift)
    return routes


@hot
def reckon(day: Day, routes: Routes, shift: int) -> bool:
    """Work out times, load, work and cost of a tour; False if it cannot be driven in time."""
    tour, stops, rests = routes.tour, int(routes.stops[shift]), int(day.rests[shift])
    leaves, must = routes.leaves, routes.must
    for over in range(rests + 1):
        leaves[shift, 0, over] = TOO_LATE_S
        must[shift, stops, over] = NEVER_S
    leaves[shift, 0, 0] = day.starts[shift]
    must[shift, stops, rests] = day.ends[shift]
    here = int(day.start_node[shift])
    load = driven_s = service_s = prices = 0
    for place in range(stops):
        visit = int(tour[shift, place])
        drive_s = int(day.drive[here, visit])
        routes.legs[shift, place] = drive_s
        for over in range(rests + 1):
            if day.traffic.is_hourly:
                ready_s = soonest_by_hour(day, leaves[shift, place], shift, drive_s, over)[0]
            else:
                ready_s = soonest_steady(day, leaves, shift, place, drive_s, over)
            leaves[shift, place + 1, over] = done_by(day, visit, ready_s)
        load += day.demand[visit]
        driven_s += drive_s
        service_s += day.lasts[visit]
        prices += day.price[visit, shift]
        here = visit
    home = int(day.end_node[shift])
    drive_home_s = int(day.drive[here, home])
    routes.legs[shift, stops] = drive_home_s if stops else 0
    for place in range(stops - 1, -1, -1):
        visit = int(tour[shift, place])
        drive_s = int(routes.legs[shift, place + 1])
        for over in range(rests + 1):
            if day.traffic.is_hourly:
                row = must[shift, place + 1]
                limit_s = last_departure_by_hour(day, row, shift, drive_s, over)
            else:
                limit_s = last_departure_steady(day, must, shift, place + 1, drive_s, over)
            must[shift, place, over] = latest(day, visit, limit_s - day.lasts[visit])
    home_s = soonest(day, leaves, shift, stops, drive_home_s, rests)
    routes.load[shift] = load
    routes.home[shift] = home_s
    routes.work[shift] = routes.cost[shift] = 0
    if stops:
        driven_s += drive_home_s
        if day.traffic.is_hourly and home_s <= day.ends[shift]:
            driven_s = driven_by_hour(day, routes, shift)
        routes.work[shift] = driven_s + service_s
        routes.cost[shift] = driven_s + prices + day.called_in
        routes.cost[shift] += day.unfair * max(0, driven_s + service_s - day.fair[shift])
        routes.cost[shift] += day.overtime * overtime(day, shift, home_s)
    return home_s <= day.ends[shift] and (not day.is_ordered or is_in_order(day, routes, shift))


@compiled
def driven_by_hour(day: Day, routes: Routes, shift: int) -> int:
    """Seconds at the wheel of a tour that can be driven, leaving just in time for its first stop.

    Every drive is as long as the hour makes it, rests where they bring her home soonest.
    """
    tour, stops = routes.tour[shift], int(routes.stops[shift])
    drives = np.empty(stops + 1, dtype=np.int64)
    here = int(day.start_node[shift])
    for place in range(stops + 1):
        there = int(tour[place]) if place < stops else int(day.end_node[shift])
        drives[place] = day.drive[here, there]
        here = there
    over = np.full(stops + 2, day.rests[shift], dtype=np.int64)
    for place in range(stops, -1, -1):
        row = routes.leaves[shift, place]
        over[place] = soonest_by_hour(day, row, shift, drives[place], over[place + 1])[1]
    clock_s, driven_s = int(day.starts[shift]), 0
    for place in range(stops + 1):
        parts = drives[place] * PARTS
        rests_s = rests_on(day, shift, clock_s, over[place], over[place + 1])
        ready_s = ready_by_hour(day, shift, clock_s, parts, over[place], over[place + 1])
        if place == 0:
            starts_s = earliest(day, int(tour[0]), ready_s)
            clock_s = leave_just_in_time(day.traffic, starts_s, parts, rests_s)
        driven_s += wheel_s(day.traffic, clock_s, parts, rests_s)
        if place < stops:
            clock_s = done_by(day, int(tour[place]), ready_s)
    return driven_s


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
def soonest(
    day: Day, leaves: NDArray[np.int64], shift: int, place: int, drive_s: int, over: int
) -> int:
    """The soonest end of a drive to stop `place`, after which `over` rests are over."""
    if day.traffic.is_hourly:
        return soonest_by_hour(day, leaves[shift, place], shift, drive_s, over)[0]
    return soonest_steady(day, leaves, shift, place, drive_s, over)


@hot
def last_departure(
    day: Day, must: NDArray[np.int64], shift: int, place: int, drive_s: int, over: int
) -> int:
    """The last moment to leave for stop `place`, `over` rests being over."""
    if day.traffic.is_hourly:
        return last_departure_by_hour(day, must[shift, place], shift, drive_s, over)
    return last_departure_steady(day, must, shift, place, drive_s, over)


@hot
def soonest_steady(
    day: Day, leaves: NDArray[np.int64], shift: int, place: int, drive_s: int, over: int
) -> int:
    """`soonest` on steady roads alone: short enough to become a part of whoever calls it."""
    best_s = TOO_LATE_S
    for before in range(over, -1, -1):
        clock_s, left_s = leaves[shift, place, before], drive_s
        if clock_s >= best_s:
            continue
        for rest in range(before, over):
            begins_s = max(clock_s, day.rest_opens[shift, rest])
            if begins_s > day.rest_closes[shift, rest]:
                clock_s = TOO_LATE_S
                break
            left_s = max(0, left_s - (begins_s - clock_s))
            clock_s = begins_s + day.rest_lasts[shift, rest]
        best_s = min(best_s, clock_s + left_s)
    return best_s


@hot
def last_departure_steady(
    day: Day, must: NDArray[np.int64], shift: int, place: int, drive_s: int, over: int
) -> int:
    """`last_departure` on steady roads alone."""
    best_s = NEVER_S
    for after in range(over, day.rests[shift] + 1):
        limit_s = must[shift, place, after]
        by_s = limit_s - drive_s
        for rest in range(after - 1, over - 1, -1):
            limit_s = min(day.rest_closes[shift, rest], limit_s - day.rest_lasts[shift, rest])
            if limit_s < day.rest_opens[shift, rest]:
                by_s = NEVER_S
                break
            by_s = min(by_s - day.rest_lasts[shift, rest], limit_s)
        best_s = max(best_s, by_s)
    return best_s


@hot
def earliest(day: Day, visit: int, ready_s: int) -> int:
    """When service begins if the concierge is ready then."""
    for window in range(day.opens.shape[1]):
        if ready_s <= day.closes[visit, window]:
            return max(ready_s, day.opens[visit, window])
    return TOO_LATE_S


@hot
def done_by(day: Day, visit: int, ready_s: int) -> int:
    """When service is over if the concierge is ready then."""
    starts_s = earliest(day, visit, ready_s)
    return starts_s if starts_s >= TOO_LATE_S else starts_s + day.lasts[visit]


@hot
def latest(day: Day, visit: int, limit_s: int) -> int:
    """The last moment not after `limit_s` at which service may begin."""
    best_s = NEVER_S
    for window in range(day.opens.shape[1]):
        if day.opens[visit, window] <= limit_s:
            best_s = max(best_s, min(day.closes[visit, window], limit_s))
    return best_s


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
