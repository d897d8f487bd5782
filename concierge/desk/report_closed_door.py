"""A concierge says from the street that nobody opens: the board sees it at once and decides."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel.ext.asyncio.session import AsyncSession

import routing
from concierge.maps.travel import Roads
from concierge.model import Setback, Step
from concierge.model.refusals import KeyReused, Missing, WrongStep
from concierge.store.transaction import transaction

from .change_by_hand import DayAtHand
from .day_in_hand import with_day_in_hand
from .hub_day import HubDay
from .report_setback import turn_away
from .show_visit import assigned_stop


class ClosedDoor(msgspec.Struct, frozen=True):
    """A door that stayed closed, as the phone wrote it down: `id` is the phone's."""

    id: UUID
    at: datetime


async def report_closed_door(
    engine: AsyncEngine, roads: Roads, order_id: UUID, door: ClosedDoor, *, concierge_id: UUID
) -> bool:
    """Take note that nobody opened to her; False when it was known. She goes on from that door.

    Her pieces stay sealed, the money stays held, and the visit waits for a dispatcher's decision.

    Raises:
        Missing: the visit is not this concierge's.
        KeyReused: the id came again for another visit.
        WrongStep: she was let in, she is not there, her hour has not begun, or it is not today's.
    """
    by = f"concierge:{concierge_id}"
    async with transaction(engine) as session:
        if await _known(session, order_id, door, by):
            return False
        stop = await assigned_stop(session, order_id, concierge_id)

    async def report(session: AsyncSession, today: HubDay, travel: routing.TravelTimes) -> bool:
        if await _known(session, order_id, door, by):  # sent twice at once
            return False
        hers = today.stops.get(order_id)
        if hers is None or hers.concierge_id != concierge_id:
            raise Missing("There is no such visit on your route.")
        at = min(door.at, today.now)
        if at < hers.opens:
            raise WrongStep(
                "Her hour begins at %(time)s; until then nobody need open.",
                time=f"{hers.opens.astimezone(today.hub.zone):%H:%M}",
            )
        steps = today.steps.get(order_id, {})
        if Step.TRYING in steps or Step.ARRIVED not in steps:
            raise WrongStep("Say that you have arrived, and only of a door that stayed closed.")
        await turn_away(DayAtHand(session, today, travel, by), order_id, door.id, at)
        return True

    return await with_day_in_hand(engine, roads, stop.hub_id, stop.day, report)


async def _known(session: AsyncSession, order_id: UUID, door: ClosedDoor, by: str) -> bool:
    known = await session.get(Setback, door.id)
    if known is None:
        return False
    if (known.order_id, known.by) != (order_id, by):
        raise KeyReused("This was sent before for another visit; nothing changed.")
    return True
