"""`python -m tests.bench_money`: how soon she is charged, and how soon a notice is acknowledged.

A web process, a worker, PostgreSQL that waits for its disk, and the payments sandbox, each a
process of its own; the database holds a million holds that are due later. Figures, no verdict.
"""

import argparse
import asyncio
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psycopg
import stripe
from sqlmodel import col, select

from concierge.embedded.postgres import embedded_postgres
from concierge.embedded.state import state
from concierge.model import Account, Order, OrderLine, OrderState, Role, new_id
from concierge.settings import SANDBOX_WEBHOOK_SECRET
from concierge.store.clock import wall
from concierge.store.engine import open_engine
from concierge.store.transaction import transaction
from tests.concierge.web_house import PASSWORD, PASSWORD_HASH
from tests.conftest import CLONE
from tests.payments.sandboxed import Sandbox, free_port, until
from tests.small_house import SmallHouse, at, build_small_house
from tests.stories.many_orders import many_orders

DUE_LATER = """
    insert into orders select later.*
    from (select to_jsonb(orders) as row from orders limit 1) one, generate_series(1, %s) n,
        jsonb_populate_record(null::orders, one.row || jsonb_build_object(
            'id', gen_random_uuid(), 'reference', 'F-' || n, 'standing', 'card_saved',
            'hold_due', timestamptz '2026-11-26' + n * interval '1 second')) later
"""
EMAIL = "tom@house.test"


def main() -> None:
    """Build the house, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench_money", description=__doc__)
    parser.add_argument("--later", type=int, default=1_000_000, help="how many are due later")
    parser.add_argument("--orders", type=int, default=200, help="how many are settled")
    parser.add_argument("--notices", type=int, default=1_000, help="how many notices come")
    asked = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        embedded_postgres(state(), name="postgres-bench") as server,
    ):
        database = server.rsplit("/", 1)[0] + "/bench_money"
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute("drop database if exists bench_money with (force)")
            connection.execute("create database bench_money")
        try:
            asyncio.run(measure(database, Path(folder), asked))
        finally:
            with psycopg.connect(server, autocommit=True) as connection:
                connection.execute("drop database if exists bench_money with (force)")


async def measure(database: str, folder: Path, asked: argparse.Namespace) -> None:
    """Everything that is measured."""
    env = {**os.environ, "DATABASE_URL": database, "OSRM_URL": ""}
    assert run(env, "migrate").wait(120) == 0
    sandbox = Sandbox(folder, words=())
    await sandbox.start()
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    env |= {"CONCIERGE_SANDBOX_URL": sandbox.base, "CONCIERGE_BASE_URL": base}
    engine = open_engine(database)
    try:
        house = await build_small_house(engine)
        await sandbox.tell("clock/set", now=at("09:00").isoformat())
        async with sandbox.gateway() as gateway:
            orders = await many_orders(house, sandbox, gateway, asked.orders, held=True)
        await hire(house)
        say(f"Writing {asked.later:,} holds that are due later")
        async with await psycopg.AsyncConnection.connect(database, autocommit=True) as connection:
            await connection.execute(DUE_LATER, [asked.later])
            await connection.execute("vacuum analyze orders")
        with running(env, "serve", "--port", str(port)), running(env, "work"):
            async with httpx.AsyncClient(base_url=base, timeout=60) as phone:
                await until(lambda: is_up(phone), 180)
                say(told("returns recorded → captured", await settle(house, phone, orders), 3))
                say(told("notice acknowledged", await notices(phone, asked.notices), 0.2))
    finally:
        await engine.dispose()
        sandbox.stop()


async def settle(house: SmallHouse, phone: httpx.AsyncClient, orders: list[Order]) -> list[float]:
    """One list after the other is recorded; how long until each is settled."""
    page = await phone.get("/staff", headers={"accept": "text/html"})
    csrf = page.text.partition('<meta name="csrf" content="')[2].partition('"')[0]
    form = {"email": EMAIL, "password": PASSWORD, "csrf": csrf}
    origin = {"origin": str(phone.base_url).rstrip("/")}
    await phone.post("/staff", data=form, headers={**origin, "accept": "text/html"})
    csrf = (await phone.get("/session")).json()["csrf"]
    took: list[float] = []
    for order in orders:
        said = await list_of(house, order)
        began = time.monotonic()
        answer = await phone.put(
            f"/api/field/visits/{order.id}/returns/{new_id()}", json=said,
            headers={"x-csrf-token": csrf, **origin},
        )  # fmt: skip
        answer.raise_for_status()
        while not await is_settled(house, order):  # noqa: ASYNC110 - another process does it
            await asyncio.sleep(0.01)
        took.append(time.monotonic() - began)
    return took


async def notices(phone: httpx.AsyncClient, count: int) -> list[float]:
    """So many signed notices, eight at a time; how long each waited for its answer."""
    at_once = asyncio.Semaphore(8)

    async def one(number: int) -> float:
        body = json.dumps(
            {
                "id": f"evt_{number}", "object": "event", "api_version": "2026-10-28.endive",
                "created": 1, "type": "payment_intent.succeeded",
                "data": {"object": {"object": "payment_intent", "id": f"pi_none_{number}"}},
            }
        )  # fmt: skip
        signed = stripe.WebhookSignature.generate_signature_header(
            body, SANDBOX_WEBHOOK_SECRET, int(time.time())
        )
        async with at_once:
            began = time.monotonic()
            headers = {"stripe-signature": signed}
            answer = await phone.post("/webhooks/stripe", content=body, headers=headers)
            answer.raise_for_status()
            return time.monotonic() - began

    return await asyncio.gather(*(one(number) for number in range(count)))


async def list_of(house: SmallHouse, order: Order) -> dict[str, Any]:
    """She keeps one; the others go back."""
    async with transaction(house.engine) as session:
        lines = await session.exec(select(OrderLine).where(col(OrderLine.order_id) == order.id))
    back = {"verdict": "returned", "reason": "too_small", "condition": "as_new"}
    verdicts = [
        {"piece": str(line.piece_id), **(back if place else {"verdict": "kept"})}
        for place, line in enumerate(lines)
    ]
    return {"confirmed_at": at("09:00").isoformat(), "verdicts": verdicts}


async def is_settled(house: SmallHouse, order: Order) -> bool:
    async with transaction(house.engine) as session:
        return (await session.get_one(Order, order.id)).state is OrderState.SETTLED


async def is_up(phone: httpx.AsyncClient) -> bool:
    with contextlib.suppress(httpx.TransportError):
        return (await phone.get("/health")).is_success
    return False


async def hire(house: SmallHouse) -> None:
    """Whose visits these are may sign in."""
    tom = house.concierges[1]
    async with transaction(house.engine) as session:
        session.add(
            Account(
                email=EMAIL, name=tom.name, password_hash=PASSWORD_HASH, role=Role.CONCIERGE,
                concierge_id=tom.id, created_at=wall(),
            )
        )  # fmt: skip


def told(what: str, took: list[float], goal: float) -> str:
    """A line of figures."""
    took = sorted(took)
    shown = {
        "median": took[len(took) // 2], "p95": took[int(len(took) * 0.95)],
        "p99": took[int(len(took) * 0.99)], "most": took[-1],
    }  # fmt: skip
    figures = ", ".join(f"{name} {seconds * 1000:,.0f} ms" for name, seconds in shown.items())
    return f"{what:<28} {len(took):>5} times: {figures} (goal {goal * 1000:,.0f} ms)"


def say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def run(env: dict[str, str], *words: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "concierge", *words], cwd=CLONE, env=env,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


@contextlib.contextmanager
def running(env: dict[str, str], *words: str) -> Iterator[None]:
    """A process of the house, for as long as we stay."""
    process = run(env, *words)
    try:
        yield
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(30)
        process.kill()
        process.wait(10)


if __name__ == "__main__":
    main()
