"""The small house as clients meet it: pages as a program, streets, and a card provider beside."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from playwright.async_api import Page, expect

from concierge.store.transaction import transaction
from tests.browser.phone_day import START_WITHIN_S, until
from tests.payments.sandboxed import CLONE, OK, Sandbox, free_port
from tests.small_house import SmallHouse
from tests.stories.shop import streets


@dataclass
class ClientShop:
    """Where her browser goes."""

    house: SmallHouse
    sandbox: Sandbox
    folder: Path
    port: int = field(default_factory=free_port)

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def env(self) -> dict[str, str]:
        """What its programs are told."""
        url = self.house.engine.url.set(drivername="postgresql")
        return {
            "DATABASE_URL": url.render_as_string(hide_password=False),
            "CONCIERGE_SANDBOX_URL": self.sandbox.base,
            "CONCIERGE_BASE_URL": self.base,
            "OSRM_URL": "",
            "CONCIERGE_TILES": "",
            "STRIPE_SECRET_KEY": "",
        }

    def start(self) -> subprocess.Popen[bytes]:
        with (self.folder / "serve.txt").open("ab") as output:
            return subprocess.Popen(
                [sys.executable, "-m", "concierge", "serve", "--port", str(self.port)],
                cwd=CLONE,
                env={**os.environ, **self.env},
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    async def answers(self) -> bool:
        async with httpx.AsyncClient(base_url=self.base, timeout=5) as client:
            with contextlib.suppress(httpx.HTTPError):
                return (await client.get("/health")).is_success
        return False


@contextlib.asynccontextmanager
async def client_shop(
    house: SmallHouse, sandbox: Sandbox, folder: Path
) -> AsyncIterator[ClientShop]:
    async with transaction(house.engine) as session:
        session.add_all(streets())
    shop = ClientShop(house, sandbox, folder)
    process = shop.start()
    try:
        await until(shop.answers, START_WITHIN_S)
        yield shop
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)


async def choose(page: Page, shop: ClientShop, style: str) -> None:
    """From the rail to the piece, and its size into her selection."""
    await page.goto(shop.base)
    await page.get_by_role("link", name=style).click()
    await page.locator(".size").first.click()
    await page.get_by_role("button", name="Add to your selection").click()
    await expect(page.get_by_text("In your selection.")).to_be_visible()


async def tell_where(page: Page) -> None:
    """Her address, typed with a slip and taken from the suggestions."""
    field = page.get_by_role("combobox", name="Where shall we come?")
    await field.press_sequentially("linnegatn 12")
    await page.get_by_role("option", name="Linnégatan 12").click()
    await expect(page.get_by_text("Linnégatan 12")).to_be_visible()


async def tell_who(page: Page) -> None:
    await page.get_by_label("Your name").fill("Lova Holm")
    await page.get_by_label("Your e-mail").fill("lova@client.test")


async def pay(page: Page, number: str = OK) -> None:
    """At the hosted card page."""
    await page.locator("[name=number]").fill(number)
    await page.locator("[name=expiry]").fill("12 / 49")
    await page.locator("[name=cvc]").fill("123")
    await page.locator("[name=name]").fill("Lova Holm")
    await page.locator("form button").first.click()
