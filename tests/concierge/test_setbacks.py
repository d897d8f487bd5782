"""When something goes wrong with a day, a dispatcher chooses between ways out of it."""

from collections.abc import AsyncIterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select

import routing
import routing.repair
from concierge.desk.weigh_ways import weigh_ways
from concierge.model import AuditEntry, Event, Order, OrderState, Role, Setback, Step
from concierge.store.transaction import transaction

from .dispatch_day import DispatchDay, build_dispatch_day
from .test_dispatch_board import Office
from .web_house import opened_house, settings_for


@pytest.fixture
async def office(database: str) -> AsyncIterator[Office]:
    async with opened_house(settings_for(database)) as web:
        day = await build_dispatch_day(web.engine)
        await day.clock("13:00")
        browser = await web.browser()
        await browser.sign_in((await web.staff(Role.DISPATCHER)).email)
        yield Office(day, web, browser)


async def repaired(
    problem: routing.Problem,
    plan: routing.Plan,
    events: Sequence[routing.Event],
    left: routing.Problem,
    now: datetime,
) -> tuple[routing.Alternative, ...]:
    """As the solver's process does it, in so many steps."""
    return routing.repair.repair(problem, plan, events, now=now, left=left, steps=100, seconds=60)


async def weigh(day: DispatchDay) -> None:
    """What the worker does when it is asked."""
    async with transaction(day.engine) as session:
        every = (await session.exec(select(Setback))).all()
    for setback in (each for each in every if each.ways is None):
        assert await weigh_ways(day.engine, day.roads, repaired, setback.id)


async def carriers(day: DispatchDay, *clients: str) -> set[str | None]:
    return {await day.carrier(client) for client in clients}


async def with_whom(day: DispatchDay, name: str) -> list[str]:
    """The clients a concierge still has to visit."""
    today = await day.read()
    by_order = {order.id: client for client, order in day.orders.items()}
    stops = today.stops_of(day.shifts[name].id)
    return [by_order[stop.order_id] for stop in stops if not today.begun(stop)]


async def busiest(day: DispatchDay) -> tuple[str, list[str]]:
    counted = [(name, await with_whom(day, name)) for name in day.shifts]
    return max(counted, key=lambda each: len(each[1]))


async def is_right(day: DispatchDay) -> list[routing.Violation]:
    today = await day.read()
    problem = today.problem(await day.roads.travel_times(today.places()))
    return routing.check(problem, today.plan(problem))


async def test_a_concierge_is_ill_and_a_dispatcher_chooses_who_takes_over(office: Office) -> None:
    day = office.day
    name, hers = await busiest(day)
    before = await office.board()
    said = await office.send(
        "POST", "/setbacks", kind="ill", shift=str(day.shifts[name].id), version=before["version"]
    )
    assert said.status_code == 201, said.text
    board = await office.board()
    (setback,) = board["setbacks"]
    assert (setback["kind"], setback["name"], setback["ways"]) == ("ill", name, None)
    assert {f"Mme {each}" for each in hers} <= {left["client"] for left in board["left"]}
    row = next(row for row in board["rows"] if row["name"] == name)
    assert not {f"Mme {each}" for each in hers} & {visit["client"] for visit in row["visits"]}
    assert await carriers(day, *hers) == {name}, "nothing is moved before somebody chooses"

    await weigh(day)
    (setback,) = (await office.board())["setbacks"]
    assert setback["fresh"]
    best = setback["ways"][0]
    assert best["broken"] == []
    ill = {each["client"] for each in best["changes"] if each["cause"] == "sick"}
    assert ill >= {f"Mme {each}" for each in hers}, "and whom she was only driving to"
    assert all(each["words"] for each in best["changes"])

    door = f"/setbacks/{setback['id']}/choice"
    chosen = await office.send("POST", door, way=best["way"], version=board["version"])
    assert chosen.status_code == 201, chosen.text
    assert name not in await carriers(day, *hers)
    assert None not in await carriers(day, *hers)
    assert await is_right(day) == []
    board = await office.board()
    assert board["version"] == chosen.json()["version"] == before["version"] + 1
    assert board["setbacks"][0]["settled"]
    async with transaction(day.engine) as session:
        topics = {event.topic for event in await session.exec(select(Event))}
        assert {f"order:{day.orders[each].id}" for each in hers} <= topics
        assert f"concierge:{day.concierges[name].id}" in topics
        done = [entry.what for entry in await session.exec(select(AuditEntry))]
        assert done == ["setback.ill", "choose_way"]
    again = await office.send("POST", door, way=best["way"], version=board["version"])
    assert again.status_code == 404


async def test_a_way_out_of_an_older_day_is_refused_and_weighed_again(office: Office) -> None:
    day = office.day
    name, hers = await busiest(day)
    board = await office.board()
    await office.send(
        "POST", "/setbacks", kind="ill", shift=str(day.shifts[name].id), version=board["version"]
    )
    await weigh(day)
    (setback,) = (await office.board())["setbacks"]
    left = {row["client"]: row for row in (await office.board())["left"]}
    moved = left[f"Mme {hers[0]}"]
    await office.send(
        "POST", "/moves", order=moved["order"], shift=moved["best"]["shift"],
        version=board["version"],
    )  # fmt: skip
    (stale,) = (await office.board())["setbacks"]
    assert not stale["fresh"]
    door = f"/setbacks/{setback['id']}"
    way = setback["ways"][0]["way"]
    refused = await office.send("POST", f"{door}/choice", way=way, version=board["version"])
    assert refused.status_code == 409
    now = board["version"] + 1
    assert (await office.send("POST", f"{door}/choice", way=way, version=now)).status_code == 409
    assert (await office.send("POST", f"{door}/weighings", version=now)).status_code == 201
    await weigh(day)
    (fresh,) = (await office.board())["setbacks"]
    assert fresh["fresh"]
    assert (
        await office.send("POST", f"{door}/choice", way=fresh["ways"][0]["way"], version=now)
    ).status_code == 201
    assert await is_right(day) == []


async def test_a_late_concierge_keeps_her_clients_and_they_are_late_if_that_is_chosen(
    office: Office,
) -> None:
    day = office.day
    name, hers = await busiest(day)
    board = await office.board()
    shift = str(day.shifts[name].id)
    said = await office.send(
        "POST", "/setbacks", kind="late", shift=shift, minutes=90, version=board["version"]
    )
    assert said.status_code == 201
    await weigh(day)
    (setback,) = (await office.board())["setbacks"]
    ways = {each["way"]: each for each in setback["ways"]}
    stays = ways["same_concierge"]
    late = {each["name"] for each in stays["broken"] if each["kind"] == "late"}
    assert late
    assert stays["moved"] == 0
    await office.send(
        "POST", f"/setbacks/{setback['id']}/choice", way="same_concierge",
        version=board["version"],
    )  # fmt: skip
    assert await carriers(day, *hers) == {name}
    shown = await office.board()
    row = next(row for row in shown["rows"] if row["name"] == name)
    assert late <= {visit["client"] for visit in row["visits"] if visit["late_min"]}
    back = await office.send("DELETE", f"/setbacks/{setback['id']}?version={shown['version']}")
    assert back.status_code == 200
    assert (await office.board())["setbacks"] == []


async def test_whom_an_ill_concierge_has_not_reached_needs_another_though_her_hour_has_begun(
    office: Office,
) -> None:
    day = office.day
    name, _ = await busiest(day)
    today = await day.read()
    by_order = {order.id: client for client, order in day.orders.items()}
    route = today.stops_of(day.shifts[name].id)
    still, missed = route[0], route[1]
    at = f"{missed.starts.astimezone(day.hub.zone) + timedelta(minutes=5):%H:%M}"
    await day.clock(at)
    started = f"{still.starts.astimezone(day.hub.zone):%H:%M}"
    await day.step(by_order[still.order_id], Step.ARRIVED, started)
    await an_ill_concierge(office, name)
    left = {each["client"]: each for each in (await office.board())["left"]}
    client = f"Mme {by_order[missed.order_id]}"
    assert client in left
    assert left[client]["still_with"] == name.split()[0]
    assert f"Mme {by_order[still.order_id]}" not in left, "she is in her home"
    await weigh(day)
    (setback,) = (await office.board())["setbacks"]
    named = {change["client"] for way in setback["ways"] for change in way["changes"]}
    named |= {broken["name"] for way in setback["ways"] for broken in way["broken"]}
    assert client in named


async def test_taking_a_setback_back_brings_the_plan_back_while_nothing_else_has_changed(
    office: Office,
) -> None:
    day, door = office.day, await an_ill_concierge(office)
    name, hers = await busiest(day)
    before = (await office.board())["version"]
    await weigh(day)
    (setback,) = (await office.board())["setbacks"]
    assert not setback["puts_back"]
    way = setback["ways"][0]["way"]
    await office.send("POST", f"{door}/choice", way=way, version=before)
    assert name not in await carriers(day, *hers)
    board = await office.board()
    assert board["setbacks"][0]["puts_back"]
    back = await office.send("DELETE", f"{door}?version={board['version']}")
    assert back.json()["version"] == before + 2
    assert await carriers(day, *hers) == {name}
    assert await is_right(day) == []


async def test_taking_a_setback_back_leaves_a_plan_that_has_changed_since_as_it_is(
    office: Office,
) -> None:
    day, door = office.day, await an_ill_concierge(office)
    name, hers = await busiest(day)
    version = (await office.board())["version"]
    await weigh(day)
    (setback,) = (await office.board())["setbacks"]
    way = setback["ways"][0]["way"]
    await office.send("POST", f"{door}/choice", way=way, version=version)
    keller = day.orders["Keller"].id
    await office.send("PUT", f"/locks/{keller}", version=version + 1)
    board = await office.board()
    assert not board["setbacks"][0]["puts_back"]
    back = await office.send("DELETE", f"{door}?version={board['version']}")
    assert back.json()["version"] == board["version"] == version + 2
    assert name not in await carriers(day, *hers)


async def an_ill_concierge(office: Office, name: str | None = None) -> str:
    """She, or the busiest, is ill; the door of that setback."""
    name = name or (await busiest(office.day))[0]
    version = (await office.board())["version"]
    await office.send(
        "POST", "/setbacks", kind="ill", shift=str(office.day.shifts[name].id), version=version
    )
    (setback,) = (await office.board())["setbacks"]
    return f"/setbacks/{setback['id']}"


async def test_no_way_out_is_said_and_the_day_may_be_left_as_it_is(office: Office) -> None:
    day, door = office.day, await an_ill_concierge(office)

    async def none(*_: object) -> tuple[routing.Alternative, ...]:
        return ()

    async with transaction(day.engine) as session:
        (row,) = (await session.exec(select(Setback))).all()
    assert await weigh_ways(day.engine, day.roads, none, row.id)
    board = await office.board()
    (setback,) = board["setbacks"]
    assert (setback["ways"], setback["fresh"], setback["settled"]) == ([], True, False)
    waiting = {left["client"] for left in board["left"]}
    version = board["version"]
    no = await office.send("POST", f"{door}/choice", way="all_served", version=version)
    assert no.status_code == 404
    assert (await office.send("POST", f"{door}/weighings", version=version)).status_code == 201
    assert (await office.board())["setbacks"][0]["ways"] is None
    assert (await office.send("POST", f"{door}/choice", version=version)).status_code == 201
    after = await office.board()
    assert after["setbacks"][0]["settled"]
    assert {left["client"] for left in after["left"]} == waiting
    assert await is_right(day) == []


async def test_a_solver_that_dies_while_weighing_loses_nothing(office: Office) -> None:
    day, door = office.day, await an_ill_concierge(office)

    async def dies(*_: object) -> tuple[routing.Alternative, ...]:
        raise BrokenProcessPool

    async with transaction(day.engine) as session:
        (row,) = (await session.exec(select(Setback))).all()
    with pytest.raises(BrokenProcessPool):
        await weigh_ways(day.engine, day.roads, dies, row.id)
    board = await office.board()
    assert board["setbacks"][0]["ways"] is None
    again = await office.send("POST", f"{door}/weighings", version=board["version"])
    assert again.status_code == 201
    await weigh(day)
    assert (await office.board())["setbacks"][0]["ways"]


async def test_nobody_opens_and_the_visit_waits_for_another_hour_with_its_pieces_sealed(
    office: Office,
) -> None:
    day = office.day
    today = await day.read()
    stop = min(
        (stop for stop in today.stops.values() if not today.begun(stop)),
        key=lambda stop: stop.starts,
    )
    client = next(name for name, order in day.orders.items() if order.id == stop.order_id)
    await day.clock(f"{stop.starts.astimezone(day.hub.zone):%H:%M}")
    await day.step(client, Step.EN_ROUTE, f"{stop.departs.astimezone(day.hub.zone):%H:%M}")
    board = await office.board()
    said = await office.send(
        "POST", "/closed-doors", order=str(stop.order_id), version=board["version"]
    )
    assert said.status_code == 201, said.text
    board = await office.board()
    left = next(each for each in board["left"] if each["client"] == f"Mme {client}")
    assert left["words"].startswith("Nobody opened at ")
    door = f"/visits/{stop.order_id}/fits"
    fits = (await office.her.get(f"/api/dispatch/days/vasa/2026-11-23{door}")).json()
    assert fits[0]["ease"] in ("nothing", "window")
    offered = next((fit for fit in fits if fit["opens"]), None)
    window = offered or {"opens": left["opens"], "closes": left["closes"]}
    agreed = await office.send(
        "POST", "/windows", order=str(stop.order_id), opens=window["opens"],
        closes=window["closes"], version=board["version"],
    )  # fmt: skip
    assert agreed.status_code == 201, agreed.text
    assert await day.carrier(client) is not None
    assert await is_right(day) == []


async def test_a_client_calls_off_by_telephone(office: Office) -> None:
    order = office.day.orders["Keller"]
    gone = await office.send("POST", "/cancellations", order=str(order.id))
    assert gone.status_code == 204, gone.text
    assert await office.day.carrier("Keller") is None
    async with transaction(office.day.engine) as session:
        kept = await session.get_one(Order, order.id)
        assert kept.state is OrderState.CANCELLED


async def test_a_visit_nobody_can_take_says_what_would_make_it_fit(office: Office) -> None:
    order = office.day.orders["Sorel"].id
    door = f"/api/dispatch/days/vasa/2026-11-23/visits/{order}/fits"
    fits = (await office.her.get(door)).json()
    assert [(fit["ease"], fit["skills"]) for fit in fits] == [
        ("skill", ["Arabic"]),
        ("more_hands", ["Arabic"]),
    ]
    assert fits[0]["words"].startswith("Let Mme Sorel do without Arabic: ")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"kind": "late"}, 400),
        ({"kind": "ill", "minutes": 20}, 400),
        ({"kind": "nobody_home"}, 400),
        ({"kind": "bored"}, 400),
        ({"kind": "late", "minutes": 0}, 400),
        ({"kind": "ill", "version": 99}, 409),
        ({"kind": "ill", "shift": "00000000-0000-0000-0000-000000000000"}, 404),
    ],
)
async def test_what_cannot_be_is_refused(
    office: Office, body: dict[str, Any], status: int
) -> None:
    shift = next(iter(office.day.shifts.values())).id
    version = (await office.board())["version"]
    given = {"shift": str(shift), "version": version, **body}
    assert (await office.send("POST", "/setbacks", **given)).status_code == status
    assert (await office.board())["setbacks"] == []


async def test_a_visit_served_out_of_order_leaves_the_one_before_it_to_be_planned(
    office: Office,
) -> None:
    day = office.day
    name, hers = await busiest(day)
    assert len(hers) > 1
    first, second = hers[:2]
    await day.clock("14:30")
    await day.step(second, Step.EN_ROUTE, "14:25")
    today = await day.read()
    assert day.orders[second].id in today.history()
    assert day.orders[first].id not in today.history()
    other = next(each for each in day.shifts if each != name)
    places = (
        await office.her.get(
            f"/api/dispatch/days/vasa/2026-11-23/visits/{day.orders[first].id}/places"
        )
    ).json()
    assert places, other
