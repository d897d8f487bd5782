"""The shop with its back office: a dispatcher at the board, phones, and a worker."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

import httpx
from procrastinate import App, PsycopgConnector
from sqlmodel import col, func, select

from concierge.desk.refund_money import check_refund
from concierge.desk.sweep import sweep
from concierge.model import (
    Account,
    Hold,
    LedgerEntry,
    Message,
    Operation,
    Order,
    Role,
    Stop,
    new_id,
)
from concierge.settings import Settings
from concierge.store.clock import now, wall
from concierge.store.jobs import DESK, HOUSE, MONEY, open_queue
from concierge.store.transaction import transaction
from concierge.worker.bench import Bench
from concierge.worker.tasks import tasks
from tests.concierge.web_house import BASE, PASSWORD_HASH, Browser, settings_for
from tests.payments.sandboxed import OK, Sandbox
from tests.small_house import at

from .shop import Shop, Visitor, opened_shop


@dataclass
class Colleague:
    """Somebody of the house, signed in, who speaks JSON."""

    browser: Browser

    async def ask(self, method: str, path: str, body: object = None) -> httpx.Response:
        csrf = (await self.browser.get("/session")).json()["csrf"]
        return await self.browser.request(
            method, path, json=body,
            headers={"x-csrf-token": csrf, "origin": BASE, "accept": "application/json"},
        )  # fmt: skip

    async def read(self, path: str) -> Any:
        answer = await self.ask("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()


@dataclass
class Whole:
    """The whole house over one database."""

    shop: Shop
    settings: Settings
    queue: App
    bench: Bench

    async def work(self) -> None:
        """Let a worker do every job of money and house that waits, and those that follow."""
        async with asyncio.timeout(60):
            await self.queue.run_worker_async(
                queues=[MONEY, HOUSE], wait=False, concurrency=1, install_signal_handlers=False,
                listen_notify=False, delete_jobs="successful",
                additional_context={"bench": self.bench},
            )  # fmt: skip

    async def sweep(self) -> None:
        """Ask for all that is due."""
        await sweep(self.shop.small.engine)

    async def look_at_refund(self, refund_id: UUID) -> None:
        """Look how far a refund came."""
        await check_refund(self.shop.small.engine, self.bench.gateway, refund_id)

    async def again(self, time: timedelta) -> None:
        """Time passes; what was left lying is asked for again, and done."""
        async with transaction(self.shop.small.engine) as session:
            moment = await now(session)
        await self.clock(moment + time)
        await self.sweep()
        await self.work()

    async def colleague(self, role: Role, email: str = "", **more: Any) -> Colleague:
        """Somebody of this role signs in; the second time with the account of the first."""
        email = email or f"{role}@house.test"
        async with transaction(self.shop.small.engine) as session:
            known = await session.exec(select(Account.id).where(Account.email == email))
            if known.first() is None:
                session.add(
                    Account(
                        email=email, name=f"A {role}", password_hash=PASSWORD_HASH, role=role,
                        created_at=wall(), **more,
                    )
                )  # fmt: skip
        browser = await self.shop.browser()
        await browser.sign_in(email)
        return Colleague(browser)

    async def concierge_of(self, order_id: UUID) -> Colleague:
        """The phone of whoever visits her."""
        async with transaction(self.shop.small.engine) as session:
            stop = await session.get_one(Stop, order_id)
        email = f"{stop.concierge_id}@house.test"
        return await self.colleague(Role.CONCIERGE, email, concierge_id=stop.concierge_id)

    async def clock(self, moment: datetime) -> None:
        """Time passes, in the house and at the provider."""
        await self.shop.sandbox.tell("clock/set", now=moment.isoformat())
        await self.shop.small.clock(moment)

    async def ordered(
        self, *variants: int, card: str = OK, window: int = 0, fees: str = ""
    ) -> tuple[Visitor, UUID]:
        """She orders these and gives her card; the first free window, unless another is named."""
        her = await self.shop.visitor()
        await her.choose(*variants or (0, 1, 2))
        taken = await her.order((await her.windows())[window], fees=fees)
        assert taken.status_code == 201, taken.text
        await her.pay(taken.json()["card_page"], card)
        return her, UUID(taken.json()["order"]["id"])

    async def visited(
        self, order_id: UUID, keeps: int, moment: datetime, **more: Any
    ) -> Colleague:
        """The concierge is with her; she keeps that many pieces, the dearest first. His phone.

        `more` stands on the list besides.
        """
        phone = await self.concierge_of(order_id)
        visit = await phone.read(f"/api/field/visits/{order_id}")
        await self.clock(moment)
        for step in ("en_route", "arrived", "trying"):
            said = {"step": step, "at": moment.isoformat()}
            door = f"/api/field/visits/{order_id}/steps/{new_id()}"
            assert (await phone.ask("PUT", door, said)).is_success
        pieces = sorted(visit["pieces"], key=lambda piece: -piece["price"]["minor"])
        verdicts = [
            {"piece": piece["id"], "verdict": "kept" if number < keeps else "returned"}
            for number, piece in enumerate(pieces)
        ]
        record = {"verdicts": verdicts, "confirmed_at": moment.isoformat(), **more}
        door = f"/api/field/visits/{order_id}/returns/{new_id()}"
        answer = await phone.ask("PUT", door, record)
        assert answer.is_success, answer.text
        await self.work()
        return phone

    async def order(self, order_id: UUID) -> Order:
        async with transaction(self.shop.small.engine) as session:
            return await session.get_one(Order, order_id)

    async def holds(self, order_id: UUID) -> list[Hold]:
        async with transaction(self.shop.small.engine) as session:
            rows = await session.exec(
                select(Hold).where(Hold.order_id == order_id).order_by(col(Hold.held_at))
            )
            return list(rows)

    async def operations(self, order_id: UUID) -> list[Operation]:
        async with transaction(self.shop.small.engine) as session:
            rows = await session.exec(select(Operation).where(Operation.order_id == order_id))
            return list(rows)

    async def balance(self, account: str) -> int:
        total = select(func.coalesce(func.sum(LedgerEntry.amount_minor), 0)).where(
            LedgerEntry.account == account
        )
        async with transaction(self.shop.small.engine) as session:
            return int((await session.exec(total)).one())

    async def letters(self, order_id: UUID) -> list[Message]:
        async with transaction(self.shop.small.engine) as session:
            rows = await session.exec(
                select(Message).where(Message.order_id == order_id).order_by(col(Message.id))
            )
            return list(rows)


@cache
def _queue() -> App:
    """Tasks can be given to one queue only; each story connects it to a database of its own.

    What comes by the hour of the day outside is not asked for: a story has its own clock, and
    says itself when it sweeps or compares books.
    """
    queue = open_queue("", size=1)
    queue.add_tasks_from(tasks, namespace=DESK)
    queue.periodic_registry.periodic_tasks.clear()
    return queue


@contextlib.asynccontextmanager
async def opened_whole(database: str, sandbox: Sandbox, *, days: int = 3) -> AsyncIterator[Whole]:
    """Monday, nine o'clock, and no trouble at the payments provider."""
    await sandbox.settle_down(at("09:00"))
    settings = settings_for(database, payments_base=sandbox.base)
    bench = Bench.lay(settings, hands=1)
    try:
        with _queue().replace_connector(PsycopgConnector(conninfo=database, max_size=4)) as queue:
            async with queue.open_async(), opened_shop(database, sandbox, days=days) as shop:
                yield Whole(shop, settings, queue, bench)
    finally:
        await bench.clear()
