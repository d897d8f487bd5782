"""Every request's visit: who asks, proven by a cookie, and that the asking is meant.

A browser holds a random token; we hold its hash. Pages that carry a form begin an anonymous visit,
and signing in begins another with another token, so a token known to somebody else before is
worth nothing after. Whatever changes something must come from our own pages: its `Origin` (or
`Sec-Fetch-Site`) is looked at, and it brings the visit's own CSRF token in `X-CSRF-Token` or in
the form field `csrf`.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID

from litestar import Request
from litestar.datastructures import Cookie, MutableScopeHeaders
from litestar.enums import RequestEncodingType, ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, HTTPResponseStartEvent, Message, Receive, Scope, Send
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from concierge.desk.visits import Known, begin_visit, new_token, recognise
from concierge.model import Hub, Role
from concierge.model.refusals import NotAllowed, SignInNeeded
from concierge.model.web_session import CLIENT_LASTS
from concierge.store.clock import wall
from concierge.store.transaction import transaction

from .doors import Asked, Connection, Doors, doors

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
FORMS = frozenset({RequestEncodingType.URL_ENCODED, RequestEncodingType.MULTI_PART})
CSRF_FIELD, CSRF_HEADER = "csrf", "x-csrf-token"
NO_SESSION, NO_CSRF = "no_session", "no_csrf"
"""Marks in a handler's `opt`: a file that is everybody's; a door that proves its caller itself."""

_VISIT = "visit"


class NotMeant(NotAllowed):
    """The request does not come from our own page; nothing was done."""


@dataclass(slots=True)
class Visit:
    """One request's visit. `token` is what the browser holds, or shall hold after the answer.

    Not `reachable` where a request came to no page of ours: such an answer hands out no cookie.
    """

    known: Known | None = None
    token: str | None = None
    reachable: bool = True
    begins: bool = False
    changed: bool = False

    @property
    def csrf(self) -> str:
        """The token a form must bring back. Asking for it begins a visit where there is none."""
        if not self.reachable:
            return ""
        if self.token is None:
            self.token, self.begins, self.changed = new_token(), True, True
        return csrf_of(self.token)

    def turn_into(self, token: str) -> None:
        """Hand the browser another visit's token: somebody signed in."""
        self.token, self.begins, self.changed = token, False, True

    def forget(self) -> None:
        """Take the token from the browser: somebody signed out."""
        self.token, self.begins, self.changed = None, False, True


@dataclass(frozen=True, slots=True)
class Me:
    """Who asks, as a handler sees it. A visitor may have no visit yet."""

    role: Role
    name: str = ""
    session_id: UUID | None = None
    account_id: UUID | None = None
    client_id: UUID | None = None
    concierge_id: UUID | None = None
    hub_id: UUID | None = None
    hub: str | None = None
    """The slug of `hub_id`."""
    selection_id: UUID | None = None

    def works_at(self, hub: UUID | str) -> bool:
        """Whether a hub, by id or slug, is this person's business.

        Staff of a hub act within it; staff of no one hub, and the owner, everywhere.
        """
        return self.is_everywhere or hub in (self.hub_id, self.hub)

    @property
    def is_everywhere(self) -> bool:
        """Whether every hub is this person's business."""
        return self.hub_id is None or self.role is Role.OWNER

    @property
    def who(self) -> str:
        """How the audit writes it down: a role and an id, never a name."""
        return f"{self.role}:{self.account_id or self.client_id or self.session_id or 'nobody'}"


def csrf_of(token: str) -> str:
    """The CSRF token that belongs to a session's token, and tells nothing of it."""
    said = hmac.digest(token.encode(), b"csrf", hashlib.sha256)
    return base64.urlsafe_b64encode(said).rstrip(b"=").decode()


def cookie_name(*, secure: bool) -> str:
    """`__Host-` keeps other hosts from planting it; browsers take that prefix only over TLS."""
    return "__Host-visit" if secure else "visit"


def visit_of(connection: "Asked | Connection") -> Visit:
    """This request's visit; an empty one where the request reached no page of ours."""
    found: Visit | None = connection.scope["state"].get(_VISIT)
    return found or Visit(reachable=False)


def me(connection: "Asked | Connection") -> Me:
    """Who asks."""
    known = visit_of(connection).known
    if known is None:
        return Me(Role.VISITOR)
    return Me(
        role=known.role,
        name=known.name,
        session_id=known.session_id,
        account_id=known.account_id,
        client_id=known.client_id,
        concierge_id=known.concierge_id,
        hub_id=known.hub_id,
        hub=known.hub,
        selection_id=known.selection_id,
    )


def client_of(connection: "Asked | Connection") -> UUID:
    """Which client asks.

    Raises:
        SignInNeeded: nobody we know.
    """
    client_id = me(connection).client_id
    if client_id is None:
        raise SignInNeeded("Sign in first.")
    return client_id


class Sessions(ASGIMiddleware):
    """Recognises the visit, refuses what is not meant, and hands out the cookie."""

    scopes = (ScopeType.HTTP,)
    exclude_opt_key = NO_SESSION

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """See the module."""
        request: Asked = Request(scope, receive=receive, send=send)
        house = doors(request)
        visit = await self._recognised(request, house)
        scope["state"][_VISIT] = visit
        handler = scope["route_handler"]
        if request.method not in SAFE and not handler.opt.get(NO_CSRF):
            await _refuse_unless_meant(request, visit, house)

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start" and visit.changed:
                await _hand_out(message, visit, house)
            await send(message)

        await next_app(scope, receive, send_with_cookie)

    async def _recognised(self, request: Asked, house: Doors) -> Visit:
        token = request.cookies.get(cookie_name(secure=house.settings.secure_cookies))
        if token is None and house.zone is not None:
            return Visit()
        async with transaction(house.engine) as session:
            if house.zone is None:
                await _learn_zone(session, house)
            known = await recognise(session, token, now=wall()) if token else None
        return Visit(known, token) if known else Visit()


async def _learn_zone(session: AsyncSession, house: Doors) -> None:
    hub = (await session.exec(select(Hub).order_by(col(Hub.slug)).limit(1))).first()
    if hub is not None:
        house.zone = hub.zone


async def _refuse_unless_meant(request: Asked, visit: Visit, house: Doors) -> None:
    if not _from_our_pages(request, house):
        raise NotMeant("This came from another site, so nothing was done.")
    given = request.headers.get(CSRF_HEADER)
    if given is None and request.content_type[0] in FORMS:
        given = (await request.form()).get(CSRF_FIELD)
    expected = csrf_of(visit.token) if visit.token else ""
    if not (
        isinstance(given, str)
        and expected
        and hmac.compare_digest(given.encode(), expected.encode())
    ):
        raise NotMeant("This page was open for too long. Reload it and try again.")


def _from_our_pages(request: Asked, house: Doors) -> bool:
    """Browsers say where a request comes from; programs that say nothing still need the token."""
    origin = request.headers.get("origin")
    if origin is not None:
        ours = urlsplit(house.settings.base_url)
        host = request.headers.get("host", "")
        return origin in {f"{ours.scheme}://{ours.netloc}", f"{ours.scheme}://{host}"}
    return request.headers.get("sec-fetch-site", "none") in {"same-origin", "none"}


async def _hand_out(message: HTTPResponseStartEvent, visit: Visit, house: Doors) -> None:
    if visit.begins and visit.token is not None:
        async with transaction(house.engine) as session:
            await begin_visit(session, visit.token, now=wall())
    secure = house.settings.secure_cookies
    cookie = Cookie(
        key=cookie_name(secure=secure),
        value=visit.token or "",
        path="/",
        max_age=int(CLIENT_LASTS.total_seconds()) if visit.token else 0,
        secure=secure,
        httponly=True,
        samesite="lax",
    )
    MutableScopeHeaders.from_message(message).add("set-cookie", cookie.to_header(header=""))
