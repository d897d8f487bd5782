"""A client orders through the API: browse, gather, ask for windows, order, card, confirmed."""

from collections.abc import AsyncIterator
from datetime import datetime

import pytest
from sqlmodel import col, select

from concierge.model import Message, Order
from concierge.store.transaction import transaction
from tests.payments.sandboxed import DECLINED, Sandbox
from tests.small_house import PRICES, at

from .shop import FAR_AWAY, HER, Shop, opened_shop


@pytest.fixture
async def shop(database: str, sandbox: Sandbox) -> AsyncIterator[Shop]:
    await sandbox.settle_down(at("09:00"))
    async with opened_shop(database, sandbox) as one:
        yield one


async def test_from_browsing_to_a_confirmed_visit(shop: Shop) -> None:
    her = await shop.visitor()
    shelf = (await her.browser.get("/api/pieces", params={"words": "silk blous"})).json()
    assert [card["slug"] for card in shelf["cards"]] == ["silk-blouse"]
    piece = (await her.browser.get("/api/pieces/silk-blouse")).json()
    assert piece["colours"][0]["sizes"][0]["pieces"] == 1
    await her.choose(0, 1)
    selection = (await her.browser.get("/api/selection")).json()
    assert selection["held"] == {"minor": PRICES[0] + PRICES[1], "currency": "SEK"}
    windows = await her.windows()
    answer = await her.order(windows[0])
    assert answer.status_code == 201, answer.text
    taken = answer.json()
    assert taken["order"]["stage"] == "placed"
    page = await her.pay(taken["card_page"])
    assert page.headers["location"] == f"/orders/{taken['order']['id']}"
    order = (await her.browser.get(f"/api/orders/{taken['order']['id']}")).json()
    assert order["stage"] == "confirmed"
    promised, wanted = order["window"]["opens"], windows[0]["opens"]
    assert datetime.fromisoformat(promised) == datetime.fromisoformat(wanted)
    assert order["money"]["is_held"]
    assert (await her.browser.get("/api/selection")).json()["pieces"] == 0
    async with transaction(shop.small.engine) as session:
        letters = (await session.exec(select(Message).order_by(col(Message.at)))).all()
    assert [letter.subject for letter in letters] == [
        "Your place is held",
        "Your visit is booked",
    ]
    assert {letter.email for letter in letters} == {HER["email"]}


async def test_a_declined_card_can_be_followed_by_another(shop: Shop) -> None:
    her = await shop.visitor()
    await her.choose(0)
    taken = (await her.order((await her.windows())[0])).json()
    await her.pay(taken["card_page"], DECLINED)
    address = f"/api/orders/{taken['order']['id']}"
    assert (await her.browser.get(address)).json()["stage"] == "placed"
    again = (await her.ask("POST", f"{address}/card-pages")).json()
    assert again["url"] == taken["card_page"]
    await her.pay(again["url"])
    assert (await her.browser.get(address)).json()["stage"] == "confirmed"


async def test_somebody_elses_order_is_not_found(shop: Shop) -> None:
    her, other = await shop.visitor(), await shop.visitor()
    await her.choose(0)
    taken = (await her.order((await her.windows())[0])).json()
    address = f"/api/orders/{taken['order']['id']}"
    for method, path in (
        ("GET", address),
        ("POST", f"{address}/card-pages"),
        ("POST", f"{address}/cancellations"),
        ("POST", f"{address}/selections"),
    ):
        answer = await other.ask(method, path)
        assert (answer.status_code, answer.json()["type"]) == (
            404,
            "urn:concierge:problem:missing",
        ), path


async def test_coverage_is_said_before_a_window_is_shown(shop: Shop) -> None:
    her = await shop.visitor()
    await her.choose(0)
    answer = await her.ask("POST", "/api/window-searches", {"address": {"line": f"{FAR_AWAY} 3"}})
    assert (answer.status_code, answer.json()["type"]) == (
        422,
        "urn:concierge:problem:not_covered",
    )


async def test_two_want_the_last_piece_and_one_gets_a_clear_refusal(shop: Shop) -> None:
    first, second = await shop.visitor(), await shop.visitor()
    await first.choose(0)
    await second.choose(0, 1)
    window = (await second.windows())[0]
    assert (await first.order(window)).status_code == 201
    refused = await second.order(window, who={**HER, "email": "other@client.test"})
    assert (refused.status_code, refused.json()["type"]) == (
        409,
        "urn:concierge:problem:piece_taken",
    )
    assert (await second.browser.get("/api/selection")).json()["pieces"] == 2
    assert (await second.browser.get("/session")).json()["role"] == "visitor"


async def test_an_e_mail_opens_nobodys_account_and_is_not_given_away(shop: Shop) -> None:
    owner = shop.small.client
    stranger, newcomer = await shop.visitor(), await shop.visitor()
    await stranger.choose(0)
    await newcomer.choose(1)
    windows = await stranger.windows()
    told = await stranger.order(windows[0], who={"name": "Eve", "email": owner.email})
    plain = await newcomer.order(windows[1], who={"name": "Eve", "email": "eve@client.test"})
    assert told.status_code == plain.status_code == 201
    assert told.json().keys() == plain.json().keys()
    seen = [(await one.browser.get("/api/account")).json() for one in (stranger, newcomer)]
    for one in seen:
        one["addresses"] = [address["street"] for address in one["addresses"]]
    assert seen[0] == seen[1]
    assert len((await stranger.browser.get("/api/orders")).json()) == 1
    async with transaction(shop.small.engine) as session:
        order = await session.get_one(Order, told.json()["order"]["id"])
    assert order.client_id != owner.id


async def test_several_windows_make_a_flexible_order(shop: Shop) -> None:
    her = await shop.visitor()
    await her.choose(0)
    windows = await her.windows()
    taken = (await her.order(windows[0], windows[1], windows[-1])).json()
    await her.pay(taken["card_page"])
    order = (await her.browser.get(f"/api/orders/{taken['order']['id']}")).json()
    assert order["stage"] == "flexible"
    assert order["window"] is None
    assert len(order["wishes"]) == 3
