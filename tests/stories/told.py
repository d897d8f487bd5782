"""Whole stories, quickly: from her selection to the settled order, by the doors people use."""

import contextlib
import math
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import update
from sqlmodel import col, func, select

import payments
from concierge.desk.card_pages import PAGES, check_card_page
from concierge.desk.move_clock import move_clock
from concierge.desk.run_operation import run_operation
from concierge.model import (
    LENDABLE,
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
"""For how many days ahead orders come before these days are lived."""
FULL = 20 * DAYS
"""As many as two concierges can visit in these days."""
PIECES = 100
"""How many of each style the house can lend when such days begin."""
LARGE = 100_000


@dataclass
class Told:
    """The shop, its concierges' phones, what a worker does, and how each order must end."""

    shop: Shop
    gateway: StripeGateway
    phones: dict[UUID, "Phone"] = field(default_factory=dict)
    today: date = MONDAY
    ends: dict[UUID, tuple[int, int]] = field(default_factory=dict)
    """What was held and what is due of it, by order."""
    days: dict[UUID, date] = field(default_factory=dict)
    """On which day it was, by order."""

    async def story(self, kept: int) -> UUID:
        """She tries three pieces at home and keeps so many; the order's id, once it is settled."""
        number = len(self.ends)
        day = self.today + timedelta(days=1 + number % DAYS)
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
        over = {"step": "finished", "at": self._nine}
        await phone.put(f"{order}/steps/{new_id()}", over)
        return order

    async def days_pass(self) -> None:
        """It is later, in the house and at the provider; what was sold is there anew."""
        small, by = self.shop.small, timedelta(days=DAYS)
        await move_clock(small.engine, by, sandbox=self.shop.sandbox.base)
        self.today += by
        await self.stock()

    async def stock(self) -> None:
        """The house has so many pieces of each style to lend again."""
        small = self.shop.small
        async with transaction(small.engine) as session:
            for place, variant in enumerate(small.variants):
                there = await session.exec(
                    select(func.count())
                    .where(Piece.variant_id == variant.id)
                    .where(col(Piece.state).in_(LENDABLE))
                )
                session.add_all(
                    Piece(
                        hub_id=small.hub.id, variant_id=variant.id,
                        tag=f"MO-{self.today:%m%d}-{place}-{number}", holder=f"hub:{small.hub.id}",
                    )
                    for number in range(PIECES - there.one())
                )  # fmt: skip

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
        said = {"confirmed_at": self._nine, "verdicts": verdicts}
        await phone.put(f"{order}/returns/{new_id()}", said)
        await self._settled(order)
        prices = [line.price_minor for line in lines]
        self.ends[order], self.days[order] = (sum(prices), sum(prices[:kept])), self.today
        return phone

    @property
    def _nine(self) -> str:
        """Nine o'clock today, as a phone says it."""
        return at("09:00", self.today).isoformat()

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
async def opened_told(
    database: str, sandbox: Sandbox, *, stories: int = FULL
) -> AsyncIterator[Told]:
    """A shop open long enough for so many stories, whose concierges never tire."""
    days = 1 + DAYS * math.ceil(stories / FULL)
    await sandbox.tell("clock/set", now=at("09:00").isoformat())
    patience = {"payments_patience_s": PATIENCE_S}
    async with (
        StripeGateway(KEY, sandbox.base, timeout_s=PATIENCE_S) as gateway,
        opened_shop(database, sandbox, days=days, **patience) as shop,
    ):
        small = shop.small
        told = Told(shop, gateway)
        async with transaction(small.engine) as session:
            await session.exec(update(Concierge).values(capacity=LARGE))
            session.add_all(
                Account(
                    email=f"{one.greeting.lower()}@house.test", name=one.name,
                    password_hash=PASSWORD_HASH, role=Role.CONCIERGE, concierge_id=one.id,
                    created_at=wall(),
                )
                for one in small.concierges
            )  # fmt: skip
        await told.stock()
        for one in small.concierges:
            browser = await shop.browser()
            await browser.sign_in(f"{one.greeting.lower()}@house.test")
            csrf = (await browser.get("/session")).json()["csrf"]
            told.phones[one.id] = Phone(browser, csrf)
        yield told
