"""In spare time the house looks for better plans; nothing begun moves, and no promise breaks."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import col, select

import routing
import routing.solver
from concierge.desk.change_by_hand import Seen
from concierge.desk.improve_day import LEAST_GAIN_S, improve_day
from concierge.desk.move_stop import move_stop
from concierge.desk.plan_day import Solve, plan_day
from concierge.desk.plan_words import NEVER_PLANNED, Change, words_after
from concierge.desk.unassign_visit import unassign_visit
from concierge.model import PlanVersion, Step
from concierge.store.clock import now
from concierge.store.engine import open_engine
from concierge.store.jobs import ImproveDay, enqueue
from concierge.store.transaction import transaction
from tests.concierge.dispatch_day import DAY, DispatchDay, build_dispatch_day
from tests.payments.sandboxed import Sandbox
from tests.stories.test_killed_in_the_middle import until, worker


@pytest.fixture
async def day(database: str) -> AsyncIterator[DispatchDay]:
    engine = open_engine(database)
    yield await build_dispatch_day(engine)
    await engine.dispose()


async def make_worse(day: DispatchDay) -> None:
    """Somebody is called in for one visit that was on another's way."""
    seen = Seen("vasa", DAY, (await day.read()).version)
    order, shift = day.orders["Petit"].id, day.shifts["Sofia Marchetti"].id
    await move_stop(day.engine, day.roads, seen, order, shift, by="dispatcher:Lena")


async def improve(day: DispatchDay, solve: Solve) -> bool:
    return await improve_day(day.engine, day.roads, solve, day.hub.id, DAY)


async def solved(problem: routing.Problem, incumbent: routing.Plan) -> routing.Plan:
    return routing.solver.plan_day(problem, seconds=0.3, incumbent=incumbent)


async def waiting(day: DispatchDay) -> int:
    """How many looks for a better plan are asked for."""
    async with transaction(day.engine) as session:
        connection = await session.connection()
        asked = text("select count(*) from procrastinate_jobs where task_name = :task")
        return int((await connection.execute(asked, {"task": ImproveDay.task()})).scalar_one())


async def test_a_worker_finds_a_better_plan_and_says_how(
    day: DispatchDay, sandbox: Sandbox, database: str, tmp_path: Path
) -> None:
    await make_worse(day)
    before = await day.read()
    async with transaction(day.engine) as session:
        await enqueue(session, ImproveDay(hub=day.hub.id, day=DAY))

    async def is_better() -> bool:
        return (await day.read()).version > before.version

    async def has_rest() -> bool:
        return await waiting(day) == 0

    with worker(database, sandbox, tmp_path):
        await until(is_better)
        await until(has_rest)
    after = await day.read()
    assert before.plan_row.cost["shifts"] > after.plan_row.cost["shifts"]
    assert "OR-Tools alone" in after.plan_row.words
    assert "with search" in after.plan_row.words
    assert after.stops.keys() == before.stops.keys()
    assert all(stop.opens <= stop.starts <= stop.closes for stop in after.stops.values())
    async with transaction(day.engine) as session:
        versions = select(PlanVersion).order_by(col(PlanVersion.version))
        last = (await session.exec(versions)).all()[-1]
        assert last.by == "house"
        assert "A better plan was found" in last.why
        assert last.at <= await now(session), "It is written down when it happens."


async def test_a_gain_asks_for_another_look_and_no_gain_rests(day: DispatchDay) -> None:
    await make_worse(day)
    assert await improve(day, solved)
    assert await waiting(day) == 1
    version = (await day.read()).version
    assert not await improve(day, solved)
    assert await waiting(day) == 1, "Two alike that wait are one, and this look asked for none."
    assert (await day.read()).version == version


async def test_a_replan_that_finds_nothing_better_makes_no_new_plan(day: DispatchDay) -> None:
    async def as_it_is(_: routing.Problem, plan: routing.Plan) -> routing.Plan:
        return replace(plan, words="OR-Tools alone 9,120 in 0.1 s, with search 9,120")

    version = (await day.read()).version
    assert not await plan_day(
        day.engine, day.roads, as_it_is, day.hub.id, DAY, by="dispatcher:Lena", why="again"
    )
    after = await day.read()
    assert after.version == version
    assert after.plan_row.words == "OR-Tools alone 9,120 in 0.1 s, with search 9,120"


async def test_what_is_nothing_but_a_little_better_disturbs_nobody(day: DispatchDay) -> None:
    await make_worse(day)

    async def hardly(problem: routing.Problem, incumbent: routing.Plan) -> routing.Plan:
        better = await solved(problem, incumbent)
        drive = incumbent.cost.drive - LEAST_GAIN_S + 1
        return replace(better, cost=replace(incumbent.cost, drive=drive))

    version = (await day.read()).version
    assert not await improve(day, hardly)
    assert (await day.read()).version == version


async def test_a_plan_that_cannot_be_bettered_is_said_to_be_so(day: DispatchDay) -> None:
    async def as_good(problem: routing.Problem, incumbent: routing.Plan) -> routing.Plan:
        del problem
        return replace(incumbent, words="OR-Tools alone 27,407, with search 27,407.")

    version = (await day.read()).version
    assert not await improve(day, as_good)
    today = await day.read()
    assert (today.version, today.plan_row.words) == (
        version, "OR-Tools alone 27,407, with search 27,407.",
    )  # fmt: skip


async def test_a_plan_for_a_day_that_moved_on_meanwhile_is_forgotten(day: DispatchDay) -> None:
    await make_worse(day)

    async def while_a_dispatcher_works(
        problem: routing.Problem, incumbent: routing.Plan
    ) -> routing.Plan:
        seen = Seen("vasa", DAY, (await day.read()).version)
        await unassign_visit(
            day.engine, day.roads, seen, day.orders["Costa"].id, by="dispatcher:Lena"
        )
        return await solved(problem, incumbent)

    assert not await improve(day, while_a_dispatcher_works)
    assert await day.carrier("Costa") is None
    assert await day.carrier("Petit") == "Sofia Marchetti"


async def test_what_begins_while_the_solver_looks_stays_with_its_concierge(
    day: DispatchDay,
) -> None:
    await make_worse(day)

    async def while_she_sets_out(
        problem: routing.Problem, incumbent: routing.Plan
    ) -> routing.Plan:
        await day.step("Petit", Step.EN_ROUTE, "07:00")
        return await solved(problem, incumbent)

    assert not await improve(day, while_she_sets_out)
    assert await day.carrier("Petit") == "Sofia Marchetti"
    await day.clock("16:30")
    await improve(day, solved)
    assert await day.carrier("Petit") == "Sofia Marchetti", "It had begun before this look."


async def test_no_better_plan_takes_a_place_away(day: DispatchDay) -> None:
    petit = day.orders["Petit"].id

    async def careless(problem: routing.Problem, incumbent: routing.Plan) -> routing.Plan:
        kept = routing.unassign(problem, incumbent, str(petit))
        left = tuple(
            replace(each, reason=routing.Reason.TOO_DEAR) if each.visit == str(petit) else each
            for each in kept.unplanned
        )
        return replace(kept, unplanned=left, cost=routing.Cost())

    assert not await improve(day, careless)
    assert petit in (await day.read()).stops


async def test_what_a_person_arranged_is_not_looked_at_again_at_once(day: DispatchDay) -> None:
    await make_worse(day)
    assert await waiting(day) == 0


def test_small_changes_are_counted_behind_the_words_of_the_plan() -> None:
    words = "OR-Tools alone 9,120 in 0.9 s, with search 8,468 in 3.8 s: 2 visits on 1 route"
    for change in (Change.BOOKED, Change.BOOKED, Change.BY_HAND, Change.CALLED_OFF):
        words = words_after(words, change)
    assert words == (
        "OR-Tools alone 9,120 in 0.9 s, with search 8,468 in 3.8 s: 2 visits on 1 route; "
        "since then 2 booked, 1 called off, 1 changed by hand"
    )


def test_a_day_that_was_only_ever_booked_says_so() -> None:
    words = words_after("", Change.BOOKED)
    assert words_after(words, Change.BY_HAND) == words == NEVER_PLANNED
