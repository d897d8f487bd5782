"""The door to live updates, and who may follow what."""

import re
from datetime import date
from typing import Annotated
from uuid import UUID

from litestar import get
from litestar.handlers import BaseRouteHandler
from litestar.params import QueryParameter
from litestar.response import ServerSentEvent
from sqlmodel import select

from concierge.desk.visits import recognise
from concierge.model import Concierge, Order, Role
from concierge.model.refusals import BadRequest, Missing
from concierge.store.clock import wall
from concierge.store.transaction import transaction

from .doors import Asked, Doors, doors
from .session import Me, me, visit_of

MOST_TOPICS = 8
LAST_EVENT = re.compile(r"[0-9]{1,18}")


@get("/live", include_in_schema=False)
async def live(
    request: Asked,
    topics: Annotated[str, QueryParameter(max_length=600)],
    after: Annotated[int | None, QueryParameter(ge=0, lt=10**18)] = None,
) -> ServerSentEvent:
    """Follow topics, parted by commas: `day:<hub>:<date>`, `concierge:<id>`, `order:<id>`.

    Raises:
        BadRequest: too many topics, or none.
        Missing: a topic is unknown, or not this person's to follow.
    """
    house = doors(request)
    wanted = [topic for topic in topics.split(",") if topic]
    if not 0 < len(wanted) <= MOST_TOPICS:
        raise BadRequest("Follow between one and %(most)s topics.", most=MOST_TOPICS)
    for topic in wanted:
        if not await _may_follow(house, me(request), topic):
            raise Missing("There is nothing to follow here.")
    seen = request.headers.get("last-event-id", "")
    start = int(seen) if LAST_EVENT.fullmatch(seen) else after
    if start is None:
        start = await house.live.newest()
    return ServerSentEvent(house.live.stream(wanted, start, _still_welcome(request, house)))


async def _may_follow(house: Doors, who: Me, topic: str) -> bool:
    kind, _, name = topic.partition(":")
    if kind == "day":
        at = _hub_of_a_day(name)
        desk = {Role.DISPATCHER, Role.HUB, Role.OWNER}
        return at is not None and who.role in desk and who.works_at(at)
    whom = _id(name)
    if whom is None:
        return False
    if kind == "concierge":
        return who.concierge_id == whom or await _directs(house, who, Concierge, whom)
    if kind == "order":
        return await _directs(house, who, Order, whom) or await _owns(house, who, whom)
    return False


async def _directs(
    house: Doors, who: Me, table: type[Concierge] | type[Order], row_id: UUID
) -> bool:
    """Whether a dispatcher's hub has this concierge or order."""
    if who.role not in {Role.DISPATCHER, Role.OWNER}:
        return False
    async with transaction(house.engine) as session:
        row = await session.get(table, row_id)
    return row is None or who.works_at(row.hub_id)


async def _owns(house: Doors, who: Me, order_id: UUID) -> bool:
    if who.client_id is None:
        return False
    async with transaction(house.engine) as session:
        mine = select(Order.id).where(Order.id == order_id, Order.client_id == who.client_id)
        return (await session.exec(mine)).first() is not None


def _hub_of_a_day(name: str) -> UUID | None:
    """`<hub>:<date>` names a hub's day, or nothing."""
    hub, _, day = name.partition(":")
    try:
        date.fromisoformat(day)
    except ValueError:
        return None
    return _id(hub)


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _still_welcome(request: Asked, house: Doors):  # noqa: ANN202 - a closure
    token = visit_of(request).token

    async def asked_again() -> bool:
        if token is None:
            return False
        async with transaction(house.engine) as session:
            return await recognise(session, token, now=wall()) is not None

    return asked_again


handlers: list[BaseRouteHandler] = [live]
