"""Nobody opens: the pieces stay sealed in the car, and a second try is a visit like any other."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import col, select, update

from concierge.desk.record_returns import record_returns
from concierge.desk.record_step import StepReport, record_step
from concierge.desk.report_closed_door import ClosedDoor, report_closed_door
from concierge.desk.show_visit import show_visit
from concierge.model import (
    Client,
    Concierge,
    Condition,
    Message,
    Order,
    OrderState,
    PieceMove,
    PieceState,
    PieceVerdict,
    ReturnReason,
    ReturnsRecord,
    Role,
    Step,
    Stop,
    Verdict,
    new_id,
)
from concierge.model.refusals import Missing, WrongStep
from concierge.store.transaction import transaction
from concierge.web.garments import address

from .dispatch_day import DispatchDay, build_dispatch_day
from .test_dispatch_board import Office
from .test_setbacks import weigh
from .web_house import opened_house, settings_for

MINUTE = timedelta(minutes=1)


@dataclass
class Door:
    """The door where nobody opens: whose, and who stands before it."""

    office: Office
    order: Order
    client: str
    stop: Stop

    @property
    def day(self) -> DispatchDay:
        return self.office.day

    async def clock(self, moment: datetime) -> None:
        await self.day.house.clock(moment)

    async def step(self, who: Concierge, step: Step, at: datetime) -> None:
        """Her phone tells of a step."""
        async with transaction(self.day.engine) as session:
            now = await self.day.now(session)
            told = StepReport(new_id(), step, at)
            await record_step(session, self.order.id, told, concierge_id=who.id, now=now)

    async def nobody_opens(self) -> dict[str, Any]:
        """She rings, and the dispatcher hears of it; the board after that."""
        board = await self.office.board()
        said = await self.office.send(
            "POST", "/closed-doors", order=str(self.order.id), version=board["version"]
        )
        assert said.status_code == 201, said.text
        return await self.office.board()

    async def agree(self, version: int) -> Stop:
        """She agrees on the telephone to come home by five; her new place."""
        window = self.day.house.window("17:00")
        agreed = await self.office.send(
            "POST", "/windows", order=str(self.order.id), opens=window.opens.isoformat(),
            closes=window.closes.isoformat(), version=version,
        )  # fmt: skip
        assert agreed.status_code == 201, agreed.text
        return (await self.day.read()).stops[self.order.id]

    async def moves(self) -> list[tuple[PieceState, str]]:
        """What the ledger says of her piece: the states it was in, and with whom."""
        async with transaction(self.day.engine) as session:
            rows = await session.exec(
                select(PieceMove)
                .where(PieceMove.order_id == self.order.id)
                .order_by(col(PieceMove.seq))
            )
            return [(PieceState(row.state), row.holder) for row in rows]


@pytest.fixture
async def door(database: str) -> AsyncIterator[Door]:
    async with opened_house(settings_for(database)) as web:
        day = await build_dispatch_day(web.engine)
        await day.clock("13:00")
        browser = await web.browser()
        await browser.sign_in((await web.staff(Role.DISPATCHER)).email)
        today = await day.read()
        ahead = (stop for stop in today.stops.values() if not today.begun(stop))
        stop = min(ahead, key=lambda stop: stop.starts)
        client, order = next(each for each in day.orders.items() if each[1].id == stop.order_id)
        yield Door(Office(day, web, browser), order, client, stop)


async def test_a_second_try_moves_the_pieces_as_a_first_visit_does(door: Door) -> None:
    day, first = door.day, door.stop
    rings = first.starts
    rang = next(one for one in day.concierges.values() if one.id == first.concierge_id)
    await door.clock(rings)
    await door.step(rang, Step.EN_ROUTE, first.departs)
    await door.step(rang, Step.ARRIVED, rings - MINUTE)
    board = await door.nobody_opens()
    van, client = (PieceState.VAN, f"concierge:{rang.id}"), f"client:{door.order.client_id}"
    first_try = [van, (PieceState.WITH_CLIENT, client), van]
    assert await door.moves() == first_try

    second = await door.agree(board["version"])
    comes = next(one for one in day.concierges.values() if one.id == second.concierge_id)
    await door.clock(second.starts + timedelta(minutes=40))
    async with transaction(day.engine) as session:
        sheet = await show_visit(session, door.order.id, comes.id, picture=address)
    assert sheet.steps == []
    assert sheet.turned_away is not None
    assert sheet.turned_away >= rings
    await door.step(comes, Step.EN_ROUTE, second.departs)
    again = (PieceState.VAN, f"concierge:{comes.id}")
    second_try: list[tuple[PieceState, str]] = [] if comes.id == rang.id else [again]
    assert await door.moves() == [*first_try, *second_try]

    await door.step(comes, Step.ARRIVED, rings - MINUTE)
    assert (await day.read()).orders[door.order.id].state is OrderState.CONFIRMED
    assert await door.moves() == [*first_try, *second_try], "an old step moves nothing"

    await door.step(comes, Step.ARRIVED, second.starts)
    await door.step(comes, Step.TRYING, second.starts + MINUTE)
    second_try.append((PieceState.WITH_CLIENT, client))
    assert await door.moves() == [*first_try, *second_try]

    piece = day.house.pieces[0]
    back = PieceVerdict(piece.id, Verdict.RETURNED, ReturnReason.TOO_LARGE, Condition.AS_NEW)
    record = ReturnsRecord(new_id(), (back,), second.starts + 30 * MINUTE)
    async with transaction(day.engine) as session:
        now = await day.now(session)
        assert not await record_returns(
            session, door.order.id, record, concierge_id=comes.id, now=now
        )
    second_try.append((PieceState.RETURNING, f"concierge:{comes.id}"))
    await door.step(comes, Step.FINISHED, second.starts + 35 * MINUTE)
    assert await door.moves() == [*first_try, *second_try]
    async with transaction(day.engine) as session:
        sheet = await show_visit(session, door.order.id, comes.id, picture=address)
    assert [taken.step for taken in sheet.steps] == list(Step)


async def test_only_who_has_the_pieces_in_her_car_is_offered_for_a_second_try(door: Door) -> None:
    day, first = door.day, door.stop
    rang = next(one for one in day.concierges.values() if one.id == first.concierge_id)
    await door.clock(first.starts)
    await door.step(rang, Step.EN_ROUTE, first.departs)
    board = await door.nobody_opens()
    left = next(each for each in board["left"] if each["order"] == str(door.order.id))
    assert (left["carried_by"], left["reason"]) == (rang.greeting, "by_hand")
    assert left["words"].endswith(f"Her pieces are in {rang.greeting}'s car.")

    await weigh(day)
    (setback,) = (await door.office.board())["setbacks"]
    mine = [
        change["after"]
        for way in setback["ways"]
        for change in way["changes"]
        if change["order"] == str(door.order.id)
    ]
    assert set(mine) == {rang.greeting}
    day_door = f"/api/dispatch/days/vasa/2026-11-23/visits/{door.order.id}"
    places = (await door.office.her.get(f"{day_door}/places")).json()
    assert {place["name"] for place in places if not place["broken"]} == {rang.name}
    fits = (await door.office.her.get(f"{day_door}/fits")).json()
    assert {fit["name"] for fit in fits} == {rang.greeting}
    other = next(shift for name, shift in day.shifts.items() if name != rang.name)
    moved = await door.office.send(
        "POST", "/moves", order=str(door.order.id), shift=str(other.id), version=board["version"]
    )
    assert moved.status_code == 409, moved.text


async def test_the_pieces_of_a_closed_door_change_hands_with_the_rest_of_an_ill_concierges(
    door: Door,
) -> None:
    day, first = door.day, door.stop
    await door.clock(first.starts)
    board = await door.nobody_opens()
    ill = await door.office.send(
        "POST", "/setbacks", kind="ill", shift=str(first.shift_id), version=board["version"]
    )
    assert ill.status_code == 201, ill.text
    left = next(
        each for each in (await door.office.board())["left"] if each["order"] == str(door.order.id)
    )
    assert left["carried_by"] is None
    assert not (await day.read()).visit(door.order).forbidden


async def test_no_hour_that_has_passed_is_offered_after_a_closed_door(door: Door) -> None:
    await door.clock(door.stop.starts)
    await door.nobody_opens()
    at = door.day.house.window("17:00").opens + 7 * MINUTE
    await door.clock(at)
    fits = await door.office.her.get(
        f"/api/dispatch/days/vasa/2026-11-23/visits/{door.order.id}/fits"
    )
    opens = [datetime.fromisoformat(each["opens"]) for each in fits.json() if each["opens"]]
    starts = [datetime.fromisoformat(each["starts"]) for each in fits.json()]
    assert opens
    assert min([*opens, *starts]) >= at


async def test_ways_out_with_an_hour_that_has_passed_are_weighed_again_first(door: Door) -> None:
    await door.clock(door.stop.starts)
    await door.nobody_opens()
    await weigh(door.day)
    (setback,) = (await door.office.board())["setbacks"]
    hours = [change["at"] for way in setback["ways"] for change in way["changes"] if change["at"]]
    assert setback["fresh"]
    assert hours
    await door.clock(datetime.fromisoformat(min(hours)) + MINUTE)
    board = await door.office.board()
    assert not board["setbacks"][0]["fresh"]


@pytest.mark.parametrize(
    ("language", "subject"),
    [
        ("en", "Your visit has another hour"),
        ("sv", "Ditt besök har fått en annan tid"),
        ("fr", "Votre visite a une autre heure"),
        ("ar", "لزيارتكم موعد جديد"),
    ],
)
async def test_a_letter_tells_her_the_other_hour_she_agreed_to(
    door: Door, language: str, subject: str
) -> None:
    async with transaction(door.day.engine) as session:
        hers = update(Client).where(col(Client.id) == door.order.client_id)
        await session.exec(hers.values(email="she@example.com", language=language))
    await door.clock(door.stop.starts)
    board = await door.nobody_opens()
    await door.agree(board["version"])
    async with transaction(door.day.engine) as session:
        (letter,) = (await session.exec(select(Message))).all()
        order = await session.get_one(Order, door.order.id)
    assert (letter.email, letter.subject, letter.language) == (
        "she@example.com", subject, language,
    )  # fmt: skip
    assert order.opens is not None
    if language == "en":
        assert f"{order.opens.astimezone(door.day.hub.zone):%H:%M}" in letter.body


async def test_who_was_not_at_home_may_call_off_and_her_pieces_come_back(door: Door) -> None:
    rang = f"concierge:{door.stop.concierge_id}"
    who = next(one for one in door.day.concierges.values() if one.id == door.stop.concierge_id)
    await door.clock(door.stop.starts)
    await door.step(who, Step.EN_ROUTE, door.stop.departs)
    board = await door.nobody_opens()
    (setback,) = board["setbacks"]
    back = await door.office.send(
        "DELETE", f"/setbacks/{setback['id']}?version={board['version']}"
    )
    assert back.status_code == 409, "what happened at a door has happened"
    gone = await door.office.send("POST", "/cancellations", order=str(door.order.id))
    assert gone.status_code == 204, gone.text
    assert await door.moves() == [(PieceState.VAN, rang), (PieceState.RETURNING, rang)]


async def test_her_phone_says_it_once_and_the_board_has_it_at_once(door: Door) -> None:
    hers = next(each for each in door.day.concierges.values() if each.id == door.stop.concierge_id)
    since = door.stop.opens
    told = ClosedDoor(new_id(), since + 12 * MINUTE)
    await door.clock(since + 40 * MINUTE)  # an hour without signal

    async def say(who: Concierge, report: ClosedDoor = told) -> bool:
        return await report_closed_door(
            door.day.engine, door.day.roads, door.order.id, report, concierge_id=who.id
        )

    with pytest.raises(WrongStep):
        await say(hers)
    await door.step(hers, Step.EN_ROUTE, since - 5 * MINUTE)
    await door.step(hers, Step.ARRIVED, since - MINUTE)
    with pytest.raises(WrongStep):
        await say(hers, ClosedDoor(new_id(), since - MINUTE))
    other = next(each for each in door.day.concierges.values() if each.id != hers.id)
    with pytest.raises(Missing):
        await say(other)
    assert [await say(hers), await say(hers)] == [True, False]

    board = await door.office.board()
    [setback] = board["setbacks"]
    assert (setback["kind"], setback["client"]) == ("nobody_home", f"Mme {door.client}")
    assert datetime.fromisoformat(setback["since"]) == told.at
    left = next(each for each in board["left"] if each["order"] == str(door.order.id))
    assert left["words"].startswith("Nobody opened at ")
    assert (await door.moves())[-1] == (PieceState.VAN, f"concierge:{hers.id}")


async def test_her_phone_calls_no_door_closed_that_let_her_in(door: Door) -> None:
    hers = next(each for each in door.day.concierges.values() if each.id == door.stop.concierge_id)
    await door.clock(door.stop.opens + 20 * MINUTE)
    for step in (Step.ARRIVED, Step.TRYING):
        await door.step(hers, step, door.stop.opens + MINUTE)
    told = ClosedDoor(new_id(), door.stop.opens + 15 * MINUTE)
    with pytest.raises(WrongStep):
        await report_closed_door(
            door.day.engine, door.day.roads, door.order.id, told, concierge_id=hers.id
        )
    assert (await door.office.board())["setbacks"] == []
