"""Windows are shown only where they can be kept, and the planner keeps every one it finds."""

from datetime import timedelta

import pytest
from sqlmodel import select

import routing
import routing.solver
from concierge.desk.assign_windows import assign_windows
from concierge.desk.offer_windows import WindowState, offer_windows
from concierge.desk.place_order import place_order
from concierge.desk.plan_day import plan_day
from concierge.desk.read_day import read_day
from concierge.model import DayPlan, Order, OrderState, PlanVersion, Reservation, Stop
from concierge.model.refusals import NotCovered, PieceTaken
from concierge.store.clock import now
from concierge.store.transaction import transaction
from tests.small_house import MONDAY, SmallHouse, at

TUESDAY = MONDAY + timedelta(days=1)


async def solve(problem: routing.Problem, incumbent: routing.Plan) -> routing.Plan:
    """The real solver, briefly, in this process."""
    return routing.solver.plan_day(problem, seconds=1, incumbent=incumbent)


async def is_kept(house: SmallHouse) -> None:
    """Every day's plan in force is judged good, from the problem alone."""
    for ahead in range(3):
        async with transaction(house.engine) as session:
            day = await read_day(
                session, house.hub, MONDAY + timedelta(days=ahead), await now(session)
            )
        problem = day.problem(await house.roads.travel_times(day.places()))
        assert routing.check(problem, day.plan(problem)) == []


async def test_only_windows_that_leave_time_to_pack_are_offered(house: SmallHouse) -> None:
    offered = await offer_windows(house.engine, house.roads, house.wanted())
    today = offered.days[0]
    assert [w.state for w in today.windows] == [
        WindowState.PAST, WindowState.FREE, WindowState.FREE, WindowState.FREE,
    ]  # fmt: skip
    assert offered.days[3].full, "Nobody works on the fourth day."


async def test_a_window_that_has_opened_is_past_and_one_too_soon_is_full(
    house: SmallHouse,
) -> None:
    await house.clock(at("10:00"))
    offered = await offer_windows(house.engine, house.roads, house.wanted())
    first, second, *_ = offered.days[0].windows
    assert (first.state, second.state) == (WindowState.PAST, WindowState.FULL)


async def test_every_offered_window_can_be_booked(house: SmallHouse) -> None:
    offered = await offer_windows(house.engine, house.roads, house.wanted(0))
    free = [w for day in offered.days for w in day.windows if w.feasible]
    assert len(free) == 11
    for each in free:
        window = routing.Window(each.opens, each.closes)
        order = await place_order(house.engine, house.roads, house.request(window, variants=(0,)))
        assert order.window == window
        async with transaction(house.engine) as session:
            for reservation in await session.exec(select(Reservation)):
                reservation.released_at = await now(session)
        await is_kept(house)


async def test_a_day_without_her_pieces_is_not_offered(house: SmallHouse) -> None:
    await place_order(house.engine, house.roads, house.request(house.window("11:00")))
    offered = await offer_windows(house.engine, house.roads, house.wanted(1))
    assert {w.state for w in offered.days[0].windows} == {WindowState.NO_PIECES}
    assert not offered.days[1].full
    with pytest.raises(PieceTaken):
        await place_order(house.engine, house.roads, house.request(house.window("17:00")))


async def test_far_away_is_said_before_a_window_is_shown(house: SmallHouse) -> None:
    far = house.wanted()
    stockholm = routing.Place(18.06, 59.33)
    with pytest.raises(NotCovered):
        await offer_windows(
            house.engine, house.roads, type(far)(far.variants, stockholm, "en", None)
        )


async def test_planning_keeps_every_promise_and_says_how(house: SmallHouse) -> None:
    first = await place_order(
        house.engine, house.roads, house.request(house.window("14:00"), variants=(0,))
    )
    second = await place_order(
        house.engine, house.roads, house.request(house.window("17:00"), variants=(1,))
    )
    changed = await plan_day(
        house.engine, house.roads, solve, house.hub.id, MONDAY, by="dispatcher", why="replan"
    )
    assert not changed, "two visits booked where they cost least have no better plan"
    async with transaction(house.engine) as session:
        plan = (await session.exec(select(DayPlan))).one()
        stops = {stop.order_id: stop for stop in await session.exec(select(Stop))}
        versions = (await session.exec(select(PlanVersion.version))).all()
    assert set(stops) == {first.id, second.id}
    assert "OR-Tools" in plan.words
    assert sorted(versions) == [1, 2]
    assert all(
        first.window and stops[o.id].starts in o.window for o in (first, second) if o.window
    )
    await is_kept(house)


async def test_a_day_that_changed_while_the_solver_thought_is_left_alone(
    house: SmallHouse,
) -> None:
    await place_order(
        house.engine, house.roads, house.request(house.window("14:00"), variants=(0,))
    )

    async def slow(problem: routing.Problem, incumbent: routing.Plan) -> routing.Plan:
        request = house.request(house.window("17:00"), variants=(1,))
        await place_order(house.engine, house.roads, request)
        return await solve(problem, incumbent)

    assert not await plan_day(
        house.engine, house.roads, slow, house.hub.id, MONDAY, by="house", why="better"
    )
    async with transaction(house.engine) as session:
        assert len((await session.exec(select(Stop))).all()) == 2
        waiting = await session.exec(select(DayPlan.version))
        assert waiting.one() == 2


async def test_no_answer_of_the_solver_takes_a_place_away(house: SmallHouse) -> None:
    order = await place_order(house.engine, house.roads, house.request(house.window("14:00")))

    async def careless(problem: routing.Problem, incumbent: routing.Plan) -> routing.Plan:
        left = routing.Unplanned(str(order.id), routing.Reason.TOO_DEAR, "It costs too much.")
        return routing.Plan((), (left,), routing.price(problem, (), (left,)), incumbent.words)

    assert not await plan_day(
        house.engine, house.roads, careless, house.hub.id, MONDAY, by="dispatcher", why="replan"
    )
    async with transaction(house.engine) as session:
        assert (await session.exec(select(Stop.order_id))).all() == [order.id]
        assert (await session.exec(select(DayPlan.version))).one() == 1


async def test_a_flexible_client_is_given_one_of_her_windows(house: SmallHouse) -> None:
    wishes = (
        house.window("14:00"),
        house.window("11:00", TUESDAY),
        house.window("17:00", TUESDAY),
    )
    order = await place_order(house.engine, house.roads, house.request(*wishes))
    assert (order.opens, order.day) == (None, MONDAY)
    await _confirm(house, order)
    assert await assign_windows(house.engine, house.roads, solve, house.hub.id) == 1
    async with transaction(house.engine) as session:
        promised = await session.get_one(Order, order.id)
        stop = await session.get_one(Stop, order.id)
        reserved = (await session.exec(select(Reservation))).all()
    assert promised.window in wishes
    assert stop.day == promised.day
    assert {r.opens for r in reserved} == {at("00:00", promised.day or MONDAY)}
    await is_kept(house)


async def test_a_flexible_client_moves_to_the_day_when_a_concierge_is_out_anyway(
    house: SmallHouse,
) -> None:
    nearby = house.request(house.window("11:00", TUESDAY), variants=(0,))
    await place_order(house.engine, house.roads, nearby)
    wishes = (house.window("14:00"), house.window("14:00", TUESDAY))
    order = await place_order(house.engine, house.roads, house.request(*wishes, variants=(1, 2)))
    assert order.day == MONDAY
    await _confirm(house, order)
    await assign_windows(house.engine, house.roads, solve, house.hub.id)
    async with transaction(house.engine) as session:
        promised = await session.get_one(Order, order.id)
        reserved = await session.exec(
            select(Reservation.opens).where(Reservation.order_id == order.id)
        )
        opens = set(reserved.all())
    assert promised.window == house.window("14:00", TUESDAY)
    assert (promised.day, opens) == (TUESDAY, {at("00:00", TUESDAY)})
    await is_kept(house)


async def _confirm(house: SmallHouse, order: Order) -> None:
    async with transaction(house.engine) as session:
        placed = await session.get_one(Order, order.id)
        placed.confirm(await now(session))
        assert placed.state is OrderState.CONFIRMED
