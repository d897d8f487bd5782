"""When she comes is told as a range, to the client whose turn is next and to the dispatcher."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import select

from concierge.model import Client, Concierge, Message, Role, Step, Stop
from concierge.words import words_in
from tests.concierge.dispatch_day import DispatchDay, build_dispatch_day
from tests.concierge.web_house import BASE, Browser, WebHouse, opened_house, settings_for
from tests.small_house import ZONE

SAYS = {
    "en": "{name} comes between {earliest} and {latest}.",
    "sv": "{name} kommer mellan {earliest} och {latest}.",
    "fr": "{name} arrive entre {earliest} et {latest}.",
    "ar": "موعد وصول {name} بين الساعة {earliest} والساعة {latest}.",
}


@dataclass
class Day:
    """A dispatcher at her board, and a client at her order's page."""

    day: DispatchDay
    web: WebHouse
    desk: Browser

    async def on_the_board(self, order: UUID) -> dict[str, Any]:
        rows = (await self.desk.get("/api/dispatch/days/vasa/2026-11-23")).json()["rows"]
        return next(v for row in rows for v in row["visits"] if v["order"] == str(order))

    async def client_of(self, order: UUID) -> Browser:
        """The client of this order, signed in with the link in her letter."""
        name = next(name for name, each in self.day.orders.items() if each.id == order)
        email = f"{name.lower()}@client.test"
        async with self.web.session() as session:
            client = await session.get_one(Client, self.day.orders[name].client_id)
            client.email = email
        browser = await self.web.browser()
        await browser.page("/sign-in")
        await browser.send_form("/sign-in", email=email)
        async with self.web.session() as session:
            letter = (await session.exec(select(Message).where(Message.email == email))).one()
        path = next(line for line in letter.body.splitlines() if line.startswith(BASE))
        await browser.page(path.removeprefix(BASE))
        await browser.send_form(path.removeprefix(BASE))
        return browser


@pytest.fixture
async def house(database: str) -> AsyncIterator[Day]:
    async with opened_house(settings_for(database)) as web:
        day = await build_dispatch_day(web.engine)
        desk = await web.browser()
        await desk.sign_in((await web.staff(Role.DISPATCHER)).email)
        yield Day(day, web, desk)


async def test_a_range_from_when_hers_is_the_next_visit(house: Day) -> None:
    first, second, greeting = await two_in_a_row(house.day)
    lova = await house.client_of(second.order_id)
    door = f"/orders/{second.order_id}"

    await house.day.house.clock(first.departs - timedelta(minutes=10))
    assert (await lova.get(f"/api{door}")).json()["between"] is None
    assert "comes between" not in (await lova.page(door)).text

    await begin(house.day, first, first.starts)
    between = (await lova.get(f"/api{door}")).json()["between"]
    earliest, latest = (datetime.fromisoformat(between[end]) for end in ("earliest", "latest"))
    assert second.opens <= earliest < latest
    assert earliest <= second.starts <= latest
    assert {earliest.minute % 5, latest.minute % 5, earliest.second, latest.second} == {0}
    for language, sentence in SAYS.items():
        await lova.page(door)
        await lova.send_form("/language", language=language, next=door)
        clock = words_in(language, ZONE)
        told = {"earliest": clock.time(earliest), "latest": clock.time(latest)}
        assert sentence.format(name=greeting, **told) in (await lova.page(door)).text
    on_the_board = await house.on_the_board(second.order_id)
    assert on_the_board["between"] == between
    assert (on_the_board["late_percent"] > 0) is (latest > second.closes)


async def test_who_may_come_too_late_is_told_before_it_is_sure(house: Day) -> None:
    """She is still with the client before; the next window closes about when the drive ends."""
    first, second, _ = await two_in_a_row(house.day)
    lova = await house.client_of(second.order_id)
    await begin(house.day, first, first.starts)
    await house.day.house.clock(second.closes - timedelta(seconds=second.drive_s, minutes=2))
    visit = await house.on_the_board(second.order_id)
    assert visit["late_min"] == 0
    assert visit["late_percent"] >= 10
    shown = (await lova.get(f"/api/orders/{second.order_id}")).json()
    assert datetime.fromisoformat(shown["between"]["latest"]) > second.closes


async def two_in_a_row(day: DispatchDay) -> tuple[Stop, Stop, str]:
    """The first two visits of a route that has them, and how clients know their concierge."""
    today = await day.read()
    routes = (today.stops_of(shift) for shift in today.shifts)
    first, second = next(pair for route in routes for pair in list(pairwise(route))[:1])
    concierge: Concierge = today.concierges[first.concierge_id]
    return first, second, concierge.greeting


async def begin(day: DispatchDay, stop: Stop, moment: datetime) -> None:
    name = next(name for name, each in day.orders.items() if each.id == stop.order_id)
    await day.house.clock(moment)
    await day.step(name, Step.EN_ROUTE, f"{stop.departs.astimezone(ZONE):%H:%M}")
    await day.step(name, Step.ARRIVED, f"{moment.astimezone(ZONE):%H:%M}")
