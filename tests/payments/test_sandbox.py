"""The sandbox itself: it forgets nothing it answered, adds up, and opens its door to us alone."""

import asyncio
import random
import signal
import subprocess
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

import payments
from payments.contract import OPERATIONS, Contract
from payments.ledger import check

from .sandboxed import CLONE, KEY, OK, Client, Sandbox, client_of, fresh, sek


async def test_being_killed_loses_nothing_it_answered(lone: Sandbox) -> None:
    async with client_of(lone) as client:
        hold = await client.held(50_000)
        page = await client.page()
        await lone.wait(timedelta(hours=5))
        moved = await lone.now()
        key, op = fresh("key"), fresh("op")
        taken = await client.gateway.capture(hold.id, sek(20_000), key=key, op=op)

        lone.stop(signal.SIGKILL)
        await lone.start()

    async with client_of(lone) as client:
        assert await client.gateway.fetch_hold(hold.id) == taken
        assert await client.gateway.capture(hold.id, sek(20_000), key=key, op=op) == taken
        closed = await client.gateway.fetch_card_page(page.id)
        assert closed.status is payments.CardPageStatus.EXPIRED
        assert timedelta() <= await lone.now() - moved < timedelta(minutes=2)
        assert (await lone.look("totals"))["currencies"]["SEK"]["captured"] == 20_000


async def test_the_books_agree_with_the_sandboxs_own_totals(client: Client) -> None:
    choose = random.Random(20_261_122)  # noqa: S311 - a seed, not a secret
    books, orders = Counter[payments.Account](), list[str]()
    for _ in range(12):
        order, prices = fresh(), [choose.randint(300, 900_000) for _ in range(3)]
        orders.append(order)
        held = await client.held(sum(prices), order)
        lines = [payments.Line(sek(price), choose.random() < 0.5) for price in prices]
        planned = payments.settle(order, payments.due(lines), [held])
        readings = [held, *[await carry_out(client, each) for each in planned]]
        refunded = sek(0)
        if readings[-1].captured and choose.random() < 0.5:
            refunded = sek(choose.randint(1, readings[-1].captured.minor))
            await client.gateway.refund(held.id, refunded, key=fresh(), op=fresh())
        journal = journal_of(readings, refunded)
        check(journal)
        for entry in journal:
            books[entry.account] += entry.signed.minor

    said: Counter[str] = Counter()
    for order in orders:
        said.update((await client.sandbox.look(f"totals?order={order}"))["orders"][order])
    assert said["captured"] == -books[payments.Account.SALES]
    assert said["refunded"] == books[payments.Account.REFUNDS]
    assert said["held"] == books[payments.Account.HELD] == 0
    assert said["authorised"] == said["captured"] + said["released"]


async def carry_out(client: Client, each: payments.Operation) -> payments.Hold:
    assert each.hold is not None
    if each.kind is payments.OperationKind.CAPTURE:
        return await client.gateway.capture(each.hold, each.amount, key=each.key, op=each.op)
    return await client.gateway.release(each.hold, key=each.key, op=each.op)


def journal_of(readings: list[payments.Hold], refunded: payments.Money) -> list[payments.Entry]:
    pairs = zip([None, *readings], readings, strict=False)
    facts = [fact for before, after in pairs for fact in payments.movements(before, after)]
    if refunded:
        facts.append((payments.Movement.REFUNDED, refunded))
    return [entry for fact in facts for entry in payments.entries(*fact)]


async def test_fifty_settlements_at_once_capture_once(client: Client) -> None:
    order = fresh()
    hold = await client.held(50_000, order)
    others = await asyncio.gather(
        *(
            client.gateway.capture(hold.id, sek(20_000 + place), key=fresh(), op=fresh())
            for place in range(25)
        ),
        return_exceptions=True,
    )
    (winner,) = [each for each in others if isinstance(each, payments.Hold)]
    assert sum(isinstance(each, payments.WrongState) for each in others) == 24

    hold = await client.held(50_000, fresh())
    key, op = fresh("key"), fresh("op")
    same = await asyncio.gather(
        *(client.gateway.capture(hold.id, sek(20_000), key=key, op=op) for _ in range(25))
    )
    assert len(set(same)) == 1
    totals = await client.sandbox.look(f"totals?order={order}")
    assert totals["orders"][order]["captured"] == winner.captured.minor


async def test_a_part_that_cannot_be_expanded_is_refused_before_anything_is_done(
    lone: Sandbox,
) -> None:
    async with client_of(lone) as alone:
        hold = await alone.held(50_000)
        headers = {"Authorization": f"Bearer {KEY}"}
        async with httpx.AsyncClient(base_url=lone.base, headers=headers) as somebody:
            form = {"amount_to_capture": "100", "expand[0]": "latest_chrage"}
            answer = await somebody.post(f"/v1/payment_intents/{hold.id}/capture", data=form)
        assert answer.status_code == 400
        assert (await alone.gateway.fetch_hold(hold.id)).state is payments.HoldState.HELD


async def test_the_card_page_can_live_at_another_address(tmp_path: Path) -> None:
    sandbox = Sandbox(tmp_path, words=("--public", "https://cards.example.com/"))
    await sandbox.start()
    try:
        async with client_of(sandbox) as client:
            page = await client.page()
        assert page.url == f"https://cards.example.com/pay/{page.id}"
    finally:
        sandbox.stop()


async def test_totals_by_order_add_up_while_money_is_held(client: Client) -> None:
    order = fresh()
    first = await client.held(50_000, order)
    await client.held(70_000, fresh())
    kept = await client.kept(OK)
    await client.gateway.hold_off_session(
        amount=sek(30_000),
        order=order,
        op=f"{order}:authorise:2",
        key=f"{order}:authorise:2:1",
        customer=kept.customer or "",
        payment_method=kept.payment_method or "",
        description="A piece added at the door",
    )
    await client.gateway.capture(first.id, sek(10_000), key=fresh(), op=fresh())

    totals = await client.sandbox.look(f"totals?order={order}")

    assert totals["orders"] == {
        order: {
            "authorised": 80_000,
            "captured": 10_000,
            "released": 40_000,
            "held": 30_000,
            "refunded": 0,
            "disputed": 0,
            "fees": 0,
        }
    }


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "http://127.0.0.1:8000"}, {"Host": "sandbox.example.com"}, {"Host": "10.0.0.1"}],
)
async def test_the_admin_door_is_shut_to_web_pages_and_other_names(
    sandbox: Sandbox, headers: dict[str, str]
) -> None:
    async with httpx.AsyncClient(base_url=sandbox.base, headers=headers) as outsider:
        for method, door in [("GET", "totals"), ("POST", "clock/advance"), ("GET", "health")]:
            answer = await outsider.request(method, f"/_sandbox/{door}", json={"seconds": 9})
            assert answer.status_code == 403


async def test_the_admin_door_says_what_it_did_not_understand(sandbox: Sandbox) -> None:
    async with httpx.AsyncClient(base_url=sandbox.base) as somebody:
        wrong = await somebody.post("/_sandbox/faults/add", json={"kind": "meteor"})
        naive = await somebody.post("/_sandbox/clock/set", json={"now": "2026-11-25T10:00"})
        past = {"holds": [{"id": "pi_1", "held_at": "2026-11-25"}]}
        half = await somebody.post("/_sandbox/past", json=past)
    assert (wrong.status_code, naive.status_code, half.status_code) == (400, 400, 400)
    assert await sandbox.look("faults") == []


async def test_a_past_can_be_told_and_counts_like_the_rest(client: Client) -> None:
    order, now = fresh(), await client.sandbox.now()
    told = {
        "id": fresh("pi"),
        "order": order,
        "op": f"{order}:open_page:1",
        "customer": fresh("cus"),
        "email": None,
        "name": "A Client",
        "card": "pm_card_visa",
        "amount": 80_000,
        "currency": "SEK",
        "description": "Home visit",
        "held_at": (now - timedelta(days=3)).isoformat(),
    }
    settled = {"captured": 30_000, "settled_at": (now - timedelta(days=1)).isoformat()}
    again = {**told, "id": fresh("pi"), **settled}

    for new in (2, 0):
        assert (await client.sandbox.tell("past", holds=[told, again]))["new"] == new

    hold = await client.gateway.fetch_hold(told["id"])
    assert hold.capture_before is not None
    assert timedelta(days=3) < hold.capture_before - now < timedelta(days=5)
    totals = (await client.sandbox.look(f"totals?order={order}"))["orders"][order]
    assert (totals["held"], totals["captured"], totals["released"]) == (80_000, 30_000, 50_000)


async def test_the_clock_can_be_set(lone: Sandbox) -> None:
    set_to = await lone.tell("clock/set", now="2031-03-30T01:30:00+01:00")
    assert set_to["now"] == "2031-03-30T00:30:00+00:00"


async def test_a_parameter_stripe_does_not_know_is_refused(lone: Sandbox) -> None:
    headers = {"Authorization": f"Bearer {KEY}"}
    async with httpx.AsyncClient(base_url=lone.base, headers=headers) as somebody:
        answer = await somebody.get("/v1/refunds", params={"payment_intend": "pi_1"})
        nowhere = await somebody.post("/v1/subscriptions", data={})
        nobody = await somebody.get("/v1/refunds", headers={"Authorization": ""})
    assert answer.status_code == 400
    assert nowhere.status_code == 404
    assert nobody.status_code == 401


@pytest.fixture(scope="module")
def types() -> Contract:
    return Contract()


@pytest.mark.parametrize(
    ("form", "fault"),
    [
        ("amount_to_capture=1.5", "amount_to_capture"),
        ("amount_to_capture=100&capture_all=true", "capture_all"),
        ("expand=latest_charge", "expand"),
        ("final_capture=yes", "final_capture"),
    ],
)
def test_the_contract_finds_a_wrong_request(types: Contract, form: str, fault: str) -> None:
    faults = types.request_faults("POST", "/v1/payment_intents/pi_1/capture", form)
    assert len(faults) == 1
    assert fault in faults[0]


def test_the_contract_finds_a_page_asked_for_in_the_old_way(types: Contract) -> None:
    form = "mode=payment&payment_method_types[0]=card&payment_intent_data[capture_method]=manually"
    faults = types.request_faults("POST", "/v1/checkout/sessions", form)
    assert len(faults) == 2


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("status", "captured"),
        ("amount", "100"),
        ("amount_received", None),
        ("latest_charge", {"object": "charge"}),
        ("object", "charge"),
    ],
)
async def test_the_contract_finds_a_wrong_answer(
    types: Contract, client: Client, part: str, value: object
) -> None:
    hold = await client.held(50_000)
    headers = {"Authorization": f"Bearer {KEY}"}
    path = f"/v1/payment_intents/{hold.id}"
    async with httpx.AsyncClient(base_url=client.sandbox.base, headers=headers) as somebody:
        answer = (await somebody.get(path)).json()
    assert types.answer_faults("GET", path, 200, answer) == []

    assert types.answer_faults("GET", path, 200, {**answer, part: value}) != []


def test_every_call_has_its_types(types: Contract) -> None:
    calls, kinds = types.size
    assert calls == len(OPERATIONS)
    assert kinds > calls
    with pytest.raises(LookupError):
        types.operation("DELETE", "/v1/customers/cus_1")


def test_the_command_line_says_how_it_is_used() -> None:
    said = subprocess.run(
        [sys.executable, "-m", "payments", "sandbox", "--help"],
        cwd=CLONE,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert "--webhook-secret" in said.stdout
