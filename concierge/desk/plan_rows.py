"""The rows of a planned route: what is written when it is put in force, or only looked at."""

from datetime import timedelta
from uuid import UUID

import routing
from concierge.model import PlanRoute, Stop

from .hub_day import HubDay


def rows_of(day: HubDay, route: routing.Route) -> tuple[PlanRoute, list[Stop]]:
    """A route after its shift's history: its row, the one in force where it goes on, and stops."""
    shift = day.shifts[UUID(route.shift)]
    history = day.history_of(shift.id)
    row = day.routes.get(shift.id) if history else None
    if row is None:
        row = PlanRoute(
            shift_id=shift.id, hub_id=day.hub.id, day=day.day, leaves=route.leaves,
            returns=route.returns, drive_home_s=0,
        )  # fmt: skip
    row.returns = route.returns
    row.drive_home_s = int(route.drive_home.total_seconds())
    if route.breaks:
        rest = route.breaks[0]
        row.break_starts, row.break_ends = rest.starts, rest.ends
        row.break_before = rest.before + len(history)
    stops: list[Stop] = []
    for at, stop in enumerate(route.stops):
        on_the_way = (b for b in route.breaks if b.before == at and b.starts < stop.arrives)
        resting = sum((rest.ends - rest.starts for rest in on_the_way), timedelta(0))
        stops.append(_stop_row(day, shift.id, at + len(history), stop, resting))
    return row, stops


def _stop_row(
    day: HubDay, shift_id: UUID, sequence: int, stop: routing.Stop, resting: timedelta
) -> Stop:
    """The row of a stop; a break before it counts from the moment she is free for it."""
    return Stop(
        order_id=UUID(stop.visit),
        hub_id=day.hub.id,
        day=day.day,
        shift_id=shift_id,
        concierge_id=day.shifts[shift_id].concierge_id,
        sequence=sequence,
        departs=stop.arrives - stop.drive - resting,
        arrives=stop.arrives,
        starts=stop.starts,
        ends=stop.ends,
        drive_s=int(stop.drive.total_seconds()),
        opens=stop.window.opens,
        closes=stop.window.closes,
    )
