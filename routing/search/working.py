"""What one more visit adds to a shift's overtime."""

import numpy as np
from numpy.typing import NDArray

from .compiled import hot
from .day import Day
from .legs import done_by, soonest
from .routes import Routes, overtime


@hot
def overtime_added(
    day: Day, routes: Routes, shift: int, position: int, here: int, visit: int
) -> int:
    """The price of the overtime that the visit adds there; exact, by driving on to the end."""
    stops, on_at = int(routes.stops[shift]), visit
    serve(day, routes, routes.leaves, shift, position, int(day.drive[here, visit]), visit)
    for place in range(position, stops):
        there = int(routes.tour[shift, place])
        serve(day, routes, routes.row, shift, 0, int(day.drive[on_at, there]), there)
        if is_as_before(day, routes, shift, place):
            return 0
        on_at = there
    drive_home_s = int(day.drive[on_at, day.end_node[shift]])
    home_s = soonest(day, routes.row, shift, 0, drive_home_s, int(day.rests[shift]))
    was = overtime(day, shift, routes.home[shift]) if stops else 0
    return day.overtime * (overtime(day, shift, home_s) - was)


@hot
def serve(
    day: Day,
    routes: Routes,
    departures: NDArray[np.int64],
    shift: int,
    place: int,
    drive_s: int,
    visit: int,
) -> None:
    """Write into `routes.row` when a visit is over to which she drives from there."""
    for over in range(day.rests[shift], -1, -1):
        ready_s = soonest(day, departures, shift, place, drive_s, over)
        routes.row[shift, 0, over] = done_by(day, visit, ready_s)


@hot
def is_as_before(day: Day, routes: Routes, shift: int, place: int) -> bool:
    """Whether a stop is over when it was without the visit."""
    same = True
    for over in range(day.rests[shift] + 1):
        same &= routes.row[shift, 0, over] == routes.leaves[shift, place + 1, over]
    return same
