"""Notices: signed, repeated until heard, out of order, and never believed without a signature."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

import pytest
import stripe

import payments
from payments.notices import Notice, NoticeKind, read_notice

from .sandboxed import DECLINED, OK, Client, Sandbox, client_of, free_port, fresh, sek, until

SECRET = "whsec_tests"


@dataclass
class Listener:
    """A webhook that writes down what it hears, and is deaf as often as asked."""

    deaf: int = 0
    heard: list[tuple[bytes, str]] = field(default_factory=list)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                headers = dict(line.split(": ", 1) for line in head.split("\r\n")[1:-2])
                lower = {name.lower(): value for name, value in headers.items()}
                body = await reader.readexactly(int(lower["content-length"]))
                self.deaf -= 1
                status = "500 Deaf" if self.deaf >= 0 else "200 OK"
                if self.deaf < 0:
                    self.heard.append((body, lower["stripe-signature"]))
                writer.write(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode())
                await writer.drain()
        writer.close()

    def read(self) -> list[Notice]:
        return [read_notice(body, signature, secret=SECRET) for body, signature in self.heard]

    def kinds(self) -> set[tuple[NoticeKind, str]]:
        return {(notice.kind, notice.object_id) for notice in self.read()}


@pytest.fixture(scope="session")
async def told(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Client, Listener]]:
    """A sandbox that tells a listener everything."""
    listener, port = Listener(), free_port()
    server = await asyncio.start_server(listener.answer, "127.0.0.1", port)
    url = f"http://127.0.0.1:{port}/webhook"
    one = Sandbox(
        tmp_path_factory.mktemp("told"), ("--strict", "--webhook", url, "--webhook-secret", SECRET)
    )
    await one.start()
    try:
        async with client_of(one) as client:
            yield client, listener
        assert (await one.look("contract"))["faults"] == []
    finally:
        one.stop()
        server.close()


async def test_what_happens_on_the_card_page_is_told(told: tuple[Client, Listener]) -> None:
    client, listener = told
    hold = await client.held(50_000)
    page = await client.page()
    await client.gateway.expire_card_page(page.id, key=fresh())

    await until(_async(lambda: (NoticeKind.CARD_PAGE, page.id) in listener.kinds()))

    assert (NoticeKind.HOLD, hold.id) in listener.kinds()
    words = {notice.word for notice in listener.read()}
    assert {"checkout.session.completed", "checkout.session.expired"} <= words
    assert "payment_intent.amount_capturable_updated" in words


async def test_what_becomes_of_a_hold_is_told(told: tuple[Client, Listener]) -> None:
    client, listener = told
    hold = await client.held(50_000)
    await until(lambda: _nothing_waits(client.sandbox))
    listener.heard.clear()

    await client.gateway.capture(hold.id, sek(30_000), key=fresh(), op=fresh())
    refund = await client.gateway.refund(hold.id, sek(1_000), key=fresh(), op=fresh())

    await until(_async(lambda: (NoticeKind.REFUND, refund.id) in listener.kinds()))
    words = [notice.word for notice in listener.read()]
    assert words == [
        "charge.captured",
        "payment_intent.succeeded",
        "charge.refunded",
        "refund.created",
    ]


async def test_a_listener_that_was_deaf_hears_it_again(told: tuple[Client, Listener]) -> None:
    client, listener = told
    await until(lambda: _nothing_waits(client.sandbox))
    listener.heard.clear()
    listener.deaf = 3

    hold = await client.held(50_000)

    await until(lambda: _nothing_waits(client.sandbox))
    assert listener.deaf < 0
    first = next(notice for notice in listener.read() if notice.word == "payment_intent.created")
    assert first.object_id == hold.id


async def test_notices_can_be_made_to_come_thrice_and_shuffled(
    told: tuple[Client, Listener],
) -> None:
    client, listener = told
    await until(lambda: _nothing_waits(client.sandbox))
    await client.sandbox.tell("webhook/set", duplicates=2, shuffle=True)
    listener.heard.clear()

    page = await client.page()
    await client.give(page, DECLINED)
    await client.give(page, OK)
    await until(lambda: _nothing_waits(client.sandbox))
    await client.sandbox.tell("webhook/set", duplicates=0, shuffle=False)

    heard = [notice.id for notice in listener.read()]
    assert len(heard) == 3 * len(set(heard))
    assert {notice.object_id for notice in listener.read()} >= {page.id}


async def test_everything_can_be_told_again(told: tuple[Client, Listener]) -> None:
    client, listener = told
    await client.held(50_000)
    await until(lambda: _nothing_waits(client.sandbox))
    listener.heard.clear()

    again = await client.sandbox.tell("webhook/replay", times=2)

    await until(lambda: _nothing_waits(client.sandbox), 60)
    assert len(listener.heard) == again["waiting"]


BODY = (
    b'{"id":"evt_1","object":"event","api_version":"2026-10-28.endive","created":1,'
    b'"type":"charge.refunded","data":{"object":{"object":"charge","id":"ch_1",'
    b'"payment_intent":"pi_1"}}}'
)


def signed(body: bytes, *, secret: str = SECRET, age: int = 0) -> str:
    """The header the provider would send with `body`, some seconds old."""
    return stripe.WebhookSignature.generate_signature_header(
        body.decode(), secret, int(time.time()) - age
    )


def test_a_charge_is_told_as_its_hold() -> None:
    notice = read_notice(BODY, signed(BODY, age=290), secret=SECRET)
    assert (notice.kind, notice.object_id) == (NoticeKind.HOLD, "pi_1")


UNSIGNED = {
    "no signature": (BODY, None),
    "an empty signature": (BODY, ""),
    "a signature of nothing": (BODY, "t=,v1="),
    "no signature at all": (BODY, "nonsense"),
    "another secret": (BODY, signed(BODY, secret="whsec_other")),
    "too old": (BODY, signed(BODY, age=310)),
    "other content": (BODY.replace(b"pi_1", b"pi_2"), signed(BODY)),
    "signed, but empty": (b"{}", signed(b"{}")),
    "signed, but a list": (b"[]", signed(b"[]")),
    "signed, but no JSON": (b"not json", signed(b"not json")),
    "not even text": (b"\xff", "t=1,v1=00"),
}


@pytest.mark.parametrize("why", UNSIGNED)
def test_what_the_provider_did_not_sign_is_not_believed(why: str) -> None:
    body, signature = UNSIGNED[why]
    with pytest.raises(payments.BadSignature):
        read_notice(body, signature, secret=SECRET)


def test_without_a_secret_nothing_is_believed() -> None:
    with pytest.raises(payments.BadSignature):
        read_notice(BODY, signed(BODY, secret=""), secret="")


def _async(happens: Callable[[], bool]) -> Callable[[], Awaitable[bool]]:
    async def look() -> bool:
        return happens()

    return look


async def _nothing_waits(sandbox: Sandbox) -> bool:
    return (await sandbox.look("webhook"))["waiting"] == 0
