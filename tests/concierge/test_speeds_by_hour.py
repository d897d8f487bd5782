"""A hub whose roads are slow: what is planned, judged and expected knows."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

import routing
from concierge.desk.expect_stops import expect_routes
from concierge.model import Hub
from concierge.store.engine import open_engine
from concierge.store.transaction import transaction

from .dispatch_day import DispatchDay, build_dispatch_day

SLOW = [50] * 24


@pytest.fixture
async def day(database: str) -> AsyncIterator[DispatchDay]:
    engine = open_engine(database)
    yield await build_dispatch_day(engine)
    await engine.dispose()


async def slow_down(day: DispatchDay, speeds: list[int] | None) -> None:
    """Say how fast the hub's roads are."""
    async with transaction(day.engine) as session:
        hub = await session.get_one(Hub, day.hub.id)
        hub.speeds_by_hour = speeds
    day.hub.speeds_by_hour = speeds


async def test_every_problem_of_the_day_has_the_speeds_of_its_hub(day: DispatchDay) -> None:
    await slow_down(day, SLOW)
    today = await day.read()
    problem = today.problem(await day.roads.travel_times(today.places()))
    assert problem.travel.speeds == routing.Speeds(tuple(SLOW), day.hub.zone)
    await slow_down(day, None)
    today = await day.read()
    problem = today.problem(await day.roads.travel_times(today.places()))
    assert problem.travel.speeds is None


async def test_on_slow_roads_drives_take_longer_and_the_judge_knows(day: DispatchDay) -> None:
    before = await day.read()
    travel = await day.roads.travel_times(before.places())
    problem = before.problem(travel)
    plan = before.plan(problem)
    assert routing.check(problem, plan) == []
    await slow_down(day, SLOW)
    slowed = (await day.read()).problem(travel)
    assert {each.rule for each in routing.check(slowed, plan)}, "the drives told are too short"
    for route in plan.routes:
        visits = [slowed.visit(stop.visit) for stop in route.stops]
        again = routing.time_route(slowed, slowed.shift(route.shift), visits)
        assert again is None or again.drive == 2 * route.drive


async def test_who_drives_on_slow_roads_is_expected_later(day: DispatchDay) -> None:
    await day.clock("09:00")
    today = await day.read()
    travel = await day.roads.travel_times(today.places())
    free = expect_routes(today, travel)
    await slow_down(day, [20] * 24)
    today = await day.read()
    slowed = expect_routes(today, travel)
    assert all(
        slowed[shift].returns > free[shift].returns + timedelta(minutes=1) for shift in free
    )
