"""What the provider tells us: heard once, acted on once, in any order, asked for if unheard."""

import hmac
import json
import random
import time
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from sqlmodel import col, func, select

import payments.notices
from concierge.desk.fetch_notices import fetch_notices
from concierge.desk.read_notice import TAKE_OVER, TOO_LONG, UNHEEDED, keep_notice, read_notice
from concierge.model import Case, Hold, LedgerEntry, Notice
from concierge.settings import SANDBOX_WEBHOOK_SECRET
from concierge.store.transaction import transaction
from payments.notices import EVENTS, NoticeKind
from payments.stripe_gateway import StripeGateway
from tests.concierge.web_house import BASE
from tests.examples import soaking
from tests.paid_visit import paid_visit
from tests.payments.sandboxed import Client, Sandbox, sek
from tests.small_house import PRICES, SmallHouse, at

from .shop import opened_shop
from .test_money_follows_the_outcome import keep, work_off

HEEDED = {
    "checkout.session.completed": NoticeKind.CARD_PAGE,
    "checkout.session.expired": NoticeKind.CARD_PAGE,
    "payment_intent.amount_capturable_updated": NoticeKind.HOLD,
    "payment_intent.canceled": NoticeKind.HOLD,
    "payment_intent.payment_failed": NoticeKind.HOLD,
    "payment_intent.succeeded": NoticeKind.HOLD,
    "refund.created": NoticeKind.REFUND,
    "refund.updated": NoticeKind.REFUND,
    "refund.failed": NoticeKind.REFUND,
    "charge.dispute.created": NoticeKind.DISPUTE,
    "charge.dispute.updated": NoticeKind.DISPUTE,
    "charge.dispute.closed": NoticeKind.DISPUTE,
    "charge.dispute.funds_withdrawn": NoticeKind.DISPUTE,
    "charge.dispute.funds_reinstated": NoticeKind.DISPUTE,
}
"""What we made of every event that is to be enabled; a new one asks for its place here."""
OBJECTS = {
    NoticeKind.CARD_PAGE: "checkout.session",
    NoticeKind.HOLD: "payment_intent",
    NoticeKind.REFUND: "refund",
    NoticeKind.DISPUTE: "dispute",
}
AT_ONCE_S = 0.2
"""How long the provider may wait for its 2xx, ninety-nine times of a hundred."""


def event(word: str, number: int = 1) -> dict[str, Any]:
    kind = HEEDED.get(word)
    told = {"id": f"obj_{number}", "object": OBJECTS[kind] if kind else "payout"}
    return {
        "id": f"evt_{number}",
        "type": word,
        "created": 1_700_000_000,
        "data": {"object": told},
    }


def signed(body: bytes, at_s: int) -> str:
    by = hmac.new(SANDBOX_WEBHOOK_SECRET.encode(), f"{at_s}.".encode() + body, sha256)
    return f"t={at_s},v1={by.hexdigest()}"


def test_every_event_we_enable_has_its_place() -> None:
    assert set(EVENTS) == set(HEEDED)
    for word, kind in HEEDED.items():
        assert payments.notices.told_by(event(word)).kind is kind
        assert kind in TAKE_OVER


def test_every_kind_of_notice_is_taken_over_or_left_on_purpose() -> None:
    assert set(TAKE_OVER) | UNHEEDED == set(NoticeKind)
    assert not set(TAKE_OVER) & UNHEEDED
    assert payments.notices.told_by(event("payout.paid")).kind in UNHEEDED


async def ledger(house: SmallHouse) -> list[tuple[str, str, int]]:
    async with transaction(house.engine) as session:
        rows = await session.exec(
            select(LedgerEntry.journal, LedgerEntry.account, LedgerEntry.amount_minor)
        )
        return sorted(rows)


async def tell_all(
    house: SmallHouse, gateway: StripeGateway, told: list[payments.notices.Notice]
) -> None:
    for each in told:
        async with transaction(house.engine) as session:
            await keep_notice(session, each)
        await read_notice(house.engine, gateway, each.id)


async def test_everything_told_three_times_in_any_order_is_the_same_ledger(
    house: SmallHouse, gateway: StripeGateway, her: Client, sandbox: Sandbox
) -> None:
    order = await paid_visit(house, gateway, her)
    await keep(house, order, 1)
    await work_off(house, gateway)
    async with transaction(house.engine) as session:
        (hold,) = await session.exec(select(Hold))
    await gateway.refund(hold.provider_id, sek(30_000), key=f"{order.id}:by-hand", op="by-hand")
    await sandbox.tell("disputes/begin", hold=hold.provider_id, amount=PRICES[0] // 2)
    since = at("08:00")
    told = [
        each
        for each in await gateway.notices_since(since, unheard=False)
        if each.kind not in UNHEEDED
    ]
    assert {NoticeKind.REFUND, NoticeKind.DISPUTE, NoticeKind.HOLD} <= {e.kind for e in told}
    random.Random(4).shuffle(told)  # noqa: S311 - any order will do
    await tell_all(house, gateway, told)
    once = await ledger(house)
    assert ("refunds", 30_000) in {(account, amount) for _, account, amount in once}
    assert ("disputed", PRICES[0] // 2) in {(account, amount) for _, account, amount in once}
    for _ in range(2):
        async with transaction(house.engine) as session:
            for notice in await session.exec(select(Notice)):
                notice.handled_at = None
        random.Random(len(told)).shuffle(told)  # noqa: S311 - any order will do
        await tell_all(house, gateway, told)
    assert await ledger(house) == once


async def test_what_could_not_be_told_is_asked_for(
    house: SmallHouse, gateway: StripeGateway, her: Client, sandbox: Sandbox
) -> None:
    order = await paid_visit(house, gateway, her)
    await keep(house, order, 1)
    await work_off(house, gateway)
    async with transaction(house.engine) as session:
        (hold,) = await session.exec(select(Hold))
    await sandbox.tell("webhook/set", url="http://127.0.0.1:9/webhooks/stripe")
    try:
        await gateway.refund(hold.provider_id, sek(30_000), key=f"{order.id}:1", op="by-hand")
        new = await fetch_notices(house.engine, gateway)
        assert new >= 1
        assert await fetch_notices(house.engine, gateway) == 0
    finally:
        await sandbox.tell("webhook/set", url=None)
    async with transaction(house.engine) as session:
        kept = (await session.exec(select(Notice.id))).all()
    for each in kept:
        await read_notice(house.engine, gateway, each)
    assert ("refunds", 30_000) in {(account, amount) for _, account, amount in await ledger(house)}


async def test_a_notice_is_kept_until_it_was_acted_on_and_a_days_trying_ends_with_a_person(
    house: SmallHouse, gateway: StripeGateway, sandbox: Sandbox
) -> None:
    told = payments.notices.told_by(event("refund.created", 7))
    async with transaction(house.engine) as session:
        assert await keep_notice(session, told)
        assert not await keep_notice(session, told)
    await sandbox.fault("500_before", "/v1/refunds/*", method="GET")
    with pytest.raises(payments.Unreachable):
        await read_notice(house.engine, gateway, told.id)
    await sandbox.tell("faults/clear")
    async with transaction(house.engine) as session:
        assert (await session.get_one(Notice, told.id)).handled_at is None
    await house.clock(at("09:00") + TOO_LONG + timedelta(minutes=1))
    await read_notice(house.engine, gateway, told.id)
    async with transaction(house.engine) as session:
        assert (await session.get_one(Notice, told.id)).handled_at is not None
        (case,) = await session.exec(select(Case).where(Case.kind == "notice_unread"))
        assert "obj_7" in case.words


async def test_the_provider_is_answered_at_once_though_it_does_not_answer_us(
    database: str, sandbox: Sandbox
) -> None:
    waits: list[float] = []
    many = 600 if soaking() else 60
    async with opened_shop(database, sandbox) as shop:
        door = await shop.browser()
        await sandbox.fault("timeout_before", "/v1/*", method="GET", seconds=6, times=100)
        try:
            for number in range(many):
                body = json.dumps(event("refund.created", number)).encode()
                began = time.perf_counter()
                answer = await door.post(
                    f"{BASE}/webhooks/stripe",
                    content=body,
                    headers={"stripe-signature": signed(body, int(time.time()))},
                )
                waits.append(time.perf_counter() - began)
                assert answer.status_code == 204
        finally:
            await sandbox.tell("faults/clear")
        async with transaction(shop.small.engine) as session:
            kept = await session.exec(select(func.count(col(Notice.id))))
            assert kept.one() == many
    waits.sort()
    half, slowest = waits[many // 2], waits[int(many * 0.99) - 1]
    assert (slowest if soaking() else half) < AT_ONCE_S
