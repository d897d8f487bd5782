"""A worker is killed at every boundary of every operation, whatever the provider answers.

All orders are in its hands at once, each held at its own boundary, when `kill -9` ends it; so one
killing serves them all. `pytest -rP` prints the cases.
"""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import update
from sqlmodel import col, select

import payments
from concierge.desk.card_pages import PAGES
from concierge.desk.collect import collect
from concierge.desk.hold_money import hold_money
from concierge.desk.refund_money import refund
from concierge.desk.run_operation import run_operation
from concierge.model import Case as PersonsCase
from concierge.model import Operation, OperationState, Order, OrderState
from concierge.settings import PATIENCE
from concierge.store.transaction import transaction
from payments.stripe_gateway import StripeGateway
from tests.payments.sandboxed import Sandbox
from tests.small_house import PRICES, SmallHouse, at

from .books import books_of_all
from .boundaries import Boundary, Case, Gates, every_case, gates
from .many_orders import HELD, many_orders, returned
from .test_killed_in_the_middle import CONVERGES_WITHIN_S, worker

Kind = payments.OperationKind
KINDS = (
    Kind.AUTHORISE,
    Kind.CAPTURE,
    Kind.RELEASE,
    Kind.REFUND,
    Kind.CHARGE,
)
"""Whatever a worker does at the provider; the pages are opened while she waits."""
STANDS_WITHIN_S = 60
ENDS = {
    Kind.AUTHORISE: (OrderState.CONFIRMED, payments.Standing.AUTHORISED),
    Kind.CAPTURE: (OrderState.SETTLED, payments.Standing.CAPTURED),
    Kind.RELEASE: (OrderState.SETTLED, payments.Standing.RELEASED),
    Kind.REFUND: (OrderState.SETTLED, payments.Standing.REFUNDED),
    Kind.CHARGE: (OrderState.SETTLED, payments.Standing.CAPTURED),
}
BEFORE = {
    Kind.REFUND: [(Kind.CAPTURE, OperationState.DONE)],
    Kind.CHARGE: [(Kind.CAPTURE, OperationState.FAILED)],
}
"""What there must have been before: money that was taken, or a hold that was gone."""
KEPT = PRICES[0]
TOTALS = {
    Kind.AUTHORISE: {"authorised": HELD, "captured": 0, "released": 0, "held": HELD},
    Kind.CAPTURE: {"authorised": HELD, "captured": KEPT, "released": HELD - KEPT, "held": 0},
    Kind.RELEASE: {"authorised": HELD, "captured": 0, "released": HELD, "held": 0},
    Kind.REFUND: {
        "authorised": HELD, "captured": KEPT, "released": HELD - KEPT, "held": 0, "refunded": KEPT
    },
    Kind.CHARGE: {"authorised": HELD + KEPT, "captured": KEPT, "released": HELD, "held": 0},
}  # fmt: skip
"""What the sandbox itself must say of an order, of each kind."""


@pytest.fixture
async def cases(
    house: SmallHouse, sandbox: Sandbox, gateway: StripeGateway, database: str
) -> list[Case]:
    """Every case, its operation planned by its cause."""
    every = sorted(every_case(KINDS), key=lambda case: KINDS.index(case.kind))
    saved = [case for case in every if case.kind is Kind.AUTHORISE]
    held = [case for case in every if case.kind is not Kind.AUTHORISE]
    lapsing = sum(case.kind is Kind.CHARGE for case in held)
    orders = [
        *await many_orders(house, sandbox, gateway, len(saved), held=False),
        *await many_orders(house, sandbox, gateway, len(held), held=True, lapsing=lapsing),
    ]
    for case, order in zip([*saved, *held], orders, strict=True):
        case.order = order.id
        await plan(house, gateway, case.kind, order)
    async with transaction(house.engine) as session:
        planned = {(row.order_id, row.kind): row for row in await session.exec(select(Operation))}
    for case in every:
        assert planned[case.order, case.kind].state is OperationState.PLANNED
        case.operation = planned[case.order, case.kind].id
    await forget_jobs(database, but=[case.operation for case in every])
    return every


async def forget_jobs(database: str, but: list[UUID]) -> None:
    """What else was asked for is done already: it was done here."""
    async with await psycopg.AsyncConnection.connect(database) as connection:
        await connection.execute(
            "delete from procrastinate_jobs where args ->> 'operation' <> all(%s)"
            " or not args ? 'operation'",
            [[str(each) for each in but]],
        )


async def look_at_unpaid(house: SmallHouse, until: datetime | None) -> None:
    """From when on the sweep asks for what is unpaid; None is at once."""
    async with transaction(house.engine) as session:
        await session.exec(
            update(Order)
            .where(col(Order.standing) == payments.Standing.COLLECTING)
            .values(collect_until=until)
        )


async def plan(house: SmallHouse, gateway: StripeGateway, kind: Kind, order: Order) -> None:
    """The cause of an operation of this kind, through the desk's own verbs."""
    engine = house.engine
    if kind is Kind.AUTHORISE:
        await hold_money(engine, order.id)
        return
    await returned(house, order, int(kind is not Kind.RELEASE))
    if kind not in BEFORE:
        return
    async with transaction(engine) as session:
        rows = await session.exec(select(Operation.id).where(Operation.order_id == order.id))
        capture = rows.one()
    await run_operation(engine, gateway, capture)
    if kind is Kind.CHARGE:
        await collect(engine, order.id, base_url="http://x")
        return
    async with transaction(engine) as session:
        row = await session.get_one(Order, order.id)
        await refund(session, row, payments.Money(KEPT, row.currency), at("09:00"))


def test_every_kind_of_operation_that_a_worker_carries_out_is_among_them() -> None:
    assert set(KINDS) == set(Kind) - set(PAGES)


async def test_every_case_ends_as_if_nothing_had_happened(
    house: SmallHouse, sandbox: Sandbox, database: str, tmp_path: Path, cases: list[Case]
) -> None:
    await let_stand(house, sandbox, database, tmp_path, cases)
    for case in cases:
        await case.trouble(sandbox, case.faults[1])
    began = time.monotonic()
    ended: dict[UUID, float] = {}

    async def all_ended() -> bool:
        for order in await over(house, database, cases):
            ended.setdefault(order, time.monotonic() - began)
        return len(ended) == len(cases)

    with worker(database, sandbox, tmp_path, "--hands", "40", **{PATIENCE: "3"}):
        await until(
            all_ended,
            CONVERGES_WITHIN_S,
            lambda: [str(case) for case in cases if case.order not in ended],
        )
    books = await books_of_all(house.engine)
    calm = {case.kind: books[case.order] for case in cases if not case.boundary}
    for case in cases:
        there = ", ".join(
            f"{what} {sum_}" for what, sum_ in (await said(sandbox, case)).items() if sum_
        )
        sys.stdout.write(f"{case} {ended[case.order]:5.1f} s  {there}\n")
        assert books[case.order] == calm[case.kind], case
        await is_right(house, sandbox, case)


async def let_stand(
    house: SmallHouse, sandbox: Sandbox, database: str, folder: Path, cases: list[Case]
) -> None:
    """A real worker takes every order to its boundary, and is killed there."""

    def those(*boundaries: Boundary | None) -> list[Case]:
        return [case for case in cases if case.boundary in boundaries]

    called, planned, free = (
        those(Boundary.SENT, Boundary.DONE),
        those(Boundary.PLANNED),
        those(None),
    )
    answered, written = those(Boundary.ANSWERED), those(Boundary.WRITTEN)
    gated = planned + answered + written
    for case in cases:
        await case.trouble(sandbox, case.faults[0])
    # Nothing counts as left lying, nor as unpaid for long, while all take their place.
    await house.clock(at("08:50"))
    await look_at_unpaid(house, at("20:00"))

    async def are_called() -> bool:
        untaken = {fault["key"] for fault in await sandbox.look("faults")}
        ended = set(await over(house, database, cases))
        return not untaken & {case.key for case in called} and {c.order for c in free} <= ended

    hands = ("--hands", str(len(cases)))
    async with gates(database) as gate:

        async def begin(some: list[Case]) -> None:
            await gate.let_begin([case.operation for case in some])
            await until(lambda: each_has(gate, some, 1))

        await gate.put_off([case.operation for case in gated])
        await gate.close([case.order for case in gated])
        with worker(database, sandbox, folder, *hands, **{PATIENCE: "300"}) as first:
            await until(are_called)
            await begin(written)
            await gate.keep_jobs([case.operation for case in written])
            await gate.open([case.order for case in written])
            await until(lambda: are_written(house, written))
            await begin(planned)
            await begin(answered)
            await gate.wait_behind([case.order for case in answered])
            await until(lambda: each_has(gate, answered, 2))
            await gate.open([case.order for case in answered])
            await asyncio.wait_for(asyncio.gather(*gate.behind), STANDS_WITHIN_S)
            await until(lambda: each_has(gate, answered, 1))
            first.kill()
            first.wait(10)
        await gate.end_of_the_dead()
    await house.clock(at("09:00"))
    await look_at_unpaid(house, None)
    async with transaction(house.engine) as session:
        rows = {row.id: row for row in await session.exec(select(Operation))}
    for case in cases:
        stood(case, rows[case.operation])


def stood(case: Case, row: Operation) -> None:
    """It was where it should be when the worker died."""
    match case.boundary:
        case Boundary.PLANNED:
            assert (row.state, row.attempts) == (OperationState.PLANNED, 0), case
        case Boundary.SENT | Boundary.DONE | Boundary.ANSWERED:
            assert (row.state, row.attempts, row.trouble) == (OperationState.SENT, 1, None), case
        case Boundary.WRITTEN:
            done = row.state is OperationState.DONE
            assert done is (case.answer == "ok"), case
            assert done or row.trouble, case
        case None:
            assert row.state is OperationState.DONE


async def are_written(house: SmallHouse, cases: list[Case]) -> bool:
    async with transaction(house.engine) as session:
        rows = await session.exec(
            select(Operation).where(col(Operation.id).in_([case.operation for case in cases]))
        )
        return all(row.state is OperationState.DONE or row.trouble for row in rows)


async def each_has(gate: Gates, cases: list[Case], many: int) -> bool:
    waiting = await gate.waiting([case.order for case in cases])
    return all(count == many for count in waiting)


async def until(
    happens: Callable[[], Awaitable[bool]],
    within_s: float = STANDS_WITHIN_S,
    missing: Callable[[], list[str]] = list,
) -> None:
    try:
        async with asyncio.timeout(within_s):
            while not await happens():  # noqa: ASYNC110 - it happens in another process
                await asyncio.sleep(0.1)
    except TimeoutError:
        pytest.fail(f"Not within {within_s} s: {missing()}")


async def over(house: SmallHouse, database: str, cases: list[Case]) -> list[UUID]:
    """The orders whose operation and job are over, and whose money stands where it should."""
    async with await psycopg.AsyncConnection.connect(database) as connection:
        jobs = await connection.execute("select args ->> 'operation' from procrastinate_jobs")
        busy = {name for (name,) in await jobs.fetchall()}
    async with transaction(house.engine) as session:
        rows = await session.exec(
            select(Operation, Order)
            .join(Order, col(Order.id) == col(Operation.order_id))
            .where(col(Operation.id).in_([case.operation for case in cases]))
        )
        return [
            order.id
            for operation, order in rows
            if str(operation.id) not in busy
            and (order.state, order.standing) == ENDS[Kind(operation.kind)]
        ]


async def said(sandbox: Sandbox, case: Case) -> dict[str, Any]:
    totals = (await sandbox.look(f"totals?order={case.order}"))["orders"]
    return totals.get(str(case.order), {})


async def is_right(house: SmallHouse, sandbox: Sandbox, case: Case) -> None:
    there = await said(sandbox, case)
    assert there.items() >= TOTALS[case.kind].items(), case
    async with transaction(house.engine) as session:
        rows = await session.exec(
            select(Operation).where(Operation.order_id == case.order).order_by(col(Operation.id))
        )
        done = (case.kind, OperationState.DONE)
        assert [(row.kind, row.state) for row in rows] == [*BEFORE.get(case.kind, ()), done], case
        cases = await session.exec(select(PersonsCase).where(PersonsCase.order_id == case.order))
        assert cases.all() == []
