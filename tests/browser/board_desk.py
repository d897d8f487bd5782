"""A dispatcher's desk on real parts: the day of `dispatch_day`, pages and worker as programs."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
from playwright.async_api import Browser, BrowserContext, Locator, Page

from concierge.desk.sign_in import hash_password
from concierge.model import Account, Role
from concierge.store.clock import wall
from concierge.store.engine import open_engine
from concierge.store.transaction import transaction
from tests.browser.phone_day import until
from tests.concierge.dispatch_day import DispatchDay, build_dispatch_day
from tests.payments.sandboxed import CLONE, free_port

EMAIL, PASSWORD = "board@house.test", "a long morning"
NOW = "07:30"
START_WITHIN_S = 60


@dataclass
class Desk:
    """The day, and where its board is served."""

    day: DispatchDay
    base: str

    async def sit_down(self, browser: Browser, **more: object) -> Page:
        """A dispatcher signed in, her hub's today before her."""
        context = await _screen(browser, more)
        page = await context.new_page()
        await self.open(page)
        return page

    async def open(self, page: Page) -> None:
        await page.goto(f"{self.base}/staff?next=/dispatch")
        await page.get_by_label("E-mail").fill(EMAIL)
        await page.get_by_label("Password").fill(PASSWORD)
        await page.keyboard.press("Enter")
        await page.wait_for_url(f"{self.base}/dispatch**")
        await page.get_by_role("grid").wait_for()


def on_the_board(page: Page, client: str, *, title: str = "Mme ") -> Locator:
    """A visit on somebody's route."""
    return page.get_by_role("grid").get_by_role("button", name=f"{title}{client}, ")


def row_of(page: Page, name: str) -> Locator:
    """A concierge's row."""
    return page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=name))


def a_place(page: Page, name: str) -> Locator:
    """A concierge the chosen visit could go to."""
    return page.get_by_role("list", name="Concierges, best first").get_by_role("button", name=name)


@contextlib.asynccontextmanager
async def a_desk(database: str, folder: Path, *, works: bool = False) -> AsyncIterator[Desk]:
    """Monday, half past seven; a worker plans when asked, if `works`."""
    engine = open_engine(database)
    try:
        day = await build_dispatch_day(engine)
        await day.clock(NOW)
        async with transaction(engine) as session:
            session.add(
                Account(
                    email=EMAIL, name="Board", password_hash=hash_password(PASSWORD),
                    role=Role.DISPATCHER, hub_id=day.hub.id, created_at=wall(),
                )
            )  # fmt: skip
        port = free_port()
        base = f"http://127.0.0.1:{port}"
        env = {
            "DATABASE_URL": database, "CONCIERGE_BASE_URL": base, "OSRM_URL": "",
            "CONCIERGE_TILES": "", "STRIPE_SECRET_KEY": "",
        }  # fmt: skip
        with contextlib.ExitStack() as running:
            served = running.enter_context(
                _program(["serve", "--port", str(port)], env, folder / "serve.txt")
            )
            if works:
                running.enter_context(_program(["work"], env, folder / "work.txt"))

            async def answers() -> bool:
                assert served.poll() is None, (folder / "serve.txt").read_text()
                async with httpx.AsyncClient(base_url=base, timeout=5) as client:
                    with contextlib.suppress(httpx.HTTPError):
                        return (await client.get("/health")).is_success
                return False

            await until(answers, START_WITHIN_S)
            yield Desk(day, base)
    finally:
        await engine.dispose()


@contextlib.contextmanager
def _program(
    words: list[str], env: dict[str, str], out: Path
) -> Iterator[subprocess.Popen[bytes]]:
    with out.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "concierge", *words],
            cwd=CLONE,
            env={**os.environ, **env},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)


async def _screen(browser: Browser, more: dict[str, object]) -> BrowserContext:
    given = {"viewport": {"width": 1440, "height": 900}, "locale": "en-GB", **more}
    return await browser.new_context(**given)  # pyright: ignore[reportArgumentType]
