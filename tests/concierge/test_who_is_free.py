"""When a concierge is free for somebody else: what is promised then can be driven, and is kept."""

from collections.abc import AsyncIterator

import pytest

from concierge.desk.place_order import place_order
from concierge.desk.record_returns import record_returns
from concierge.desk.record_step import record_step
from concierge.model import Order, Setback, SetbackKind, Step, Stop
from concierge.store.engine import open_engine
from concierge.store.transaction import transaction
from tests.concierge.field_day import FieldDay, build_field_day, report
from tests.small_house import at


@pytest.fixture
async def today(database: str) -> AsyncIterator[FieldDay]:
    engine = open_engine(database)
    yield await build_field_day(engine)
    await engine.dispose()


async def take(today: FieldDay, order: int, step: Step, clock: str) -> None:
    concierge = today.tom if order == 2 else today.amelie
    async with transaction(today.engine) as session:
        await record_step(
            session, today.orders[order].id, report(step, clock),
            concierge_id=concierge.id, now=at(clock),
        )  # fmt: skip


async def ill(today: FieldDay, *, order: int) -> None:
    """Whoever has this visit comes to nobody today."""
    async with transaction(today.engine) as session:
        stop = await session.get_one(Stop, today.orders[order].id)
        session.add(
            Setback(
                hub_id=stop.hub_id, day=stop.day, shift_id=stop.shift_id, kind=SetbackKind.ILL,
                since=at("08:00"), at=at("08:00"), by="test",
            )
        )  # fmt: skip


async def book(today: FieldDay, opens: str) -> Stop:
    """A client books this window; where she stands in the day."""
    house = today.house
    request = house.request(house.window(opens), variants=(0,))
    order: Order = await place_order(house.engine, house.roads, request)
    async with transaction(today.engine) as session:
        return await session.get_one(Stop, order.id)


async def test_of_two_visits_begun_the_one_that_ends_last_is_what_she_is_free_after(
    today: FieldDay,
) -> None:
    """Her phone told of the later visit first, so the one begun last is not the one over last."""
    await ill(today, order=2)
    await take(today, 1, Step.EN_ROUTE, "08:10")
    await take(today, 0, Step.EN_ROUTE, "08:20")
    await today.house.clock(at("08:30"))
    stop = await book(today, "11:00")
    assert stop.concierge_id == today.amelie.id
    async with transaction(today.engine) as session:
        begun_first = await session.get_one(Stop, today.orders[1].id)
    assert stop.departs >= begun_first.ends


async def test_a_visit_over_before_its_hour_leaves_that_hour_to_somebody_else(
    today: FieldDay,
) -> None:
    await ill(today, order=0)
    for step in (Step.EN_ROUTE, Step.ARRIVED, Step.TRYING):
        await take(today, 2, step, "08:05")
    async with transaction(today.engine) as session:
        await record_returns(
            session, today.orders[2].id, today.record(0, order=2),
            concierge_id=today.tom.id, now=at("08:30"),
        )  # fmt: skip
    await take(today, 2, Step.FINISHED, "08:40")
    await today.house.clock(at("08:45"))
    stop = await book(today, "11:00")
    assert stop.concierge_id == today.tom.id
    async with transaction(today.engine) as session:
        served = await session.get_one(Stop, today.orders[2].id)
    assert served.departs < stop.ends
    assert stop.departs < served.ends, "it is planned at the hour that the other had"
