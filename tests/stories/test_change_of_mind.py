"""She changed her mind: exactly what she brings back is paid back, once, or a person knows."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import pytest
from sqlmodel import col, select

import payments
from concierge.desk.read_notice import keep_notice, read_notice
from concierge.desk.run_operation import run_operation
from concierge.model import Case, GiveBack, Hold, Piece, PieceState, Refund, Role, Style, new_id
from concierge.model.refusals import Overtaken
from concierge.store.transaction import transaction
from payments.notices import NoticeKind
from tests.payments.sandboxed import OK, Sandbox
from tests.small_house import PRICES, at

from .plain import Plain, beside
from .receipts import receipt_that_adds_up
from .shop import Visitor
from .whole import Whole, opened_whole

PENDS, FAILS = "4000000000007726", "4000000000005126"
"""Cards whose refund takes an hour, and whose refund fails after an hour."""
BACKS = "/api/dispatch/give-backs"


@pytest.fixture
async def whole(database: str, sandbox: Sandbox) -> AsyncIterator[Whole]:
    async with opened_whole(database, sandbox) as one:
        yield one


async def kept(whole: Whole, keeps: int = 2, card: str = OK) -> tuple[Visitor, UUID]:
    """She keeps that many, the dearest first, and has paid for them."""
    her, order_id = await whole.ordered(card=card)
    await whole.visited(order_id, keeps, at("14:30"))
    return her, order_id


async def lines_of(her: Visitor, order_id: UUID) -> dict[int, str]:
    """The pieces she may give back, by price."""
    shown = (await her.ask("GET", f"/api/orders/{order_id}")).json()
    return {p["price"]["minor"]: p["line"] for p in shown["pieces"] if p["may_give_back"]}


async def told(whole: Whole) -> str:
    """What the open case tells."""
    async with transaction(whole.shop.small.engine) as session:
        return (await session.exec(select(Case.words).where(col(Case.closed_at).is_(None)))).one()


async def brings_back(whole: Whole, her: Visitor, order_id: UUID) -> None:
    """She gives back all she kept; at the hub all of it is as it was, and is to be paid back."""
    lines = list((await lines_of(her, order_id)).values())
    asked = await her.ask("POST", f"/api/orders/{order_id}/give-backs", {"lines": lines})
    assert asked.status_code == 201, asked.text
    hub = await whole.colleague(Role.HUB, hub_id=whole.shop.small.hub.id)
    [back] = await hub.read(BACKS)
    found = [{"piece": piece["piece"], "accepted": True} for piece in back["pieces"]]
    looked = await hub.ask("POST", f"{BACKS}/{back['id']}/inspections", {"pieces": found})
    assert looked.status_code == 201, looked.text
    await whole.work()


async def cases(whole: Whole) -> list[str]:
    async with transaction(whole.shop.small.engine) as session:
        rows = await session.exec(select(Case.kind).where(col(Case.closed_at).is_(None)))
        return sorted(rows)


async def test_exactly_what_she_brings_back_is_paid_back(whole: Whole) -> None:
    her, order_id = await kept(whole)
    plain = Plain(her.browser)
    page = await plain.open(f"/orders/{order_id}")
    form = page.form("/give-backs")
    hers = await lines_of(her, order_id)
    assert set(hers) == {PRICES[0], PRICES[2]}
    form.tick("line", hers[PRICES[2]])
    await plain.press(form)
    assert set(await lines_of(her, order_id)) == {PRICES[0]}
    assert (await whole.letters(order_id))[-1].subject == "You are giving pieces back"
    assert await cases(whole) == ["give_back"]

    hub = await whole.colleague(Role.HUB, hub_id=whole.shop.small.hub.id)
    desk = Plain(hub.browser)
    [back] = await hub.read(BACKS)
    [piece] = back["pieces"]
    form = (await desk.open("/dispatch/give-backs")).form(back["id"])
    form.tick(f"found-{piece['piece']}", "ok")
    await desk.press(form)
    await whole.work()

    async with transaction(whole.shop.small.engine) as session:
        refund = (await session.exec(select(Refund))).one()
        row = await session.get_one(Piece, UUID(piece["piece"]))
    assert (refund.amount_minor, refund.state) == (PRICES[2], payments.RefundState.DONE)
    assert (row.state, row.holder) == (PieceState.SHELF, f"hub:{whole.shop.small.hub.id}")
    assert (await whole.order(order_id)).standing is payments.Standing.PART_REFUNDED
    assert await whole.balance("refunds") == PRICES[2]
    assert await whole.balance("sales") == -(PRICES[0] + PRICES[2])
    assert await cases(whole) == []
    shown = (await her.ask("GET", f"/api/orders/{order_id}")).json()
    assert shown["refunded"]["minor"] == PRICES[2]
    assert (await whole.letters(order_id))[-1].subject == "Your money is on its way back"
    found = [{"piece": piece["piece"], "accepted": True}]
    again = await hub.ask("POST", f"{BACKS}/{back['id']}/inspections", {"pieces": found})
    assert (again.status_code, again.json()["refund"]["minor"]) == (201, PRICES[2])
    await whole.work()
    assert await whole.balance("refunds") == PRICES[2]


async def test_why_a_piece_is_not_taken_back_is_asked_beside_it_and_the_rest_stays(
    whole: Whole,
) -> None:
    her, order_id = await kept(whole)
    hers = await lines_of(her, order_id)
    await her.ask("POST", f"/api/orders/{order_id}/give-backs", {"lines": list(hers.values())})
    hub = await whole.colleague(Role.HUB, hub_id=whole.shop.small.hub.id)
    desk = Plain(hub.browser)
    [back] = await hub.read(BACKS)
    first, second = (each["piece"] for each in back["pieces"])
    form = (await desk.open("/dispatch/give-backs")).form(back["id"])
    form.tick(f"found-{first}", "not")
    form.named(f"why-{first}")[0].value = "Worn at the hem."
    form.tick(f"found-{second}", "not")
    page = await desk.press(form)
    assert beside(page) == f"why-{second}: Say why a piece is not taken back."
    form = page.form(back["id"])
    assert form.named(f"why-{first}")[0].value == "Worn at the hem."
    ticked = {
        (each.name, each.value) for each in form.controls if each.kind == "radio" and each.on
    }
    assert ticked == {(f"found-{first}", "not"), (f"found-{second}", "not")}
    form.tick(f"found-{first}", "away")
    form.tick(f"found-{second}", "away")
    page = await desk.press(form)
    assert page.answer.status_code == 422
    assert "Say what was found once something of it is here." in page.words
    assert len(await hub.read(BACKS)) == 1
    assert (await told(whole)).endswith("inspect them (2).")
    form = page.form(back["id"])
    form.tick(f"found-{first}", "ok")
    await desk.press(form)
    assert (await told(whole)).endswith("inspect them (1).")
    decided = (await desk.open("/dispatch/give-backs")).words
    assert "Inspected lately" in decided
    assert "goes back to her." in decided
    assert "taken back" in decided
    [left] = await hub.read(BACKS)
    form = (await desk.open("/dispatch/give-backs")).form(left["id"])
    form.tick(f"found-{second}", "ok")
    await desk.press(form)
    ended = (await desk.open("/dispatch/cases")).words
    assert "A hub : What came back was inspected." in ended
    assert "came right by itself" not in ended


async def test_what_goes_back_comes_off_at_its_own_vat_rate_and_a_gesture_off_what_stays(
    whole: Whole,
) -> None:
    engine = whole.shop.small.engine
    async with transaction(engine) as session:
        (await session.get_one(Style, whole.shop.small.styles[2].id)).vat_bp = 600
    her, order_id = await whole.ordered()
    given = {"minor": 10_001, "reason": "late"}
    await whole.visited(order_id, 2, at("14:30"), gesture=given)
    before = await receipt_that_adds_up(engine, order_id)
    assert [(line.vat_bp, line.gross.minor) for line in before.vat] == [
        (
            2_500,
            1_150_000 - 6_285,
        ),  # 10,001 shared over 1,150,000 and 680,000: 6,284.6 and 3,716.4
        (600, 680_000 - 3_716),
    ]
    lines = await lines_of(her, order_id)
    back = {"lines": [lines[PRICES[2]]]}
    await her.ask("POST", f"/api/orders/{order_id}/give-backs", back)
    hub = await whole.colleague(Role.HUB, hub_id=whole.shop.small.hub.id)
    [asked] = await hub.read(BACKS)
    found = [{"piece": asked["pieces"][0]["piece"], "accepted": True}]
    await hub.ask("POST", f"{BACKS}/{asked['id']}/inspections", {"pieces": found})
    await whole.work()
    after = await receipt_that_adds_up(engine, order_id)
    assert [(line.vat_bp, line.gross.minor) for line in after.vat] == [(2_500, 1_150_000 - 10_001)]


async def test_what_is_not_as_it_was_is_not_paid_back_and_a_person_calls_her(whole: Whole) -> None:
    her, order_id = await kept(whole)
    lines = list((await lines_of(her, order_id)).values())
    asked = await her.ask("POST", f"/api/orders/{order_id}/give-backs", {"lines": lines})
    assert asked.status_code == 201, asked.text
    hub = await whole.colleague(Role.HUB, hub_id=whole.shop.small.hub.id)
    [back] = await hub.read(BACKS)
    worn, good = sorted(back["pieces"], key=lambda piece: -piece["price"]["minor"])
    door = f"{BACKS}/{back['id']}/inspections"
    said = [
        {"piece": good["piece"], "accepted": True},
        {"piece": worn["piece"], "accepted": False},
    ]
    assert (await hub.ask("POST", door, {"pieces": said[:1]})).status_code == 400
    assert (await hub.ask("POST", door, {"pieces": said})).status_code == 400
    said[1]["why"] = "Worn to a party."
    assert (await hub.ask("POST", door, {"pieces": said})).json()["refund"]["minor"] == PRICES[2]
    turned = [{**each, "accepted": True} for each in said]
    assert (await hub.ask("POST", door, {"pieces": turned})).status_code == 409
    await whole.work()
    assert await whole.balance("refunds") == PRICES[2]
    assert await cases(whole) == ["give_back_refused"]


async def test_after_two_weeks_it_is_too_late(whole: Whole) -> None:
    her, order_id = await kept(whole, 1)
    [line] = (await lines_of(her, order_id)).values()
    ask = {"lines": [str(new_id())]}
    assert (await her.ask("POST", f"/api/orders/{order_id}/give-backs", ask)).status_code == 400
    await whole.clock(at("23:59") + timedelta(days=14))
    assert await lines_of(her, order_id)
    await whole.clock(at("00:00") + timedelta(days=15))
    late = await her.ask("POST", f"/api/orders/{order_id}/give-backs", {"lines": [line]})
    assert late.status_code == 409
    assert await lines_of(her, order_id) == {}
    stranger = await whole.shop.visitor()
    foreign = await stranger.ask("POST", f"/api/orders/{order_id}/give-backs", {"lines": [line]})
    assert foreign.status_code == 404


@pytest.mark.parametrize(("card", "ends"), [(PENDS, "refunded"), (FAILS, "captured")])
async def test_a_refund_on_its_way_arrives_or_ends_with_a_person(
    whole: Whole, card: str, ends: str
) -> None:
    her, order_id = await kept(whole, 1, card)
    await brings_back(whole, her, order_id)
    async with transaction(whole.shop.small.engine) as session:
        refund = (await session.exec(select(Refund))).one()
    over = "succeeded" if card == PENDS else "failed"
    await whole.shop.sandbox.tell("refunds/end", refund=refund.provider_id, status=over)
    await whole.look_at_refund(refund.id)
    assert (await whole.order(order_id)).standing == ends
    assert await cases(whole) == ([] if card == PENDS else ["refund_failed"])
    assert await whole.balance("refunds") == (PRICES[0] if card == PENDS else 0)


async def test_money_that_had_arrived_and_comes_back_is_a_case_once_the_provider_says_so(
    whole: Whole,
) -> None:
    her, order_id = await kept(whole, 1, FAILS)
    await brings_back(whole, her, order_id)
    assert (await whole.order(order_id)).standing is payments.Standing.REFUNDED
    await whole.clock(at("16:00"))
    assert await cases(whole) == []
    told = await whole.bench.gateway.notices_since(at("15:00"), unheard=False)
    failed = [one for one in told if one.kind is NoticeKind.REFUND]
    assert failed
    for notice in (*failed, *failed):
        async with transaction(whole.shop.small.engine) as session:
            await keep_notice(session, notice)
        await whole.work()
    assert await cases(whole) == ["refund_failed"]
    assert (await whole.order(order_id)).standing is payments.Standing.CAPTURED
    assert await whole.balance("refunds") == 0
    receipt = await receipt_that_adds_up(whole.shop.small.engine, order_id)
    assert (receipt.refunds, receipt.paid.minor) == ([], PRICES[0])


async def test_an_older_answer_that_a_key_repeats_does_not_say_again_that_it_arrived(
    whole: Whole,
) -> None:
    her, order_id = await kept(whole, 1, FAILS)
    await whole.shop.sandbox.fault("drop_after", "/v1/refunds", method="POST", times=99)
    await brings_back(whole, her, order_id)
    await whole.clock(at("16:00"))
    engine, gateway = whole.shop.small.engine, whole.bench.gateway
    for notice in await gateway.notices_since(at("14:00"), unheard=False):
        if notice.kind is NoticeKind.REFUND:
            async with transaction(engine) as session:
                await keep_notice(session, notice)
            await read_notice(engine, gateway, notice.id)
    assert await cases(whole) == ["refund_failed"]
    await whole.shop.sandbox.tell("faults/clear")
    [made] = [each for each in await whole.operations(order_id) if each.kind == "refund"]
    await run_operation(engine, gateway, made.id)
    [made] = [each for each in await whole.operations(order_id) if each.kind == "refund"]
    assert made.state == "done", "its key repeated what was true at first"
    assert await whole.balance("refunds") == 0
    assert (await whole.order(order_id)).standing is payments.Standing.CAPTURED
    assert await cases(whole) == ["refund_failed"]


@pytest.mark.parametrize("kind", ["500_before", "500_after", "409", "drop_before", "drop_after"])
async def test_a_troubled_provider_never_makes_us_pay_back_twice(whole: Whole, kind: str) -> None:
    her, order_id = await kept(whole, 1)
    await whole.shop.sandbox.fault(kind, "/v1/refunds")
    await brings_back(whole, her, order_id)
    for _ in range(3):
        await whole.again(timedelta(minutes=1))
    assert (await whole.order(order_id)).standing is payments.Standing.REFUNDED
    assert await whole.balance("refunds") == PRICES[0]
    [hold] = await whole.holds(order_id)
    assert len(await whole.bench.gateway.refunds_of(hold.provider_id)) == 1


async def test_the_database_refuses_to_pay_back_more_than_was_taken(whole: Whole) -> None:
    _, order_id = await kept(whole, 1)
    [operation, *_] = await whole.operations(order_id)
    [hold] = await whole.holds(order_id)

    async def pay_back(hold: Hold, minor: int, currency: str) -> None:
        async with transaction(whole.shop.small.engine) as session:
            session.add(
                Refund(
                    order_id=order_id, hold_id=hold.id, operation_id=operation.id,
                    amount_minor=minor, currency=currency, asked_at=at("15:00"),
                    look_at=at("15:00"),
                )
            )  # fmt: skip

    for minor, currency in ((PRICES[0] + 1, "SEK"), (PRICES[0], "EUR"), (-1, "SEK")):
        with pytest.raises(Overtaken):
            await pay_back(hold, minor, currency)
    async with transaction(whole.shop.small.engine) as session:
        assert (await session.exec(select(GiveBack))).all() == []
