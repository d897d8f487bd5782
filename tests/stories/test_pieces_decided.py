"""A damaged or missing piece is decided about once: back, written off, or paid with consent."""

import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any, LiteralString
from uuid import UUID

import psycopg
import pytest
from sqlmodel import col, select

import payments
from concierge.desk.keep_photograph import Photographed, keep_photograph
from concierge.desk.read_photograph import read_photograph
from concierge.desk.show_receipt import receipt_of
from concierge.model import (
    AuditEntry,
    Case,
    Disposition,
    OperationState,
    Order,
    OrderLine,
    Piece,
    PieceMove,
    PieceState,
    Role,
    Stop,
    Taken,
    new_id,
)
from concierge.store.transaction import transaction
from tests.payments.sandboxed import OK, Sandbox
from tests.photographs import taken_by_a_camera
from tests.small_house import PRICES, at

from .plain import Page, Plain, beside
from .shop import Visitor
from .whole import Colleague, Whole, opened_whole

KEPT, DAMAGED, MISSING = sorted(PRICES, reverse=True)
REFUSES = "pm_card_visa_chargeDeclinedInsufficientFunds"
"""A card that refuses when it is charged without her."""


@pytest.fixture
async def whole(database: str, sandbox: Sandbox) -> AsyncIterator[Whole]:
    async with opened_whole(database, sandbox) as one:
        yield one


async def came_back(whole: Whole, card: str = OK, *, keeps: bool = True) -> tuple[Visitor, UUID]:
    """She keeps the dearest or nothing; of the others one is damaged and one is not there."""
    her, order_id = await whole.ordered(card=card)
    phone = await whole.concierge_of(order_id)
    visit = await phone.read(f"/api/field/visits/{order_id}")
    await whole.clock(at("14:30"))
    for step in ("en_route", "arrived", "trying"):
        said = {"step": step, "at": at("14:30").isoformat()}
        door = f"/api/field/visits/{order_id}/steps/{new_id()}"
        assert (await phone.ask("PUT", door, said)).is_success
    dear, middle, cheap = sorted(visit["pieces"], key=lambda each: -each["price"]["minor"])
    verdicts: list[dict[str, Any]] = [
        {"piece": dear["id"], "verdict": "kept" if keeps else "returned"},
        {"piece": middle["id"], "verdict": "returned", "condition": "damaged"},
        {"piece": cheap["id"], "verdict": "missing"},
    ]
    record = {
        "verdicts": verdicts, "confirmed_at": at("14:30").isoformat(),
        "remarks": [{"piece": middle["id"], "words": "Wine on the sleeve."}],
    }  # fmt: skip
    answer = await phone.ask("PUT", f"/api/field/visits/{order_id}/returns/{new_id()}", record)
    assert answer.is_success, answer.text
    await whole.work()
    return her, order_id


async def phone_of(whole: Whole, order_id: UUID) -> Colleague:
    """The phone of who visited her, once more."""
    async with transaction(whole.shop.small.engine) as session:
        stop = await session.get_one(Stop, order_id)
    browser = await whole.shop.browser()
    await browser.sign_in(f"{stop.concierge_id}@house.test")
    return Colleague(browser)


async def the_case(whole: Whole) -> Case:
    async with transaction(whole.shop.small.engine) as session:
        return (await session.exec(select(Case).where(Case.kind == "pieces_disputed"))).one()


async def pieces(whole: Whole) -> dict[int, tuple[Disposition, Piece]]:
    """Damaged and missing pieces, by price."""
    async with transaction(whole.shop.small.engine) as session:
        rows = await session.exec(
            select(Disposition, Piece).join(Piece, col(Piece.id) == col(Disposition.piece_id))
        )
        return {each.price_minor: (each, piece) for each, piece in rows}


async def at_the_case(whole: Whole, desk: Plain, price: int, action: str, **said: str) -> Page:
    """A colleague fills in a form about the piece of this price."""
    piece = (await pieces(whole))[price][0]
    page = await desk.open(f"/dispatch/cases/{(await the_case(whole)).id}")
    form = page.form(f"{piece.id}/{action}")
    form.fill(**said)
    return await desk.press(form)


async def she_says(whole: Whole, her: Visitor, order_id: UUID, price: int, word: str) -> Page:
    """She answers on her order's page."""
    piece = (await pieces(whole))[price][0]
    plain = Plain(her.browser)
    form = (await plain.open(f"/orders/{order_id}")).form(f"{piece.id}/answers")
    page = await plain.press(form, form.button("answer", word))
    await whole.work()
    return page


async def asked(whole: Whole, desk: Plain, price: int, amount: str) -> Page:
    return await at_the_case(
        whole, desk, price, "questions", amount=amount, question="The cleaner cannot get it out."
    )


async def test_back_as_it_is_and_written_off_with_who_and_why(whole: Whole) -> None:
    her, order_id = await came_back(whole)
    colleague = await whole.colleague(Role.DISPATCHER)
    desk = Plain(colleague.browser)
    page = await desk.open(f"/dispatch/cases/{(await the_case(whole)).id}")
    assert "Wine on the sleeve." in page.words
    assert not [form for form in page.forms if form.action.endswith("/endings")]
    unsaid = await at_the_case(whole, desk, DAMAGED, "put-backs", why=" ")
    piece = (await pieces(whole))[DAMAGED][0]
    assert beside(unsaid) == f"why-put-backs-{piece.id}: Say in a word why you decide so."
    await at_the_case(whole, desk, DAMAGED, "put-backs", why="A wash will do.")
    case, found = await the_case(whole), await pieces(whole)
    assert case.closed_at is None
    assert f"Piece {found[MISSING][1].tag} is missing." in case.words
    waits = f"Piece {found[DAMAGED][1].tag} "
    assert waits not in case.words, "it tells of what still waits"
    done = await at_the_case(whole, desk, MISSING, "write-offs", why="Looked everywhere.")
    assert "Looked everywhere." in done.words
    case, found = await the_case(whole), await pieces(whole)
    assert case.closed_at is not None
    assert (case.closed_by, case.closed_why) == (
        found[MISSING][0].decided_by,
        "Looked everywhere.",
    )
    assert "came right by itself" not in (await desk.open("/dispatch/cases")).words
    hub = f"hub:{whole.shop.small.hub.id}"
    assert (found[DAMAGED][1].state, found[DAMAGED][1].holder) == (PieceState.SHELF, hub)
    assert found[MISSING][1].state is PieceState.WRITTEN_OFF
    who = found[MISSING][0].decided_by
    async with transaction(whole.shop.small.engine) as session:
        told = await session.exec(select(AuditEntry).where(AuditEntry.what == "piece.decide"))
        written = {(each.who, each.why, each.details["decision"]) for each in told}
        moves = await session.exec(select(PieceMove).where(PieceMove.by == who))
        moved = {move.state for move in moves}
    assert written == {
        (who, "A wash will do.", "taken_back"),
        (who, "Looked everywhere.", "written_off"),
    }
    assert moved == {PieceState.SHELF, PieceState.WRITTEN_OFF}
    assert await whole.balance("sales") == -KEPT
    hers = await Plain(her.browser).open(f"/orders/{order_id}")
    assert "Nothing is charged for it." in hers.words
    assert "We look into it, and ask you" not in hers.words


async def test_an_amount_she_cannot_be_asked_for_is_said_beside_it_and_stays(
    whole: Whole,
) -> None:
    await came_back(whole)
    desk = Plain((await whole.colleague(Role.DISPATCHER)).browser)
    piece = (await pieces(whole))[DAMAGED][0]
    for wrong in ("0", "-5", "1e9", "6800,01", "ten", "6800.001"):
        page = await asked(whole, desk, DAMAGED, wrong)
        assert beside(page).startswith(f"amount-{piece.id}: "), wrong
        form = page.form(f"{piece.id}/questions")
        typed = [form.named(field)[0].value for field in ("amount", "question")]
        assert typed == [wrong, "The cleaner cannot get it out."], "what was typed stays"
    unsaid = await at_the_case(whole, desk, DAMAGED, "questions", amount="450,50", question=" ")
    assert beside(unsaid) == f"question-{piece.id}: Tell her why you ask."


async def test_the_case_shows_photographs_of_its_own_pieces_alone(whole: Whole) -> None:
    _, order_id = await came_back(whole)
    damaged = (await pieces(whole))[DAMAGED][1]
    content = read_photograph(taken_by_a_camera(640, 480))
    async with transaction(whole.shop.small.engine) as session:
        stop = await session.get_one(Stop, order_id)
        lines = await session.exec(select(OrderLine).where(OrderLine.order_id == order_id))
        for line in lines.all():
            told = Photographed(new_id(), line.piece_id, Taken.BACK, at("14:31"), content)
            await keep_photograph(
                session, order_id, told, concierge_id=stop.concierge_id, now=at("14:40")
            )
    desk = Plain((await whole.colleague(Role.DISPATCHER)).browser)
    page = await desk.open(f"/dispatch/cases/{(await the_case(whole)).id}")
    shown = page.answer.text.partition('id="photographs"')[2].partition("</section>")[0]
    assert damaged.tag in shown
    assert shown.count("<figure>") == len(await pieces(whole)) == 2, "not of the piece she kept"


async def test_she_agrees_and_is_charged_apart_and_only_then(whole: Whole) -> None:
    her, order_id = await came_back(whole)
    desk = Plain((await whole.colleague(Role.DISPATCHER)).browser)
    assert (await asked(whole, desk, DAMAGED, "450,50")).answer.status_code == 200
    letter = (await whole.letters(order_id))[-1]
    assert letter.subject == "About a piece of your visit"
    assert f"/orders/{order_id}" in letter.body
    await whole.work()
    assert await whole.balance("sales") == -KEPT
    page = await Plain(her.browser).open(f"/orders/{order_id}")
    assert "Wine on the sleeve." in page.words
    assert "The cleaner cannot get it out." in page.words
    piece = (await pieces(whole))[DAMAGED][0]
    door = f"/api/orders/{order_id}/pieces/{piece.id}/answers"
    assert (await her.ask("POST", door, {"agrees": True, "minor": 45_051})).status_code == 409
    stranger = await whole.shop.visitor()
    foreign = await stranger.ask("POST", door, {"agrees": True, "minor": 45_050})
    assert foreign.status_code == 404
    await she_says(whole, her, order_id, DAMAGED, "yes")
    assert await whole.balance("sales") == -(KEPT + 45_050)
    again = await her.ask("POST", door, {"agrees": True, "minor": 45_050})
    assert again.status_code == 201, "answering the same twice changes nothing"
    assert (await her.ask("POST", door, {"agrees": False, "minor": 45_050})).status_code == 409
    await whole.work()
    assert await whole.balance("sales") == -(KEPT + 45_050)
    disposition, row = (await pieces(whole))[DAMAGED]
    assert disposition.decision == "charged"
    assert "SEK\u00a0450.50" in (disposition.consent or "")
    assert row.state is PieceState.REPAIR, "for less than its price it stays with us"
    [charge] = [each for each in await whole.operations(order_id) if each.kind == "charge"]
    assert (charge.amount_minor, charge.state) == (45_050, OperationState.DONE)
    assert charge.disposition_id == disposition.id
    order = await whole.order(order_id)
    assert (order.due_minor, order.standing) == (KEPT, payments.Standing.CAPTURED)
    assert (await whole.letters(order_id))[-1].subject == "Your receipt"
    async with transaction(whole.shop.small.engine) as session:
        paper = await receipt_of(session, await session.get_one(Order, order_id))
    assert [line.amount.minor for line in paper.agreed] == [45_050]
    assert paper.paid.minor == KEPT + 45_050 == (paper.net + paper.vat_total).minor
    shown = (await her.ask("GET", f"/api/orders/{order_id}")).json()
    assert shown["money"]["charged"]["minor"] == KEPT
    assert shown["money"]["released"]["minor"] == sum(PRICES) - KEPT
    said = (await (await phone_of(whole, order_id)).read(f"/api/field/visits/{order_id}"))[
        "receipt"
    ]
    assert (said["due"]["minor"], said["released"]["minor"]) == (KEPT, sum(PRICES) - KEPT)
    receipt = await Plain(her.browser).open(f"/orders/{order_id}/receipt")
    assert "As you agreed afterwards" in receipt.words
    assert (await the_case(whole)).closed_at is None, "the other piece is still missing"


async def test_she_declines_and_a_person_decides_anew(whole: Whole) -> None:
    her, order_id = await came_back(whole)
    desk = Plain((await whole.colleague(Role.DISPATCHER)).browser)
    await asked(whole, desk, MISSING, "5900")
    twice = [
        form
        for form in (await desk.open(f"/dispatch/cases/{(await the_case(whole)).id}")).forms
        if form.action.endswith(f"{(await pieces(whole))[MISSING][0].id}/questions")
    ]
    assert twice == []
    said = await she_says(whole, her, order_id, MISSING, "no")
    assert "You did not agree to pay for it." in said.words
    case = await the_case(whole)
    assert case.closed_at is None
    assert "does not agree to pay" in case.words
    tags = [(await pieces(whole))[price][1].tag for price in (DAMAGED, MISSING)]
    assert [case.words.index(tag) for tag in tags] == sorted(case.words.index(t) for t in tags)
    assert await whole.balance("sales") == -KEPT
    assert [each for each in await whole.operations(order_id) if each.kind == "charge"] == []
    await asked(whole, desk, MISSING, "2000")
    await she_says(whole, her, order_id, MISSING, "yes")
    assert await whole.balance("sales") == -(KEPT + 200_000)
    assert (await pieces(whole))[MISSING][1].state is PieceState.SOLD


async def test_a_card_that_refuses_goes_back_to_the_person_with_what_the_bank_said(
    whole: Whole,
) -> None:
    her, order_id = await came_back(whole)
    async with transaction(whole.shop.small.engine) as session:
        order = await session.get_one(Order, order_id)
        kept = order.card
        order.card = REFUSES
    desk = Plain((await whole.colleague(Role.DISPATCHER)).browser)
    await asked(whole, desk, DAMAGED, "450")
    await she_says(whole, her, order_id, DAMAGED, "yes")
    case = await the_case(whole)
    assert "agreed to pay, and her card did not" in case.words
    page = await desk.open(f"/dispatch/cases/{case.id}")
    assert "insufficient funds" in page.words
    assert await whole.balance("sales") == -KEPT
    assert (await whole.order(order_id)).standing is payments.Standing.CAPTURED
    hers = await Plain(her.browser).open(f"/orders/{order_id}")
    assert "Your bank did not let us charge it." in hers.words
    async with transaction(whole.shop.small.engine) as session:
        (await session.get_one(Order, order_id)).card = kept
    await asked(whole, desk, DAMAGED, "6800")
    await she_says(whole, her, order_id, DAMAGED, "yes")
    disposition, row = (await pieces(whole))[DAMAGED]
    assert disposition.decision == "charged"
    assert row.state is PieceState.SOLD, "for its whole price it is hers"
    assert await whole.balance("sales") == -(KEPT + DAMAGED)


async def test_what_was_lost_is_found_and_paid_back(whole: Whole) -> None:
    her, order_id = await came_back(whole, keeps=False)
    assert (await whole.order(order_id)).standing is payments.Standing.RELEASED
    desk = Plain((await whole.colleague(Role.DISPATCHER)).browser)
    await asked(whole, desk, MISSING, "5900")
    await she_says(whole, her, order_id, MISSING, "yes")
    assert (await whole.order(order_id)).standing is payments.Standing.CAPTURED
    await at_the_case(whole, desk, MISSING, "put-backs", why="It was in the van.")
    await whole.work()
    assert await whole.balance("refunds") == MISSING
    assert (await whole.order(order_id)).standing is payments.Standing.REFUNDED
    disposition, row = (await pieces(whole))[MISSING]
    assert (row.state, disposition.decision) == (PieceState.SHELF, "charged")
    assert disposition.found_at is not None
    await whole.again(timedelta(minutes=5))
    assert await whole.balance("refunds") == MISSING


@pytest.mark.parametrize("kind", ["500_after", "drop_after", "409"])
async def test_a_troubled_provider_charges_what_she_agreed_to_once(
    whole: Whole, kind: str
) -> None:
    her, order_id = await came_back(whole)
    desk = Plain((await whole.colleague(Role.DISPATCHER)).browser)
    await asked(whole, desk, DAMAGED, "450")
    await whole.shop.sandbox.fault(kind, "/v1/payment_intents")
    await she_says(whole, her, order_id, DAMAGED, "yes")
    for _ in range(3):
        await whole.again(timedelta(minutes=1))
    assert await whole.balance("sales") == -(KEPT + 45_000)
    charges = [each for each in await whole.operations(order_id) if each.kind == "charge"]
    assert [each.state for each in charges] == [OperationState.DONE]


async def test_the_hub_puts_back_and_asks_nobody_for_money(whole: Whole) -> None:
    await came_back(whole)
    colleague = await whole.colleague(Role.HUB, hub_id=whole.shop.small.hub.id)
    desk = Plain(colleague.browser)
    page = await desk.open(f"/dispatch/cases/{(await the_case(whole)).id}")
    assert {form.action.rpartition("/")[2] for form in page.forms} >= {"put-backs"}
    assert not [f for f in page.forms if f.action.endswith(("/write-offs", "/questions"))]
    piece = (await pieces(whole))[MISSING][0]
    for door in ("write-offs", "questions"):
        refused = await colleague.ask("POST", f"/dispatch/pieces/{piece.id}/{door}")
        assert refused.status_code == 403
    await at_the_case(whole, desk, MISSING, "put-backs", why="It hung on the wrong rail.")
    assert (await pieces(whole))[MISSING][0].decision == "found"


AGREED: LiteralString = """update disposition set asked_minor = price_minor, asked_at = now(),
    asked_by = 'dispatcher:1', question = 'Why.', consent = 'Yes.', consent_at = now()"""
CHARGE: LiteralString = """insert into operation (id, order_id, kind, seq, key, amount_minor,
    currency, state, attempts, planned_at, broke, disposition_id) select gen_random_uuid(),
    order_id, 'charge', 9, id::text, price_minor, currency, 'planned', 0, now(), false, id
    from disposition where trouble = 'missing'"""
DECIDED: LiteralString = "decided_at = now(), decided_by = 'dispatcher:1', why = 'So.'"


@pytest.mark.parametrize(
    "statements",
    [
        [CHARGE],
        [AGREED, CHARGE.replace("price_minor, currency", "1, currency", 1)],
        [AGREED, "update disposition set consent_at = null"],
        [AGREED, "update disposition set declined_at = now()"],
        [AGREED, "update disposition set decision = 'charged', <so>"],
        [AGREED, CHARGE, CHARGE.replace("9, id::text", "10, id::text || 'x'", 1)],
        ["update disposition set decision = 'charged', <so>"],
        ["update disposition set decision = 'written_off', <so>"],
        ["update disposition set decision = 'found', <so> where trouble = 'missing'"],
        ["update disposition set decision = 'found', <so> where trouble = 'damaged'"],
        ["update disposition set decision = 'written_off', decided_at = now()"],
        ["update disposition set asked_minor = price_minor + 1, asked_at = now()"],
        ["update disposition set price_minor = price_minor + 1"],
        ["update disposition set found_at = now(), found_by = 'hub:1'"],
        [
            "update piece set state = 'written_off'",
            "update disposition set decision = 'written_off', <so>",
            "update disposition set decision = null, decided_at = null, why = ''",
        ],
    ],
)
async def test_the_database_refuses_what_nobody_decided_or_agreed_to(
    whole: Whole, database: str, statements: list[LiteralString]
) -> None:
    await came_back(whole)
    with contextlib.closing(psycopg.connect(database)) as connection:
        for statement in statements[:-1]:
            connection.execute(statement.replace("<so>", DECIDED))
        with pytest.raises(psycopg.IntegrityError):  # noqa: PT012 - some see it only at the end
            connection.execute(statements[-1].replace("<so>", DECIDED))
            connection.commit()
