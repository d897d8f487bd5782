"""What a process keeps of a day is what the database says of it, whoever wrote it, this moment."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import event

import routing
from concierge.desk.day_marks import marks_of
from concierge.desk.offer_windows import Offered, WindowState, offer_windows
from concierge.desk.place_order import place_order
from concierge.desk.read_day import read_days
from concierge.desk.ready_days import ReadyDay, ReadyDays
from concierge.model import Order, OrderState, PlanRoute, Shift, Stop, new_id
from concierge.store.clock import now
from concierge.store.engine import open_engine
from concierge.store.transaction import transaction
from tests.small_house import MONDAY, SmallHouse, at, build_small_house

TUESDAY = MONDAY + timedelta(days=1)


@pytest.fixture
async def small(database: str) -> AsyncIterator[SmallHouse]:
    """Monday, nine o'clock."""
    engine = open_engine(database)
    yield await build_small_house(engine)
    await engine.dispose()


async def asked(house: SmallHouse, ready: ReadyDays | None = None) -> Offered:
    return await offer_windows(house.engine, house.roads, house.wanted(0), ready=ready)


def shown(offered: Offered) -> list[tuple[object, ...]]:
    return [(w.opens, w.state, w.concierges) for day in offered.days for w in day.windows]


WRITES = {
    "a shift ends early": "update shift set ends = starts + '7 hours' where id = %(shift)s",
    "a shift is called off": "delete from shift where id = %(idle)s",
    "a concierge leaves": "update concierge set active = false where id = %(concierge)s",
    "a smaller car is hers": "update concierge set capacity = 1 where id = %(concierge)s",
    "a visit is called off": (
        "with gone as (delete from stop where order_id = %(order)s)"
        " update orders set state = 'cancelled' where id = %(order)s"
    ),
    "a visit takes longer": "update orders set minutes = 240 where id = %(order)s",
    "a client moves": "update address set longitude = 11.99 where id = %(address)s",
    "a dispatcher holds a visit": (
        "insert into visit_lock (order_id, shift_id, by, at)"
        " values (%(order)s, %(shift)s, 'dispatcher', now())"
    ),
    "a concierge sets out": (
        "insert into visit_step (id, order_id, step, at, received_at, by)"
        " values (%(new)s, %(order)s, 'en_route', now(), now(), 'phone')"
    ),
}


@pytest.mark.parametrize("what", WRITES)
async def test_right_after_a_write_by_anybody_what_is_offered_is_what_is_true(
    small: SmallHouse, database: str, what: str
) -> None:
    order = await place_order(
        small.engine, small.roads, small.request(small.window("14:00", TUESDAY), variants=(1,))
    )
    async with transaction(small.engine) as session:
        tuesday = (await read_days(session, small.hub, [TUESDAY], await now(session)))[0]
    taken = tuesday.stops[order.id].shift_id
    idle = next(shift for shift in tuesday.shifts if shift != taken)
    ready = ReadyDays()
    before = [day.mark for day in await _ready(small, ready)]
    assert shown(await asked(small, ready)) == shown(await asked(small))
    with psycopg.connect(database) as another:
        another.execute(
            WRITES[what],
            {
                "shift": taken, "idle": idle, "concierge": tuesday.shifts[taken].concierge_id,
                "order": order.id, "address": small.address.id, "new": new_id(),
            },
        )  # fmt: skip
    assert [day.mark for day in await _ready(small, ready)] != before
    assert shown(await asked(small, ready)) == shown(await asked(small))


async def test_days_that_nobody_touched_are_not_read_again(small: SmallHouse) -> None:
    ready = ReadyDays()
    first = await _ready(small, ready)
    await place_order(
        small.engine, small.roads, small.request(small.window("14:00", TUESDAY), variants=(1,))
    )
    second = await _ready(small, ready)
    same = [one is other for one, other in zip(first, second, strict=True)]
    assert same == [day.today.day != TUESDAY for day in first]
    assert len(ready) == len(small.hub.open_days(at("09:00")))


async def test_only_so_many_days_are_kept(small: SmallHouse) -> None:
    ready = ReadyDays(most=5)
    assert len(await _ready(small, ready)) == small.hub.horizon_days
    assert len(ready) == 5


async def test_a_day_under_way_is_read_a_moment_ahead_and_again_when_that_is_over(
    small: SmallHouse,
) -> None:
    ready = ReadyDays()
    first = (await _ready(small, ready))[0]
    assert first.until - first.since == first.today.now - first.since == timedelta(seconds=10)
    await small.clock(at("15:30"))
    later = (await _ready(small, ready))[0]
    assert later is not first
    assert shown(await asked(small, ready)) == shown(await asked(small))


async def test_every_table_a_day_is_read_from_marks_it(small: SmallHouse) -> None:
    """Whoever reads a day from one more table has its mark change with that table as well."""
    said: list[str] = []

    def hear(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        said.append(statement)

    async with transaction(small.engine) as session:
        event.listen(small.engine.sync_engine, "before_cursor_execute", hear)
        await read_days(session, small.hub, [MONDAY], at("09:00"))
        read = _tables(said)
        said.clear()
        await marks_of(session, small.hub, [MONDAY])
        event.remove(small.engine.sync_engine, "before_cursor_execute", hear)
    assert "stop" in read
    assert read - _tables(said) == {"client"}, "A client's name decides nothing."


async def test_a_full_window_she_looks_at_is_looked_into_and_can_then_be_booked(
    small: SmallHouse,
) -> None:
    """French is spoken by Amelie alone; whoever has her hour and needs no French goes to Tom."""
    window = small.window("14:00", TUESDAY)
    first = await place_order(small.engine, small.roads, small.request(window, variants=(0,)))
    amelie = next(s for s in small.shifts if s.day == TUESDAY)
    await _all_afternoon(small, first.id, amelie)
    french = replace(small.wanted(1), language="fr")
    offered = await offer_windows(small.engine, small.roads, french)
    (full,) = [w for w in offered.days[1].windows if w.opens == window.opens]
    assert full.state is WindowState.FULL
    offered = await offer_windows(
        small.engine, small.roads, french, ready=ReadyDays(), near=TUESDAY
    )
    (found,) = [w for w in offered.days[1].windows if w.opens == window.opens]
    assert (found.state, found.concierges) == (WindowState.LAST, 1)
    request = replace(small.request(window), wanted=french)
    order = await place_order(small.engine, small.roads, request)
    async with transaction(small.engine) as session:
        (today,) = await read_days(session, small.hub, [TUESDAY], await now(session))
    assert (order.state, order.window) == (OrderState.PLACED, window)
    assert today.stops[order.id].shift_id == amelie.id
    assert today.stops[first.id].shift_id != amelie.id
    problem = today.problem(await small.roads.travel_times(today.places()))
    assert routing.check(problem, today.plan(problem)) == []


async def _all_afternoon(house: SmallHouse, order_id: UUID, shift: Shift) -> None:
    """The visit is this shift's, begins on the hour and takes until five."""
    async with transaction(house.engine) as session:
        order = await session.get_one(Order, order_id)
        order.minutes, order.closes = 180, order.opens
        stop = await session.get_one(Stop, order_id)
        route = await session.get_one(PlanRoute, stop.shift_id)
        stop.shift_id, stop.concierge_id = shift.id, shift.concierge_id
        told = {**route.model_dump(), "shift_id": shift.id}
        await session.delete(route)
        await session.flush()
        session.add(PlanRoute(**told))


async def _ready(house: SmallHouse, ready: ReadyDays) -> list[ReadyDay]:
    async with transaction(house.engine) as session:
        moment = await now(session)
    days = house.hub.open_days(moment)
    return await ready.of(house.engine, house.roads, house.hub, days, moment)


def _tables(statements: list[str]) -> set[str]:
    words = " ".join(statements).lower()
    return set(re.findall(r"(?:from|join) ([a-z_]+)", words)) - {"row"}
