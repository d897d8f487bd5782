"""A dispatcher decides who visits a client; planning keeps the decision until it is undone."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from concierge.maps.travel import Roads
from concierge.model import VisitLock
from concierge.model.refusals import WrongStep

from .change_by_hand import DayAtHand, Seen, change_by_hand


async def lock_visit(
    engine: AsyncEngine, roads: Roads, seen: Seen, order_id: UUID, *, by: str, why: str = ""
) -> int:
    """Keep the visit with the concierge who has it; the day's version.

    A visit locked already stays as it is.

    Raises:
        Missing: there is no such hub, or the day has no such visit.
        StaleBoard: the day has changed since it was drawn.
        WrongStep: the visit has begun, or nobody has it.
    """

    async def lock(day: DayAtHand) -> int:
        order = day.visit(order_id)
        stop = day.today.stops.get(order_id)
        if stop is None:
            raise WrongStep("Give the visit to a concierge first, then lock it.")
        if order_id in day.today.locks:
            return day.today.version
        row = VisitLock(order_id=order_id, shift_id=stop.shift_id, by=by, at=day.today.now)
        day.session.add(row)
        day.today.locks[order_id] = row
        problem = day.problem()
        said = f"{day.client(order)} locked to {day.concierge(stop.shift_id)}. {why}".strip()
        plan = day.today.plan(problem)
        return await day.keep(problem, plan, what="lock_visit", order=order, said=said)

    return await change_by_hand(engine, roads, seen, lock, by=by)


async def unlock_visit(
    engine: AsyncEngine, roads: Roads, seen: Seen, order_id: UUID, *, by: str, why: str = ""
) -> int:
    """Let planning choose again who visits; the day's version.

    Raises:
        Missing: there is no such hub, or the day has no such visit.
        StaleBoard: the day has changed since it was drawn.
        WrongStep: the visit has begun.
    """

    async def unlock(day: DayAtHand) -> int:
        order = day.visit(order_id)
        row = day.today.locks.pop(order_id, None)
        if row is None:
            return day.today.version
        await day.session.delete(row)
        problem = day.problem()
        said = f"{day.client(order)} unlocked. {why}".strip()
        plan = day.today.plan(problem)
        return await day.keep(problem, plan, what="unlock_visit", order=order, said=said)

    return await change_by_hand(engine, roads, seen, unlock, by=by)
