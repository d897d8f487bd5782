"""The order that locks ask of a tour: who is served sooner, and who is first."""

from .compiled import hot
from .day import Day
from .routes import Routes


@hot
def bounds(day: Day, routes: Routes, shift: int, visit: int, without: int) -> tuple[int, int]:
    """The first and the last position at which a visit may join a tour without one stop, in order.

    Without its end, a tour is as it is.
    """
    stops = int(routes.stops[shift])
    rest = stops - (without < stops)
    first, last, place = 0, 0 if day.under_way[visit] else rest, 0
    for at in range(stops):
        other = int(routes.tour[shift, at])
        if at == without:
            continue
        if day.under_way[other] or day.after[visit] == other:
            first = place + 1
        if day.after[other] == visit and place < last:
            last = place
        place += 1
    return first, last
