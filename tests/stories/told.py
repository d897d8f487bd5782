"""Whole stories, quickly: from her selection to the settled order, by the doors people use."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import update
from sqlmodel import col, select

import payments
from concierge.desk.card_pages import PAGES, check_card_page
from concierge.desk.run_operation import run_operation
from concierge.model import (
    OVER,
    Account,
    CardPage,
    Concierge,
    Operation,
    Order,
    OrderLine,
    OrderState,
    Piece,
    Role,
    Stop,
    new_id,
)
from concierge.store.clock import wall
from concierge.store.transaction import transaction
from payments.stripe_gateway import StripeGateway
from tests.concierge.web_house import BASE, PASSWORD_HASH, Browser
from tests.payments.sandboxed import KEY, Sandbox
from tests.small_house import MONDAY, at

from .shop import Shop, opened_shop

TRIES = 8
"""How often something is asked of a troubled provider."""
PATIENCE_S = 1.0
WINDOWS = ("09:00", "11:00", "14:00", "17:00")
DAYS = 4
LARGE = 100_000


@dataclass
class Told:
    """The shop, its concierges' phones, what a worker does, and how each order must end."""

    shop: Shop
    gateway: StripeGateway
    phones: dict[UUID, "Phone"] = field(default_factory=dict)
    ends: dict[UUID, tuple[int, int]] = field(default_factory=dict)
    """What was held and what is due of it, by order."""

    async def story(self, kept: int) -> UUID:
        """She tries three pieces at home and keeps so many; the order's id, once it is settled."""
        number = len(self.ends)
        day = MONDAY + timedelta(days=1 + number % DAYS)
        window = self.shop.small.window(WINDOWS[number // DAYS % len(WINDOWS)], day)
        her = await self.shop.visitor()
        await her.choose(0, 1, 2)
        wanted = {"opens": window.opens.isoformat(), "closes": window.closes.isoformat()}
        who = {"name": "Lova Holm", "email": f"lova-{number}@client.test"}
        taken = (await her.order(wanted, who=who)).raise_for_status().json()
        order = UUID(taken["order"]["id"])
        page = taken["card_page"]
        for _ in range(TRIES):
            if page is None:
                again = await her.ask("POST", f"/api/orders/{order}/card-pages")
                page = again.raise_for_status().json()["url"]
        sent = await her.pay(page)
        assert sent.is_redirect or sent.is_success, sent.text
        await self._confirmed(order)
        phone = await self.visited(order, kept)
        over = {"step": "finished", "at": at("09:00").isoformat()}
        await phone.put(f"{order}/steps/{new_id()}", over)
        return order

    async def _confirmed(self, order: UUID) -> None:
        """Her coming back confirmed it, or else the poll does."""
        engine = self.shop.small.engine
        for _ in range(TRIES):
            async with transaction(engine) as session:
                if (await session.get_one(Order, order)).state is OrderState.CONFIRMED:
                    return
                pages = await session.exec(select(CardPage.id).where(CardPage.order_id == order))
            for page in pages:
                with contextlib.suppress(payments.Unreachable):
                    await check_card_page(engine, self.gateway, page)
        raise AssertionError(f"{order} is not confirmed.")

    async def visited(self, order: UUID, kept: int) -> "Phone":
        """She keeps her cheapest so many; the money follows. The phone that told it."""
        async with transaction(self.shop.small.engine) as session:
            phone = self.phones[(await session.get_one(Stop, order)).concierge_id]
            rows = await session.exec(
                select(OrderLine)
                .where(OrderLine.order_id == order)
                .order_by(col(OrderLine.price_minor))
            )
        lines = rows.all()
        back = {"verdict": "returned", "reason": "too_small", "condition": "as_new"}
        verdicts = [
            {"piece": str(line.piece_id), **({"verdict": "kept"} if place < kept else back)}
            for place, line in enumerate(lines)
        ]
        said = {"confirmed_at": at("09:00").isoformat(), "verdicts": verdicts}
        await phone.put(f"{order}/returns/{new_id()}", said)
        await self._settled(order)
        prices = [line.price_minor for line in lines]
        self.ends[order] = sum(prices), sum(prices[:kept])
        return phone

    async def _settled(self, order: UUID) -> None:
        """What the worker does with what is planned, until it is done."""
        engine = self.shop.small.engine
        for _ in range(TRIES):
            async with transaction(engine) as session:
                open_ = await session.exec(
                    select(Operation.id).where(
                        Operation.order_id == order,
                        col(Operation.state).not_in(OVER),
                        col(Operation.kind).not_in(PAGES),
                    )
                )
            if not (waiting := open_.all()):
                return
            for operation in waiting:
                with contextlib.suppress(payments.Unreachable):
                    await run_operation(engine, self.gateway, operation)
        raise AssertionError(f"{order} is not settled.")


@dataclass
class Phone:
    """A concierge's phone, signed in."""

    browser: Browser
    csrf: str

    async def put(self, path: str, said: dict[str, Any]) -> httpx.Response:
        headers = {"x-csrf-token": self.csrf, "origin": BASE, "accept": "application/json"}
        answer = await self.browser.put(f"/api/field/visits/{path}", json=said, headers=headers)
        assert answer.is_success, answer.text
        return answer


@contextlib.asynccontextmanager
async def opened_told(database: str, sandbox: Sandbox, *, pieces: int) -> AsyncIterator[Told]:
    """A shop with so many pieces of each style, whose concierges never tire."""
    await sandbox.tell("clock/set", now=at("09:00").isoformat())
    patience = {"payments_patience_s": PATIENCE_S}
    async with (
        StripeGateway(KEY, sandbox.base, timeout_s=PATIENCE_S) as gateway,
        opened_shop(database, sandbox, days=1 + DAYS, **patience) as shop,
    ):
        small = shop.small
        told = Told(shop, gateway)
        async with transaction(small.engine) as session:
            await session.exec(update(Concierge).values(capacity=LARGE))
            session.add_all(
                Piece(
                    hub_id=small.hub.id, variant_id=variant.id, tag=f"MO-{place}-{number}",
                    holder=f"hub:{small.hub.id}",
                )
                for place, variant in enumerate(small.variants)
                for number in range(pieces)
            )  # fmt: skip
            session.add_all(
                Account(
                    email=f"{one.greeting.lower()}@house.test", name=one.name,
                    password_hash=PASSWORD_HASH, role=Role.CONCIERGE, concierge_id=one.id,
                    created_at=wall(),
                )
                for one in small.concierges
            )  # fmt: skip
        for one in small.concierges:
            browser = await shop.browser()
            await browser.sign_in(f"{one.greeting.lower()}@house.test")
            csrf = (await browser.get("/session")).json()["csrf"]
            told.phones[one.id] = Phone(browser, csrf)
        yield told
