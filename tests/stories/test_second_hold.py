"""What she keeps above what is held is held by herself first, while her concierge waits."""

import re

import pytest
from sqlmodel import col, select

import payments
from concierge import model
from concierge.desk.card_pages import check_card_page, open_card_page
from concierge.desk.sign_in import sign_in_client
from concierge.model import (
    CardPage,
    Hold,
    LedgerEntry,
    Message,
    Order,
    OrderLine,
    SecondHold,
    Variant,
    new_id,
)
from concierge.model.refusals import TooLate
from concierge.store.clock import wall
from concierge.store.transaction import transaction
from payments.stripe_gateway import StripeGateway
from tests.paid_visit import paid_visit
from tests.payments.sandboxed import DECLINED, OK, Client
from tests.small_house import PRICES, SmallHouse, at

from .plain import Plain
from .receipts import everywhere_the_same, receipt_that_adds_up
from .test_at_the_door import arrive
from .test_how_much_is_held import DEAREST, ONCE, TWO_SIZES, with_another_size
from .test_returns import Phone, Phones, lines, phones, said, work_off

__all__ = ["lines", "phones"]


@pytest.fixture
async def visit(house: SmallHouse, gateway: StripeGateway, her: Client) -> Order:
    """The dress in two sizes and the loafer: one dress and the loafer are held."""
    await with_another_size(house, DEAREST)
    order = await paid_visit(house, gateway, her, variants=TWO_SIZES)
    await house.clock(at("14:45"))
    return order


async def ask(hers: Phone, visit: Order, *kept: OrderLine) -> dict[str, object]:
    asked = {"keeping": [str(line.piece_id) for line in kept]}
    answer = await hers.write(f"{visit.id}/holds/{new_id()}", asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def to_her_card(house: SmallHouse, gateway: StripeGateway, visit: Order) -> CardPage:
    """On her own phone, from her order's page to the card page."""
    await open_card_page(house.engine, gateway, visit.id, base_url="http://x", house="Orane")
    async with transaction(house.engine) as session:
        rows = await session.exec(select(CardPage).order_by(col(CardPage.expires_at).desc()))
        page = rows.first()
    assert page is not None
    return page


async def at_her_card(
    house: SmallHouse,
    gateway: StripeGateway,
    her: Client,
    page: CardPage,
    card: str = OK,
) -> None:
    """She gives a card, and comes back."""
    await her.give(payments.CardPage(page.id, page.url, page.expires_at), card)
    await check_card_page(house.engine, gateway, page.id)


async def more_is_held(
    house: SmallHouse, gateway: StripeGateway, her: Client, visit: Order
) -> None:
    """She has set aside what was asked of her."""
    await at_her_card(house, gateway, her, await to_her_card(house, gateway, visit))


async def hand_in(
    house: SmallHouse, gateway: StripeGateway, hers: Phone, visit: Order, record: dict[str, object]
) -> None:
    """Her list is confirmed, and the money has followed."""
    sent = await hers.write(f"{visit.id}/returns/{new_id()}", record)
    assert sent.status_code == 200, sent.text
    await work_off(house, gateway)


async def test_all_is_kept_once_she_has_had_the_rest_set_aside(
    house: SmallHouse,
    gateway: StripeGateway,
    her: Client,
    visit: Order,
    phones: Phones,
    lines: list[OrderLine],
) -> None:
    async with phones as (hers, _):
        await arrive(hers, visit)
        everything = said(lines, 0, 1, 2)
        refused = await hers.write(f"{visit.id}/returns/{new_id()}", everything)
        assert refused.status_code == 409
        assert refused.json()["type"].endswith("not_held")
        assert "SEK\xa011,500 of this is not held." in refused.json()["detail"]

        shown = await ask(hers, visit, *lines)
        assert shown["second_hold"]["amount"]["minor"] == PRICES[0]  # pyright: ignore[reportIndexIssue]
        assert shown["held_now"] == {"minor": ONCE, "currency": "SEK"}
        await more_is_held(house, gateway, her, visit)
        shown = (await hers.see(visit.id)).json()
        assert (shown["second_hold"], shown["held_now"]["minor"]) == (None, ONCE + PRICES[0])

        await hand_in(house, gateway, hers, visit, everything)
        on_phone = (await hers.see(visit.id)).json()
    assert on_phone["receipt"]["state"] == "charged"
    await everywhere_the_same(house.engine, visit.id, on_phone)
    async with transaction(house.engine) as session:
        holds = (await session.exec(select(Hold).order_by(col(Hold.held_at)))).all()
        books = (await session.exec(select(LedgerEntry))).all()
    assert [hold.captured_minor for hold in holds] == [ONCE, PRICES[0]]
    sales = [entry.amount_minor for entry in books if entry.account == "sales"]
    assert sum(sales) == -(ONCE + PRICES[0])
    told = await receipt_that_adds_up(house.engine, visit.id)
    assert [card.charged.minor for card in told.card] == [ONCE, PRICES[0]]


async def test_a_second_hold_is_never_less_than_a_card_can_be_asked_for(
    house: SmallHouse,
    gateway: StripeGateway,
    her: Client,
    visit: Order,
    phones: Phones,
    lines: list[OrderLine],
) -> None:
    async with transaction(house.engine) as session:
        ribbon = await session.get_one(OrderLine, lines[1].id)
        ribbon.price_minor = 199
    least = payments.LEAST["SEK"]
    async with phones as (hers, _):
        await arrive(hers, visit)
        shown = await ask(hers, visit, *lines)
        assert shown["second_hold"]["amount"]["minor"] == least  # pyright: ignore[reportIndexIssue]
        await more_is_held(house, gateway, her, visit)
        await hand_in(house, gateway, hers, visit, said(lines, 0, 1, 2))
    told = await receipt_that_adds_up(house.engine, visit.id)
    assert [card.charged.minor for card in told.card] == [ONCE - (least - 199), least]


async def test_what_more_is_held_for_is_named_in_her_language(
    house: SmallHouse, visit: Order, phones: Phones, lines: list[OrderLine]
) -> None:
    async with transaction(house.engine) as session:
        (await session.get_one(Variant, lines[0].variant_id)).size = "One size"
    async with phones as (hers, _):
        await arrive(hers, visit)
        await ask(hers, visit, *lines)
        async with transaction(house.engine) as session:
            (await session.get_one(model.Client, house.client.id)).language = "sv"
            token = await sign_in_client(session, house.client.id, before=None, now=wall())
        hers.cookies.set("visit", token)
        page = await Plain(hers).open(f"/orders/{visit.id}")
    assert re.search("Bias dress ?, En storlek", page.words)


async def test_a_card_page_she_leaves_or_a_bank_that_says_no_changes_nothing(
    house: SmallHouse,
    gateway: StripeGateway,
    her: Client,
    visit: Order,
    phones: Phones,
    lines: list[OrderLine],
) -> None:
    async with phones as (hers, _):
        await arrive(hers, visit)
        await ask(hers, visit, *lines)
        await ask(hers, visit, *reversed(lines))
        page = await to_her_card(house, gateway, visit)
        await at_her_card(house, gateway, her, page, DECLINED)
        shown = (await hers.see(visit.id)).json()
        assert shown["held_now"]["minor"] == ONCE
        assert shown["second_hold"] is not None
        await hand_in(house, gateway, hers, visit, said(lines, 0, 2))
        receipt = (await hers.see(visit.id)).json()["receipt"]
        assert receipt["due"]["minor"] == ONCE
    async with transaction(house.engine) as session:
        wants = "Please have a little more set aside"
        letters = await session.exec(select(Message).where(Message.subject == wants))
        assert len(letters.all()) == 1, "Asked twice for the same, she is written to once."
    with pytest.raises(TooLate):
        await open_card_page(house.engine, gateway, visit.id, base_url="http://x", house="Orane")


async def test_a_second_wish_takes_the_place_of_the_first_and_what_is_too_much_goes_back(
    house: SmallHouse,
    gateway: StripeGateway,
    her: Client,
    visit: Order,
    phones: Phones,
    lines: list[OrderLine],
) -> None:
    async with phones as (hers, _):
        await arrive(hers, visit)
        await ask(hers, visit, *lines)
        page = await to_her_card(house, gateway, visit)
        assert (await ask(hers, visit, lines[0], lines[2]))["second_hold"] is None
        await at_her_card(house, gateway, her, page)
        await hand_in(house, gateway, hers, visit, said(lines, 0, 2))
        on_phone = (await hers.see(visit.id)).json()
    async with transaction(house.engine) as session:
        holds = (await session.exec(select(Hold).order_by(col(Hold.held_at)))).all()
        asked = (await session.exec(select(SecondHold))).one()
    assert [hold.captured_minor for hold in holds] == [ONCE, 0]
    assert holds[1].state is payments.HoldState.RELEASED
    assert asked.withdrawn_at is not None
    await everywhere_the_same(house.engine, visit.id, on_phone)
    assert on_phone["held"]["minor"] == ONCE + PRICES[0]
    assert on_phone["receipt"]["released"]["minor"] == PRICES[0]


async def test_what_makes_no_sense_is_refused_and_asks_her_nothing(
    house: SmallHouse, visit: Order, phones: Phones, lines: list[OrderLine]
) -> None:
    everything = {"keeping": [str(line.piece_id) for line in lines]}
    async with phones as (hers, theirs):
        early = await hers.write(f"{visit.id}/holds/{new_id()}", everything)
        assert early.status_code == 409
        await arrive(hers, visit)
        strange = {"keeping": [str(new_id())]}
        twice = {"keeping": [str(lines[0].piece_id)] * 2}
        negative = everything | {"gesture_minor": -1}
        for body, status in ((strange, 422), (twice, 422), (negative, 400)):
            refused = await hers.write(f"{visit.id}/holds/{new_id()}", body)
            assert refused.status_code == status, refused.text
        assert (await theirs.write(f"{visit.id}/holds/{new_id()}", everything)).status_code == 404
        key = new_id()
        for _ in range(2):
            assert (await hers.write(f"{visit.id}/holds/{key}", everything)).status_code == 200
        reused = await hers.write(f"{visit.id}/holds/{key}", {"keeping": []})
        assert reused.status_code == 409
    async with transaction(house.engine) as session:
        assert len((await session.exec(select(SecondHold))).all()) == 1


async def test_a_list_confirmed_before_her_hold_lapsed_is_taken_and_no_charge_is_claimed(
    house: SmallHouse, visit: Order, phones: Phones, lines: list[OrderLine]
) -> None:
    async with phones as (hers, _):
        await arrive(hers, visit)
        async with transaction(house.engine) as session:
            hold = (await session.exec(select(Hold))).one()
            hold.state, hold.capture_before = payments.HoldState.RELEASED, at("14:44")
        late = said(lines, 0)
        refused = await hers.write(f"{visit.id}/returns/{new_id()}", late)
        assert refused.status_code == 409, "It lapsed before she confirmed."
        async with transaction(house.engine) as session:
            (await session.exec(select(Hold))).one().capture_before = at("14:45")
        taken = await hers.write(f"{visit.id}/returns/{new_id()}", late)
        assert taken.status_code == 200, taken.text
        receipt = taken.json()["receipt"]
    assert receipt["state"] == "troubled"
    assert receipt["settled_at"] is None
