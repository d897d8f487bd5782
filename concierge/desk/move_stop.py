"""A dispatcher gives a visit to a concierge."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

import routing
from concierge.maps.travel import Roads
from concierge.model.refusals import BreaksPromise, WrongStep

from .change_by_hand import DayAtHand, Seen, change_by_hand
from .plan_words import same_drives


async def move_stop(
    engine: AsyncEngine,
    roads: Roads,
    seen: Seen,
    order_id: UUID,
    shift_id: UUID,
    *,
    position: int | None = None,
    by: str,
    why: str = "",
) -> int:
    """Give the visit to that shift and return the day's new version; the phones are told.

    `position` is its index among the shift's stops that have not begun; without it, the cheapest
    that fits.

    Raises:
        Missing: there is no such hub, or the day has no such visit or shift.
        StaleBoard: the day has changed since it was drawn.
        WrongStep: the visit has begun, the shift is over, or it would change nothing.
        BreaksPromise: a promise would break; each is named.
    """

    async def move(day: DayAtHand) -> int:
        order, name, problem = day.visit(order_id), day.concierge(shift_id), day.problem()
        if not problem.has_shift(str(shift_id)):
            raise WrongStep("%(name)s's shift is over.", name=name)
        before = day.today.plan(problem)
        after = routing.move(problem, before, str(order_id), str(shift_id), position=position)
        if not isinstance(after, routing.Plan):
            raise BreaksPromise(" ".join(broken.words for broken in after))
        if same_drives(before, after):
            raise WrongStep(
                "%(name)s has %(client)s's visit at this very place; nothing was changed.",
                name=name,
                client=day.client(order),
            )
        said = f"{day.client(order)} moved to {name} by hand. {why}".strip()
        return await day.keep(problem, after, what="move_visit", order=order, said=said)

    return await change_by_hand(engine, roads, seen, move, by=by)
