"""What one more visit adds to a shift's overtime."""

from .compiled import hot
from .day import Day
from .hours import soonest_by_hour
from .routes import Routes, done_by, overtime, soonest


@hot
def overtime_added(
    day: Day, routes: Routes, shift: int, position: int, here: int, visit: int
) -> int:
    """The price of the overtime that the visit adds there; exact, by driving on to the end."""
    departures = routes.row
    drive_s = int(day.drive[here, visit])
    for over in range(day.rests[shift] + 1):
        ready_s = soonest(day, routes.leaves, shift, position, drive_s, over)
        departures[over] = done_by(day, visit, ready_s)
    stops, rests, here = int(routes.stops[shift]), int(day.rests[shift]), visit
    for place in range(position, stops):
        there = int(routes.tour[shift, place])
        drive_s = int(day.drive[here, there])
        for over in range(rests, -1, -1):
            ready_s, _ = soonest_by_hour(day, departures, shift, drive_s, over)
            departures[over] = done_by(day, there, ready_s)
        here = there
    drive_home_s = int(day.drive[here, day.end_node[shift]])
    home_s, _ = soonest_by_hour(day, departures, shift, drive_home_s, rests)
    was = overtime(day, shift, routes.home[shift]) if stops else 0
    return day.overtime * (overtime(day, shift, home_s) - was)
