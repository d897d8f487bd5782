"""A client's bank disputes a payment: a person answers in time, and the books follow its word."""

import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any, LiteralString
from uuid import UUID

import psycopg
import pytest
from sqlmodel import select

import payments
from concierge.desk.keep_photograph import Photographed, keep_photograph
from concierge.desk.read_notice import keep_notice
from concierge.desk.read_photograph import read_photograph
from concierge.model import (
    AuditEntry,
    Case,
    Dispute,
    OrderLine,
    Photograph,
    Role,
    Stop,
    Taken,
    new_id,
)
from concierge.store.transaction import transaction
from tests.payments.sandboxed import OK, Sandbox
from tests.photographs import taken_by_a_camera
from tests.small_house import PRICES, at

from .plain import Control, Form, Page, Plain, beside
from .shop import Visitor
from .whole import Colleague, Whole, opened_whole

TAKEN, FEE = max(PRICES), 15_000
HAND_IN = Control("button", "do", "hand_in")
SECOND_FEE = "the provider asks a second fee for an answer, and gives it back when we win"


@pytest.fixture
async def whole(database: str, sandbox: Sandbox) -> AsyncIterator[Whole]:
    async with opened_whole(database, sandbox) as one:
        yield one


async def disputed(whole: Whole, **how: Any) -> tuple[Visitor, UUID, str]:
    """She kept the dearest piece and paid; a day later her bank asks. Its name there."""
    her, order_id = await whole.ordered(card=OK)
    await whole.visited(order_id, 1, at("14:30"))
    [hold] = await whole.holds(order_id)
    await whole.clock(at("09:00") + timedelta(days=1))
    said = {"hold": hold.provider_id, "reason": "product_not_received", **how}
    begun = await whole.shop.sandbox.tell("disputes/begin", **said)
    await heard(whole)
    return her, order_id, str(begun["id"])


async def photographed(whole: Whole, order_id: UUID) -> None:
    """Her concierge photographed a piece at the door."""
    engine = whole.shop.small.engine
    content = read_photograph(taken_by_a_camera(640, 480))
    async with transaction(engine) as session:
        piece = (
            await session.exec(select(OrderLine).where(OrderLine.order_id == order_id))
        ).first()
        stop = await session.get_one(Stop, order_id)
        assert piece is not None
        told = Photographed(new_id(), piece.piece_id, Taken.BACK, at("14:31"), content)
        await keep_photograph(
            session, order_id, told, concierge_id=stop.concierge_id, now=at("14:40")
        )


async def heard(whole: Whole) -> None:
    """What the provider has told us since is acted on."""
    for notice in await whole.bench.gateway.notices_since(at("08:00"), unheard=False):
        async with transaction(whole.shop.small.engine) as session:
            await keep_notice(session, notice)
    await whole.work()


async def the_dispute(whole: Whole) -> tuple[Dispute, Case]:
    async with transaction(whole.shop.small.engine) as session:
        row = (await session.exec(select(Dispute))).one()
        return row, await session.get_one(Case, row.case_id)


async def dispatcher(whole: Whole) -> tuple[Colleague, Plain]:
    colleague = await whole.colleague(Role.DISPATCHER)
    return colleague, Plain(colleague.browser)


async def at_the_case(whole: Whole, desk: Plain) -> tuple[Page, Form]:
    row, case = await the_dispute(whole)
    page = await desk.open(f"/dispatch/cases/{case.id}")
    return page, page.form(f"{row.id}/evidence")


def concession(form: Form, name: str) -> Form:
    """Giving in, whether or not the page offers it."""
    said = [*form.named("csrf"), Control("text", "why", "She is right.")]
    return Form(f"/dispatch/disputes/{name}/concessions", "post", said)


async def handed_in(desk: Plain, form: Form) -> Page:
    """Look at what her bank gets, and hand it in."""
    form = (await desk.press(form)).form("/evidence")
    return await desk.press(form, form.button("do", "hand_in"))


async def balances(whole: Whole) -> dict[str, int]:
    names = ("provider_balance", "disputed", "disputes_lost", "dispute_fees")
    return {name: await whole.balance(name) for name in names}


async def test_the_evidence_is_gathered_looked_over_and_handed_in_and_won(whole: Whole) -> None:
    _, order_id, name = await disputed(whole)
    order = await whole.order(order_id)
    assert order.standing is payments.Standing.DISPUTED
    assert await balances(whole) == {
        "provider_balance": -FEE, "disputed": TAKEN, "disputes_lost": 0, "dispute_fees": FEE
    }  # fmt: skip
    await photographed(whole, order_id)
    colleague, desk = await dispatcher(whole)
    board = f"/api/dispatch/days/{whole.shop.small.hub.slug}/2026-11-24"
    [shown] = (await colleague.read(board))["exceptions"]
    assert shown["kind"] == "card_disputed"
    assert "SEK\xa011,500 of order" in shown["words"]
    assert "until Thu 3 Dec" in shown["words"], "nine days, as the provider says"
    page, form = await at_the_case(whole, desk)
    told = {each.name: each.value for each in form.controls}
    assert order.reference in told["product_description"]
    assert "size 38, SEK\xa011,500: kept" in told["product_description"]
    assert told["service_date"] == "2026-11-23"
    for fact in (
        "She confirmed the list of what she keeps and returns",
        "was at her door",
        "We wrote to her: “Your receipt”",
        "Monday 23 November 2026, 14:30: She confirmed the list",
        "That list reached us",
        "SEK\xa011,500 was charged.",
    ):
        assert fact in told["uncategorized_text"]
    assert "product not received" in page.words
    assert SECOND_FEE in " ".join(page.words.split())
    assert "Came back" in page.words
    async with transaction(whole.shop.small.engine) as session:
        photograph = (await session.exec(select(Photograph.id))).one()
    picture = await colleague.browser.get(f"/dispatch/photographs/{photograph}")
    assert picture.headers["content-type"] == "image/jpeg"
    receipt = await colleague.browser.get(f"/dispatch/disputes/{name}/receipt.pdf")
    assert receipt.content.startswith(b"%PDF")
    form.fill(uncategorized_text=told["uncategorized_text"] + "\nShe wrote to thank us.")
    form = (await desk.press(form)).form(f"{name}/evidence")
    for _ in range(2):
        await desk.press(form, form.button("do", "hand_in"))
    await whole.work()
    seen = await whole.bench.gateway.fetch_dispute(name)
    assert (seen.state, seen.answered) == (payments.DisputeState.UNDER_REVIEW, 1)
    row, case = await the_dispute(whole)
    assert row.handed_in_at is not None
    assert row.evidence["service_date"] == "Monday 23 November 2026"
    assert row.receipt_file is not None
    assert row.photographs_file is not None
    assert row.evidence["uncategorized_text"].endswith("She wrote to thank us.")
    assert "reads our evidence" in case.words
    async with transaction(whole.shop.small.engine) as session:
        audits = await session.exec(select(AuditEntry).where(AuditEntry.what == "dispute.answer"))
        assert [entry.who for entry in audits] == [row.sent_by]
    await whole.shop.sandbox.tell("disputes/decide", dispute=name, outcome="won")
    await heard(whole)
    row, case = await the_dispute(whole)
    assert row.state is payments.DisputeState.WON
    assert case.closed_at is not None
    assert (await whole.order(order_id)).standing is payments.Standing.CAPTURED
    assert await balances(whole) == {
        "provider_balance": TAKEN - FEE, "disputed": 0, "disputes_lost": 0, "dispute_fees": FEE
    }  # fmt: skip
    assert "the dispute is won" in (await desk.open("/dispatch/cases/" + str(case.id))).words


async def test_what_her_bank_gets_is_shown_and_agreed_to_before_it_is_sent(whole: Whole) -> None:
    _, order_id, name = await disputed(whole)
    await photographed(whole, order_id)
    _, desk = await dispatcher(whole)
    _, form = await at_the_case(whole, desk)
    [happened] = form.named("uncategorized_text")
    [hold] = await whole.holds(order_id)
    order = await whole.order(order_id)
    for code in (hold.provider_id, str(order.returns_key)):
        assert str(code) not in happened.value, "her bank reads words"
    happened.value += "\nShe wrote to thank us."
    asked = await desk.press(form)
    assert "Hand this in?" in asked.words
    assert "nothing of it can be changed or added afterwards" in asked.words
    assert "Monday 23 November 2026" in asked.words
    assert "Her receipt The photographs of its pieces" in asked.words
    assert (await the_dispute(whole))[0].sent_at is None, "nothing is sent before it is agreed to"
    form = asked.form(f"{name}/evidence")
    changed = await desk.press(form, form.button("do", "change"))
    [text] = changed.form(f"{name}/evidence").named("uncategorized_text")
    assert text.value.endswith("She wrote to thank us."), "what was typed stays"


async def test_what_her_bank_cannot_read_is_said_beside_it_and_stays(whole: Whole) -> None:
    _, _, name = await disputed(whole)
    _, desk = await dispatcher(whole)
    _, form = await at_the_case(whole, desk)
    [day] = form.named("service_date")
    assert day.kind == "date"
    day.value = "23 Nov"
    page = await desk.press(form)
    assert beside(page) == "evidence-service_date: Write the day as 2026-11-23."
    day.value = "2026-11-23"
    form.fill(customer_name="Lova, of course", product_description="x" * 20_001)
    page = await desk.press(form)
    told = "evidence-product_description: This is more than her bank reads."
    assert beside(page) == told
    form = page.form(f"{name}/evidence")
    assert form.named("customer_name")[0].value == "Lova, of course"
    assert len(form.named("product_description")[0].value) == 20_001
    assert (await the_dispute(whole))[0].sent_at is None


async def test_nobody_answers_in_time_and_a_person_says_so(whole: Whole) -> None:
    _, order_id, _ = await disputed(whole, amount=TAKEN // 2)
    _, desk = await dispatcher(whole)
    _, form = await at_the_case(whole, desk)
    _, case = await the_dispute(whole)
    said = [*form.named("csrf"), Control("text", "why", "Let them have it.")]
    ending = Form(f"/dispatch/cases/{case.id}/endings", "post", said)
    assert (await desk.press(ending)).answer.status_code == 409, "her bank has not decided"
    await whole.clock(at("09:01") + timedelta(days=10))
    await heard(whole)
    row, case = await the_dispute(whole)
    assert (row.state, case.closed_at) == (payments.DisputeState.LOST, None)
    assert "the dispute is lost" in case.words
    assert (await whole.order(order_id)).standing is payments.Standing.CHARGED_BACK
    assert await balances(whole) == {
        "provider_balance": TAKEN - TAKEN // 2 - FEE, "disputed": 0,
        "disputes_lost": TAKEN // 2, "dispute_fees": FEE,
    }  # fmt: skip
    assert (await desk.press(form, HAND_IN)).answer.status_code == 409
    ending = (await desk.open(f"/dispatch/cases/{case.id}")).form("/endings")
    ending.fill(why="We had no signature; the door's list counts from now on.")
    assert (await desk.press(ending)).answer.status_code == 200
    assert (await the_dispute(whole))[1].closed_at is not None


async def test_somebody_gives_in_says_why_and_its_case_ends(whole: Whole) -> None:
    _, order_id, name = await disputed(whole)
    _, desk = await dispatcher(whole)
    page, _ = await at_the_case(whole, desk)
    assert "fee SEK 150" in " ".join(page.words.split())
    form = page.form(f"{name}/concessions")
    assert beside(await desk.press(form)) == "why-give-in: Say in a word why we give in."
    form.fill(why="The coat never reached her.")
    await desk.press(form)
    await desk.press(form)
    row, case = await the_dispute(whole)
    assert (row.state, case.closed_at) == (payments.DisputeState.NEEDS_EVIDENCE, None)
    await whole.work()
    row, case = await the_dispute(whole)
    assert row.state is payments.DisputeState.LOST
    assert (case.closed_by, case.closed_why) == (row.given_in_by, "The coat never reached her.")
    assert "we gave in" in case.words
    assert (await whole.order(order_id)).standing is payments.Standing.CHARGED_BACK
    assert await balances(whole) == {
        "provider_balance": -FEE, "disputed": 0, "disputes_lost": TAKEN, "dispute_fees": FEE
    }  # fmt: skip
    totals = (await whole.shop.sandbox.look("totals"))["orders"][str(order_id)]
    assert (totals["disputed"], totals["fees"]) == (TAKEN, FEE)
    async with transaction(whole.shop.small.engine) as session:
        audits = await session.exec(select(AuditEntry).where(AuditEntry.what == "dispute.give_in"))
        assert [entry.why for entry in audits] == [case.closed_why]
    page = await desk.open(f"/dispatch/cases/{case.id}")
    assert not [form for form in page.forms if form.action.startswith("/dispatch/disputes")]
    assert "The coat never reached her." in page.words


@pytest.mark.parametrize("kind", ["500_before", "500_after", "drop_after", "409"])
async def test_a_troubled_provider_hears_once_that_we_give_in(whole: Whole, kind: str) -> None:
    _, _, name = await disputed(whole)
    _, desk = await dispatcher(whole)
    page, evidence = await at_the_case(whole, desk)
    await whole.shop.sandbox.fault(kind, f"/v1/disputes/{name}/close")
    form = page.form(f"{name}/concessions")
    form.fill(why="She is right.")
    await desk.press(form)
    assert (await desk.press(evidence, HAND_IN)).answer.status_code == 409, "answered one way"
    await whole.work()
    for _ in range(3):
        await whole.again(timedelta(minutes=1))
    assert (await whole.bench.gateway.fetch_dispute(name)).state is payments.DisputeState.LOST
    row, case = await the_dispute(whole)
    assert (row.state, row.to_carry) == (payments.DisputeState.LOST, False)
    assert case.closed_at is not None
    assert (await balances(whole))["dispute_fees"] == FEE


async def test_a_mere_question_moves_no_money(whole: Whole) -> None:
    _, order_id, name = await disputed(whole, inquiry=True)
    _, case = await the_dispute(whole)
    assert "no money has moved" in case.words
    assert (await whole.order(order_id)).standing is payments.Standing.CAPTURED
    _, desk = await dispatcher(whole)
    page, form = await at_the_case(whole, desk)
    assert SECOND_FEE not in " ".join(page.words.split())
    assert not [each for each in page.forms if each.action.endswith("/concessions")]
    assert (await desk.press(concession(form, name))).answer.status_code == 409
    form.fill(uncategorized_text="winning_evidence")
    await handed_in(desk, form)
    await whole.work()
    assert (await whole.bench.gateway.fetch_dispute(name)).state is payments.DisputeState.WON
    await heard(whole)
    assert (await the_dispute(whole))[1].closed_at is not None
    assert await balances(whole) == {
        "provider_balance": TAKEN, "disputed": 0, "disputes_lost": 0, "dispute_fees": 0
    }  # fmt: skip


@pytest.mark.parametrize("kind", ["500_before", "500_after", "drop_after", "409"])
async def test_a_troubled_provider_gets_the_evidence_once(whole: Whole, kind: str) -> None:
    _, _, name = await disputed(whole)
    _, desk = await dispatcher(whole)
    _, form = await at_the_case(whole, desk)
    await whole.shop.sandbox.fault(kind, f"/v1/disputes/{name}")
    await handed_in(desk, form)
    await whole.work()
    for _ in range(3):
        await whole.again(timedelta(minutes=1))
    seen = await whole.bench.gateway.fetch_dispute(name)
    assert (seen.state, seen.answered) == (payments.DisputeState.UNDER_REVIEW, 1)
    assert (await the_dispute(whole))[0].handed_in_at is not None


async def test_only_a_dispatcher_of_the_house_answers(whole: Whole) -> None:
    _, _, name = await disputed(whole)
    hub = await whole.colleague(Role.HUB, hub_id=whole.shop.small.hub.id)
    for door in ("evidence", "concessions"):
        refused = await hub.ask("POST", f"/dispatch/disputes/{name}/{door}")
        assert refused.status_code == 403
    _, case = await the_dispute(whole)
    page = await Plain(hub.browser).open(f"/dispatch/cases/{case.id}")
    assert not [form for form in page.forms if form.action.endswith("/evidence")]
    colleague, desk = await dispatcher(whole)
    unknown = await colleague.ask("POST", "/dispatch/disputes/du_nobody/evidence")
    assert unknown.status_code == 404
    _, form = await at_the_case(whole, desk)
    for control in form.controls:
        control.value = control.value if control.name == "csrf" else " "
    nothing = await desk.press(form)
    assert beside(nothing) == "evidence-uncategorized_text: There is no evidence to hand in."
    row, _ = await the_dispute(whole)
    assert (row.sent_at, row.evidence) == (None, {})


WRONG: tuple[LiteralString, ...] = (
    "update dispute set sent_at = now()",
    "update dispute set sent_at = now(), sent_by = 'dispatcher:1'",
    'update dispute set evidence = \'{"customer_name": "Lova"}\'',
    "update dispute set handed_in_at = now()",
    "update dispute set state = 'won'",
    "update dispute set ended_at = now()",
    "update dispute set amount_minor = 99999999",
    "update dispute set currency = 'EUR'",
    "update dispute set given_in_at = now(), given_in_by = 'dispatcher:1'",
    """update dispute set given_in_at = now(), given_in_by = 'dispatcher:1', given_in_why = 'So.',
        sent_at = now(), sent_by = 'dispatcher:1', evidence = '{"customer_name": "Lova"}'""",
)


async def test_the_database_keeps_an_answer_and_an_end_as_they_were(
    whole: Whole, database: str
) -> None:
    await disputed(whole)

    def refused(statement: LiteralString) -> None:
        connecting = contextlib.closing(psycopg.connect(database))
        with connecting as connection, pytest.raises(psycopg.IntegrityError):
            connection.execute(statement)

    for statement in WRONG:
        refused(statement)
    with contextlib.closing(psycopg.connect(database)) as connection:
        connection.execute("update dispute set state = 'lost', ended_at = now()")
        connection.commit()
    refused("update dispute set state = 'won'")
    refused("update dispute set ended_at = null, state = 'asked'")
    refused("update dispute set given_in_at = now(), given_in_by = 'hub:1', given_in_why = 'So.'")
