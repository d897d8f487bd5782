"""A concierge's day on real parts: pages and worker as programs, a card really held."""

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import httpx
from playwright.async_api import Browser, BrowserContext, Page, async_playwright
from sqlmodel import select

from concierge.desk.sign_in import hash_password
from concierge.model import Account, Order, Preference, Role, Stop, VisitStep
from concierge.store.clock import wall
from concierge.store.transaction import transaction
from payments.stripe_gateway import StripeGateway
from tests.paid_visit import paid_visit
from tests.payments.sandboxed import CLONE, Client, Sandbox, free_port
from tests.small_house import SmallHouse, at

PASSWORD = "the orange hanger"
EMAIL = "amelie@house.test"
TOM = "tom@house.test"
START_WITHIN_S = 60
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


@dataclass
class PhoneDay:
    """One visit of hers, promised at two o'clock, and the programs that serve it."""

    house: SmallHouse
    order: Order
    env: dict[str, str]
    folder: Path
    port: int = field(default_factory=free_port)
    running: dict[str, subprocess.Popen[bytes]] = field(
        default_factory=dict[str, subprocess.Popen[bytes]]
    )

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def serve(self) -> None:
        """The signal is there."""
        self._start("serve", "--port", str(self.port))
        await until(self._answers, START_WITHIN_S)

    def cut(self) -> None:
        """The signal is gone: nobody answers."""
        self._stop("serve")

    def work(self) -> None:
        self._start("work")

    def stop(self) -> None:
        for name in list(self.running):
            self._stop(name)

    async def settled(self) -> Order:
        """Her order once the money has followed."""

        async def is_settled() -> bool:
            return (await self.read()).settled_at is not None

        await until(is_settled, 30)
        return await self.read()

    async def read(self) -> Order:
        async with transaction(self.house.engine) as session:
            return await session.get_one(Order, self.order.id)

    async def let_in(self, email: str, concierge_id: UUID) -> None:
        """Another concierge has an account too."""
        async with transaction(self.house.engine) as session:
            session.add(_account(email, concierge_id))

    async def arrived(self) -> None:
        """The house knows that she is at the door."""

        async def is_there() -> bool:
            return "arrived" in await self.steps()

        await until(is_there, 30)

    async def steps(self) -> list[str]:
        """What the house knows was done, by name."""
        async with transaction(self.house.engine) as session:
            return sorted((await session.exec(select(VisitStep.step))).all())

    def _start(self, *words: str) -> None:
        with (self.folder / f"{words[0]}.txt").open("ab") as output:
            self.running[words[0]] = subprocess.Popen(
                [sys.executable, "-m", "concierge", *words],
                cwd=CLONE,
                env={**os.environ, **self.env, "CONCIERGE_BASE_URL": self.base},
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def _stop(self, name: str) -> None:
        process = self.running.pop(name)
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)

    async def _answers(self) -> bool:
        process = self.running["serve"]
        assert process.poll() is None, (self.folder / "serve.txt").read_text()
        async with httpx.AsyncClient(base_url=self.base, timeout=5) as client:
            with contextlib.suppress(httpx.HTTPError):
                return (await client.get("/health")).is_success
        return False


async def until(happens: Callable[[], Awaitable[bool]], within_s: float) -> None:
    """Look again and again, until it happens or the time is over."""
    async with asyncio.timeout(within_s):
        while not await happens():  # noqa: ASYNC110 - it happens in another process
            await asyncio.sleep(0.1)


@contextlib.asynccontextmanager
async def phone_day(
    house: SmallHouse,
    gateway: StripeGateway,
    her: Client,
    sandbox: Sandbox,
    folder: Path,
    *,
    variants: tuple[int, ...] = (),
) -> AsyncIterator[PhoneDay]:
    """Monday, two in the afternoon: she has paid, and her concierge has an account."""
    order = await paid_visit(house, gateway, her, variants=variants)
    await _let_in(house, order)
    await house.clock(at("14:02"))
    env = {
        "DATABASE_URL": house.engine.url.set(drivername="postgresql").render_as_string(
            hide_password=False
        ),
        "CONCIERGE_SANDBOX_URL": sandbox.base,
        "OSRM_URL": "",
        "CONCIERGE_TILES": "",
        "STRIPE_SECRET_KEY": "",
    }
    day = PhoneDay(house, order, env, folder)
    try:
        await day.serve()
        yield day
    finally:
        day.stop()


async def _let_in(house: SmallHouse, order: Order) -> None:
    """An account for whoever drives there, and something to know of the client."""
    async with transaction(house.engine) as session:
        stop = await session.get_one(Stop, order.id)
        session.add(_account(EMAIL, stop.concierge_id))
        session.add(
            Preference(
                client_id=house.client.id, words="Prefers coats over the blouse", source="client",
                confirmed=True, at=at("08:00"),
            )
        )  # fmt: skip


def _account(email: str, concierge_id: UUID) -> Account:
    return Account(
        email=email, name="Amelie", password_hash=hash_password(PASSWORD),
        role=Role.CONCIERGE, concierge_id=concierge_id, created_at=wall(),
    )  # fmt: skip


@contextlib.asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """The machine's own Chromium."""
    path = shutil.which("chromium")
    assert path is not None, "Browser tests need Chromium: apt-get install chromium."
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        await browser.close()


async def a_phone(browser: Browser, **more: str) -> BrowserContext:
    """A phone in a hand: 390 points wide, touched."""
    return await browser.new_context(
        viewport={"width": 390, "height": 844},
        device_scale_factor=2,
        has_touch=True,
        is_mobile=True,
        **{"locale": "en-GB", "color_scheme": "dark", **more},
    )


async def signed_in(phone: BrowserContext, day: PhoneDay) -> Page:
    """Her phone, with today's route on it and ready to lose its signal."""
    page = await phone.new_page()
    await sign_in(page, day)
    await page.get_by_role("heading", level=1).wait_for()
    await page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    return page


async def sign_in(page: Page, day: PhoneDay, email: str = EMAIL) -> None:
    """Through the staff's door, to the route."""
    await page.goto(f"{day.base}/staff?next=/field/")
    await page.locator("#email").fill(email)
    await page.locator("#password").fill(PASSWORD)
    await page.locator("form:has(#password) button").click()
    await page.wait_for_url(f"{day.base}/field/**")
