"""Whatever is sent to the API, it answers as its own description says, and never breaks."""

import json
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from sqlmodel import select

from concierge.model import Account, OrderLine, Role, Stop
from concierge.store.clock import wall
from concierge.store.transaction import transaction
from tests.concierge.web_house import BASE, PASSWORD_HASH
from tests.payments.sandboxed import Sandbox
from tests.small_house import at

from .shop import HER, Shop, Visitor, opened_shop
from .strange import Strange

ROUNDS = 8
METHODS = {"get", "post", "put", "patch", "delete"}


@pytest.fixture
async def shop(database: str, sandbox: Sandbox) -> AsyncIterator[Shop]:
    await sandbox.settle_down(at("09:00"))
    async with opened_shop(database, sandbox) as one:
        yield one


@dataclass
class People:
    """One of each who calls the API, and what they may name."""

    callers: dict[str, Visitor]
    strange: Strange

    def caller(self, path: str) -> Visitor:
        """Mostly somebody whose door it is."""
        if self.strange.chance.random() < 0.25:
            return self.strange.chance.choice(list(self.callers.values()))
        staff = next((role for role in ("field", "dispatch") if f"/{role}/" in path), "client")
        return self.callers[staff]


async def gathered(shop: Shop) -> People:
    her, visitor = await shop.visitor(), await shop.visitor()
    await her.choose(0)
    windows = await her.windows()
    taken = (await her.order(windows[0])).json()
    await her.pay(taken["card_page"])
    await her.choose(1)
    await visitor.choose(2)
    async with transaction(shop.small.engine) as session:
        stop = (await session.exec(select(Stop))).one()
        line = (await session.exec(select(OrderLine))).one()
        for role in (Role.CONCIERGE, Role.DISPATCHER):
            mine = stop.concierge_id if role is Role.CONCIERGE else None
            session.add(
                Account(
                    email=f"{role}@house.test", name=role, password_hash=PASSWORD_HASH,
                    role=role, concierge_id=mine, created_at=wall(),
                )
            )  # fmt: skip
    order, variants = taken["order"]["id"], [str(one.id) for one in shop.small.variants]
    shifts = [str(one.id) for one in shop.small.shifts]
    kept = {"piece": str(line.piece_id), "verdict": "kept"}
    described = (await her.browser.get("/schema/openapi.json")).json()
    strange = Strange(
        described,
        random.Random(),  # noqa: S311 - each door begins it anew, the same every time
        [*[order] * 6, str(line.piece_id), *variants, shifts[0]],
        {
            "Order": [
                {"windows": [window], "address": {"line": "Linnégatan 12"}, "who": HER}
                for window in windows[1:4]
            ],
            "ChooseAnotherHour": windows[1:4],
            "SearchWindows": [{"address": {"line": "Linnégatan 12"}}],
            "RecordStep": [{"step": "en_route", "at": at("09:00").isoformat()}],
            "RecordReturns": [{"confirmed_at": at("09:00").isoformat(), "verdicts": [kept]}],
            "MoveVisit": [{"order": order, "shift": shift, "version": 2} for shift in shifts[:2]],
            "LockVisit": [{"version": 2}, {"version": 3}],
        },
    )
    return People(
        {
            "client": her,
            "visitor": visitor,
            "field": await _staff(shop, Role.CONCIERGE),
            "dispatch": await _staff(shop, Role.DISPATCHER),
        },
        strange,
    )


async def _staff(shop: Shop, role: Role) -> Visitor:
    browser = await shop.browser()
    await browser.sign_in(f"{role}@house.test")
    return Visitor(browser, shop, (await browser.get("/session")).json()["csrf"])


async def call(who: Visitor, method: str, path: str, query: object, body: bytes | None) -> Any:
    answer = await who.browser.request(
        method, path, params=query, content=body,  # pyright: ignore[reportArgumentType]
        headers={
            "x-csrf-token": who.csrf, "origin": BASE, "content-type": "application/json",
            "accept": "application/json",
        },
    )  # fmt: skip
    if "set-cookie" in answer.headers:
        who.csrf = (await who.browser.get("/session")).json()["csrf"]
    return answer


def broken_word(operation: dict[str, Any], answer: httpx.Response) -> str | None:
    """What an answer has that its description does not."""
    if answer.status_code >= 500:
        return "it broke"
    documented = operation["responses"].get(str(answer.status_code))
    if documented is None:
        return "this status is not described"
    kind = answer.headers.get("content-type", "").partition(";")[0]
    if documented.get("content") and kind not in documented["content"]:
        return f"{kind} is not described"
    return None


async def test_it_answers_as_it_says(shop: Shop) -> None:
    people = await gathered(shop)
    broken: dict[str, str] = {}
    answered: set[tuple[str, int]] = set()
    for turn in range(ROUNDS):
        for template, doors in people.strange.description["paths"].items():
            for method, door in doors.items():
                if method not in METHODS:
                    continue
                people.strange.chance.seed(f"{turn} {door['operationId']}")  # its own luck
                path, query = people.strange.path(template, door), people.strange.query(door)
                asks = "requestBody" in door
                body = json.dumps(people.strange.body(door)).encode() if asks else None
                answer = await call(people.caller(template), method.upper(), path, query, body)
                name = door["operationId"]
                answered.add((name, answer.status_code))
                if wrong := broken_word(door, answer):
                    said = f"{path} {query} {body!r:.300}"
                    broken[f"{name} {answer.status_code}: {wrong}"] = said
    assert broken == {}
    well = {name for name, status in answered if status < 300}
    assert {"Order", "Choose", "SearchWindows", "DayBoard", "OrderRecord"} <= well
