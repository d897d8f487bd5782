"""A house without a street: the whole application over a fresh database, and browsers for it."""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx
from litestar import Litestar
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel.ext.asyncio.session import AsyncSession

from concierge.app import create_app
from concierge.desk.sign_in import hash_password
from concierge.model import Account, Client, Concierge, Hub, Role
from concierge.settings import SANDBOX_KEY, SANDBOX_WEBHOOK_SECRET, Settings
from concierge.store.clock import wall
from concierge.store.transaction import transaction

BASE = "http://127.0.0.1:8000"
PASSWORD = "a long enough password"
PASSWORD_HASH = hash_password(PASSWORD)

_numbers = itertools.count(1)
"""Everybody in a test is somebody else, from another address."""


def settings_for(database: str, **others: Any) -> Settings:
    told: dict[str, Any] = {
        "database_url": database,
        "base_url": BASE,
        "osrm_url": None,
        "payments_key": SANDBOX_KEY,
        "payments_base": "http://127.0.0.1:8010",
        "webhook_secret": SANDBOX_WEBHOOK_SECRET,
        "tiles": None,
        "demo": True,
    }
    return Settings(**{**told, **others})


class Browser(httpx.AsyncClient):
    """A browser that keeps cookies and reads the CSRF token off the last page it saw."""

    csrf: str = ""

    async def page(self, path: str, **more: Any) -> httpx.Response:
        answer = await self.get(path, headers={"accept": "text/html"}, **more)
        _, mark, rest = answer.text.partition('<meta name="csrf" content="')
        self.csrf = rest.partition('"')[0] if mark else ""
        return answer

    async def send_form(self, path: str, **fields: str) -> httpx.Response:
        return await self.post(
            path,
            data={"csrf": self.csrf, **fields},
            headers={"accept": "text/html", "origin": BASE},
        )

    async def sign_in(self, email: str) -> httpx.Response:
        await self.page("/staff")
        answer = await self.send_form("/staff", email=email, password=PASSWORD)
        await self.page("/sign-in")
        return answer

    @property
    def token(self) -> str | None:
        return self.cookies.get("visit")


@dataclass
class WebHouse:
    """The application, its database, and as many browsers as a story needs."""

    app: Litestar
    engine: AsyncEngine
    hub: Hub
    opened: contextlib.AsyncExitStack = field(repr=False)

    async def browser(self) -> Browser:
        address = (f"10.0.{next(_numbers)}.1", 40_000)
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False, client=address)
        return await self.opened.enter_async_context(Browser(transport=transport, base_url=BASE))

    async def add(self, *rows: Any) -> None:
        async with self.session() as session:
            for row in rows:
                session.add(row)
                await session.flush()

    def session(self) -> contextlib.AbstractAsyncContextManager[AsyncSession]:
        return transaction(self.engine)

    async def staff(self, role: Role, *, hub: Hub | None = None, active: bool = True) -> Account:
        """Somebody of this role; dispatchers and owners are of no one hub unless one is given."""
        here = role in {Role.CONCIERGE, Role.HUB}
        concierge = None
        if role is Role.CONCIERGE:
            concierge = Concierge(
                hub_id=self.hub.id, name="Amélie", greeting="Amélie", zone="centrum"
            )
            await self.add(concierge)
        account = Account(
            email=f"{role}-{next(_numbers)}@house.test",
            name=f"A {role}",
            password_hash=PASSWORD_HASH,
            role=role,
            concierge_id=concierge.id if concierge else None,
            hub_id=hub.id if hub else self.hub.id if here else None,
            active=active,
            created_at=wall(),
        )
        await self.add(account)
        return account

    async def client(self, **more: Any) -> Client:
        email = f"lova-{next(_numbers)}@client.test"
        client = Client(email=email, name="Lova Holm", created_at=wall(), **more)
        await self.add(client)
        return client


def a_hub() -> Hub:
    return Hub(
        slug="goteborg",
        name="Göteborg",
        street="Linnégatan 1",
        longitude=11.95,
        latitude=57.69,
        timezone="Europe/Stockholm",
        currency="SEK",
        windows=[["09:00", "10:00"]],
    )


@contextlib.asynccontextmanager
async def opened_house(settings: Settings) -> AsyncIterator[WebHouse]:
    app = create_app(settings)
    async with kept_open(app), contextlib.AsyncExitStack() as opened:
        house = WebHouse(app, app.state.doors.engine, a_hub(), opened)
        await house.add(house.hub)
        yield house


@contextlib.asynccontextmanager
async def kept_open(app: Litestar) -> AsyncIterator[None]:
    """In a task of its own: pytest ends a fixture in another task than it began it in."""
    open_now, enough = asyncio.Event(), asyncio.Event()

    async def live() -> None:
        async with app.lifespan():
            open_now.set()
            await enough.wait()

    life = asyncio.create_task(live())
    opening = asyncio.create_task(open_now.wait())
    await asyncio.wait({life, opening}, return_when=asyncio.FIRST_COMPLETED)
    try:
        if not life.done():
            yield
    finally:
        enough.set()
        await life
