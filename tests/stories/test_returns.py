"""What a concierge records at the door, through the door her phone uses."""

import contextlib
from collections.abc import AsyncGenerator
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlmodel import col, select

import payments
from concierge.app import create_app
from concierge.desk.run_operation import run_operation
from concierge.model import (
    Account,
    Case,
    Hold,
    Operation,
    Order,
    OrderLine,
    Piece,
    Role,
    Stop,
    new_id,
)
from concierge.store.clock import wall
from concierge.store.transaction import transaction
from payments.stripe_gateway import StripeGateway
from tests.concierge.web_house import BASE, PASSWORD_HASH, Browser, settings_for
from tests.paid_visit import paid_visit
from tests.payments.sandboxed import Client, Sandbox
from tests.small_house import PRICES, SmallHouse, at


class Phone(Browser):
    """A concierge's phone, signed in."""

    async def write(self, path: str, said: dict[str, Any]) -> httpx.Response:
        csrf = (await self.get("/session")).json()["csrf"]
        return await self.put(
            f"/api/field/visits/{path}",
            json=said,
            headers={"x-csrf-token": csrf, "origin": BASE, "accept": "application/json"},
        )

    async def see(self, order: UUID) -> httpx.Response:
        return await self.get(f"/api/field/visits/{order}")


Phones = contextlib.AbstractAsyncContextManager[tuple[Phone, Phone]]


@pytest.fixture
async def visit(house: SmallHouse, gateway: StripeGateway, her: Client) -> Order:
    """Monday at two, paid for; it is a quarter to three."""
    order = await paid_visit(house, gateway, her)
    await house.clock(at("14:45"))
    return order


@pytest.fixture
def phones(house: SmallHouse, visit: Order, database: str, sandbox: Sandbox) -> Phones:
    """Hers whose visit it is, and her colleague's. The house opens in the test's own task."""
    return opened_phones(house, visit, database, sandbox)


@contextlib.asynccontextmanager
async def opened_phones(
    house: SmallHouse, visit: Order, database: str, sandbox: Sandbox
) -> AsyncGenerator[tuple[Phone, Phone]]:
    async with transaction(house.engine) as session:
        stop = await session.get_one(Stop, visit.id)
        ordered = sorted(house.concierges, key=lambda one: one.id != stop.concierge_id)
        session.add_all(
            Account(
                email=f"{one.greeting.lower()}@house.test", name=one.name,
                password_hash=PASSWORD_HASH, role=Role.CONCIERGE, concierge_id=one.id,
                created_at=wall(),
            )
            for one in ordered
        )  # fmt: skip
    app = create_app(settings_for(database, payments_base=sandbox.base))
    async with app.lifespan():
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with (
            Phone(transport=transport, base_url=BASE) as hers,
            Phone(transport=transport, base_url=BASE) as theirs,
        ):
            await hers.sign_in(f"{ordered[0].greeting.lower()}@house.test")
            await theirs.sign_in(f"{ordered[1].greeting.lower()}@house.test")
            yield hers, theirs


@pytest.fixture
async def lines(house: SmallHouse, visit: Order) -> list[OrderLine]:
    """The visit's pieces, dearest first."""
    async with transaction(house.engine) as session:
        rows = await session.exec(
            select(OrderLine)
            .where(OrderLine.order_id == visit.id)
            .order_by(col(OrderLine.price_minor).desc())
        )
    return list(rows)


def said(lines: list[OrderLine], *kept: int) -> dict[str, Any]:
    """The list she confirmed: these are kept, the others go back."""
    verdicts = [
        {"piece": str(line.piece_id), "verdict": "kept"}
        if number in kept
        else {
            "piece": str(line.piece_id), "verdict": "returned", "reason": "too_small",
            "condition": "as_new",
        }
        for number, line in enumerate(lines)
    ]  # fmt: skip
    return {"confirmed_at": at("14:44").isoformat(), "verdicts": verdicts}


async def work_off(house: SmallHouse, gateway: StripeGateway) -> None:
    async with transaction(house.engine) as session:
        planned = await session.exec(
            select(Operation.id).where(Operation.kind != payments.OperationKind.OPEN_PAGE)
        )
    for operation in planned:
        await run_operation(house.engine, gateway, operation)


async def test_the_receipt_says_what_was_charged_and_what_was_released(
    house: SmallHouse, gateway: StripeGateway, visit: Order, phones: Phones,
    lines: list[OrderLine],
) -> None:  # fmt: skip
    async with phones as (hers, _):
        arrived = await hers.write(
            f"{visit.id}/steps/{new_id()}", {"step": "arrived", "at": at("14:03").isoformat()}
        )
        assert arrived.status_code == 200
        assert arrived.json()["state"] == "at_visit"
        recorded = await hers.write(f"{visit.id}/returns/{new_id()}", said(lines, 0))
        assert recorded.json()["receipt"]["state"] == "settling"
        await work_off(house, gateway)
        receipt = (await hers.see(visit.id)).json()["receipt"]
        assert receipt["state"] == "charged"
        assert receipt["due"] == {"minor": max(PRICES), "currency": "SEK"}
        assert receipt["released"]["minor"] == sum(PRICES) - max(PRICES)
        assert receipt["reference"] == visit.reference


async def test_the_same_list_sent_twice_is_charged_once(
    house: SmallHouse, gateway: StripeGateway, visit: Order, phones: Phones,
    lines: list[OrderLine],
) -> None:  # fmt: skip
    async with phones as (hers, _):
        name = new_id()
        first = await hers.write(f"{visit.id}/returns/{name}", said(lines, 0, 1))
        await work_off(house, gateway)
        again = await hers.write(f"{visit.id}/returns/{name}", said(lines, 0, 1))
        await work_off(house, gateway)
        assert (first.status_code, again.status_code) == (200, 200)
        assert again.json()["receipt"]["state"] == "charged"
        async with transaction(house.engine) as session:
            hold = (await session.exec(select(Hold))).one()
        at_provider = await gateway.fetch_hold(hold.provider_id)
        assert at_provider.captured.minor == PRICES[0] + PRICES[2]


@pytest.mark.parametrize(("same_key", "kind"), [("yes", "key_reused"), ("no", "already_settled")])
async def test_a_list_that_contradicts_the_first_is_refused_and_becomes_a_persons_case(
    house: SmallHouse, gateway: StripeGateway, visit: Order, phones: Phones,
    lines: list[OrderLine], same_key: str, kind: str,
) -> None:  # fmt: skip
    async with phones as (hers, _):
        name = new_id()
        await hers.write(f"{visit.id}/returns/{name}", said(lines, 0))
        other = name if same_key == "yes" else new_id()
        refused = await hers.write(f"{visit.id}/returns/{other}", said(lines, 0, 1, 2))
        await work_off(house, gateway)
        assert refused.status_code == 409
        assert refused.json()["type"].endswith(kind)
        async with transaction(house.engine) as session:
            order = await session.get_one(Order, visit.id)
            cases = (await session.exec(select(Case.kind))).all()
        assert order.due_minor == max(PRICES)
        assert cases == ["returns_conflict"]


async def test_a_record_for_somebody_elses_visit_finds_nothing(
    house: SmallHouse, visit: Order, phones: Phones, lines: list[OrderLine]
) -> None:
    async with phones as (_, theirs):
        foreign = await theirs.write(f"{visit.id}/returns/{new_id()}", said(lines, 0, 1, 2))
        missing = await theirs.write(f"{new_id()}/returns/{new_id()}", said(lines, 0, 1, 2))
        assert foreign.status_code == missing.status_code == 404
        assert foreign.json() == missing.json()
        assert (await theirs.see(visit.id)).status_code == 404
        assert (await theirs.get("/api/field/route")).json()["visits"] == []
        async with transaction(house.engine) as session:
            states = {piece.state.value for piece in await session.exec(select(Piece))}
            order = await session.get_one(Order, visit.id)
        assert order.returns_key is None
        assert states == {"shelf"}


async def test_a_list_that_misses_a_piece_or_a_time_zone_is_told_what_is_wrong(
    visit: Order, phones: Phones, lines: list[OrderLine]
) -> None:
    async with phones as (hers, _):
        short = said(lines, 0)
        short["verdicts"].pop()
        refused = await hers.write(f"{visit.id}/returns/{new_id()}", short)
        assert refused.status_code == 422
        assert refused.json()["type"].endswith("unknown_piece")
        naive = {**said(lines, 0), "confirmed_at": "2026-11-23T14:44:00"}
        unread = await hers.write(f"{visit.id}/returns/{new_id()}", naive)
        assert unread.status_code == 400


async def test_nobody_records_anything_without_signing_in(
    visit: Order, phones: Phones, lines: list[OrderLine]
) -> None:
    async with phones as (hers, _):
        hers.cookies.clear()
        asked = await hers.see(visit.id)
        assert asked.status_code == 401
        sent = await hers.put(
            f"/api/field/visits/{visit.id}/returns/{new_id()}", json=said(lines, 0)
        )
        assert sent.status_code == 403
