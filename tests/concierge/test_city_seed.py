"""The demo city in a database, beside a payments sandbox that was told the same past."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import select

import routing
from concierge.desk.expect_stops import expect_routes
from concierge.desk.read_day import read_day
from concierge.desk.read_notice import read_notice
from concierge.embedded.city.afternoon import live_on
from concierge.embedded.city.city import build, found
from concierge.embedded.city.seed import seed
from concierge.embedded.city.story import STORY_DAY, STORY_NOW
from concierge.maps.travel import Roads
from concierge.model import Hub
from concierge.settings import SANDBOX_KEY
from concierge.store.clock import now
from concierge.store.engine import open_engine
from concierge.store.transaction import transaction
from payments.stripe_gateway import StripeGateway
from tests.conftest import fresh_database
from tests.payments.sandboxed import Sandbox


@pytest.fixture(scope="module")
def seeded_database(postgres: str, template: str) -> Iterator[str]:
    with fresh_database(postgres, template) as url:
        yield url


@pytest.fixture(scope="module")
async def till(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Sandbox]:
    one = Sandbox(tmp_path_factory.mktemp("till"))
    await one.start()
    try:
        yield one
    finally:
        one.stop()


@pytest.fixture(scope="module")
async def engine(seeded_database: str, till: Sandbox) -> AsyncIterator[AsyncEngine]:
    engine = open_engine(seeded_database)
    try:
        assert await seed(engine, Roads(None), sandbox=till.base)
        yield engine
    finally:
        await engine.dispose()


async def _answer(engine: AsyncEngine, question: str) -> list[Any]:
    async with transaction(engine) as session:
        connection = await session.connection()
        return list((await connection.execute(text(question))).all())


async def test_the_house_opens_at_the_story_s_moment(engine: AsyncEngine) -> None:
    async with transaction(engine) as session:
        moment = await now(session)
    assert 0 <= (moment - STORY_NOW).total_seconds() < 600
    assert await _answer(engine, "select story_day from clock") == [(STORY_DAY,)]


async def test_seeding_again_changes_nothing(engine: AsyncEngine, till: Sandbox) -> None:
    before = await _answer(engine, "select count(*), max(seq) from piece_move")
    assert not await seed(engine, Roads(None), sandbox=till.base)
    assert await _answer(engine, "select count(*), max(seq) from piece_move") == before


async def test_the_ledger_is_the_sandbox_s_to_the_last_ore(
    engine: AsyncEngine, till: Sandbox
) -> None:
    totals = (await till.look("totals"))["currencies"]["SEK"]
    ((held, captured),) = await _answer(
        engine,
        """select sum(amount_minor) filter (where account = 'memo:held'),
                  sum(amount_minor) filter (where account = 'provider_balance')
           from ledger_entry""",
    )
    assert (held, captured) == (totals["held"], totals["captured"])
    assert totals["authorised"] == totals["captured"] + totals["released"] + totals["held"]


async def test_each_order_s_money_is_what_the_sandbox_says(
    engine: AsyncEngine, till: Sandbox
) -> None:
    orders = (await till.look("totals"))["orders"]
    rows = await _answer(engine, "select order_id, amount_minor, captured_minor from hold")
    assert len(rows) == len(orders)
    for order_id, amount, captured in rows:
        said = orders[str(order_id)]
        assert (said["authorised"], said["captured"]) == (amount, captured)


async def test_the_sandbox_keeps_the_past_to_the_sdk_s_types(
    engine: AsyncEngine, till: Sandbox
) -> None:
    hold = (await _answer(engine, "select provider_id from hold where captured_minor > 0"))[0][0]
    async with till.gateway() as gateway:
        seen = await gateway.fetch_hold(hold)
    assert seen.captured.minor > 0
    assert (await till.look("contract"))["faults"] == []


@pytest.mark.usefixtures("engine")
async def test_the_same_past_told_twice_is_one_past(till: Sandbox) -> None:
    ground = found()
    told = build(ground, routing.estimate(ground.places())).money.told
    before = await till.look("totals")
    assert await till.tell("past", holds=list(told.values())) == {"new": 0, "known": len(told)}
    assert await till.look("totals") == before


async def test_every_day_of_the_demo_stands_on_a_plan_that_keeps_its_promises(
    engine: AsyncEngine,
) -> None:
    async with transaction(engine) as session:
        for hub in await session.exec(select(Hub)):
            for day in hub.open_days(STORY_NOW):
                today = await read_day(session, hub, day, STORY_NOW)
                travel = routing.estimate(today.places())
                problem = today.problem(travel)
                broken = routing.check(problem, today.plan(problem))
                assert {(each.rule, each.where) for each in broken} == {
                    ("outside_windows", str(seen.stop.order_id))
                    for route in expect_routes(today, travel).values()
                    for seen in route.stops
                    if seen.late and not today.begun(seen.stop)
                }, "only who is seen to be late"


async def test_one_visit_of_the_afternoon_will_be_late(engine: AsyncEngine) -> None:
    late = []
    async with transaction(engine) as session:
        for hub in await session.exec(select(Hub)):
            today = await read_day(session, hub, STORY_DAY, STORY_NOW)
            routes = expect_routes(today, routing.estimate(today.places()))
            late += [stop for route in routes.values() for stop in route.stops if stop.late]
    assert late
    assert len(late) <= 3


async def test_the_afternoon_brings_a_dispute_pieces_to_decide_about_and_a_collection(
    engine: AsyncEngine, till: Sandbox
) -> None:
    async with StripeGateway(SANDBOX_KEY, till.base) as gateway:
        await live_on(engine, Roads(None), gateway, sandbox=till.base)
        for (notice,) in await _answer(engine, "select id from notice where handled_at is null"):
            await read_notice(engine, gateway, notice)
    open_cases = "select kind from person_case where closed_at is null and opened_at >= :story"
    async with transaction(engine) as session:
        connection = await session.connection()
        kinds = set((await connection.scalars(text(open_cases), {"story": STORY_NOW})).all())
    assert kinds >= {"pieces_disputed", "give_back", "card_disputed"}
    assert await _answer(engine, "select trouble from disposition order by trouble") == [
        ("damaged",), ("missing",),
    ]  # fmt: skip
    ((state, planned),) = await _answer(
        engine,
        "select state, stop.starts from orders join stop on stop.order_id = orders.id"
        " where collects is not null",
    )
    assert (state, planned > STORY_NOW) == ("confirmed", True)


async def test_without_a_sandbox_the_shops_are_full_and_the_days_empty(database: str) -> None:
    engine = open_engine(database)
    try:
        assert await seed(engine, Roads(None), sandbox=None)
        ((pieces, orders),) = await _answer(
            engine, "select (select count(*) from piece), (select count(*) from orders)"
        )
    finally:
        await engine.dispose()
    assert pieces > 1_000
    assert orders == 0
