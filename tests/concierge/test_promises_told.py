"""A plan that breaks a promise tells its client so, and the board whom only a person can reach."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlmodel import col, select

import routing
from concierge.desk.plan_day import plan_day
from concierge.desk.promise_kept import Trouble
from concierge.desk.show_order import OrderShown, show_order
from concierge.model import BrokenPromise, Client, Message, Order, OrderState, Promise, Role
from concierge.store.transaction import transaction
from tests.small_house import MONDAY

from .dispatch_day import DispatchDay, build_dispatch_day
from .test_dispatch_board import Office
from .test_setbacks import busiest, weigh
from .web_house import opened_house, settings_for


@pytest.fixture
async def office(database: str) -> AsyncIterator[Office]:
    async with opened_house(settings_for(database)) as web:
        day = await build_dispatch_day(web.engine)
        await day.clock("13:00")
        browser = await web.browser()
        await browser.sign_in((await web.staff(Role.DISPATCHER)).email)
        yield Office(day, web, browser)


async def has_email(day: DispatchDay, client: str, language: str = "en") -> None:
    async with transaction(day.engine) as session:
        her = await session.get_one(Client, day.orders[client].client_id)
        her.email, her.language = f"{client.lower()}@clients.test", language


async def letters(day: DispatchDay, client: str) -> list[Message]:
    async with transaction(day.engine) as session:
        found = await session.exec(
            select(Message)
            .where(Message.order_id == day.orders[client].id)
            .order_by(col(Message.at), col(Message.id))
        )
        return list(found)


async def her_page(day: DispatchDay, client: str) -> OrderShown:
    async with transaction(day.engine) as session:
        order = day.orders[client]
        now = await day.now(session)
        return await show_order(session, order.id, order.client_id, now=now, picture=lambda *_: "")


async def unassign(office: Office, client: str) -> None:
    version = (await office.board())["version"]
    order = str(office.day.orders[client].id)
    said = await office.send("POST", "/unassignments", order=order, version=version)
    assert said.status_code == 201, said.text


async def give(office: Office, client: str, name: str) -> None:
    version = (await office.board())["version"]
    said = await office.send(
        "POST", "/moves", order=str(office.day.orders[client].id),
        shift=str(office.day.shifts[name].id), version=version,
    )  # fmt: skip
    assert said.status_code == 201, said.text


async def says_ill(office: Office, name: str) -> str:
    """She is ill; the door of that setback."""
    version = (await office.board())["version"]
    shift = str(office.day.shifts[name].id)
    await office.send("POST", "/setbacks", kind="ill", shift=shift, version=version)
    (setback,) = (await office.board())["setbacks"]
    return f"/setbacks/{setback['id']}"


async def test_a_client_whose_visit_is_taken_off_is_told_in_her_language_and_again_once_kept(
    office: Office,
) -> None:
    day = office.day
    await has_email(day, "Petit", "sv")
    had = await day.carrier("Petit")
    assert had
    await unassign(office, "Petit")
    (letter,) = await letters(day, "Petit")
    assert (letter.language, letter.subject) == ("sv", "Vi kan inte komma som vi lovade")
    assert "17:00" in letter.body
    assert day.orders["Petit"].reference in letter.body
    page = await her_page(day, "Petit")
    assert (page.trouble, page.can_cancel) == (Trouble.NOBODY_COMES, True)
    assert (await office.board())["told"] == {
        "broken": ["Mme Petit"], "kept": [], "to_call": [],
    }  # fmt: skip

    await give(office, "Petit", had)
    assert [each.subject for each in await letters(day, "Petit")] == [
        "Vi kan inte komma som vi lovade",
        "Vi kommer ändå som vi lovade",
    ]
    assert (await her_page(day, "Petit")).trouble is None
    assert (await office.board())["told"]["kept"] == ["Mme Petit"]
    async with transaction(day.engine) as session:
        assert list(await session.exec(select(BrokenPromise))) == []


async def test_a_change_that_keeps_every_promise_tells_nobody(office: Office) -> None:
    day = office.day
    await has_email(day, "Petit")
    board = await office.board()
    petit = str(day.orders["Petit"].id)
    assert (
        await office.send("PUT", f"/locks/{petit}", version=board["version"])
    ).status_code == 200
    assert await letters(day, "Petit") == []
    assert (await office.board())["told"] == {"broken": [], "kept": [], "to_call": []}


async def test_whom_no_letter_reaches_waits_for_a_person(office: Office) -> None:
    day = office.day
    had = await day.carrier("Costa")
    assert had
    before = (await office.board())["exceptions"]
    await unassign(office, "Costa")
    board = await office.board()
    (case,) = [each for each in board["exceptions"] if each not in before]
    assert (case["kind"], case["order"]) == ("promise_broken", str(day.orders["Costa"].id))
    assert case["words"] == "Call Mme Costa, 17:00: nobody comes. We know no e-mail of hers."
    assert board["told"] == {"broken": [], "kept": [], "to_call": ["Mme Costa"]}
    await give(office, "Costa", had)
    assert (await office.board())["exceptions"] == before


async def test_whose_hour_is_near_is_written_to_and_called(office: Office) -> None:
    day = office.day
    await has_email(day, "Keller")
    await day.clock("16:10")
    await unassign(office, "Keller")
    assert len(await letters(day, "Keller")) == 1
    board = await office.board()
    assert board["told"] == {"broken": ["Mme Keller"], "kept": [], "to_call": ["Mme Keller"]}
    assert "Call Mme Keller, 17:00: nobody comes. A letter may be read too late." in {
        each["words"] for each in board["exceptions"]
    }


async def test_a_client_visited_late_is_told_the_hour_and_may_still_cancel(
    office: Office,
) -> None:
    day = office.day
    name, hers = await busiest(day)
    for client in hers:
        await has_email(day, client)
    version = (await office.board())["version"]
    shift = str(day.shifts[name].id)
    await office.send("POST", "/setbacks", kind="late", shift=shift, minutes=90, version=version)
    await weigh(day)
    (setback,) = (await office.board())["setbacks"]
    chosen = await office.send(
        "POST", f"/setbacks/{setback['id']}/choice", way="same_concierge", version=version
    )
    assert chosen.status_code == 201, chosen.text
    stops = (await day.read()).stops
    late = [
        client
        for client in hers
        if day.orders[client].promise(stops[day.orders[client].id].starts) is Promise.LATE
    ]
    assert late
    for client in hers:
        subjects = [each.subject for each in await letters(day, client)]
        assert subjects == (["We come later than we promised"] if client in late else [])
    (letter,) = await letters(day, late[0])
    starts = stops[day.orders[late[0]].id].starts.astimezone(day.hub.zone)
    assert f"{starts:%H:%M}" in letter.body
    page = await her_page(day, late[0])
    assert (page.trouble, page.expected) == (Trouble.LATE, starts)
    assert {f"Mme {client}" for client in late} == set((await office.board())["told"]["broken"])

    await day.clock(f"{day.orders[late[0]].closes.astimezone(day.hub.zone):%H:%M}")
    gone = await office.send("POST", "/cancellations", order=str(page.id))
    assert gone.status_code == 204, gone.text
    async with transaction(day.engine) as session:
        assert (await session.get_one(Order, page.id)).state is OrderState.CANCELLED
        assert await session.get(BrokenPromise, page.id) is None


async def test_a_day_left_as_it_is_tells_those_nobody_comes_to(office: Office) -> None:
    day = office.day
    name, hers = await busiest(day)
    await has_email(day, hers[0])
    door = await says_ill(office, name)
    assert await letters(day, hers[0]) == [], "nothing is decided yet"
    version = (await office.board())["version"]
    left = await office.send("POST", f"{door}/choice", version=version)
    assert left.status_code == 201, left.text
    (letter,) = await letters(day, hers[0])
    assert letter.subject == "We cannot come as we promised"
    told = (await office.board())["told"]
    assert {*told["broken"], *told["to_call"]} >= {f"Mme {client}" for client in hers}


async def test_a_replan_that_leaves_a_promised_visit_out_tells_its_client(office: Office) -> None:
    day = office.day
    name, hers = await busiest(day)
    await has_email(day, hers[0])
    await says_ill(office, name)

    async def no_better(_: routing.Problem, plan: routing.Plan) -> routing.Plan:
        return plan

    await plan_day(day.engine, day.roads, no_better, day.hub.id, MONDAY, by="test", why="again")
    subjects = [each.subject for each in await letters(day, hers[0])]
    assert subjects == ["We cannot come as we promised"]
    again = await plan_day(
        day.engine, day.roads, no_better, day.hub.id, MONDAY, by="test", why="again"
    )
    del again
    assert len(await letters(day, hers[0])) == 1, "whoever was told is not told again"


async def test_the_database_refuses_a_broken_promise_that_is_none(office: Office) -> None:
    order = office.day.orders["Petit"]
    assert order.opens
    for row in (
        {"promise": Promise.KEPT, "starts": None},
        {"promise": Promise.LATE, "starts": None},
        {"promise": Promise.NOBODY, "starts": order.opens + timedelta(hours=2)},
    ):
        with pytest.raises(Exception, match="does not go together"):
            async with transaction(office.day.engine) as session:
                session.add(
                    BrokenPromise(
                        order_id=order.id,
                        opens=order.opens,
                        closes=order.closes,
                        written=True,
                        told_at=order.opens,
                        **row,
                    )
                )
