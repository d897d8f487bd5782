"""The small house with its doors open to clients: pages, API, streets, and a card provider."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx
from litestar import Litestar

from concierge.app import create_app
from concierge.model import Street
from concierge.model.street import fold
from concierge.store.transaction import transaction
from tests.concierge.web_house import BASE, Browser, kept_open, settings_for
from tests.payments.sandboxed import OK, PLAIN, Sandbox
from tests.small_house import SmallHouse, build_small_house

FAR_AWAY = "Storgatan"
HER = {"name": "Lova Holm", "email": "lova@client.test", "phone": "+46 70 123 45 67"}


@dataclass
class Shop:
    """The application over the small house, and as many browsers as a story needs."""

    app: Litestar
    small: SmallHouse
    sandbox: Sandbox
    opened: contextlib.AsyncExitStack = field(repr=False)

    async def browser(self) -> Browser:
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        return await self.opened.enter_async_context(Browser(transport=transport, base_url=BASE))

    async def visitor(self) -> "Visitor":
        """Somebody new, who has just come in."""
        one = Visitor(await self.browser(), self)
        one.csrf = (await one.browser.get("/session")).json()["csrf"]
        return one


@dataclass
class Visitor:
    """A visitor who speaks JSON."""

    browser: Browser
    shop: Shop
    csrf: str = ""

    async def ask(self, method: str, path: str, body: object = None) -> httpx.Response:
        return await self.browser.request(
            method, path, json=body, headers={"x-csrf-token": self.csrf, "origin": BASE}
        )

    async def choose(self, *variants: int) -> None:
        for each in variants:
            answer = await self.ask("PUT", f"/api/selection/{self.shop.small.variants[each].id}")
            assert answer.status_code == 200, answer.text

    async def windows(self, line: str = "Linnégatan 12") -> list[dict[str, Any]]:
        """The windows that can be promised, over all days."""
        answer = await self.ask("POST", "/api/window-searches", {"address": {"line": line}})
        assert answer.status_code == 200, answer.text
        return [
            {"opens": window["opens"], "closes": window["closes"]}
            for day in answer.json()["days"]
            for window in day["windows"]
            if window["state"] in {"free", "last"}
        ]

    async def order(
        self, *windows: dict[str, Any], who: object = HER, fees: str = ""
    ) -> httpx.Response:
        answer = await self.ask(
            "POST",
            "/api/orders",
            {"windows": windows, "address": {"line": "Linnégatan 12"}, "who": who, "fees": fees},
        )
        if answer.status_code == 201:
            self.csrf = answer.json()["csrf"]
        return answer

    async def pay(self, page: str, number: str = OK) -> httpx.Response:
        """Type a card into the hosted page; a good one leads back to us, and she follows."""
        async with httpx.AsyncClient(timeout=10, verify=PLAIN) as outside:
            form = {"number": number, "expiry": "12 / 49", "cvc": "123", "name": "Lova Holm"}
            sent = await outside.post(page, data=form)
        leads_to = sent.headers.get("location", "")
        if not leads_to.startswith(BASE):
            return sent
        return await self.browser.get(leads_to, headers={"accept": "text/html"})


def streets() -> list[Street]:
    """One near the hub, and one in another town."""
    return [
        _street(1, "Linnégatan", 11.9525, 57.6935),
        _street(2, "Vasagatan", 11.966, 57.699),
        _street(3, FAR_AWAY, 14.16, 57.78),
    ]


def _street(number: int, name: str, longitude: float, latitude: float) -> Street:
    return Street(
        id=number, name=name, folded=fold(name), near=None,
        points=[[longitude, latitude]], longitude=longitude, latitude=latitude,
    )  # fmt: skip


@contextlib.asynccontextmanager
async def opened_shop(
    database: str, sandbox: Sandbox, *, days: int = 3, **told: Any
) -> AsyncIterator[Shop]:
    app = create_app(settings_for(database, payments_base=sandbox.base, **told))
    async with kept_open(app), contextlib.AsyncExitStack() as opened:
        small = await build_small_house(app.state.doors.engine, days=days)
        async with transaction(small.engine) as session:
            session.add_all(streets())
        yield Shop(app, small, sandbox, opened)
