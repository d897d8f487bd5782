"""What a hold did not pay: another card, a link to pay, then a person; never twice."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlmodel import col, select

import payments
import payments.notices
import payments.plan
from concierge.desk.book_money import book_hold
from concierge.desk.collect import LINK_SENT
from concierge.desk.hold_money import money_came
from concierge.desk.read_notice import keep_notice, read_notice
from concierge.desk.run_operation import run_operation
from concierge.model import (
    OVER,
    AuditEntry,
    Case,
    Operation,
    OperationState,
    Order,
    OrderState,
    Role,
)
from concierge.store.clock import now
from concierge.store.transaction import lock_order, transaction
from tests.payments.sandboxed import OK, Sandbox, client_of, fresh
from tests.small_house import MONDAY, PRICES, at

from .plain import Plain
from .receipts import receipt_that_adds_up
from .whole import Colleague, Whole, opened_whole

LAPSES, LAPSES_BROKE = "4000000000005886", "4000000000005894"
"""Cards whose hold is gone when it is captured; the second finds too little later, too."""
DAY = f"/api/dispatch/days/vasa/{MONDAY}"


@pytest.fixture
async def whole(database: str, sandbox: Sandbox) -> AsyncIterator[Whole]:
    async with opened_whole(database, sandbox) as one:
        yield one


async def open_cases(whole: Whole) -> list[str]:
    async with transaction(whole.shop.small.engine) as session:
        rows = await session.exec(select(Case.kind).where(col(Case.closed_at).is_(None)))
        return list(rows)


async def test_a_hold_that_is_gone_is_charged_to_her_saved_card(whole: Whole) -> None:
    _, order_id = await whole.ordered(card=LAPSES)
    await whole.visited(order_id, 1, at("14:30"))
    await whole.work()
    order = await whole.order(order_id)
    assert (order.state, order.standing) == (OrderState.SETTLED, payments.Standing.CAPTURED)
    assert sorted(hold.captured_minor for hold in await whole.holds(order_id)) == [0, PRICES[0]]
    assert await whole.balance("sales") == -PRICES[0]
    assert await whole.balance("memo:held") == 0
    assert await open_cases(whole) == []


async def test_a_card_that_refuses_leads_to_a_link_and_she_pays_once(whole: Whole) -> None:
    visitor, order_id = await whole.ordered(card=LAPSES_BROKE)
    await whole.visited(order_id, 1, at("14:30"))
    await whole.work()
    order = await whole.order(order_id)
    assert (order.state, order.standing) == (OrderState.RETURNED, payments.Standing.COLLECTING)
    assert await open_cases(whole) == ["not_paid"]
    letter = (await whole.letters(order_id))[-1]
    assert letter.subject == "Please pay for your visit"
    assert f"/orders/{order_id}" in letter.body
    board = await (await whole.colleague(Role.DISPATCHER)).read(DAY)
    assert [each["kind"] for each in board["exceptions"]] == ["not_paid"]

    her = Plain(visitor.browser)
    page = await her.open(f"/orders/{order_id}")
    assert "SEK 11,500" in page.words.replace("\xa0", " ")
    at_card = await her.press(page.form("/card"))
    again = await her.press(page.form("/card"))
    assert again.answer.headers["location"] == at_card.answer.headers["location"]
    await visitor.pay(at_card.answer.headers["location"], OK)
    await whole.work()
    order = await whole.order(order_id)
    assert (order.state, order.standing) == (OrderState.SETTLED, payments.Standing.CAPTURED)
    assert await whole.balance("sales") == -PRICES[0]
    assert await open_cases(whole) == []
    receipt = await her.open(f"/orders/{order_id}")
    assert "Pay SEK" not in receipt.words.replace("\xa0", " ")
    assert (await whole.letters(order_id))[-1].subject == "Your receipt"
    receipt = await receipt_that_adds_up(whole.shop.small.engine, order_id)
    assert [card.charged.minor for card in receipt.card] == [0, PRICES[0]]


async def test_a_link_that_is_not_paid_becomes_a_persons_case_and_may_still_be_paid(
    whole: Whole,
) -> None:
    visitor, order_id = await whole.ordered(card=LAPSES_BROKE)
    await whole.visited(order_id, 2, at("14:30"))
    await whole.work()
    late = at("14:30") + timedelta(hours=49)
    await whole.clock(late)
    dispatcher = await whole.colleague(Role.DISPATCHER)
    await whole.sweep()
    await whole.work()
    order = await whole.order(order_id)
    assert order.standing is payments.Standing.CAPTURE_FAILED
    async with transaction(whole.shop.small.engine) as session:
        words = (await session.exec(select(Case.words).where(col(Case.closed_at).is_(None)))).one()
        assert await now(session) >= late
    assert "was not paid by the link in time" in words
    sent = await dispatcher.ask("POST", f"/api/dispatch/orders/{order_id}/payment-links")
    assert sent.status_code == 204, sent.text
    assert (await whole.order(order_id)).standing is payments.Standing.COLLECTING
    await is_sent_within_limits(whole, dispatcher, order_id, late)
    url = (await visitor.ask("POST", f"/api/orders/{order_id}/card-pages")).json()["url"]
    await visitor.pay(url, OK)
    await whole.work()
    order = await whole.order(order_id)
    assert (order.state, order.due_minor) == (OrderState.SETTLED, PRICES[0] + PRICES[2])
    assert await open_cases(whole) == []
    refused = await dispatcher.ask("POST", f"/api/dispatch/orders/{order_id}/payment-links")
    assert refused.status_code == 409


async def test_a_dispatcher_sends_the_link_again_from_the_case(whole: Whole) -> None:
    _, order_id = await whole.ordered(card=LAPSES_BROKE)
    await whole.visited(order_id, 1, at("14:30"))
    await whole.work()
    async with transaction(whole.shop.small.engine) as session:
        case = (await session.exec(select(Case.id))).one()
    desk = Plain((await whole.colleague(Role.DISPATCHER)).browser)
    letters = len(await whole.letters(order_id))
    page = await desk.open(f"/dispatch/cases/{case}")
    page = await desk.press(page.form("/payment-links"))
    assert "The link to pay was sent again" in page.words
    assert [each.subject for each in await whole.letters(order_id)][letters:] == [
        "Please pay for your visit"
    ]
    again = await desk.press(page.form("/payment-links"))
    assert again.answer.status_code == 429
    assert "She had this link within the hour" in again.words
    hub = await whole.colleague(Role.HUB, hub_id=whole.shop.small.hub.id)
    shown = await Plain(hub.browser).open(f"/dispatch/cases/{case}")
    assert not [form for form in shown.forms if form.action.endswith("/payment-links")]
    assert len(await whole.letters(order_id)) == letters + 1


async def is_sent_within_limits(
    whole: Whole, dispatcher: Colleague, order_id: UUID, since: datetime
) -> None:
    """Three times, an hour apart, each with who sent it; every other press writes nothing."""

    async def press(after: timedelta) -> int:
        await whole.clock(since + after)
        door = f"/api/dispatch/orders/{order_id}/payment-links"
        return (await dispatcher.ask("POST", door)).status_code

    letters = len(await whole.letters(order_id))
    minutes = (1, 61, 62, 122, 240)
    pressed = [await press(timedelta(minutes=each)) for each in minutes]
    assert pressed == [429, 204, 429, 204, 429]
    assert len(await whole.letters(order_id)) == letters + 2
    async with transaction(whole.shop.small.engine) as session:
        audited = await session.exec(
            select(AuditEntry.who).where(AuditEntry.what == LINK_SENT).distinct()
        )
        assert len(audited.all()) == 1


@pytest.mark.parametrize("kind", ["500_before", "500_after", "409", "drop_before", "drop_after"])
async def test_a_troubled_provider_never_makes_us_charge_twice(whole: Whole, kind: str) -> None:
    _, order_id = await whole.ordered(1, card=LAPSES)
    await whole.shop.sandbox.fault(kind, "/v1/payment_intents")
    await whole.visited(order_id, 1, at("14:30"))
    for _ in range(3):
        await whole.again(timedelta(minutes=1))
    order = await whole.order(order_id)
    assert (order.state, order.standing) == (OrderState.SETTLED, payments.Standing.CAPTURED)
    assert await whole.balance("sales") == -PRICES[1]
    async with transaction(whole.shop.small.engine) as session:
        charges = await session.exec(
            select(Operation).where(Operation.kind == payments.OperationKind.CHARGE)
        )
        assert [each.state for each in charges] == ["done"]


async def late_hold(whole: Whole, order_id: UUID, minor: int) -> payments.Hold:
    """A hold that her bank grants for this order, and that is read only now."""
    order = await whole.order(order_id)
    async with whole.shop.sandbox.gateway() as gateway:
        seen = await gateway.hold_off_session(
            amount=payments.Money(minor, order.currency), order=str(order_id), op=fresh(),
            key=fresh(), customer=order.payer or "", payment_method=order.card or "",
            description="Home visit",
        )  # fmt: skip
    async with transaction(whole.shop.small.engine) as session:
        await lock_order(session, order_id)
        row = await session.get_one(Order, order_id, populate_existing=True)
        moment = await now(session)
        await book_hold(session, row, seen, moment)
        await money_came(session, row, payments.By.BANK, moment)
    return seen


async def test_a_hold_that_comes_while_her_card_is_charged_is_given_back(whole: Whole) -> None:
    _, order_id = await whole.ordered(card=LAPSES)
    await whole.shop.sandbox.fault("drop_after", "/v1/payment_intents", times=99)
    await whole.visited(order_id, 1, at("14:30"))
    assert (await whole.order(order_id)).standing is payments.Standing.COLLECTING
    await whole.shop.sandbox.tell("faults/clear")
    async with transaction(whole.shop.small.engine) as session:
        order = await session.get_one(Order, order_id)
        order.card, order.payer = await another_card(whole)
    late = await late_hold(whole, order_id, PRICES[0])
    async with whole.shop.sandbox.gateway() as gateway:
        for each in await whole.operations(order_id):
            if each.state not in OVER:
                await run_operation(whole.shop.small.engine, gateway, each.id)
    order = await whole.order(order_id)
    assert (order.state, order.standing) == (OrderState.SETTLED, payments.Standing.CAPTURED)
    assert await whole.balance("sales") == -PRICES[0]
    assert await whole.balance("memo:held") == 0
    async with whole.shop.sandbox.gateway() as gateway:
        assert (await gateway.fetch_hold(late.id)).state is payments.HoldState.RELEASED


async def another_card(whole: Whole) -> tuple[str | None, str | None]:
    """A good card kept at the provider, and whose it is."""
    async with client_of(whole.shop.sandbox) as client:
        kept = await client.kept(OK)
    return kept.payment_method, kept.customer


async def test_a_release_given_up_that_comes_about_by_itself_calls_nobody_any_more(
    whole: Whole,
) -> None:
    her, order_id = await whole.ordered(window=-1)
    [hold] = await whole.holds(order_id)
    sandbox, provider = whole.shop.sandbox, "/v1/payment_intents/*"
    await sandbox.fault("drop_before", f"{provider}/cancel", times=99)
    assert (await her.ask("POST", f"/api/orders/{order_id}/cancellations?fee=0")).is_success
    async with transaction(whole.shop.small.engine) as session:
        rows = await session.exec(
            select(Operation).where(Operation.kind == payments.OperationKind.RELEASE)
        )
        release = rows.one()
        release.attempts = payments.plan.MOST_ATTEMPTS
    async with sandbox.gateway() as gateway:
        await run_operation(whole.shop.small.engine, gateway, release.id)
        assert await open_cases(whole) == ["operation_failed"]
        await sandbox.tell("holds/lapse", hold=hold.provider_id)
        told = payments.notices.Notice(
            "evt_lapse", payments.notices.NoticeKind.HOLD, hold.provider_id, at("09:00"), "test"
        )
        async with transaction(whole.shop.small.engine) as session:
            await keep_notice(session, told)
        await read_notice(whole.shop.small.engine, gateway, told.id)
    assert await open_cases(whole) == []
    [done] = [each for each in await whole.operations(order_id) if each.id == release.id]
    assert done.state is OperationState.DONE
    assert (await whole.order(order_id)).standing is payments.Standing.RELEASED
    assert await whole.balance("memo:held") == 0


async def test_nothing_is_asked_of_her_while_a_capture_may_have_paid(whole: Whole) -> None:
    _, order_id = await whole.ordered()
    [hold] = await whole.holds(order_id)
    sandbox, provider = whole.shop.sandbox, "/v1/payment_intents/*"
    await sandbox.fault("drop_after", f"{provider}/capture", times=99)
    await whole.visited(order_id, 1, at("14:30"))
    async with transaction(whole.shop.small.engine) as session:
        rows = await session.exec(
            select(Operation).where(Operation.kind == payments.OperationKind.CAPTURE)
        )
        capture = rows.one()
        capture.attempts = payments.plan.MOST_ATTEMPTS
    await sandbox.fault("drop_before", provider, method="GET", times=99)
    async with sandbox.gateway() as gateway:
        await run_operation(whole.shop.small.engine, gateway, capture.id)
    assert await open_cases(whole) == ["operation_failed"]
    dispatcher = await whole.colleague(Role.DISPATCHER)
    link = f"/api/dispatch/orders/{order_id}/payment-links"
    assert (await dispatcher.ask("POST", link)).status_code == 409
    assert {each.kind for each in await whole.operations(order_id)} <= {"open_page", "capture"}
    await sandbox.tell("faults/clear")
    async with whole.shop.sandbox.gateway() as gateway:
        seen = await gateway.fetch_hold(hold.provider_id)
    assert seen.captured.minor == PRICES[0]
