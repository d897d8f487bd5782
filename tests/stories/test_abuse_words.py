"""Words meant as weapons: scripts, line ends, NULs, a thousand brackets, a forged notice."""

import hashlib
import hmac
import io
import json
import sys
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from sqlmodel import select

from concierge.model import Account, Address, Client, Message, Notice, Order, Role
from concierge.settings import SANDBOX_WEBHOOK_SECRET
from concierge.store.clock import wall
from concierge.store.transaction import transaction
from concierge.web.logs import set_up_logs
from tests.concierge.web_house import BASE, PASSWORD_HASH, Browser
from tests.payments.sandboxed import Sandbox
from tests.small_house import at

from .shop import HER, Shop, Visitor, opened_shop

SCRIPT = "<script>alert(1)</script>"
WEAPON = f"\"'>{SCRIPT}{{{{7*7}}}}=1+1"
PAGE = {"accept": "text/html"}


@pytest.fixture
async def shop(database: str, sandbox: Sandbox) -> AsyncIterator[Shop]:
    await sandbox.settle_down(at("09:00"))
    async with opened_shop(database, sandbox) as one:
        yield one


async def armed(shop: Shop) -> tuple[Visitor, dict[str, Any]]:
    """Somebody whose every word is a weapon, and her order."""
    her = await shop.visitor()
    await her.choose(0)
    body = {
        "windows": [(await her.windows())[0]],
        "address": {"line": "Linnégatan 12", "detail": f"{WEAPON}\r\nX:1", "access": WEAPON},
        "who": {**HER, "name": f"{WEAPON}\r\n{BASE}/evil", "phone": "+46 70\r\n123 45 67"},
    }
    answer = await her.ask("POST", "/api/orders", body)
    assert answer.status_code == 201, answer.text
    her.csrf = answer.json()["csrf"]
    await her.ask("POST", "/api/account/preferences", {"words": WEAPON})
    return her, answer.json()


async def staff(shop: Shop, role: Role) -> Browser:
    concierge = shop.small.concierges[0].id if role is Role.CONCIERGE else None
    async with transaction(shop.small.engine) as session:
        session.add(
            Account(
                email=f"{role}@house.test", name=role, password_hash=PASSWORD_HASH, role=role,
                concierge_id=concierge, created_at=wall(),
            )
        )  # fmt: skip
    browser = await shop.browser()
    await browser.sign_in(f"{role}@house.test")
    return browser


async def test_a_script_in_a_name_stays_a_name_on_every_page(shop: Shop) -> None:
    her, taken = await armed(shop)
    order = taken["order"]["id"]
    pages = [
        await her.browser.get(path, headers=PAGE)
        for path in (f"/orders/{order}", "/account", "/visit", "/selection", "/demo/postbox")
    ]
    pages += [await (await staff(shop, Role.DISPATCHER)).get("/dispatch", headers=PAGE)]
    for page in pages:
        assert SCRIPT not in page.text, page.url
        assert "script-src 'self';" in page.headers["content-security-policy"]
    assert any("&lt;script&gt;" in page.text for page in pages)


async def test_words_for_the_board_and_the_phone_are_json_and_nothing_else(shop: Shop) -> None:
    her, taken = await armed(shop)
    await her.pay(taken["card_page"])
    day = taken["order"]["window"]["opens"][:10]
    board = await (await staff(shop, Role.DISPATCHER)).get(f"/api/dispatch/days/vasa/{day}")
    assert board.headers["content-type"] == "application/json"
    assert board.headers["x-content-type-options"] == "nosniff"
    assert SCRIPT in board.text  # as it was written: the screen shows text


async def test_a_calendar_file_has_only_the_lines_we_write(shop: Shop) -> None:
    her, taken = await armed(shop)
    file = await her.browser.get(f"/orders/{taken['order']['id']}/visit.ics")
    names = {line.partition(":")[0] for line in file.text.split("\r\n") if line[:1].strip()}
    assert names == {
        "BEGIN", "VERSION", "PRODID", "METHOD", "UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY",
        "LOCATION", "DESCRIPTION", "STATUS", "END",
    }  # fmt: skip
    assert file.text.replace("\r\n", "").isprintable()


async def test_a_name_is_one_line_and_a_letter_links_only_where_we_say(shop: Shop) -> None:
    her, taken = await armed(shop)
    async with transaction(shop.small.engine) as session:
        order = await session.get_one(Order, taken["order"]["id"])
        client = await session.get_one(Client, order.client_id)
        letters = (await session.exec(select(Message))).all()
    assert client.name.isprintable()
    assert client.phone == "+46 70 123 45 67"
    links = [line for letter in letters for line in letter.body.split("\n") if BASE in line[:21]]
    assert links == [f"{BASE}/orders/{order.id}"]
    assert (await her.browser.get("/demo/postbox")).text.count("<a href") >= 1


async def test_no_log_and_no_job_knows_her_name(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = io.StringIO()
    with monkeypatch.context() as screen:
        screen.setattr(sys, "stderr", written)
        set_up_logs()
    her = await shop.visitor()
    await her.choose(0)
    body = {
        "windows": [(await her.windows())[0]],
        "address": {"line": "Linnégatan 12", "detail": "Canary floor", "access": "Canary code"},
        "who": {"name": "Canary", "email": "canary@client.test", "phone": "+46 70 022 62 79"},
    }
    taken = (await her.ask("POST", "/api/orders", body)).json()
    her.csrf = taken["csrf"]
    await her.browser.get("/api/pieces", params={"words": "canary"})
    await her.browser.get("/sign-in/canary")
    await her.browser.get("/canary")
    await her.pay(taken["card_page"])
    await her.ask("POST", f"/api/orders/{taken['order']['id']}/cancellations")
    async with transaction(shop.small.engine) as session:
        connection = await session.connection()
        jobs = await connection.exec_driver_sql(
            "select concat(args, lock, queueing_lock) from procrastinate_jobs"
        )
        asked = "".join(str(job) for (job,) in jobs)
    assert "/api/orders" in written.getvalue()
    assert "operation" in asked
    for text in (written.getvalue(), asked):
        assert "canary" not in text.lower()
        assert "022 62 79" not in text
        assert "Linnégatan" not in text


@pytest.mark.parametrize("phone", ["abc", "12345", "+46 70 123 45 67 89 012", "0701\u20092345x"])
async def test_a_phone_is_one_that_can_ring(shop: Shop, phone: str) -> None:
    her = await shop.visitor()
    await her.choose(0)
    answer = await her.order((await her.windows())[0], who={**HER, "phone": phone})
    assert answer.status_code == 400
    assert "phone number" in answer.json()["detail"]
    async with transaction(shop.small.engine) as session:
        assert (await session.exec(select(Order))).all() == []
    answer = await her.order((await her.windows())[0], who={**HER, "phone": "+46 (0)31-12 34 56"})
    assert answer.status_code == 201


@pytest.mark.parametrize(
    "email",
    ["a@b.c\r\nBcc: d@e.f", "a@b.c,d@e.f", "a@b.c d@e.f", "<a@b.c>", "a@b@c.d", "a@b", "@b.c"],
)
async def test_an_e_mail_is_one_address_and_nothing_else(shop: Shop, email: str) -> None:
    her = await shop.visitor()
    await her.choose(0)
    answer = await her.order((await her.windows())[0], who={**HER, "email": email})
    assert answer.status_code == 400
    async with transaction(shop.small.engine) as session:
        assert (await session.exec(select(Message))).all() == []
        strangers = select(Address).where(Address.client_id != shop.small.client.id)
        assert (await session.exec(strangers)).all() == []


async def test_what_no_text_or_number_of_ours_can_hold_breaks_nothing(shop: Shop) -> None:
    her = await shop.visitor()
    await her.choose(0)
    window = (await her.windows())[0]
    asked = [
        await her.browser.get(path)
        for path in (
            "/api/pieces?size=%00", "/api/pieces?occasion=%00", "/?colour=%00", "/pieces/%00",
            f"/api/pieces?least={'9' * 20}", f"/api/pieces?most={'9' * 5000}", "/assets/%00",
            "/assets/..%2f..%2fapp.py", "/api/pieces/%ed%a0%80", "/sign-in/%00",
            f"/live?topics=order:x&after={'9' * 30}",
        )
    ]  # fmt: skip
    asked += [
        await her.order(window, who={**HER, "name": "a\0b", "phone": "\0"}),
        await her.ask(
            "POST", "/api/window-searches", {"address": {"line": "Linnégatan 12\0"}}
        ),
    ]  # fmt: skip
    for body in ("[" * 100_000, '{"address":' + '{"a":' * 3_000, '{"words":"\\ud800"}', b"\xff"):
        headers = {"x-csrf-token": her.csrf, "origin": BASE, "content-type": "application/json"}
        asked += [
            await her.browser.post(path, content=body, headers=headers)
            for path in ("/api/window-searches", "/api/address-searches", "/api/orders")
        ]
    for kind in ("multipart/form-data", "multipart/form-data; boundary=a", "text/plain"):
        asked += [
            await her.browser.post(
                path, content=b"--a\r\n\xff\0", headers={"content-type": kind, "origin": BASE}
            )
            for path in ("/visit", "/selection", "/sign-in", "/staff", "/language", "/api/orders")
        ]  # fmt: skip
    broken = [(str(one.url), one.status_code) for one in asked if one.status_code >= 500]
    assert broken == []


def signed(body: bytes, *, at_: float, secret: str = SANDBOX_WEBHOOK_SECRET) -> dict[str, str]:
    said = f"{int(at_)}.".encode() + body
    mark = hmac.new(secret.encode(), said, hashlib.sha256).hexdigest()
    return {"stripe-signature": f"t={int(at_)},v1={mark}", "content-type": "application/json"}


async def test_a_notice_counts_only_when_it_is_signed_fresh_and_once(shop: Shop) -> None:
    body = json.dumps(
        {
            "id": "evt_1", "type": "payment_intent.succeeded", "created": int(time.time()),
            "data": {"object": {"object": "payment_intent", "id": "pi_1"}},
        }
    ).encode()  # fmt: skip
    door = await shop.browser()
    now = time.time()

    async def knock(
        headers: dict[str, str] | dict[bytes, bytes], content: bytes = body
    ) -> httpx.Response:
        return await door.post("/webhooks/stripe", content=content, headers=headers)

    refused = [
        await knock({}),
        await knock({"stripe-signature": "t=,v1="}),
        await knock({b"stripe-signature": b"t=\xe9,v1=\xff"}),
        await knock(signed(body, at_=now, secret="whsec_other")),
        await knock(signed(body, at_=now, secret="")),
        await knock(signed(body, at_=now - 301)),
        await knock(signed(body, at_=now), body.replace(b"pi_1", b"pi_2")),
        await knock(signed(b"[]", at_=now), b"[]"),
        await knock(signed(b"\xff", at_=now), b"\xff"),
        await knock(signed(b"[" * 99_999, at_=now), b"[" * 99_999),
    ]
    assert [answer.status_code for answer in refused] == [400] * len(refused)
    taken = [await knock(signed(body, at_=now)) for _ in range(3)]
    assert [answer.status_code for answer in taken] == [204] * 3
    async with transaction(shop.small.engine) as session:
        assert [notice.id for notice in await session.exec(select(Notice))] == ["evt_1"]
