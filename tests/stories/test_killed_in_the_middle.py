"""Whatever is killed, at whatever moment: afterwards the story ends the same."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlmodel import func, select

from concierge.desk.card_pages import check_card_page, open_card_page
from concierge.desk.place_order import place_order
from concierge.embedded.postgres import embedded_postgres
from concierge.embedded.state import state
from concierge.model import Hold, LedgerEntry, Operation, Order, OrderState
from concierge.store.engine import open_engine
from concierge.store.transaction import transaction
from payments.stripe_gateway import StripeGateway
from tests.conftest import CLONE
from tests.payments.sandboxed import OK, Client, Sandbox
from tests.small_house import PRICES, SmallHouse, build_small_house
from tests.stories.test_money_follows_the_outcome import confirmed, keep, order_of

CONVERGES_WITHIN_S = 60


@contextmanager
def worker(
    database: str, sandbox: Sandbox, folder: Path, *words: str, **more: str
) -> Iterator[subprocess.Popen[bytes]]:
    """A real worker process on this database, told so and with more in its environment."""
    env = {
        **os.environ,
        "DATABASE_URL": database,
        "OSRM_URL": "",
        "CONCIERGE_SANDBOX_URL": sandbox.base,
        **more,
    }
    with (folder / "worker.txt").open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "concierge", "work", *words],
            cwd=CLONE, env=env, stdout=output, stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


async def until(happens: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(CONVERGES_WITHIN_S):
        while not await happens():  # noqa: ASYNC110 - it happens in another process
            await asyncio.sleep(0.1)


@pytest.mark.parametrize("moment", ["before_the_call", "after_the_capture"])
async def test_a_worker_killed_between_hold_and_capture_charges_once(
    house: SmallHouse,
    gateway: StripeGateway,
    her: Client,
    sandbox: Sandbox,
    database: str,
    tmp_path: Path,
    moment: str,
) -> None:
    order = await place_order(house.engine, house.roads, house.request(house.window("14:00")))
    await open_card_page(house.engine, gateway, order.id, base_url="http://x", house="Orane")
    order = await confirmed(house, gateway, her, order)
    fault = "timeout_before" if moment == "before_the_call" else "timeout_after"
    await sandbox.fault(fault, "/v1/payment_intents/*/capture", seconds=8)
    await keep(house, order, 1)

    async def is_sent() -> bool:
        async with transaction(house.engine) as session:
            sent = await session.exec(
                select(func.count())
                .select_from(Operation)
                .where(Operation.kind == "capture", Operation.attempts > 0)
            )
            return sent.one() == 1

    async def is_settled() -> bool:
        return (await order_of(house, order.id)).state is OrderState.SETTLED

    with worker(database, sandbox, tmp_path) as first:
        await until(is_sent)
        first.kill()
        first.wait(10)
        assert not await is_settled()
    with worker(database, sandbox, tmp_path):
        await until(is_settled)
    async with transaction(house.engine) as session:
        hold = (await session.exec(select(Hold))).one()
        taken = await session.exec(
            select(func.sum(LedgerEntry.amount_minor)).where(LedgerEntry.account == "sales")
        )
        assert taken.one() == -PRICES[0]
    assert (await gateway.fetch_hold(hold.provider_id)).captured.minor == PRICES[0]


async def test_postgresql_killed_during_bookings_loses_nothing_it_acknowledged(
    template: str, postgres: str, sandbox: Sandbox, gateway: StripeGateway, her: Client
) -> None:
    del template, postgres
    with embedded_postgres(state(), name="postgres-killed") as server:
        url = _migrated(server)
        engine = open_engine(url)
        house = await build_small_house(engine, days=3)
        await sandbox.tell("clock/set", now="2026-11-23T09:00:00+01:00")
        order = await place_order(engine, house.roads, house.request(house.window("14:00")))
        booking = asyncio.create_task(
            place_order(engine, house.roads, house.request(house.window("17:00"), variants=(0,)))
        )
        await asyncio.sleep(0.05)
        _kill_postgres(server)
        await asyncio.gather(booking, return_exceptions=True)
        await until(lambda: _answers(url))
        page = await _retried(
            lambda: open_card_page(engine, gateway, order.id, base_url="http://x", house="Orane")
        )
        assert page.startswith(sandbox.base)
        await her.browser.post(
            page, data={"number": OK, "expiry": "12 / 49", "cvc": "123", "name": "A Client"}
        )
        await _retried(lambda: check_card_page(engine, gateway, page.rsplit("/", 1)[1]))
        async with transaction(engine) as session:
            assert (await session.get_one(Order, order.id)).state is OrderState.CONFIRMED
        await engine.dispose()


def _migrated(server: str) -> str:
    url = server.rsplit("/", 1)[0] + "/killed"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS killed WITH (FORCE)")
        connection.execute("CREATE DATABASE killed")
    subprocess.run(
        [sys.executable, "-m", "concierge", "migrate"],
        cwd=CLONE, env={**os.environ, "DATABASE_URL": url}, check=True, timeout=120,
    )  # fmt: skip
    return url


def _kill_postgres(server: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        row = connection.execute(
            "SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)"
        ).fetchone()
    assert row is not None
    os.kill(int(row[0]), signal.SIGKILL)


async def _answers(url: str) -> bool:
    try:
        async with await psycopg.AsyncConnection.connect(url, connect_timeout=2) as connection:
            await connection.execute("SELECT 1")
    except psycopg.OperationalError:
        return False
    return True


async def _retried(do: Callable[[], Awaitable[object]]) -> str:
    """As a client would: it did not work, so she tries again."""
    for _ in range(4):
        try:
            return str(await do())
        except Exception:  # noqa: BLE001 - whatever a dead database looks like from here
            await asyncio.sleep(0.5)
    return str(await do())
