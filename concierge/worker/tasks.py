"""One line a job: which verb on the desk does it."""

from datetime import date
from typing import Any, cast
from uuid import UUID

import procrastinate
from procrastinate import JobContext, RetryStrategy

from concierge.desk.answer_dispute import carry_to_the_bank
from concierge.desk.assign_windows import assign_windows
from concierge.desk.call_collection_off import call_collection_off
from concierge.desk.card_pages import check_card_page
from concierge.desk.collect import collect
from concierge.desk.compare_books import compare_books
from concierge.desk.fetch_notices import fetch_notices
from concierge.desk.give_up_order import give_up_slot
from concierge.desk.hold_money import hold_money, tell_not_held
from concierge.desk.improve_day import improve_day
from concierge.desk.lying_money import call_for_lying_money
from concierge.desk.plan_day import plan_day
from concierge.desk.read_notice import read_notice
from concierge.desk.refund_money import check_refund
from concierge.desk.run_operation import run_operation
from concierge.desk.sweep import sweep
from concierge.desk.visits import forget_old_visits
from concierge.desk.weigh_ways import weigh_ways
from concierge.store.clock import wall
from concierge.store.jobs import DAYS, HOUSE, MONEY
from concierge.store.transaction import transaction

from .bench import Bench

AGAIN = RetryStrategy(max_attempts=12, linear_wait=2)
"""An unreachable provider is asked again after 0, 2, 4 … seconds, then the sweep takes over."""

SWEEP_EVERY_S = 10
STALLED_AFTER_S = 15
"""A worker silent this long is dead; it says it lives every third of that."""
tasks = procrastinate.Blueprint()


def bench(context: JobContext) -> Bench:
    """What this worker has at hand."""
    return cast("dict[str, Bench]", context.additional_context)["bench"]  # pyright: ignore[reportUnknownMemberType]


@tasks.task(name="run_operation", queue=MONEY, retry=AGAIN, pass_context=True)
async def _run_operation(context: JobContext, *, operation: str) -> None:
    at = bench(context)
    await run_operation(at.engine, at.gateway, UUID(operation))


@tasks.task(name="check_card_page", queue=MONEY, retry=AGAIN, pass_context=True)
async def _check_card_page(context: JobContext, *, page: str) -> None:
    at = bench(context)
    await check_card_page(at.engine, at.gateway, page)


@tasks.task(name="give_up_slot", queue=MONEY, retry=AGAIN, pass_context=True)
async def _give_up_slot(context: JobContext, *, order: str) -> None:
    at = bench(context)
    await give_up_slot(at.engine, at.gateway, at.roads, UUID(order))


@tasks.task(name="hold_money", queue=MONEY, retry=AGAIN, pass_context=True)
async def _hold_money(context: JobContext, *, order: str) -> None:
    await hold_money(bench(context).engine, UUID(order))


@tasks.task(name="collect", queue=MONEY, retry=AGAIN, pass_context=True)
async def _collect(context: JobContext, *, order: str) -> None:
    at = bench(context)
    await collect(at.engine, UUID(order), base_url=at.base_url)


@tasks.task(name="call_for_money", queue=MONEY, retry=AGAIN, pass_context=True)
async def _call_for_money(context: JobContext, *, order: str) -> None:
    await call_for_lying_money(bench(context).engine, UUID(order))


@tasks.task(name="check_refund", queue=MONEY, retry=AGAIN, pass_context=True)
async def _check_refund(context: JobContext, *, refund: str) -> None:
    at = bench(context)
    await check_refund(at.engine, at.gateway, UUID(refund))


@tasks.task(name="answer_dispute", queue=MONEY, retry=AGAIN, pass_context=True)
async def _answer_dispute(context: JobContext, *, dispute: str) -> None:
    at = bench(context)
    await carry_to_the_bank(at.engine, at.gateway, dispute, seller=at.seller)


@tasks.task(name="tell_not_held", queue=HOUSE, retry=AGAIN, pass_context=True)
async def _tell_not_held(context: JobContext, *, order: str) -> None:
    at = bench(context)
    await tell_not_held(at.engine, UUID(order), base_url=at.base_url)


@tasks.task(name="call_collection_off", queue=HOUSE, retry=AGAIN, pass_context=True)
async def _call_collection_off(context: JobContext, *, order: str) -> None:
    at = bench(context)
    await call_collection_off(at.engine, at.roads, UUID(order))


@tasks.task(name="read_notice", queue=MONEY, retry=AGAIN, pass_context=True)
async def _read_notice(context: JobContext, *, notice: str) -> None:
    at = bench(context)
    await read_notice(at.engine, at.gateway, notice)


@tasks.task(name="plan_day", queue=DAYS, retry=AGAIN, pass_context=True)
async def _plan_day(context: JobContext, *, hub: str, day: str, by: str, why: str) -> None:
    at = bench(context)
    await plan_day(
        at.engine, at.roads, at.solver.solve, UUID(hub), date.fromisoformat(day), by=by, why=why
    )


@tasks.task(name="improve_day", queue=DAYS, retry=AGAIN, pass_context=True)
async def _improve_day(context: JobContext, *, hub: str, day: str) -> None:
    at = bench(context)
    await improve_day(at.engine, at.roads, at.solver.improve, UUID(hub), date.fromisoformat(day))


@tasks.task(name="weigh_ways", queue=DAYS, retry=AGAIN, pass_context=True)
async def _weigh_ways(context: JobContext, *, setback: str) -> None:
    at = bench(context)
    await weigh_ways(at.engine, at.roads, at.solver.repair, UUID(setback))


@tasks.task(name="assign_windows", queue=DAYS, retry=AGAIN, pass_context=True)
async def _assign_windows(context: JobContext, *, hub: str) -> None:
    at = bench(context)
    await assign_windows(at.engine, at.roads, at.solver.solve, UUID(hub))


@tasks.periodic(cron=f"* * * * * */{SWEEP_EVERY_S}", periodic_id="sweep")
@tasks.task(name="sweep", queue=HOUSE, queueing_lock="sweep", pass_context=True)
async def _sweep(context: JobContext, timestamp: int) -> None:
    del timestamp
    await sweep(bench(context).engine)
    await _take_over_stalled(context)


@tasks.periodic(cron="17 * * * *", periodic_id="tidy")
@tasks.task(name="tidy", queue=HOUSE, queueing_lock="tidy", pass_context=True)
async def _tidy(context: JobContext, timestamp: int) -> None:
    del timestamp
    async with transaction(bench(context).engine) as session:
        await forget_old_visits(session, now=wall())


@tasks.periodic(cron="7 * * * *", periodic_id="books")
@tasks.task(
    name="compare_books", queue=MONEY, queueing_lock="books", retry=AGAIN, pass_context=True
)
async def _compare_books(context: JobContext, timestamp: int) -> None:
    del timestamp
    at = bench(context)
    await fetch_notices(at.engine, at.gateway)
    await compare_books(at.engine, at.gateway)


async def _take_over_stalled(context: JobContext) -> None:
    """Give the jobs of workers that died to workers that live, that nothing is lost with them."""
    manager = context.app.job_manager
    stalled: Any = await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER_S)
    for job in stalled:
        await manager.retry_job(job)
