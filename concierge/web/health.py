"""Whether this process lives, whether it is ready, and who asks it."""

from datetime import datetime

import msgspec
from litestar import Response, get
from litestar.handlers import BaseRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from sqlalchemy.exc import OperationalError
from sqlmodel import func, select

from concierge.store.clock import now
from concierge.store.transaction import transaction

from .doors import Asked, doors
from .pages import UTC
from .session import NO_SESSION, me, visit_of
from .show import words_for
from .wire import no


class Health(msgspec.Struct, frozen=True):
    """One word, and what does not answer."""

    status: str
    without: list[str] = []


class SessionInfo(msgspec.Struct, frozen=True):
    """Who is signed in here, and the token that commands must carry in `X-CSRF-Token`."""

    csrf: str
    role: str
    name: str
    account_id: str | None
    concierge_id: str | None
    hub_id: str | None
    language: str
    zone: str
    now: datetime
    demo: bool


@get("/health", tags=["house"], opt={NO_SESSION: True}, sync_to_thread=False)
def health() -> Health:
    """This process answers."""
    return Health("ok")


@get(
    "/ready",
    tags=["house"],
    opt={NO_SESSION: True},
    responses={503: ResponseSpec(Health, description="Something it needs does not answer yet.")},
)
async def ready(request: Asked) -> Response[Health]:
    """This process can do its work: its machine code is loaded and the database answers."""
    if not doors(request).search.is_set():
        return Response(Health("waiting", ["search"]), status_code=503)
    try:
        async with transaction(doors(request).engine) as session:
            await session.exec(select(func.now()))
    except OperationalError:
        return Response(Health("waiting", ["database"]), status_code=503)
    return Response(Health("ready"), status_code=200)


@get(
    "/session",
    tags=["house"],
    responses={503: no("Try again.")},
)
async def who_am_i(request: Asked) -> SessionInfo:
    """Who is signed in here. Begins an anonymous visit where there is none."""
    house = doors(request)
    who = me(request)
    async with transaction(house.engine) as session:
        present = await now(session)
    return SessionInfo(
        csrf=visit_of(request).csrf,
        role=who.role,
        name=who.name,
        account_id=_text(who.account_id),
        concierge_id=_text(who.concierge_id),
        hub_id=_text(who.hub_id),
        language=words_for(request).language,
        zone=(house.zone or UTC).key,
        now=present,
        demo=house.settings.demo,
    )


def _text(name: object | None) -> str | None:
    return None if name is None else str(name)


handlers: list[BaseRouteHandler] = [health, ready, who_am_i]
