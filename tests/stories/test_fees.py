"""A visit that falls through: free in time, late for the fee she agreed to, never a surprise."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import func, select

import payments
from concierge.desk.close_absence import CUT_SHORT
from concierge.desk.show_receipt import Extra, receipt_of
from concierge.model import (
    AuditEntry,
    Fee,
    FeeConsent,
    FeeKind,
    Hub,
    Order,
    OrderState,
    Piece,
    Role,
    new_id,
)
from concierge.model.refusals import Overtaken
from concierge.store.transaction import transaction
from tests.payments.sandboxed import Sandbox
from tests.small_house import MONDAY, PRICES, at

from .plain import Plain
from .receipts import receipt_that_adds_up
from .shop import Visitor
from .whole import Colleague, Whole, opened_whole

LATE, ABSENT = 30_000, 50_000
AGREED = f"{LATE}/{ABSENT}/24/SEK"
PATIENT = at("11:15")
"""When a concierge who rings at five past has waited as long as the hub asks."""
DAY = f"/api/dispatch/days/vasa/{MONDAY}"


@pytest.fixture
async def whole(database: str, sandbox: Sandbox) -> AsyncIterator[Whole]:
    async with opened_whole(database, sandbox) as one:
        async with transaction(one.shop.small.engine) as session:
            hub = await session.get_one(Hub, one.shop.small.hub.id)
            hub.late_fee_minor, hub.absence_fee_minor = LATE, ABSENT
        yield one


async def read_and_ordered(whole: Whole, window: int = 0) -> tuple[Visitor, UUID]:
    return await whole.ordered(window=window, fees=AGREED)


async def cancel(her: Visitor, order_id: UUID, fee: int = 0) -> Any:
    return await her.ask("POST", f"/api/orders/{order_id}/cancellations?fee={fee}")


async def test_nothing_is_ordered_before_she_has_read_what_it_may_cost(whole: Whole) -> None:
    her = await whole.shop.visitor()
    await her.choose(0)
    window = (await her.windows())[0]
    search = {"address": {"line": "Linnégatan 12"}}
    asked = (await her.ask("POST", "/api/window-searches", search)).json()["fees"]
    assert asked["agreed"] == AGREED
    assert "24 hours before" in asked["words"]
    for unread in ("", f"{LATE}/{ABSENT}/48/SEK"):
        refused = await her.order(window, fees=unread)
        assert (refused.status_code, refused.json()["type"].rpartition(":")[2]) == (
            409, "fees_not_agreed",
        )  # fmt: skip
    async with transaction(whole.shop.small.engine) as session:
        assert (await session.exec(select(func.count()).select_from(Order))).one() == 0

    taken = await her.order(window, fees=asked["agreed"])
    assert taken.status_code == 201, taken.text
    async with transaction(whole.shop.small.engine) as session:
        consent = (await session.exec(select(FeeConsent))).one()
    assert (consent.words, consent.language) == (asked["words"], "en")
    assert (consent.late_fee_minor, consent.absence_fee_minor) == (LATE, ABSENT)
    await her.pay(taken.json()["card_page"])
    [hold] = await whole.holds(consent.order_id)
    assert hold.amount_minor == PRICES[0] + ABSENT


async def test_her_page_tells_it_before_she_orders_and_before_she_cancels(whole: Whole) -> None:
    visitor, order_id = await read_and_ordered(whole)
    her = Plain(visitor.browser)
    page = await her.open(f"/orders/{order_id}")
    assert "cancelling now costs SEK 300" in page.words.replace("\xa0", " ")
    over = await her.press(page.form("/cancellations"))
    assert "this costs SEK 300" in over.words.replace("\xa0", " ")
    await whole.work()
    assert [letter.subject for letter in await whole.letters(order_id)][-2:] == [
        "Your visit is cancelled", "Your receipt",
    ]  # fmt: skip


async def test_the_page_of_windows_says_what_it_may_cost_in_her_language(whole: Whole) -> None:
    visitor = await whole.shop.visitor()
    await visitor.choose(1)
    her = Plain(visitor.browser)
    page = await her.open("/visit")
    form = page.form("/visit")
    form.fill(words="Linnégatan 12")
    page = await her.press(form, form.button("do", "find"))
    assert "24 hours before your window opens. After that it costs SEK 300." in page.words.replace(
        "\xa0", " "
    )
    assert page.form("/visit").named("fees")[0].value == AGREED


async def test_when_the_house_is_late_she_is_told_and_may_cancel_free(whole: Whole) -> None:
    visitor, order_id = await read_and_ordered(whole)
    order = await whole.order(order_id)
    assert order.opens is not None
    assert order.closes is not None
    await whole.clock(order.opens + timedelta(minutes=1))
    assert (await cancel(visitor, order_id, LATE)).status_code == 409
    await whole.clock(order.closes + timedelta(minutes=1))
    her = Plain(visitor.browser)
    page = await her.open(f"/orders/{order_id}")
    assert "We are late" in page.words
    assert "You may cancel without cost." in page.words
    over = await her.press(page.form("/cancellations"))
    assert "Your visit is cancelled" in over.words
    await whole.work()
    [hold] = await whole.holds(order_id)
    assert (hold.state, hold.captured_minor) == (payments.HoldState.RELEASED, 0)


async def test_cancelling_in_time_is_free(whole: Whole) -> None:
    her, order_id = await read_and_ordered(whole, window=-1)
    assert (await cancel(her, order_id)).status_code == 201
    await whole.work()
    order, [hold] = await whole.order(order_id), await whole.holds(order_id)
    assert (order.state, order.standing) == (OrderState.CANCELLED, payments.Standing.RELEASED)
    assert hold.state is payments.HoldState.RELEASED
    async with transaction(whole.shop.small.engine) as session:
        assert (await session.exec(select(Fee))).all() == []


async def test_cancelling_late_takes_exactly_the_fee_she_was_told(whole: Whole) -> None:
    her, order_id = await read_and_ordered(whole, window=-1)
    await whole.clock((await whole.order(order_id)).opens - timedelta(hours=3))  # type: ignore[operator]  # pyright: ignore[reportOptionalOperand]
    untold = await cancel(her, order_id)
    assert (untold.status_code, (await whole.order(order_id)).state) == (409, "confirmed")

    told = (await her.ask("GET", f"/api/orders/{order_id}")).json()["late_fee"]["minor"]
    assert (await cancel(her, order_id, told)).status_code == 201
    await whole.work()
    order, [hold] = await whole.order(order_id), await whole.holds(order_id)
    assert (order.state, order.standing) == (OrderState.CANCELLED, payments.Standing.CAPTURED)
    assert (hold.captured_minor, hold.amount_minor) == (LATE, sum(PRICES) + ABSENT)
    assert await whole.balance("sales") == -LATE
    assert await whole.balance("memo:held") == 0
    shown = (await her.ask("GET", f"/api/orders/{order_id}")).json()
    assert shown["fee"] == {
        "kind": "late_cancellation", "amount": {"minor": LATE, "currency": "SEK"},
        "waived": False,
    }  # fmt: skip
    assert shown["money"]["charged"]["minor"] == LATE
    async with transaction(whole.shop.small.engine) as session:
        receipt = await receipt_of(session, await whole.order(order_id))
    assert [(each.what, each.amount.minor) for each in receipt.fees] == [
        (Extra.LATE_CANCELLATION, LATE)
    ]
    assert [(line.vat_bp, line.gross.minor) for line in receipt.vat] == [(2_500, LATE)]
    async with transaction(whole.shop.small.engine) as session:
        (await session.get_one(Hub, order.hub_id)).vat_bp = 1_200
    async with transaction(whole.shop.small.engine) as session:
        assert await receipt_of(session, order) == receipt, "a rate of today changes no receipt"
    assert (receipt.kept.minor, receipt.charged.minor) == (0, LATE)
    assert await receipt_that_adds_up(whole.shop.small.engine, order_id) == receipt
    paper = await her.browser.get(f"/orders/{order_id}/receipt", headers={"accept": "text/html"})
    assert "Late cancellation" in paper.text
    assert (await cancel(her, order_id, told)).status_code == 409


async def test_a_fee_that_no_card_takes_is_let_off_and_her_hold_given_back(whole: Whole) -> None:
    async with transaction(whole.shop.small.engine) as session:
        hub = await session.get_one(Hub, whole.shop.small.hub.id)
        hub.late_fee_minor = 299
    her, order_id = await whole.ordered(fees=f"299/{ABSENT}/24/SEK")
    assert (await cancel(her, order_id, 299)).status_code == 201
    await whole.work()
    order, [hold] = await whole.order(order_id), await whole.holds(order_id)
    assert (order.state, order.standing) == (OrderState.CANCELLED, payments.Standing.RELEASED)
    assert (hold.state, hold.captured_minor) == (payments.HoldState.RELEASED, 0)
    shown = (await her.ask("GET", f"/api/orders/{order_id}")).json()
    assert shown["fee"]["waived"]


async def at_a_closed_door(whole: Whole, leaves: datetime = PATIENT) -> tuple[Colleague, UUID]:
    """The concierge rings at five past, nobody opens, and the dispatcher hears of it."""
    _, order_id = await read_and_ordered(whole)
    phone = await whole.concierge_of(order_id)
    await whole.clock(leaves)
    for step in ("en_route", "arrived"):
        said = {"step": step, "at": at("11:05").isoformat()}
        await phone.ask("PUT", f"/api/field/visits/{order_id}/steps/{new_id()}", said)
    dispatcher = await whole.colleague(Role.DISPATCHER)
    early = await dispatcher.ask("POST", f"{DAY}/absences", {"order": str(order_id)})
    assert early.status_code == 409
    version = (await dispatcher.read(DAY))["version"]
    report = {"order": str(order_id), "version": version}
    assert (await dispatcher.ask("POST", f"{DAY}/closed-doors", report)).status_code == 201
    day = await dispatcher.read(DAY)
    [left], [closed] = day["left"], day["setbacks"]
    assert closed["order"] == str(order_id)
    assert left["absence_fee"] == {"minor": ABSENT, "currency": "SEK"}
    return dispatcher, order_id


async def test_nobody_opens_and_the_dispatcher_confirms_the_fee(whole: Whole) -> None:
    dispatcher, order_id = await at_a_closed_door(whole)
    ended = await dispatcher.ask("POST", f"{DAY}/absences", {"order": str(order_id)})
    assert ended.status_code == 204, ended.text
    await whole.work()
    order, [hold] = await whole.order(order_id), await whole.holds(order_id)
    assert (order.state, order.standing) == (OrderState.CANCELLED, payments.Standing.CAPTURED)
    assert hold.captured_minor == ABSENT
    over = await dispatcher.read(DAY)
    assert (over["left"], over["setbacks"]) == ([], []), "there is nothing left to decide"
    async with transaction(whole.shop.small.engine) as session:
        pieces = await session.exec(select(Piece.state))
        assert set(pieces) == {"returning"}


async def test_no_fee_is_asked_where_the_wait_was_cut_short_unless_a_person_decides(
    whole: Whole,
) -> None:
    dispatcher, order_id = await at_a_closed_door(whole, at("11:09"))
    [left] = (await dispatcher.read(DAY))["left"]
    waited = left["waited"]
    assert (waited["minutes"], waited["of"], waited["early"]) == (4, 10, True)
    assert (
        await dispatcher.ask("POST", f"{DAY}/absences", {"order": str(order_id)})
    ).status_code == 204
    await whole.work()
    [hold] = await whole.holds(order_id)
    assert (hold.state, hold.captured_minor) == (payments.HoldState.RELEASED, 0)
    async with transaction(whole.shop.small.engine) as session:
        fee = (await session.exec(select(Fee))).one()
    assert fee.why == CUT_SHORT


async def test_a_person_may_ask_the_fee_although_the_wait_was_cut_short(whole: Whole) -> None:
    dispatcher, order_id = await at_a_closed_door(whole, at("11:09"))
    body = {"order": str(order_id), "although_early": True}
    assert (await dispatcher.ask("POST", f"{DAY}/absences", body)).status_code == 204
    await whole.work()
    [hold] = await whole.holds(order_id)
    assert hold.captured_minor == ABSENT


async def test_how_long_she_waits_at_a_closed_door_is_her_hubs_policy(whole: Whole) -> None:
    async with transaction(whole.shop.small.engine) as session:
        (await session.get_one(Hub, whole.shop.small.hub.id)).wait_minutes = 3
    dispatcher, _ = await at_a_closed_door(whole, at("11:09"))
    [left] = (await dispatcher.read(DAY))["left"]
    assert (left["waited"]["minutes"], left["waited"]["early"]) == (4, False)
    anybody = whole.shop.small.concierges[0]
    phone = await whole.colleague(Role.CONCIERGE, "her@house.test", concierge_id=anybody.id)
    assert (await phone.read("/api/field/route"))["hub"]["wait_minutes"] == 3


async def test_she_may_be_let_off_with_the_reason_written_down(whole: Whole) -> None:
    dispatcher, order_id = await at_a_closed_door(whole)
    body = {"order": str(order_id), "waive": "The lift was stuck."}
    assert (await dispatcher.ask("POST", f"{DAY}/absences", body)).status_code == 204
    await whole.work()
    [hold] = await whole.holds(order_id)
    assert (hold.state, hold.captured_minor) == (payments.HoldState.RELEASED, 0)
    async with transaction(whole.shop.small.engine) as session:
        fee = (await session.exec(select(Fee))).one()
        waived = select(AuditEntry.why).where(AuditEntry.what == "fee.waive")
        assert (await session.exec(waived)).one() == fee.why == "The lift was stuck."
    assert fee.waived_at is not None


async def test_the_database_refuses_a_fee_she_did_not_agree_to(whole: Whole) -> None:
    _, order_id = await read_and_ordered(whole)

    async def ask(kind: FeeKind, minor: int, currency: str) -> None:
        async with transaction(whole.shop.small.engine) as session:
            session.add(
                Fee(
                    order_id=order_id, kind=kind, amount_minor=minor, currency=currency,
                    by="test", at=at("09:00"),
                )
            )  # fmt: skip

    for kind, minor, currency in (
        (FeeKind.LATE_CANCELLATION, LATE + 1, "SEK"),
        (FeeKind.ABSENCE, ABSENT + 1, "SEK"),
        (FeeKind.ABSENCE, ABSENT, "EUR"),
        (FeeKind.ABSENCE, -1, "SEK"),
    ):
        with pytest.raises(Overtaken):
            await ask(kind, minor, currency)

    async def raise_it() -> None:
        async with transaction(whole.shop.small.engine) as session:
            order = await session.get_one(Order, order_id)
            order.late_fee_minor = LATE + 1

    with pytest.raises(Overtaken):
        await raise_it()
