"""A list the client confirmed reaches the house also when the visit has gone to somebody else."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from sqlmodel import select

from concierge.model import (
    Account,
    Case,
    Concierge,
    Condition,
    Order,
    PieceVerdict,
    ReturnReason,
    ReturnsConflict,
    ReturnsRecord,
    Role,
    Verdict,
    new_id,
)
from concierge.store.transaction import transaction
from tests.small_house import at

from .dispatch_day import build_dispatch_day
from .test_dispatch_board import Office
from .web_house import BASE, Browser, WebHouse, opened_house, settings_for


@dataclass
class Moved:
    """A visit that went from one concierge to another while the first was at its door."""

    web: WebHouse
    office: Office
    order: Order
    first: Concierge
    second: Concierge

    async def phone(self, who: Concierge) -> Browser:
        """The phone of a concierge."""
        account = await self.web.staff(Role.CONCIERGE)
        async with transaction(self.office.day.engine) as session:
            (await session.get_one(Account, account.id)).concierge_id = who.id
        phone = await self.web.browser()
        await phone.sign_in(account.email)
        return phone

    async def give(self, who: Concierge) -> None:
        """The dispatcher gives the visit to her."""
        board = await self.office.board()
        shift = self.office.day.shifts[who.name].id
        said = await self.office.send(
            "POST", "/moves", order=str(self.order.id), shift=str(shift), version=board["version"]
        )
        assert said.status_code == 201, said.text

    async def send(self, phone: Browser, record: ReturnsRecord) -> tuple[int, str]:
        """She sends a list; the status, and the kind of no."""
        verdicts = [
            {
                "piece": str(each.piece),
                "verdict": each.verdict,
                "reason": each.reason,
                "condition": each.condition,
            }
            for each in record.verdicts
        ]
        said = await phone.request(
            "PUT",
            f"/api/field/visits/{self.order.id}/returns/{record.key}",
            json={"confirmed_at": record.confirmed_at.isoformat(), "verdicts": verdicts},
            headers={"x-csrf-token": phone.csrf, "origin": BASE},
        )
        return said.status_code, said.json().get("type", "").rsplit(":", 1)[-1]

    def list(self, reason: ReturnReason) -> ReturnsRecord:
        """Everything goes back, for this reason."""
        piece = self.office.day.house.pieces[0]
        back = PieceVerdict(piece.id, Verdict.RETURNED, reason, Condition.AS_NEW)
        return ReturnsRecord(new_id(), (back,), at("12:55"))


@pytest.fixture
async def moved(database: str) -> AsyncIterator[Moved]:
    async with opened_house(settings_for(database)) as web:
        day = await build_dispatch_day(web.engine)
        await day.clock("13:00")
        browser = await web.browser()
        await browser.sign_in((await web.staff(Role.DISPATCHER)).email)
        name = await day.carrier("Keller")
        assert name is not None
        other = next(each for each in ("Sofia Marchetti", "Jules Perrin") if each != name)
        one = Moved(
            web,
            Office(day, web, browser),
            day.orders["Keller"],
            day.concierges[name],
            day.concierges[other],
        )
        await one.give(one.second)
        yield one


async def test_her_list_is_kept_for_a_person_and_counts_once_she_has_the_visit_again(
    moved: Moved,
) -> None:
    phone, record = await moved.phone(moved.first), moved.list(ReturnReason.TOO_LARGE)
    for _ in range(2):
        assert await moved.send(phone, record) == (409, "not_hers_now")
    async with transaction(moved.office.day.engine) as session:
        kept = (await session.exec(select(ReturnsConflict))).one()
        case = (await session.exec(select(Case))).one()
    assert (kept.order_id, kept.key, kept.digest) == (moved.order.id, record.key, record.digest)
    assert case.kind == "returns_conflict"
    assert case.words.startswith(f"{moved.first.name} sent a list of returns")
    assert "returned (too large" in case.words

    await moved.give(moved.first)
    assert await moved.send(phone, record) == (200, "")
    async with transaction(moved.office.day.engine) as session:
        assert (await session.get_one(Order, moved.order.id)).returns_key == record.key


async def test_a_list_after_the_others_is_the_second_of_two(moved: Moved) -> None:
    there = await moved.phone(moved.second)
    assert await moved.send(there, moved.list(ReturnReason.COLOUR)) == (200, "")
    second = moved.list(ReturnReason.TOO_LARGE)
    assert await moved.send(await moved.phone(moved.first), second) == (409, "already_settled")
    async with transaction(moved.office.day.engine) as session:
        assert (await session.exec(select(ReturnsConflict))).one().key == second.key


async def test_a_list_of_a_visit_that_never_was_hers_is_not_taken(moved: Moved) -> None:
    never = next(
        each
        for each in moved.office.day.concierges.values()
        if each.id not in (moved.first.id, moved.second.id)
    )
    said = await moved.send(await moved.phone(never), moved.list(ReturnReason.COLOUR))
    assert said == (404, "missing")
    async with transaction(moved.office.day.engine) as session:
        assert (await session.exec(select(Case))).all() == []
