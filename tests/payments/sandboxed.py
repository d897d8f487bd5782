"""A sandbox process for tests, and a client's hands on its card page."""

import asyncio
import contextlib
import re
import signal
import socket
import ssl
import subprocess
import sys
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

import payments
from payments.stripe_gateway import StripeGateway

CLONE = Path(__file__).resolve().parents[2]
START_WITHIN_S = 60
OK, MASTERCARD, AMEX = "4242424242424242", "5555555555554444", "378282246310005"
DECLINED, NO_FUNDS, EXPIRED = "4000000000000002", "4000000000009995", "4000000000000069"
ASKS, ASKS_ALWAYS, ASKS_NO_FUNDS = "4000002500003155", "4000002760003184", "4000008260003178"
FAILS_LATER = "4000000000000341"
KEY = "sk_test_concierge"
PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""For plain HTTP: to read all the world's certificates takes a client 20 ms each time."""


def fresh(word: str = "order") -> str:
    """A name nobody has used."""
    return f"{word}-{uuid.uuid4().hex[:12]}"


def sek(minor: int) -> payments.Money:
    return payments.Money(minor, "SEK")


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


async def until(happens: Callable[[], Awaitable[bool]], within_s: float = 15) -> None:
    """Look again and again, until it happens or the time is over."""
    async with asyncio.timeout(within_s):
        while not await happens():  # noqa: ASYNC110 - it happens in another process
            await asyncio.sleep(0.05)


@dataclass
class Sandbox:
    """One process, listening on its own port. It can be killed and started again."""

    folder: Path
    words: tuple[str, ...] = ("--strict",)
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        self._spawn()
        await until(self._answers, START_WITHIN_S)

    def _spawn(self) -> None:
        with (self.folder / "output.txt").open("ab") as output:
            self.process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "payments", "sandbox"),
                    *("--port", str(self.port), "--state", str(self.folder / "state.sqlite")),
                    *self.words,
                ],
                cwd=CLONE,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    async def _answers(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, (self.folder / "output.txt").read_text()
        with contextlib.suppress(httpx.HTTPError):
            await self.look("health")
            return True
        return False

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        assert self.process is not None
        self.process.send_signal(how)
        self.process.wait(20)

    async def look(self, door: str) -> Any:
        async with httpx.AsyncClient(base_url=self.base, timeout=10, verify=PLAIN) as client:
            return (await client.get(f"/_sandbox/{door}")).raise_for_status().json()

    async def tell(self, door: str, **words: Any) -> Any:
        async with httpx.AsyncClient(base_url=self.base, timeout=10, verify=PLAIN) as client:
            answer = await client.post(f"/_sandbox/{door}", json=words)
            return answer.raise_for_status().json()

    async def now(self) -> datetime:
        return datetime.fromisoformat((await self.look("clock"))["now"])

    async def wait(self, time: timedelta) -> None:
        await self.tell("clock/advance", seconds=time.total_seconds())

    async def fault(self, kind: str, path: str = "/v1/*", **more: Any) -> None:
        await self.tell("faults/add", kind=kind, path=path, **more)

    async def settle_down(self, moment: datetime) -> None:
        """A new story begins: this is the time, and an earlier story's troubles are over."""
        await self.tell("clock/set", now=moment.isoformat())
        await self.tell("faults/clear")

    def gateway(self) -> StripeGateway:
        return StripeGateway(KEY, self.base, timeout_s=5)


@dataclass
class Client:
    """Somebody with a browser, no JavaScript, and a card."""

    sandbox: Sandbox
    gateway: StripeGateway
    browser: httpx.AsyncClient

    async def page(
        self, minor: int = 1_840_000, order: str | None = None, **more: Any
    ) -> payments.CardPage:
        """A card page just opened for her."""
        order = order or fresh()
        operation = payments.operation(payments.OperationKind.OPEN_PAGE, order, 1, sek(minor))
        words: dict[str, Any] = {
            "amount": sek(minor),
            "order": order,
            "op": operation.op,
            "key": operation.key,
            "success_url": "http://127.0.0.1:9/done?page={CHECKOUT_SESSION_ID}",
            "cancel_url": "http://127.0.0.1:9/changed-my-mind",
            "expires_at": await self.sandbox.now() + timedelta(minutes=45),
            "description": "Home visit",
            "email": "client@example.com",
            "house": "Maison Orane",
            "locale": "en",
        }
        return await self.gateway.open_card_page(**{**words, **more})

    async def save_page(self, **more: Any) -> payments.CardPage:
        """A page that only keeps her card."""
        order = fresh()
        words: dict[str, Any] = {
            "order": order,
            "op": f"{order}:save_card:1",
            "key": f"{order}:save_card:1:1",
            "success_url": "http://127.0.0.1:9/done",
            "cancel_url": "http://127.0.0.1:9/changed-my-mind",
            "expires_at": await self.sandbox.now() + timedelta(minutes=45),
            "description": "Home visit",
            "currency": "SEK",
            "email": "client@example.com",
            "locale": "en",
        }
        return await self.gateway.open_card_save_page(**{**words, **more})

    async def give(self, page: payments.CardPage, number: str, /, **typed: str) -> httpx.Response:
        """Type a card and press the button; where the browser is sent is in the answer."""
        cvc = "1234" if number == AMEX else "123"
        form = {"number": number, "expiry": "12 / 49", "cvc": cvc, "name": "A Client", **typed}
        return await self.browser.post(page.url, data=form)

    async def answer_bank(self, page: payments.CardPage, decision: str) -> httpx.Response:
        return await self.browser.post(f"{page.url}/bank", data={"decision": decision})

    async def read(self, page: payments.CardPage) -> str:
        return (await self.browser.get(page.url)).text

    async def held(self, minor: int = 1_840_000, order: str | None = None) -> payments.Hold:
        """Money held on a good card, through the page."""
        page = await self.page(minor, order)
        await self.give(page, OK)
        hold = (await self.gateway.fetch_card_page(page.id)).hold
        assert hold is not None
        return hold

    async def kept(self, number: str) -> payments.CardPageState:
        """A card kept for later, through the page; her bank is told yes if it asks."""
        page = await self.save_page()
        sent = await self.give(page, number)
        if sent.headers["location"].endswith("/bank"):
            await self.answer_bank(page, "approve")
        return await self.gateway.fetch_card_page(page.id)


def alert(text: str) -> str:
    """What the page tells her in its alert, as plain text."""
    found = re.search(r'role="alert">(.*?)</div>', text, re.DOTALL)
    assert found is not None, "The page has no alert."
    return " ".join(re.sub(r"<[^>]+>", " ", found[1]).split())


@contextlib.asynccontextmanager
async def client_of(sandbox: Sandbox) -> AsyncIterator[Client]:
    async with (
        sandbox.gateway() as gateway,
        httpx.AsyncClient(timeout=10, follow_redirects=False, verify=PLAIN) as browser,
    ):
        yield Client(sandbox, gateway, browser)
