"""The order that locks ask of a tour: who is served sooner, and who is first."""

from .compiled import hot
from .day import Day
from .routes import Routes


@hot
def bounds(day: Day, routes: Routes, shift: int, visit: int) -> tuple[int, int]:
    """The first and the last position at which a visit may join a tour in order."""
    stops = int(routes.stops[shift])
    first, last = 0, 0 if day.under_way[visit] else stops
    for place in range(stops):
        other = int(routes.tour[shift, place])
        if day.under_way[other] or day.after[visit] == other:
            first = place + 1
        if day.after[other] == visit and place < last:
            last = place
    return first, last
