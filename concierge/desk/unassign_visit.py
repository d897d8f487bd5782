"""A dispatcher takes a visit off its route; it waits in the tray."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

import routing
from concierge.maps.travel import Roads
from concierge.model.refusals import WrongStep

from .change_by_hand import DayAtHand, Seen, change_by_hand


async def unassign_visit(
    engine: AsyncEngine, roads: Roads, seen: Seen, order_id: UUID, *, by: str, why: str = ""
) -> int:
    """Take the visit off its route, its lock with it, and return the day's new version.

    Raises:
        Missing: there is no such hub, or the day has no such visit.
        StaleBoard: the day has changed since it was drawn.
        WrongStep: the visit has begun, or nobody has it.
    """

    async def unassign(day: DayAtHand) -> int:
        order = day.visit(order_id)
        stop = day.today.stops.get(order_id)
        if stop is None:
            raise WrongStep("Nobody has %(client)s's visit.", client=day.client(order))
        if (lock := day.today.locks.pop(order_id, None)) is not None:
            await day.session.delete(lock)
        words = f"Taken off {day.concierge(stop.shift_id)}'s route by hand. {why}".strip()
        problem = day.problem()
        plan = routing.unassign(problem, day.today.plan(problem), str(order_id), words=words)
        said = f"{day.client(order)}: {words[0].lower()}{words[1:]}"
        return await day.keep(problem, plan, what="unassign_visit", order=order, said=said)

    return await change_by_hand(engine, roads, seen, unassign, by=by)
