"""The board as programs read it: who is where, who is late, who may look and who may change."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlmodel import col, update

import payments
from concierge.model import Case, Client, Hold, Order, OrderState, Role, Step
from concierge.store.transaction import transaction
from tests.small_house import ZONE, at

from .dispatch_day import DispatchDay, build_dispatch_day
from .web_house import BASE, Browser, WebHouse, opened_house, settings_for

DAY = "/api/dispatch/days/vasa/2026-11-23"


@dataclass
class Office:
    """The day, the application over it, and a dispatcher's browser."""

    day: DispatchDay
    web: WebHouse
    her: Browser

    async def board(self) -> dict[str, Any]:
        answer = await self.her.get(DAY)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def visit(self, client: str) -> dict[str, Any]:
        """A planned visit as the board shows it."""
        rows = (await self.board())["rows"]
        found = [visit for row in rows for visit in row["visits"]]
        return next(each for each in found if each["client"] == f"Mme {client}")

    async def send(self, method: str, door: str, **body: Any) -> Any:
        headers = {"x-csrf-token": self.her.csrf, "origin": BASE}
        return await self.her.request(method, f"{DAY}{door}", json=body or None, headers=headers)


@pytest.fixture
async def office(database: str) -> AsyncIterator[Office]:
    async with opened_house(settings_for(database)) as web:
        day = await build_dispatch_day(web.engine)
        browser = await web.browser()
        await browser.sign_in((await web.staff(Role.DISPATCHER)).email)
        yield Office(day, web, browser)


async def test_the_board_shows_every_concierge_and_what_the_planner_left_out(
    office: Office,
) -> None:
    board = await office.board()
    assert {row["name"] for row in board["rows"]} == set(office.day.concierges)
    assert sum(len(row["visits"]) for row in board["rows"]) == len(office.day.orders) - 1
    assert [(left["client"], left["reason"], left["best"]) for left in board["left"]] == [
        ("Mme Sorel", "no_skill", None)
    ]
    assert board["left"][0]["words"] == "Nobody working today speaks Arabic."
    assert board["estimated"] is True
    assert (board["version"], board["on_time"], board["planning"]) == (1, 1.0, False)
    assert board["opens"].startswith("2026-11-23T08:00")
    assert board["until"].startswith("2026-11-23T20:00")


async def test_a_visit_off_its_route_is_offered_its_best_place(office: Office) -> None:
    order = str(office.day.orders["Petit"].id)
    version = (await office.board())["version"]
    await office.send("POST", "/unassignments", order=order, version=version)
    left = (await office.board())["left"]
    petit = next(each for each in left if each["client"] == "Mme Petit")
    assert petit["reason"] == "by_hand"
    assert petit["best"]["name"] in office.day.concierges


async def test_a_visits_state_is_what_the_phone_reported_last(office: Office) -> None:
    await office.day.clock("09:20")
    states = [(await office.visit("Bauer"))["state"]]
    for step, moment in (
        (Step.EN_ROUTE, "08:50"),
        (Step.ARRIVED, "09:02"),
        (Step.TRYING, "09:05"),
        (Step.FINISHED, "09:15"),
    ):
        await office.day.step("Bauer", step, moment)
        states.append((await office.visit("Bauer"))["state"])
    assert states == ["planned", "en_route", "arrived", "in_home", "finished"]
    over = await office.visit("Bauer")
    assert over["starts"].startswith("2026-11-23T08:02")
    assert over["ends"].startswith("2026-11-23T08:15")
    assert over["movable"] is False


async def test_who_is_late_is_said_before_the_promise_breaks(office: Office) -> None:
    """Ferrante was to begin by ten; nobody is there at twenty to eleven."""
    await office.day.clock("09:58")
    assert (await office.visit("Ferrante"))["late_min"] == 0
    await office.day.clock("10:40")
    late = await office.visit("Ferrante")
    assert 38 <= late["late_min"] <= 42
    assert late["behind_min"] >= late["late_min"]
    assert (await office.board())["on_time"] < 1


async def test_a_lateness_wanders_down_the_route(office: Office) -> None:
    """She came to one client forty minutes late; the next waits until she is free."""
    today = await office.day.read()
    first, second = next(
        (one, two)
        for shift in today.shifts
        for one, two in pairwise(today.stops_of(shift))
        if two.departs - one.ends < timedelta(minutes=5)
    )
    names = {order.id: name for name, order in office.day.orders.items()}
    arrived = first.starts + timedelta(minutes=40)
    await office.day.house.clock(arrived)
    clock = f"{arrived.astimezone(ZONE):%H:%M}"
    await office.day.step(names[first.order_id], Step.ARRIVED, clock)
    waits = await office.visit(names[second.order_id])
    free = arrived.replace(second=0) + timedelta(minutes=45)
    starts = datetime.fromisoformat(waits["starts"])
    assert abs(starts - free - timedelta(seconds=second.drive_s)) <= timedelta(minutes=1)
    assert waits["behind_min"] > 30


async def test_staff_see_the_name_she_chose_and_her_street_without_its_number(
    office: Office,
) -> None:
    async with transaction(office.day.engine) as session:
        client = await session.get_one(Client, office.day.orders["Weiss"].client_id)
        client.alias = "Madame W"
    answer = await office.her.get(DAY)
    assert "Madame W" in answer.text
    assert "Mme Weiss" not in answer.text
    visits = [visit for row in answer.json()["rows"] for visit in row["visits"]]
    assert {visit["area"] for visit in visits} == {"Linnégatan"}


async def test_what_needs_a_person_is_listed(office: Office) -> None:
    orders = office.day.orders
    async with transaction(office.day.engine) as session:
        session.add(
            Case(
                hub_id=office.day.hub.id, order_id=orders["Rossi"].id, kind="address",
                words="The door code does not work.", opened_at=at("08:00"),
            )
        )  # fmt: skip
        session.add(
            Case(
                hub_id=office.day.hub.id, kind="address", words="Solved.",
                opened_at=at("08:00"), closed_at=at("08:10"),
            )
        )  # fmt: skip
        unpaid = await session.get_one(Order, orders["Keller"].id)
        unpaid.state, unpaid.slot_until = OrderState.PLACED, at("10:00")
        released = update(Hold).where(col(Hold.order_id) == orders["Costa"].id)
        await session.exec(released.values(state=payments.HoldState.RELEASED))
    found = {each["kind"]: each["order"] for each in (await office.board())["exceptions"]}
    assert found == {
        "address": str(orders["Rossi"].id),
        "unpaid": str(orders["Keller"].id),
        "hold_missing": str(orders["Costa"].id),
    }


async def test_moving_over_http_answers_the_new_version_or_a_problem_in_words(
    office: Office,
) -> None:
    order = str(office.day.orders["Costa"].id)
    places = (await office.her.get(f"{DAY}/visits/{order}/places")).json()
    fits = next(place for place in places if not place["here"] and not place["broken"])
    breaks = next(place for place in places if place["broken"])

    refused = await office.send("POST", "/moves", order=order, shift=breaks["shift"], version=1)
    assert refused.status_code == 409
    assert refused.headers["content-type"].startswith("application/problem+json")
    assert refused.json()["type"].endswith("breaks_promise")
    assert breaks["broken"][0]["words"] in refused.json()["detail"]

    moved = await office.send(
        "POST", "/moves", order=order, shift=fits["shift"], position=fits["position"], version=1
    )
    assert moved.json() == {"version": 2}

    stale = await office.send("POST", "/moves", order=order, shift=fits["shift"], version=1)
    assert (stale.status_code, stale.json()["type"][-11:]) == (409, "stale_board")
    assert (await office.board())["version"] == 2


async def test_locking_over_http_is_a_thing_one_puts_and_deletes(office: Office) -> None:
    order = str(office.day.orders["Costa"].id)
    assert (await office.send("PUT", f"/locks/{order}", version=1)).json() == {"version": 2}
    assert (await office.visit("Costa"))["locked"] is True
    assert (await office.send("DELETE", f"/locks/{order}?version=2")).json() == {"version": 3}
    assert (await office.visit("Costa"))["locked"] is False


async def test_the_board_says_that_it_is_being_planned(office: Office) -> None:
    answer = await office.send("POST", "/replans", why="Traffic.")
    assert answer.status_code == 202
    assert (await office.board())["planning"] is True


async def test_the_lines_of_a_route_part_what_is_behind_from_what_lies_ahead(
    office: Office,
) -> None:
    carrier = await office.day.carrier("Bauer")
    assert carrier is not None
    shift = office.day.shifts[carrier].id
    line = (await office.her.get(f"{DAY}/lines?shift={shift}")).json()[0]
    assert (line["done"], line["estimated"]) == ([], True)
    whole = len(line["ahead"])
    await office.day.clock("09:20")
    line = (await office.her.get(f"{DAY}/lines?shift={shift}")).json()[0]
    assert line["done"][-1] == line["ahead"][0]
    assert len(line["done"]) + len(line["ahead"]) == whole + 1


@pytest.mark.parametrize(
    ("role", "looks", "changes"),
    [
        (Role.DISPATCHER, 200, 202),
        (Role.OWNER, 200, 202),
        (Role.HUB, 200, 403),
        (Role.CONCIERGE, 403, 403),
    ],
)
async def test_dispatchers_change_the_day_hub_staff_look_nobody_else_does(
    office: Office, role: Role, looks: int, changes: int
) -> None:
    office.her = await office.web.browser()
    await office.her.sign_in((await office.web.staff(role, hub=office.day.hub)).email)
    assert (await office.her.get(DAY)).status_code == looks
    assert (await office.send("POST", "/replans", why="")).status_code == changes
    page = await office.her.get("/dispatch?hub=vasa", headers={"accept": "text/html"})
    assert page.status_code == looks
    may = "change" if changes == 202 else "look"
    assert (f'<meta name="may" content="{may}">' in page.text) is (looks == 200)


async def test_a_hub_or_a_visit_that_is_not_there_is_missing(office: Office) -> None:
    nobody = office.day.hub.id
    for door in (
        "/api/dispatch/days/elsewhere/2026-11-23",
        f"{DAY}/visits/{nobody}/places",
        "/dispatch?hub=elsewhere",
    ):
        assert (await office.her.get(door)).status_code == 404
