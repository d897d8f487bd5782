"""Somebody wants what is not hers: another's data, a place for nothing, or to break the day."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import col, func, select

import payments
from concierge.desk.run_operation import run_operation
from concierge.desk.sign_in import send_link
from concierge.model import (
    Client,
    Message,
    Operation,
    Order,
    OrderState,
    OrderWish,
    Style,
)
from concierge.store.clock import wall
from concierge.store.transaction import transaction
from concierge.words import words_in
from payments.stripe_gateway import StripeGateway
from tests.concierge.web_house import BASE
from tests.payments.sandboxed import Sandbox
from tests.small_house import MONDAY, ZONE, at

from .shop import HER, Shop, Visitor, opened_shop

HOME = {"line": "Linnégatan 12"}
PROBLEM = "urn:concierge:problem:"


@pytest.fixture
async def shop(database: str, sandbox: Sandbox) -> AsyncIterator[Shop]:
    await sandbox.settle_down(at("09:00"))
    async with opened_shop(database, sandbox) as one:
        yield one


def whoever(name: str) -> dict[str, str]:
    return {**HER, "email": f"{name}@client.test"}


async def ordered(her: Visitor, *variants: int, who: object = HER) -> dict[str, Any]:
    """She ordered these for the first free hour, and stands before the card page."""
    await her.choose(*variants)
    answer = await her.order((await her.windows())[0], who=who)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def states(shop: Shop) -> list[str]:
    async with transaction(shop.small.engine) as session:
        return list(await session.exec(select(Order.state).order_by(col(Order.placed_at))))


async def later(shop: Shop, time: timedelta) -> None:
    await shop.small.clock(at("09:00") + time)
    await shop.sandbox.wait(time)


@pytest.mark.parametrize(
    "windows",
    [
        [("2026-11-30T03:00:00+01:00", "2026-11-30T04:00:00+01:00")],
        [("2027-11-23T09:00:00+01:00", "2027-11-23T10:00:00+01:00")],
        [("2026-11-16T09:00:00+01:00", "2026-11-16T10:00:00+01:00")],
        [("0001-01-01T00:00:00+14:00", "0001-01-01T01:00:00+14:00")],
        [("9999-12-31T22:00:00-12:00", "9999-12-31T23:00:00-12:00")],
    ],
    ids=["not ours", "next year", "last week", "the first hour", "the last hour"],
)
async def test_a_window_that_is_not_offered_cannot_hide_behind_one_that_is(
    shop: Shop, windows: list[tuple[str, str]]
) -> None:
    her = await shop.visitor()
    await her.choose(0)
    good = (await her.windows())[0]
    bad = [{"opens": opens, "closes": closes} for opens, closes in windows]
    for asked in (bad, [good, *bad]):
        answer = await her.order(*asked)
        assert (answer.status_code, answer.json()["type"]) == (400, f"{PROBLEM}bad_request")
    async with transaction(shop.small.engine) as session:
        assert (await session.exec(select(func.count()).select_from(OrderWish))).one() == 0
    assert (await her.browser.get("/session")).json()["role"] == "visitor"


async def test_the_same_window_twice_is_one_window(shop: Shop) -> None:
    her = await shop.visitor()
    await her.choose(0)
    window = (await her.windows())[0]
    taken = (await her.order(window, window)).json()["order"]
    assert taken["window"]["opens"] is not None
    assert taken["wishes"] == []


async def test_a_place_is_not_kept_for_ever_by_opening_card_page_after_card_page(
    shop: Shop,
) -> None:
    her = await shop.visitor()
    taken = await ordered(her, 0)
    await later(shop, timedelta(minutes=32))
    page = taken["card_page"].rpartition("/")[2].partition("#")[0]
    await her.browser.get(f"/orders/{taken['order']['id']}/card/{page}")
    again = await her.ask("POST", f"/api/orders/{taken['order']['id']}/card-pages")
    assert (again.status_code, again.json()["type"]) == (409, f"{PROBLEM}too_late")


async def test_nobody_keeps_a_fourth_place_without_a_card(shop: Shop) -> None:
    async with transaction(shop.small.engine) as session:
        mine = Order.client_id == shop.small.client.id
        for number in range(3):
            window = shop.small.window("14:00", MONDAY + timedelta(days=1))
            session.add(
                Order(
                    reference=f"MO-{number}", hub_id=shop.small.hub.id, day=MONDAY,
                    client_id=shop.small.client.id, address_id=shop.small.address.id,
                    state=OrderState.PLACED, opens=window.opens, closes=window.closes,
                    minutes=30, load=1, currency="SEK", placed_at=at("08:59"),
                    slot_until=at("09:30"),
                )
            )  # fmt: skip
        await session.flush()
        letters = [
            Message(
                client_id=shop.small.client.id, order_id=order_id, email=HER["email"],
                language="en", subject="Your place is held", body="", at=at("08:59"),
            )
            for order_id in await session.exec(select(Order.id).where(mine))
        ]  # fmt: skip
        session.add_all(letters)
    her, other = await shop.visitor(), await shop.visitor()
    await her.choose(0)
    windows = await her.windows()
    refused = await her.order(windows[0])
    assert (refused.status_code, refused.json()["type"]) == (429, f"{PROBLEM}too_many_tries")
    assert (await her.browser.get("/api/selection")).json()["pieces"] == 1
    await other.choose(0)
    assert (await other.order(windows[0], who=whoever("other"))).status_code == 201


async def test_who_ordered_under_anothers_e_mail_is_out_once_its_owner_comes(shop: Shop) -> None:
    """He was there first: an account under her address, and a visit that is signed in to it."""
    thief, owner = await shop.visitor(), await shop.visitor()
    await ordered(thief, 0)
    assert (await thief.browser.get("/api/orders")).status_code == 200
    async with transaction(shop.small.engine) as session:
        await send_link(
            session, HER["email"], leads_to="/", base_url=BASE, words=words_in("en", ZONE),
            now=wall(),
        )  # fmt: skip
    async with transaction(shop.small.engine) as session:
        letter = await session.exec(select(Message).where(Message.subject == "Your sign-in link"))
        link = next(line for line in letter.one().body.split() if line.startswith(BASE))
    await owner.browser.page(link.removeprefix(BASE))
    await owner.browser.send_form(link.removeprefix(BASE))
    assert (await owner.browser.get("/api/orders")).status_code == 200
    assert (await thief.browser.get("/api/orders")).status_code == 401


async def test_two_newcomers_with_one_e_mail_at_the_same_moment_are_two_people(
    shop: Shop,
) -> None:
    first, second = await shop.visitor(), await shop.visitor()
    await first.choose(0)
    await second.choose(1)
    windows = await first.windows()
    answers = await asyncio.gather(first.order(windows[0]), second.order(windows[1]))
    assert [answer.status_code for answer in answers] == [201, 201]
    async with transaction(shop.small.engine) as session:
        found = (await session.exec(select(Client).where(Client.name == HER["name"]))).all()
    assert sorted(str(client.email) for client in found) == ["None", HER["email"]]


async def test_pressing_twice_at_the_same_moment_orders_once(shop: Shop) -> None:
    her = await shop.visitor()
    await her.choose(0)
    window = (await her.windows())[0]
    answers = await asyncio.gather(*(her.order(window) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) in ([201, 403, 403], [201, 422, 422])
    assert await states(shop) == [OrderState.PLACED]


async def test_nothing_of_hers_answers_to_anybody_else(shop: Shop) -> None:
    her, other = await shop.visitor(), await shop.visitor()
    taken = await ordered(her, 0)
    theirs = await ordered(other, 1, who=whoever("other"))
    address = (await her.browser.get("/api/addresses")).json()[0]["id"]
    liked = await her.ask("POST", "/api/account/preferences", {"words": "Long sleeves"})
    like = liked.json()["likes"][0]["id"]
    order, page = taken["order"]["id"], taken["card_page"].rpartition("/")[2]
    doors = [
        ("GET", "/api/orders/{}", order, None),
        ("GET", "/orders/{}", order, None),
        ("GET", "/orders/{}/visit.ics", order, None),
        ("GET", "/orders/{}/card/" + page, order, None),
        ("GET", f"/orders/{theirs['order']['id']}/card/{{}}", page, None),
        ("POST", "/api/orders/{}/card-pages", order, None),
        ("POST", "/api/orders/{}/cancellations", order, None),
        ("POST", "/api/orders/{}/selections", order, None),
        ("POST", "/orders/{}/card", order, None),
        ("POST", "/orders/{}/cancellations", order, None),
        ("POST", "/orders/{}/selections", order, None),
        ("PUT", "/api/account/preferences/{}", like, {"words": "Nothing"}),
        ("DELETE", "/api/account/preferences/{}", like, None),
        ("PUT", "/api/account/addresses/{}", address, {"access": "0000"}),
        ("GET", "/live?topics=order:{}", order, None),
    ]
    for method, path, name, body in doors:
        nobodys = "cs_nobody" if name is page else str(UUID(int=7))
        foreign = await other.ask(method, path.format(name), body)
        missing = await other.ask(method, path.format(nobodys), body)
        assert (foreign.status_code, foreign.text) == (404, missing.text), path
    at_her_door = await other.ask(
        "POST", "/api/window-searches", {"address": {"id": address, "line": "Linnégatan 12"}}
    )
    assert at_her_door.status_code in {404, 422}
    assert (await her.browser.get(f"/api/orders/{order}")).json()["stage"] == "placed"


async def test_a_piece_taken_off_the_rail_meanwhile_is_not_ordered(shop: Shop) -> None:
    her = await shop.visitor()
    await her.choose(0)
    window = (await her.windows())[0]
    async with transaction(shop.small.engine) as session:
        style = await session.get_one(Style, shop.small.styles[0].id)
        style.listed = False
    refused = await her.order(window)
    assert (refused.status_code, refused.json()["type"]) == (409, f"{PROBLEM}piece_taken")


async def test_paying_and_calling_off_at_the_same_moment_leaves_nothing_held(
    shop: Shop, gateway: StripeGateway
) -> None:
    """Whichever is first, the visit is off and no money stays held without an order."""
    for number in range(3):
        her = await shop.visitor()
        taken = await ordered(her, number, who=whoever(f"lova{number}"))
        order = taken["order"]["id"]
        off, _ = await asyncio.gather(
            her.ask("POST", f"/api/orders/{order}/cancellations"), her.pay(taken["card_page"])
        )
        assert off.status_code == 201, off.text
        assert (await her.ask("POST", f"/api/orders/{order}/cancellations")).status_code == 409
        assert (await her.browser.get(f"/api/orders/{order}")).json()["stage"] == "cancelled"
        async with transaction(shop.small.engine) as session:
            planned = await session.exec(
                select(Operation.id).where(
                    Operation.order_id == UUID(order),
                    Operation.kind != payments.OperationKind.OPEN_PAGE,
                )
            )
        for operation in planned.all():
            await run_operation(shop.small.engine, gateway, operation)
        totals = (await shop.sandbox.look(f"totals?order={order}"))["orders"].get(order, {})
        assert (totals.get("captured", 0), totals.get("held", 0)) == (0, 0)
    assert set(await states(shop)) == {OrderState.CANCELLED}
