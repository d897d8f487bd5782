"""The doors in and out: a link by letter for clients, a password for staff."""

from typing import Annotated

import msgspec
from litestar import Response, get, post
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, FromQuery, URLEncodedBody
from litestar.response import Redirect
from sqlmodel import col, select

from concierge.desk import sign_in as desk
from concierge.desk.visits import recognise, sign_out, speak
from concierge.model import LANGUAGES, Account, Role
from concierge.model.account import DEMO_PASSWORD
from concierge.model.refusals import BadRequest, SignInRefused, TooManyTries
from concierge.store.clock import wall
from concierge.store.transaction import transaction

from .doors import Asked, doors
from .session import me, visit_of
from .show import show, words_for

HOMES = {Role.CLIENT: "/", Role.CONCIERGE: "/field/", Role.VISITOR: "/"}


class AskForLink(msgspec.Struct):
    """A client's e-mail, and where she was going."""

    email: Annotated[str, msgspec.Meta(min_length=3, max_length=254)]
    next: str = "/"


class Password(msgspec.Struct):
    """A staff member's e-mail and password, and where she was going."""

    email: Annotated[str, msgspec.Meta(max_length=254)]
    password: Annotated[str, msgspec.Meta(max_length=200)]
    next: str = ""


class Language(msgspec.Struct):
    """A language to be spoken to in, and the page to go back to."""

    language: str
    next: str = "/"


class SignInPage(msgspec.Struct, frozen=True):
    """The client's door. `sent_to` is the address a letter was promised to."""

    leads_to: str
    sent_to: str | None = None
    wrong: str | None = None


class LinkPage(msgspec.Struct, frozen=True):
    """A followed link, waiting for her to say that it is she."""

    token: str
    wrong: str | None = None


class DemoAccount(msgspec.Struct, frozen=True):
    """A made-up colleague, signed in with one tap."""

    name: str
    role: str
    email: str


class StaffPage(msgspec.Struct, frozen=True):
    """The staff's door. `demo_accounts` is empty in a real house."""

    leads_to: str
    email: str = ""
    wrong: str | None = None
    demo_accounts: list[DemoAccount] = []
    demo_password: str = ""


@get("/sign-in", include_in_schema=False, sync_to_thread=False)
def client_door(request: Asked, next: FromQuery[str] = "/") -> Response[str]:  # noqa: A002 - the field's name
    """Ask a client for her e-mail."""
    return show(request, "sign_in.html", SignInPage(_inside(next)))


@post("/sign-in", include_in_schema=False)
async def ask_for_link(request: Asked, data: URLEncodedBody[AskForLink]) -> Response[str]:
    """Send her a link, if we know her; the answer is the same if we do not."""
    house, now, leads_to = doors(request), wall(), _inside(data.next)
    try:
        await desk.count_try(house.engine, data.email, address=_address(request), now=now)
    except TooManyTries as refusal:
        page = SignInPage(leads_to, wrong=words_for(request).refusal(refusal))
        return show(request, "sign_in.html", page, status_code=429)
    async with transaction(house.engine) as session:
        await desk.send_link(
            session,
            data.email,
            leads_to=leads_to,
            base_url=house.settings.base_url,
            words=words_for(request),
            now=now,
        )
    return show(request, "sign_in.html", SignInPage(leads_to, sent_to=data.email.strip()))


@get("/sign-in/{token:str}", include_in_schema=False, sync_to_thread=False)
def link_door(request: Asked, token: FromPath[str]) -> Response[str]:
    """A link from a letter. Mail programs open links too, so only her press uses it up."""
    return show(request, "sign_in_link.html", LinkPage(token))


@post("/sign-in/{token:str}", include_in_schema=False)
async def follow_link(request: Asked, token: FromPath[str]) -> Response[str]:
    """Let her in."""
    try:
        async with transaction(doors(request).engine) as session:
            fresh, leads_to = await desk.follow_link(
                session, token, before=me(request).session_id, now=wall()
            )
    except SignInRefused as refusal:
        page = LinkPage(token, wrong=words_for(request).refusal(refusal))
        return show(request, "sign_in_link.html", page, status_code=403)
    visit_of(request).turn_into(fresh)
    return Redirect(leads_to, status_code=303)


@get("/staff", include_in_schema=False)
async def staff_door(request: Asked, next: FromQuery[str] = "") -> Response[str]:  # noqa: A002 - likewise
    """Ask a staff member for e-mail and password."""
    return show(request, "staff.html", await _staff_page(request, _inside(next, "")))


@post("/staff", include_in_schema=False)
async def sign_in_staff(request: Asked, data: URLEncodedBody[Password]) -> Response[str]:
    """Let a staff member in."""
    house, leads_to = doors(request), _inside(data.next, "")
    try:
        fresh = await desk.sign_in_staff(
            house.engine,
            data.email,
            data.password,
            address=_address(request),
            before=me(request).session_id,
            now=wall(),
        )
    except (SignInRefused, TooManyTries) as refusal:
        wrong = words_for(request).refusal(refusal)
        page = await _staff_page(request, leads_to, email=data.email, wrong=wrong)
        status = 429 if isinstance(refusal, TooManyTries) else 403
        return show(request, "staff.html", page, status_code=status)
    visit_of(request).turn_into(fresh)
    async with transaction(house.engine) as session:
        known = await recognise(session, fresh, now=wall())
    home = HOMES.get(known.role, "/dispatch") if known else "/staff"
    return Redirect(leads_to or home, status_code=303)


@post("/sign-out", include_in_schema=False)
async def leave(request: Asked) -> Redirect:
    """End this visit."""
    who = me(request)
    if who.session_id is not None:
        async with transaction(doors(request).engine) as session:
            await sign_out(session, who.session_id, now=wall())
    visit_of(request).forget()
    return Redirect("/staff" if who.account_id else "/", status_code=303)


@post("/language", include_in_schema=False)
async def change_language(request: Asked, data: URLEncodedBody[Language]) -> Redirect:
    """Speak another language for the rest of the visit.

    Raises:
        BadRequest: we do not speak it.
    """
    visit_id = me(request).session_id
    if data.language not in LANGUAGES or visit_id is None:
        raise BadRequest("We do not speak this language yet.")
    async with transaction(doors(request).engine) as session:
        await speak(session, visit_id, data.language)
    return Redirect(_inside(data.next), status_code=303)


async def _staff_page(
    request: Asked, leads_to: str, *, email: str = "", wrong: str | None = None
) -> StaffPage:
    house = doors(request)
    if not house.settings.demo:
        return StaffPage(leads_to, email, wrong)
    async with transaction(house.engine) as session:
        accounts = await session.exec(
            select(Account)
            .where(col(Account.active).is_(True))
            .order_by(col(Account.role).desc(), col(Account.name))
        )
        made_up = [DemoAccount(one.name, one.role, one.email) for one in accounts]
    return StaffPage(leads_to, email, wrong, made_up, DEMO_PASSWORD)


def _inside(leads_to: str, otherwise: str = "/") -> str:
    """A path of our own, never another site; browsers take two slashes of either kind for one."""
    inside = leads_to.startswith("/") and leads_to[1:2] not in {"/", "\\"}
    return leads_to if inside and leads_to.isprintable() else otherwise


def _address(request: Asked) -> str:
    return request.client.host if request.client else "unknown"


handlers: list[BaseRouteHandler] = [
    client_door,
    ask_for_link,
    link_door,
    follow_link,
    staff_door,
    sign_in_staff,
    leave,
    change_language,
]
