from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text
from sqlmodel import col, select

import routing
from concierge.desk.change_by_hand import Seen
from concierge.desk.expect_stops import expect_routes
from concierge.desk.lock_visit import lock_visit, unlock_visit
from concierge.desk.move_stop import move_stop
from concierge.desk.replan_day import replan_day
from concierge.desk.unassign_visit import unassign_visit
from concierge.desk.weigh_move import weigh_move
from concierge.model import AuditEntry, Event, Leftover, PlanVersion, Step, VisitLock
from concierge.model.refusals import BreaksPromise, Missing, StaleBoard, TooLate, WrongStep
from concierge.store.engine import open_engine
from concierge.store.jobs import PlanDay
from concierge.store.transaction import transaction
from tests.small_house import MONDAY, ZONE, at

from .dispatch_day import DispatchDay, build_dispatch_day

BY = "dispatcher:test"


@pytest.fixture
async def day(database: str) -> AsyncIterator[DispatchDay]:
    engine = open_engine(database, size=4)
    try:
        yield await build_dispatch_day(engine)
    finally:
        await engine.dispose()


async def seen(day: DispatchDay) -> Seen:
    return Seen("vasa", MONDAY, (await day.read()).version)


async def somebody_else(day: DispatchDay, client: str) -> tuple[str, int]:
    """A concierge who can take the visit and does not have it, and where it fits."""
    order = day.orders[client].id
    places = await weigh_move(day.engine, day.roads, hub="vasa", day=MONDAY, order_id=order)
    best = next(place for place in places if not place.here and not place.broken)
    return best.name, best.position


async def move(day: DispatchDay, client: str, to: str, board: Seen | None = None) -> int:
    return await move_stop(
        day.engine,
        day.roads,
        board or await seen(day),
        day.orders[client].id,
        day.shifts[to].id,
        by=BY,
        why="She asked for her.",
    )


async def is_right(day: DispatchDay) -> list[routing.Violation]:
    today = await day.read()
    problem = today.problem(await day.roads.travel_times(today.places()))
    return routing.check(problem, today.plan(problem))


async def test_a_moved_visit_is_saved_checked_told_to_the_phones_and_written_down(
    day: DispatchDay,
) -> None:
    before, had = await day.read(), await day.carrier("Petit")
    to, _ = await somebody_else(day, "Petit")
    version = await move(day, "Petit", to)
    assert await day.carrier("Petit") == to
    assert version == (await day.read()).version == before.version + 1
    assert await is_right(day) == []
    async with transaction(day.engine) as session:
        events = (await session.exec(select(Event).order_by(col(Event.seq)))).all()
        told = {event.topic for event in events if event.content.get("version") == version}
        assert told == {
            f"day:{day.hub.id}:{MONDAY}",
            f"concierge:{day.concierges[to].id}",
            f"concierge:{day.concierges[had or ''].id}",
            f"order:{day.orders['Petit'].id}",
        }
        entry = (await session.exec(select(AuditEntry))).one()
        said = f"Mme Petit moved to {to} by hand. She asked for her."
        assert (entry.who, entry.what, entry.why) == (BY, "move_visit", said)
        assert entry.subject == f"order:{day.orders['Petit'].id}"
        kept = await session.get(PlanVersion, (day.hub.id, MONDAY, version))
        assert kept is not None
        assert (kept.by, kept.why) == (BY, said)


async def test_a_weighed_move_costs_what_it_said_when_it_is_made(day: DispatchDay) -> None:
    order = day.orders["Keller"].id
    places = await weigh_move(day.engine, day.roads, hub="vasa", day=MONDAY, order_id=order)
    assert {place.name for place in places} == set(day.shifts)
    assert [place.name for place in places if place.here] == [await day.carrier("Keller")]
    best = next(place for place in places if not place.here and not place.broken)
    before = (await day.read()).plan_row.cost
    await move_stop(
        day.engine, day.roads, await seen(day), order, best.shift, position=best.position, by=BY
    )
    after = await day.read()
    assert after.plan_row.cost["drive"] - before["drive"] == best.added_s
    assert after.stops[order].starts == best.starts


async def test_a_board_drawn_before_somebody_elses_change_overwrites_nothing(
    day: DispatchDay,
) -> None:
    old = await seen(day)
    to, _ = await somebody_else(day, "Petit")
    await move(day, "Petit", to)
    with pytest.raises(StaleBoard):
        await move(day, "Keller", "Jules Perrin", old)
    assert await day.carrier("Petit") == to


async def test_a_move_that_breaks_a_promise_is_refused_and_each_promise_is_named(
    day: DispatchDay,
) -> None:
    before = await day.carrier("Costa")
    places = await weigh_move(
        day.engine, day.roads, hub="vasa", day=MONDAY, order_id=day.orders["Costa"].id
    )
    noor = next(place for place in places if place.name == "Noor Haddad")
    assert [broken.rule for broken in noor.broken] == ["returns_after_shift"]
    assert "the shift ends 17:00" in noor.broken[0].words, "told on the hub's own clock"
    with pytest.raises(BreaksPromise) as refusal:
        await move(day, "Costa", "Noor Haddad")
    assert all(broken.words in str(refusal.value) for broken in noor.broken)
    assert await day.carrier("Costa") == before
    assert await is_right(day) == []


async def test_a_visit_that_has_begun_stays_with_its_concierge(day: DispatchDay) -> None:
    await day.clock("14:10")
    await day.step("Weiss", Step.EN_ROUTE, "14:00")
    for verb in (move(day, "Weiss", "Tom Berg"), _unassign(day, "Weiss"), _lock(day, "Weiss")):
        with pytest.raises(WrongStep, match="Mme Weiss has begun"):
            await verb
    with pytest.raises(WrongStep):
        await weigh_move(
            day.engine, day.roads, hub="vasa", day=MONDAY, order_id=day.orders["Weiss"].id
        )


async def test_an_unassigned_visit_waits_in_the_tray_with_its_reason(day: DispatchDay) -> None:
    had = await day.carrier("Novak")
    await _unassign(day, "Novak", why="She called.")
    assert await day.carrier("Novak") is None
    async with transaction(day.engine) as session:
        left = await session.get(Leftover, day.orders["Novak"].id)
    assert left is not None
    assert left.reason == routing.Reason.BY_HAND
    assert left.words == f"Taken off {had}'s route by hand. She called."


async def test_a_visit_from_the_tray_can_be_given_to_a_concierge(day: DispatchDay) -> None:
    await _unassign(day, "Novak")
    to, _ = await somebody_else(day, "Novak")
    await move(day, "Novak", to)
    assert await day.carrier("Novak") == to
    async with transaction(day.engine) as session:
        assert await session.get(Leftover, day.orders["Novak"].id) is None


async def test_a_locked_visit_cannot_be_given_away_until_it_is_unlocked(day: DispatchDay) -> None:
    to, _ = await somebody_else(day, "Rossi")
    await _lock(day, "Rossi")
    with pytest.raises(BreaksPromise, match="locked"):
        await move(day, "Rossi", to)
    await unlock_visit(day.engine, day.roads, await seen(day), day.orders["Rossi"].id, by=BY)
    await move(day, "Rossi", to)
    assert await day.carrier("Rossi") == to


async def test_locking_twice_is_locking_once(day: DispatchDay) -> None:
    first = await _lock(day, "Rossi")
    assert await _lock(day, "Rossi") == first
    async with transaction(day.engine) as session:
        lock = (await session.exec(select(VisitLock))).one()
    assert (lock.order_id, lock.by) == (day.orders["Rossi"].id, BY)


async def test_unassigning_takes_the_lock_away(day: DispatchDay) -> None:
    await _lock(day, "Rossi")
    await _unassign(day, "Rossi")
    async with transaction(day.engine) as session:
        assert (await session.exec(select(VisitLock))).all() == []


async def test_a_day_that_is_over_is_not_changed(day: DispatchDay) -> None:
    board = await seen(day)
    await day.house.clock(at("23:30"))
    with pytest.raises(WrongStep):
        await move(day, "Costa", "Tom Berg", board)
    await day.house.clock(at("23:30", MONDAY.replace(day=24)))
    with pytest.raises(TooLate):
        await move(day, "Costa", "Tom Berg", board)
    with pytest.raises(TooLate):
        await replan_day(day.engine, hub="vasa", day=MONDAY, by=BY)


async def test_a_move_to_where_the_visit_is_changes_nothing_and_says_so(day: DispatchDay) -> None:
    had, before = await day.carrier("Petit"), await day.read()
    assert had
    with pytest.raises(WrongStep, match=f"{had} has Mme Petit's visit at this very place"):
        await move(day, "Petit", had)
    assert (await day.read()).version == before.version


@pytest.mark.parametrize(("arrived", "behind"), [("11:40", False), ("13:20", True)])
async def test_an_offer_says_when_the_board_will_expect_the_visit(
    day: DispatchDay, arrived: str, *, behind: bool
) -> None:
    late = await day.carrier("Okonkwo")
    assert late
    names = {order.id: name for name, order in day.orders.items()}
    today = await day.read()
    okonkwo = today.stops[day.orders["Okonkwo"].id]
    hers = today.stops_of(okonkwo.shift_id)
    for stop in hers[: hers.index(okonkwo)]:
        await day.step(names[stop.order_id], Step.FINISHED, f"{stop.ends.astimezone(ZONE):%H:%M}")
    await day.clock(arrived)
    await day.step("Okonkwo", Step.ARRIVED, arrived)
    today = await day.read()
    ahead = [stop for stop in today.stops.values() if not today.begun(stop)]
    offered = []
    for stop in ahead:
        places = await weigh_move(
            day.engine, day.roads, hub="vasa", day=MONDAY, order_id=stop.order_id
        )
        offered += [
            (names[stop.order_id], place)
            for place in places
            if place.name == late and not place.here and not place.broken and place.starts
        ]
    client, place = min(offered, key=lambda each: each[1].starts)
    await move_stop(
        day.engine, day.roads, await seen(day), day.orders[client].id, place.shift,
        position=place.position, by=BY,
    )  # fmt: skip
    today = await day.read()
    routes = expect_routes(today, await day.roads.travel_times(today.places()))
    (shown,) = [
        each for each in routes[place.shift].stops if each.stop.order_id == day.orders[client].id
    ]
    assert shown.starts == place.starts
    assert bool(shown.behind) == behind


async def test_what_she_has_not_come_to_waits_for_her_however_late_she_is(
    day: DispatchDay,
) -> None:
    late = await day.carrier("Okonkwo")
    assert late
    await day.clock("13:20")
    await day.step("Okonkwo", Step.ARRIVED, "13:20")
    today = await day.read()
    okonkwo = today.stops[day.orders["Okonkwo"].id]
    hers = today.stops_of(okonkwo.shift_id)
    after = hers[hers.index(okonkwo) + 1 :]
    assert after[0].departs < today.now
    assert not any(today.begun(stop) for stop in after)
    free = today.problem(routing.estimate(today.places())).shift(str(okonkwo.shift_id)).starts
    assert free == at("13:20") + (okonkwo.ends - okonkwo.starts)
    await day.step("Okonkwo", Step.FINISHED, "13:20")
    assert (await day.read()).begun(after[0]), "her phone is silent since; the clock tells"


async def test_another_hubs_visit_is_as_missing_as_none(day: DispatchDay) -> None:
    board = await seen(day)
    with pytest.raises(Missing):
        await move(day, "Costa", "Tom Berg", Seen("elsewhere", MONDAY, board.version))
    with pytest.raises(Missing):
        await move_stop(day.engine, day.roads, board, day.hub.id, day.shifts["Tom Berg"].id, by=BY)
    with pytest.raises(Missing):
        await move_stop(day.engine, day.roads, board, day.orders["Costa"].id, day.hub.id, by=BY)


async def test_asking_for_a_new_plan_writes_the_job_and_tells_the_board(day: DispatchDay) -> None:
    await replan_day(day.engine, hub="vasa", day=MONDAY, by=BY)
    await replan_day(day.engine, hub="vasa", day=MONDAY, by=BY)
    async with transaction(day.engine) as session:
        connection = await session.connection()
        asked = text("select args->>'day' from procrastinate_jobs where task_name = :task")
        jobs = await connection.execute(asked, {"task": PlanDay.task()})
        assert jobs.scalars().all() == [MONDAY.isoformat()]
        kinds = (await session.exec(select(Event.kind))).all()
        assert "planning" in kinds


async def _unassign(day: DispatchDay, client: str, why: str = "") -> int:
    order = day.orders[client].id
    return await unassign_visit(day.engine, day.roads, await seen(day), order, by=BY, why=why)


async def _lock(day: DispatchDay, client: str) -> int:
    return await lock_visit(day.engine, day.roads, await seen(day), day.orders[client].id, by=BY)


async def test_a_visit_that_is_over_before_its_hour_leaves_the_rest_of_the_day_possible(
    day: DispatchDay,
) -> None:
    await day.served("Costa", "07:05", "07:30")
    await day.clock("07:31")
    today = await day.read()
    problem = today.problem(await day.roads.travel_times(today.places()))
    assert routing.check(problem, today.plan(problem)) == []
