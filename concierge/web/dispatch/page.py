"""The page the board lives in; the board itself reads the day."""

from datetime import date

import msgspec
from litestar import Response, get
from litestar.handlers import BaseRouteHandler
from litestar.params import FromQuery
from sqlmodel import col, select

from concierge.model import Hub
from concierge.model.refusals import Missing
from concierge.store import clock
from concierge.store.transaction import transaction
from concierge.web.doors import Asked, doors
from concierge.web.guards import DISPATCHERS
from concierge.web.session import me
from concierge.web.show import show


class BoardPage(msgspec.Struct, frozen=True):
    """Which hub's day to show, and whether who looks may change it."""

    hub: str
    day: date
    may_change: bool


@get("/dispatch", include_in_schema=False)
async def board(
    request: Asked, hub: FromQuery[str] = "", day: FromQuery[date | None] = None
) -> Response[str]:
    """A hub's day; her own hub's today, unless she asks for another.

    Raises:
        Missing: there is no such hub.
    """
    hubs = select(Hub).order_by(col(Hub.name))
    hubs = hubs.where(Hub.slug == hub) if hub else hubs
    async with transaction(doors(request).engine) as session:
        found = [each for each in await session.exec(hubs) if me(request).works_at(each.id)]
        if not found:
            raise Missing("There is no such hub.")
        home = next((each for each in found if each.id == me(request).hub_id), found[0])
        today = home.day_of(await clock.now(session))
    page = BoardPage(home.slug, day or today, me(request).role in DISPATCHERS)
    return show(request, "dispatch.html", page)


handlers: list[BaseRouteHandler] = [board]
