"""What a client is written about her order, in her language, and when."""

from datetime import timedelta

import pytest
from sqlmodel import col, select

import routing
from concierge.desk.assign_windows import assign_windows
from concierge.desk.card_pages import check_card_page, open_card_page
from concierge.desk.give_up_order import cancel_order
from concierge.desk.place_order import place_order
from concierge.desk.record_returns import record_returns
from concierge.desk.run_operation import run_operation
from concierge.model import (
    CardPage,
    Client,
    Message,
    Operation,
    OperationState,
    Order,
    OrderLine,
    PieceVerdict,
    ReturnsRecord,
    Stop,
    Verdict,
    new_id,
)
from concierge.store.transaction import transaction
from payments.stripe_gateway import StripeGateway
from tests.paid_visit import paid_visit
from tests.payments.sandboxed import OK, Sandbox
from tests.payments.sandboxed import Client as Hands
from tests.small_house import MONDAY, SmallHouse, at


async def speaks(house: SmallHouse, language: str) -> None:
    async with transaction(house.engine) as session:
        (await session.get_one(Client, house.client.id)).language = language


async def letters(house: SmallHouse) -> list[Message]:
    async with transaction(house.engine) as session:
        return list(await session.exec(select(Message).order_by(col(Message.at), col(Message.id))))


async def keep_dress(house: SmallHouse, order: Order) -> None:
    """She keeps the first piece and gives the others back."""
    await house.clock(at("14:40"))
    async with transaction(house.engine) as session:
        lines = (
            await session.exec(
                select(OrderLine)
                .where(OrderLine.order_id == order.id)
                .order_by(col(OrderLine.price_minor).desc())
            )
        ).all()
        stop = await session.get_one(Stop, order.id)
        verdicts = tuple(
            PieceVerdict(line.piece_id, Verdict.RETURNED if number else Verdict.KEPT)
            for number, line in enumerate(lines)
        )
        record = ReturnsRecord(new_id(), verdicts, at("14:40"))
        await record_returns(
            session, order.id, record, concierge_id=stop.concierge_id, now=at("14:40")
        )


async def work_off(house: SmallHouse, gateway: StripeGateway) -> None:
    async with transaction(house.engine) as session:
        waiting = await session.exec(
            select(Operation.id).where(Operation.state == OperationState.PLANNED)
        )
        planned = waiting.all()
    for operation in planned:
        await run_operation(house.engine, gateway, operation)


@pytest.mark.parametrize(
    ("language", "subject", "greeting"),
    [
        ("en", "Your visit is booked", "Good day Mme Haddad,"),
        ("sv", "Ditt besök är bokat", "Hej Mme Haddad,"),
        ("fr", "Votre visite est réservée", "Bonjour Mme Haddad,"),
        ("ar", "زيارتكم محجوزة", "مرحبًا Mme Haddad،"),
    ],
)
async def test_a_booked_visit_is_confirmed_in_her_language(
    house: SmallHouse,
    gateway: StripeGateway,
    her: Hands,
    language: str,
    subject: str,
    greeting: str,
) -> None:
    await speaks(house, language)
    order = await paid_visit(house, gateway, her)
    (letter,) = await letters(house)
    assert (letter.subject, letter.language, letter.order_id) == (subject, language, order.id)
    assert letter.body.startswith(greeting)
    assert order.reference in letter.body
    assert "Linnégatan 12" in letter.body


async def test_reading_the_card_page_twice_writes_one_letter(
    house: SmallHouse, gateway: StripeGateway, her: Hands
) -> None:
    order = await paid_visit(house, gateway, her)
    async with transaction(house.engine) as session:
        page = (await session.exec(select(CardPage).where(CardPage.order_id == order.id))).one()
    await check_card_page(house.engine, gateway, page.id)
    assert len(await letters(house)) == 1


async def test_the_receipt_names_every_piece_and_what_became_of_the_money(
    house: SmallHouse, gateway: StripeGateway, her: Hands
) -> None:
    order = await paid_visit(house, gateway, her)
    await keep_dress(house, order)
    await work_off(house, gateway)
    receipt = (await letters(house))[-1]
    words = receipt.body.replace("\xa0", " ")
    assert receipt.subject == "Your receipt"
    assert "Bias dress, 38: kept, SEK 11,500" in words
    assert "Silk blouse, 38: returned\n" in words
    assert "Charged: SEK 11,500" in words
    assert "Released: SEK 12,700" in words
    assert "Your bank may take a few days" in words


async def test_a_cancelled_visit_is_told_only_where_money_was_set_aside(
    house: SmallHouse, gateway: StripeGateway, her: Hands
) -> None:
    unpaid = await place_order(house.engine, house.roads, house.request(house.window("11:00")))
    await cancel_order(house.engine, gateway, house.roads, unpaid.id, by="client")
    assert await letters(house) == []
    paid = await paid_visit(house, gateway, her)
    await cancel_order(house.engine, gateway, house.roads, paid.id, by="client")
    assert [letter.subject for letter in await letters(house)] == [
        "Your visit is booked",
        "Your visit is cancelled",
    ]


async def test_a_flexible_client_is_told_her_hour_once_it_is_chosen(
    house: SmallHouse, gateway: StripeGateway, her: Hands, sandbox: Sandbox
) -> None:
    tuesday = MONDAY + timedelta(days=1)
    wishes = (house.window("11:00", tuesday), house.window("17:00", tuesday))
    order = await place_order(house.engine, house.roads, house.request(*wishes))
    url = await open_card_page(
        house.engine, gateway, order.id, base_url="http://127.0.0.1:9", house="Maison Orane"
    )
    assert url.startswith(sandbox.base)
    async with transaction(house.engine) as session:
        page = (await session.exec(select(CardPage))).one()
    await her.browser.post(
        url, data={"number": OK, "expiry": "12 / 49", "cvc": "123", "name": "A Client"}
    )
    await check_card_page(house.engine, gateway, page.id)

    async def as_it_is(problem: routing.Problem, plan: routing.Plan) -> routing.Plan:
        del problem
        return plan

    assert await assign_windows(house.engine, house.roads, as_it_is, house.hub.id) == 1
    booked, chosen = await letters(house)
    assert "tell you by the evening before" in booked.body
    assert chosen.subject == "Your hour is chosen"
    assert "Tuesday 24 November" in chosen.body
