"""The board in yen and in dinars: cases, pieces to decide about, questions, disputes and fees."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from sqlmodel import col, select

from concierge.model import Case, Disposition, OrderLine, Role
from concierge.store.transaction import transaction
from tests.payments.sandboxed import OK, Sandbox
from tests.small_house import at

from .plain import Form, Page, Plain
from .shop import Visitor
from .test_disputes import heard
from .test_other_currencies import DINARS, YEN, Trade, trade_in, written
from .whole import Whole, opened_whole

TYPED = {
    "JPY": ("58,999.5", "58999.5", "58999"),
    "KWD": ("59.9999", "59.981", "59.98"),
}
"""What a dispatcher types: too fine or no number, more than a card pays or too fine, and right."""
SAID = {"JPY": "JP¥58,999", "KWD": "KWD 59.980"}
DAMAGED_IS = {"JPY": "JP¥59,000", "KWD": "KWD 59.990"}
FEE_IS = {"JPY": 3_000, "KWD": 5_000}


@pytest.fixture
async def whole(database: str, sandbox: Sandbox) -> AsyncIterator[Whole]:
    async with opened_whole(database, sandbox) as one:
        yield one


@pytest.mark.parametrize("trade", [YEN, DINARS], ids=lambda trade: trade.currency)
async def test_a_piece_is_decided_about_to_the_last_unit(whole: Whole, trade: Trade) -> None:
    await trade_in(whole.shop.small, trade)
    her, order_id, desk = await came_back(whole, trade)
    too_fine, unpayable, right = TYPED[trade.currency]
    page, form = await at_the_case(whole, desk, trade)
    assert DAMAGED_IS[trade.currency] in written(page.words)
    assert f"How much, in {trade.currency}?" in page.words
    for typed in (too_fine, unpayable):
        form.fill(amount=typed, question="The cleaner cannot get it out.")
        assert (await desk.press(form)).answer.status_code in {400, 422}, typed
    form.fill(amount=right, question="The cleaner cannot get it out.")
    assert SAID[trade.currency] in written((await desk.press(form)).words)
    hers = await Plain(her.browser).open(f"/orders/{order_id}")
    assert SAID[trade.currency] in written(hers.words)


@pytest.mark.parametrize("trade", [YEN, DINARS], ids=lambda trade: trade.currency)
async def test_a_dispute_and_the_books_say_it_to_the_last_unit(whole: Whole, trade: Trade) -> None:
    await trade_in(whole.shop.small, trade)
    _, order_id, desk = await came_back(whole, trade)
    [hold] = await whole.holds(order_id)
    await whole.shop.sandbox.tell(
        "disputes/begin", hold=hold.provider_id, reason="product_not_received"
    )
    await heard(whole)
    async with transaction(whole.shop.small.engine) as session:
        case = (await session.exec(select(Case).where(Case.kind == "card_disputed"))).one()
    listed, page = (
        await desk.open("/dispatch/cases"),
        await desk.open(f"/dispatch/cases/{case.id}"),
    )
    assert f"bank took {trade.dress} of order" in written(listed.words)
    assert written(page.words).count(trade.dress) > 1
    books = written((await desk.open("/dispatch/books")).words)
    assert trade.dress.removeprefix("JP¥").removeprefix("KWD ") in books


@pytest.mark.parametrize("trade", [YEN, DINARS], ids=lambda trade: trade.currency)
async def test_the_board_asks_the_fee_she_agreed_to(whole: Whole, trade: Trade) -> None:
    await trade_in(whole.shop.small, trade)
    _, order_id = await whole.ordered(0, fees=trade.agreed)
    colleague = await whole.colleague(Role.DISPATCHER)
    small = whole.shop.small
    order = await whole.order(order_id)
    board = await colleague.read(f"/api/dispatch/days/{small.hub.slug}/{order.day}")
    [visit] = [each for row in board["rows"] for each in row["visits"]]
    assert visit["late_fee"] == {"minor": FEE_IS[trade.currency], "currency": trade.currency}


async def came_back(whole: Whole, trade: Trade) -> tuple[Visitor, UUID, Plain]:
    """She keeps the dress, the blouse is damaged; and a dispatcher looks at it."""
    her, order_id = await whole.ordered(0, 1, card=OK, fees=trade.agreed)
    async with transaction(whole.shop.small.engine) as session:
        rows = await session.exec(
            select(OrderLine.piece_id)
            .where(OrderLine.order_id == order_id)
            .order_by(col(OrderLine.price_minor).desc())
        )
        dress, blouse = rows.all()
    verdicts = [
        {"piece": str(dress), "verdict": "kept"},
        {"piece": str(blouse), "verdict": "returned", "condition": "damaged"},
    ]
    await whole.visited(order_id, 1, at("09:30"), verdicts=verdicts)
    return her, order_id, Plain((await whole.colleague(Role.DISPATCHER)).browser)


async def at_the_case(whole: Whole, desk: Plain, trade: Trade) -> tuple[Page, Form]:
    """The case of the damaged piece, and its form that asks her to pay."""
    async with transaction(whole.shop.small.engine) as session:
        case = (await session.exec(select(Case).where(Case.kind == "pieces_disputed"))).one()
        piece = (await session.exec(select(Disposition))).one()
    assert (piece.price_minor, piece.currency) == (trade.prices[1], trade.currency)
    page = await desk.open(f"/dispatch/cases/{case.id}")
    return page, page.form(f"{piece.id}/questions")
