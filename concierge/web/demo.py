"""The demo's own pages: the doors with their logins, the clock, and the postbox."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Redirect
from sqlmodel import col, select

from concierge.desk import sign_in as desk
from concierge.desk.move_clock import move_clock
from concierge.model import Account, Client, Message, Order, Role
from concierge.model.account import DEMO_PASSWORD
from concierge.model.refusals import Missing
from concierge.store.clock import now, wall
from concierge.store.transaction import transaction

from .doors import Asked, doors
from .session import me, visit_of
from .show import show

LETTERS = 60
CLIENTS = 8


class Person(msgspec.Struct, frozen=True):
    """Somebody made up. `id` is a client's, `email` a staff member's."""

    name: str
    id: UUID | None = None
    email: str = ""


class DemoPage(msgspec.Struct, frozen=True):
    """The three doors, who may be played, and what time it is."""

    now: datetime
    clients: list[Person]
    concierges: list[Person]
    dispatchers: list[Person]
    password: str
    steps: list[int]


class Letter(msgspec.Struct, frozen=True):
    """A letter that was not really sent."""

    email: str
    language: str
    subject: str
    parts: list[tuple[str, bool]]
    at: datetime


class Postbox(msgspec.Struct, frozen=True):
    """The newest letters, newest first."""

    letters: list[Letter]


class Later(msgspec.Struct):
    """How far to move the demo's clock on."""

    minutes: Annotated[int, msgspec.Meta(ge=1, le=1440)]


@get("/demo", include_in_schema=False)
async def front(request: Asked) -> Response[str]:
    """Three doors, their people, the clock, and what is make-believe."""
    async with transaction(doors(request).engine) as session:
        present = await now(session)
        staff = (
            await session.exec(
                select(Account).where(col(Account.active).is_(True)).order_by(col(Account.name))
            )
        ).all()
        busy = select(Order.client_id).where(col(Order.client_id).is_not(None))
        clients = (
            await session.exec(
                select(Client)
                .where(col(Client.id).in_(busy))
                .order_by(col(Client.name))
                .limit(CLIENTS)
            )
        ).all()
    page = DemoPage(
        now=present,
        clients=[Person(one.shown_as, id=one.id) for one in clients],
        concierges=_played(staff, Role.CONCIERGE),
        dispatchers=_played(staff, Role.DISPATCHER, Role.OWNER, Role.HUB),
        password=DEMO_PASSWORD,
        steps=[15, 60, 240],
    )
    return show(request, "demo.html", page)


def _played(staff: Sequence[Account], *roles: Role) -> list[Person]:
    return [Person(one.name, email=one.email) for one in staff if one.role in roles]


@post("/demo/clients/{client_id:uuid}/visits", include_in_schema=False)
async def play_client(request: Asked, client_id: FromPath[UUID]) -> Redirect:
    """Sign in as a made-up client, without the letter.

    Raises:
        Missing: there is no such client.
    """
    async with transaction(doors(request).engine) as session:
        if await session.get(Client, client_id) is None:
            raise Missing("We do not find that client.")
        token = await desk.sign_in_client(
            session, client_id, before=me(request).session_id, now=wall()
        )
    visit_of(request).turn_into(token)
    return Redirect("/", status_code=303)


@post("/demo/clock", include_in_schema=False)
async def make_it_later(request: Asked, data: URLEncodedBody[Later]) -> Redirect:
    """Make it later in the demo; a clock that went back would undo what happened."""
    house = doors(request)
    await move_clock(
        house.engine, timedelta(minutes=data.minutes), sandbox=house.settings.payments_base
    )
    return Redirect("/demo", status_code=303)


@get("/demo/postbox", include_in_schema=False)
async def postbox(request: Asked) -> Response[str]:
    """The letters the house wrote; in a demo none leaves it."""
    house = doors(request)
    async with transaction(house.engine) as session:
        newest = (
            await session.exec(
                select(Message)
                .order_by(col(Message.at).desc(), col(Message.id).desc())
                .limit(LETTERS)
            )
        ).all()
    letters = [
        Letter(
            one.email,
            one.language,
            one.subject,
            _parts(one, house.settings.base_url),
            one.at,
        )
        for one in newest
    ]
    return show(request, "postbox.html", Postbox(letters))


def _parts(letter: Message, base_url: str) -> list[tuple[str, bool]]:
    """A letter's lines, and whether each is an address of ours."""
    lines = letter.body.split("\n")
    if letter.leads_to is not None:
        lines += ["", f"{base_url}{letter.leads_to}"]
    return [(line, line.startswith(base_url)) for line in lines]


handlers: list[BaseRouteHandler] = [front, play_client, make_it_later, postbox]
