"""She changed her mind and we fetch it: from the window she chooses to the money she gets back."""

import re
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import col, select

import payments
from concierge.model import (
    Case,
    Event,
    Hold,
    Order,
    OrderLine,
    OrderState,
    Piece,
    PieceMove,
    PieceState,
    Role,
    Variant,
    new_id,
)
from concierge.model.refusals import Overtaken
from concierge.store.transaction import transaction
from tests.payments.sandboxed import Sandbox
from tests.small_house import PRICES, at

from .plain import Plain
from .shop import Visitor
from .whole import Colleague, Whole, opened_whole

BACKS = "/api/dispatch/give-backs"


@pytest.fixture
async def whole(database: str, sandbox: Sandbox) -> AsyncIterator[Whole]:
    async with opened_whole(database, sandbox) as one:
        yield one


class Collecting:
    """A client who gives back all she kept, and the visit that is to fetch it."""

    def __init__(self, whole: Whole, her: Visitor, kept: UUID, back: str) -> None:
        self.whole, self.her, self.kept, self.back = whole, her, kept, back
        self.visit = UUID(int=0)

    @property
    def door(self) -> str:
        return f"/api/orders/{self.kept}/give-backs/{self.back}"

    async def windows(self) -> list[dict[str, Any]]:
        answer = await self.her.ask("GET", f"{self.door}/windows")
        assert answer.status_code == 200, answer.text
        return [
            {"opens": window["opens"], "closes": window["closes"]}
            for day in answer.json()["days"]
            for window in day["windows"]
            if window["state"] in {"free", "last"}
        ]

    async def plan(self, number: int = 0) -> dict[str, Any]:
        window = (await self.windows())[number]
        answer = await self.her.ask("POST", f"{self.door}/collections", window)
        assert answer.status_code == 201, answer.text
        self.visit = UUID(answer.json()["id"])
        return answer.json()

    async def shown(self, order_id: UUID) -> dict[str, Any]:
        answer = await self.her.ask("GET", f"/api/orders/{order_id}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def at_the_door(self) -> tuple[Colleague, list[dict[str, Any]]]:
        """The concierge is there, in the promised hour; the pieces on her phone, dearest first."""
        phone = await self.whole.concierge_of(self.visit)
        visit = await phone.read(f"/api/field/visits/{self.visit}")
        assert visit["collects"]
        assert visit["ready"]
        moment = datetime.fromisoformat(visit["opens"]) + timedelta(minutes=1)
        await self.whole.clock(moment)
        for step in ("en_route", "arrived"):
            said = {"step": step, "at": moment.isoformat()}
            door = f"/api/field/visits/{self.visit}/steps/{new_id()}"
            answer = await phone.ask("PUT", door, said)
            assert answer.is_success, answer.text
        return phone, sorted(visit["pieces"], key=lambda piece: -piece["price"]["minor"])

    async def send(
        self, phone: Colleague, verdicts: dict[str, str], key: UUID | None = None
    ) -> Any:
        record = {
            "verdicts": [
                {"piece": piece, "verdict": verdict} for piece, verdict in verdicts.items()
            ],
            "confirmed_at": at("17:10").isoformat(),
        }
        door = f"/api/field/visits/{self.visit}/returns/{key or new_id()}"
        answer = await phone.ask("PUT", door, record)
        await self.whole.work()
        return answer


async def collecting(whole: Whole, keeps: int = 2) -> Collecting:
    """She keeps that many, the dearest first, pays, and gives all of them back."""
    her, kept = await whole.ordered()
    await whole.visited(kept, keeps, at("14:30"))
    shown = (await her.ask("GET", f"/api/orders/{kept}")).json()
    lines = [piece["line"] for piece in shown["pieces"] if piece["may_give_back"]]
    [back] = (await give_back(her, kept))["giving_back"]
    assert back["lines"] == lines
    assert (back["where"], back["may_collect"], back["collection"]) == ("hers", True, None)
    return Collecting(whole, her, kept, back["id"])


async def give_back(her: Visitor, kept: UUID) -> dict[str, Any]:
    """She gives back all she may; her order as it stands then."""
    shown = (await her.ask("GET", f"/api/orders/{kept}")).json()
    lines = [piece["line"] for piece in shown["pieces"] if piece["may_give_back"]]
    asked = await her.ask("POST", f"/api/orders/{kept}/give-backs", {"lines": lines})
    assert asked.status_code == 201, asked.text
    return asked.json()


async def pieces(whole: Whole) -> dict[str, Piece]:
    async with transaction(whole.shop.small.engine) as session:
        return {str(piece.id): piece for piece in await session.exec(select(Piece))}


async def cases(whole: Whole) -> list[str]:
    async with transaction(whole.shop.small.engine) as session:
        rows = await session.exec(select(Case.kind).where(col(Case.closed_at).is_(None)))
        return sorted(rows)


async def test_what_she_hands_over_is_carried_to_the_hub_inspected_and_paid_back(
    whole: Whole,
) -> None:
    hers = await collecting(whole)
    visit = await hers.plan()
    assert (visit["stage"], visit["collects"]["order"]) == ("confirmed", str(hers.kept))
    [back] = (await hers.shown(hers.kept))["giving_back"]
    assert back["collection"]["order"] == visit["id"]
    letter = (await whole.letters(hers.visit))[-1]
    assert letter.subject == "We collect your pieces"
    assert letter.leads_to == f"/orders/{hers.visit}"
    phone, handed = await hers.at_the_door()
    assert [piece["price"]["minor"] for piece in handed] == [PRICES[0], PRICES[2]]
    key, said = new_id(), {piece["id"]: "returned" for piece in handed}
    answer = await hers.send(phone, said, key)
    assert answer.is_success, answer.text
    assert (await hers.send(phone, said, key)).is_success
    concierge = next(iter((await pieces(whole))[handed[0]["id"]].holder.split()))
    assert concierge.startswith("concierge:")
    assert (await whole.order(hers.visit)).state is OrderState.SETTLED
    assert (await whole.letters(hers.visit))[-1].subject == "We have your pieces"
    [back] = (await hers.shown(hers.kept))["giving_back"]
    assert (back["where"], back["may_collect"]) == ("with_concierge", False)
    assert await cases(whole) == ["give_back"]

    hub = await whole.colleague(Role.HUB, hub_id=whole.shop.small.hub.id)
    [row] = await hub.read(BACKS)
    found = [{"piece": piece["piece"], "accepted": True} for piece in row["pieces"]]
    paid = await hub.ask("POST", f"{BACKS}/{row['id']}/inspections", {"pieces": found})
    assert paid.json()["refund"]["minor"] == PRICES[0] + PRICES[2]
    await whole.work()
    assert await whole.balance("refunds") == PRICES[0] + PRICES[2]
    assert await cases(whole) == []
    at_hub = f"hub:{whole.shop.small.hub.id}"
    for piece in handed:
        async with transaction(whole.shop.small.engine) as session:
            moves = await session.exec(
                select(PieceMove)
                .where(PieceMove.piece_id == UUID(piece["id"]))
                .order_by(col(PieceMove.seq))
            )
            told = [(move.state, move.holder) for move in moves][-4:]
        client = told[0][1]
        assert client.startswith("client:")
        assert told == [
            (PieceState.SOLD, client), (PieceState.SOLD, concierge), (PieceState.SOLD, at_hub),
            (PieceState.SHELF, at_hub),
        ]  # fmt: skip
    assert (await whole.order(hers.visit)).standing is payments.Standing.RELEASED


async def test_what_she_does_not_hand_over_is_still_hers_to_give_back(whole: Whole) -> None:
    hers = await collecting(whole)
    await hers.plan()
    phone, (dear, cheap) = await hers.at_the_door()
    for wrong in ({dear["id"]: "kept", cheap["id"]: "returned"}, {dear["id"]: "returned"}):
        assert (await hers.send(phone, wrong)).status_code == 422
    said = {dear["id"]: "returned", cheap["id"]: "missing"}
    assert (await hers.send(phone, said)).is_success
    assert await cases(whole) == ["give_back"], "nothing of it is disputed"
    backs = (await hers.shown(hers.kept))["giving_back"]
    assert sorted((back["where"], back["may_collect"]) for back in backs) == [
        ("hers", True), ("with_concierge", False)
    ]  # fmt: skip
    body = (await whole.letters(hers.visit))[-1].body
    assert "not handed over" in body
    assert "choose another time" in body
    hub = await whole.colleague(Role.HUB, hub_id=whole.shop.small.hub.id)
    [carried] = [row for row in await hub.read(BACKS) if row["carried_by"]]
    desk = Plain(hub.browser)
    page = await desk.open("/dispatch/give-backs")
    assert "has collected them" in page.words
    await desk.press(page.form("/arrivals"))
    at_hub = f"hub:{whole.shop.small.hub.id}"
    here = (await pieces(whole))[dear["id"]]
    assert (here.state, here.holder) == (PieceState.SOLD, at_hub), "hers until it is inspected"
    found = {"pieces": [{"piece": dear["id"], "accepted": False, "why": "Worn."}]}
    refused = await hub.ask("POST", f"{BACKS}/{carried['id']}/inspections", found)
    assert refused.json()["refund"]["minor"] == 0
    assert await cases(whole) == ["give_back", "give_back_refused"]
    here = (await pieces(whole))[dear["id"]]
    assert (here.state, here.holder) == (PieceState.SOLD, at_hub)
    hers.back = next(back["id"] for back in backs if back["may_collect"])
    await whole.clock(at("08:00") + timedelta(days=1))
    await hers.plan()
    phone, [left] = await hers.at_the_door()
    assert left["id"] == cheap["id"]
    assert (await hers.send(phone, {left["id"]: "missing"})).is_success
    [back] = (await hers.shown(hers.kept))["giving_back"]
    assert (back["where"], back["may_collect"]) == ("hers", True)
    assert (await whole.letters(hers.visit))[-1].subject == "We could not collect anything"


async def test_she_calls_it_off_and_chooses_again_on_plain_pages(whole: Whole) -> None:
    her, kept = await whole.ordered()
    await whole.visited(kept, 2, at("14:30"))
    plain = Plain(her.browser)
    form = (await plain.open(f"/orders/{kept}")).form("/give-backs")
    for each in form.named("line"):
        each.on = True
    page = await plain.press(form, form.button("do", "collect"))
    assert "When shall we collect?" in page.words
    form = page.form("/collection")
    page = await plain.press(form, form.button("do", "order"))
    assert page.answer.status_code == 422
    form = page.form("/collection")
    day = [each for each in form.controls if each.name == "day"][1]
    form = (await plain.press(form, day)).form("/collection")
    free = [each for each in form.named("window") if each.enabled]
    form.tick("window", free[0].value)
    page = await plain.press(form, form.button("do", "order"))
    assert "We collect your pieces on" in page.words
    assert (
        "We collect your pieces on" in (await plain.press(form, form.button("do", "order"))).words
    )
    page = await plain.press(page.form("/cancellations"))
    assert "The collection is called off" in page.words
    visit = UUID(str(page.answer.url).rpartition("/")[2])
    letter = (await whole.letters(visit))[-1]
    assert letter.subject == "The collection is called off"
    assert "bank" not in letter.body
    [door] = set(re.findall(r'href="(/orders/[^"]+/collection)"', page.answer.text))
    page = await plain.open(door)
    form = page.form("/collection")
    form.tick("window", next(each.value for each in form.named("window") if each.enabled))
    page = await plain.press(form, form.button("do", "order"))
    assert "We collect your pieces" in page.words
    assert "Collection booked" in (await plain.open("/account")).words
    stranger = Plain((await whole.shop.visitor()).browser)
    assert (await stranger.open(door)).answer.status_code == 404
    assert (await stranger.open(page.answer.url.path)).answer.status_code == 404
    assert "We collect them on" in (await plain.open(f"/orders/{kept}")).words


async def test_what_she_brings_in_meanwhile_nobody_comes_for(whole: Whole) -> None:
    hers = await collecting(whole)
    await hers.plan()
    hub = await whole.colleague(Role.HUB, hub_id=whole.shop.small.hub.id)
    [back] = await hub.read(BACKS)
    assert back["collected_at"]["order"] == str(hers.visit)
    dear, cheap = sorted(back["pieces"], key=lambda piece: -piece["price"]["minor"])
    door = f"{BACKS}/{back['id']}/inspections"
    nothing = [
        {"piece": each["piece"], "accepted": False, "here": False} for each in (dear, cheap)
    ]
    assert (await hub.ask("POST", door, {"pieces": nothing})).status_code == 400
    one = [{"piece": dear["piece"], "accepted": True}, nothing[1]]
    unsaid = await hub.ask("POST", door, {"pieces": one})
    assert (unsaid.status_code, await whole.balance("refunds")) == (400, 0)
    brought = {"pieces": one, "brought_in": True}
    assert (await hub.ask("POST", door, brought)).json()["refund"]["minor"] == PRICES[0]
    await whole.work()
    assert await cases(whole) == ["give_back"], "the other still comes"
    phone = await whole.concierge_of(hers.visit)
    visit = await phone.read(f"/api/field/visits/{hers.visit}")
    assert [piece["id"] for piece in visit["pieces"]] == [cheap["piece"]]
    [row] = await hub.read(BACKS)
    told = await topics_of(whole, hers.visit, "collection")
    assert any(topic.startswith("concierge:") for topic in told)
    hers_page = await Plain(hers.her.browser).open(f"/orders/{hers.visit}")
    assert hers_page.words.count("You have brought it in") == 1
    rest = {"pieces": [{"piece": cheap["piece"], "accepted": True}], "brought_in": True}
    paid = await hub.ask("POST", f"{BACKS}/{row['id']}/inspections", rest)
    assert paid.json()["refund"]["minor"] == PRICES[2]
    await whole.work()
    assert (await whole.order(hers.visit)).state is OrderState.CANCELLED
    assert "brought your pieces in" in (await whole.letters(hers.visit))[-1].body
    hers_page = await Plain(hers.her.browser).open(f"/orders/{hers.visit}")
    assert "You have brought your pieces in, so nobody need come." in hers_page.words
    route = await phone.read("/api/field/route")
    assert str(hers.visit) not in [each["order"] for each in route["visits"]]
    assert (await hers.shown(hers.visit))["collects"]["again"] is False
    late = await hers.her.ask("GET", f"{hers.door}/windows")
    assert late.status_code == 409
    assert await whole.balance("refunds") == PRICES[0] + PRICES[2]


async def topics_of(whole: Whole, order_id: UUID, kind: str) -> set[str]:
    """Whose screens were told so of an order."""
    async with transaction(whole.shop.small.engine) as session:
        rows = (await session.exec(select(Event).where(Event.kind == kind))).all()
    return {row.topic for row in rows if row.content.get("order") == str(order_id)}


async def test_the_desk_is_asked_whether_she_has_brought_in_what_we_still_collect(
    whole: Whole,
) -> None:
    hers = await collecting(whole)
    await hers.plan()
    hub = await whole.colleague(Role.HUB, hub_id=whole.shop.small.hub.id)
    desk = Plain(hub.browser)
    page = await desk.open("/dispatch/give-backs")
    assert "We collect them on" in page.words
    assert "It leaves the collection." in page.words
    form = page.form(f"/dispatch/give-backs/{hers.back}")
    for piece in [each.value for each in form.named("piece")]:
        form.tick(f"found-{piece}", "ok")
    page = await desk.press(form)
    assert page.answer.status_code == 422
    assert "We still collect these pieces: say first that she brought them in." in page.words
    form = page.form(f"/dispatch/give-backs/{hers.back}")
    form.tick(f"brought-{hers.back}", "yes")
    assert "Nothing comes back just now." in (await desk.press(form)).words
    await whole.work()
    assert (await whole.order(hers.visit)).state is OrderState.CANCELLED


async def test_a_list_that_comes_late_says_nothing_of_what_the_hub_has(whole: Whole) -> None:
    hers = await collecting(whole)
    await hers.plan()
    phone, (dear, cheap) = await hers.at_the_door()
    hub = await whole.colleague(Role.HUB, hub_id=whole.shop.small.hub.id)
    [back] = await hub.read(BACKS)
    one = [
        {"piece": dear["id"], "accepted": True},
        {"piece": cheap["id"], "accepted": False, "here": False},
    ]
    await hub.ask("POST", f"{BACKS}/{back['id']}/inspections", {"pieces": one})
    said = {dear["id"]: "returned", cheap["id"]: "returned"}
    assert (await hers.send(phone, said)).is_success
    there = await pieces(whole)
    at_hub = f"hub:{whole.shop.small.hub.id}"
    assert (there[dear["id"]].state, there[dear["id"]].holder) == (PieceState.SHELF, at_hub)
    assert there[cheap["id"]].holder.startswith("concierge:")
    assert await cases(whole) == ["collected_twice", "give_back"]


async def test_nobody_opens_and_the_visit_ends_without_a_fee(whole: Whole) -> None:
    hers = await collecting(whole)
    await hers.plan()
    await hers.at_the_door()
    order = await whole.order(hers.visit)
    assert order.opens is not None
    dispatch = await whole.colleague(Role.DISPATCHER)
    day = f"/api/dispatch/days/vasa/{order.day}"
    board = await dispatch.read(day)
    [seen] = [v for row in board["rows"] for v in row["visits"] if v["order"] == str(hers.visit)]
    assert (seen["collects"], seen["money"], seen["pieces"]) == (True, "held", 2)
    assert seen["reference"] == (await whole.order(hers.kept)).reference, "one name for it all"
    [shift] = [r["shift"] for r in board["rows"] for v in r["visits"] if v is seen]
    closed = await dispatch.ask(
        "POST", f"{day}/closed-doors", {"order": str(hers.visit), "version": board["version"]}
    )
    assert closed.is_success, (closed.text, shift)
    await whole.work()
    assert "nobody" in str((await hers.shown(hers.visit))["trouble"])
    assert "Nobody opened" in (await Plain(hers.her.browser).open(f"/orders/{hers.visit}")).words
    ended = await dispatch.ask("POST", f"{day}/absences", {"order": str(hers.visit)})
    assert ended.is_success, ended.text
    await whole.work()
    order = await whole.order(hers.visit)
    assert (order.state, order.standing) == (OrderState.CANCELLED, payments.Standing.RELEASED)
    letter = (await whole.letters(hers.visit))[-1]
    assert "we could not collect" in letter.body
    assert (await hers.shown(hers.visit))["collects"]["again"]
    held = {piece.holder.partition(":")[0] for piece in (await pieces(whole)).values()}
    assert "client" in held


async def test_the_database_refuses_what_no_collection_is(whole: Whole) -> None:
    hers = await collecting(whole)
    await hers.plan()
    engine = whole.shop.small.engine
    brings = await another_visit(hers)
    [hold] = await whole.holds(brings)
    stranger = await whole.shop.visitor()
    again = await stranger.ask("POST", f"{hers.door}/collections", await hers_window(hers))
    assert again.status_code == 404
    twice = await hers.her.ask("POST", f"{hers.door}/collections", await hers_window(hers))
    assert twice.status_code == 409

    wrong: dict[str, Callable[[Order, Order], None]] = {
        "it owes money": lambda visit, _: setattr(visit, "due_minor", 1),
        "it costs a fee": lambda visit, _: setattr(visit, "late_fee_minor", 1),
        "its money stands elsewhere": lambda visit, _: setattr(
            visit, "standing", payments.Standing.COLLECTING
        ),
        "it brings pieces after all": lambda visit, _: setattr(visit, "collects", None),
        "a visit gets around its hold": lambda _, other: setattr(
            other, "collects", UUID(hers.back)
        ),
    }
    for change in wrong.values():
        with pytest.raises(Overtaken):
            async with transaction(engine) as session:
                change(
                    await session.get_one(Order, hers.visit), await session.get_one(Order, brings)
                )
    with pytest.raises(Overtaken):
        async with transaction(engine) as session:
            (await session.get_one(Hold, hold.id)).order_id = hers.visit
    for of, verdict in ((hers.visit, "kept"), (brings, None)):
        with pytest.raises(Overtaken):
            await write_line(whole, of, hers.visit, verdict)
    hers_too, another = (await whole.order(brings)).client_id, whole.shop.small.client.id
    for client, state in ((hers_too, OrderState.CONFIRMED), (another, OrderState.CANCELLED)):
        with pytest.raises(Overtaken):
            await collect_as_well(whole, brings, UUID(hers.back), client, state)


async def another_visit(hers: Collecting) -> UUID:
    """She orders one more piece to try, and gives her card."""
    her = hers.her
    await her.choose(1)
    taken = await her.order((await her.windows())[0], who=None)
    assert taken.status_code == 201, taken.text
    await her.pay(taken.json()["card_page"])
    return UUID(taken.json()["order"]["id"])


async def write_line(whole: Whole, of: UUID, to: UUID, verdict: str | None) -> None:
    async with transaction(whole.shop.small.engine) as session:
        rows = await session.exec(select(OrderLine).where(OrderLine.order_id == of))
        line = rows.all()[0]
        line.verdict, line.order_id = verdict, to


async def collect_as_well(
    whole: Whole, as_of: UUID, back: UUID, client: UUID, state: OrderState
) -> None:
    async with transaction(whole.shop.small.engine) as session:
        like = await session.get_one(Order, as_of)
        session.add(
            Order(
                reference="MO-AGAIN", hub_id=like.hub_id, client_id=client,
                address_id=like.address_id, state=state, opens=like.opens,
                closes=like.closes, minutes=9, load=1, currency=like.currency,
                placed_at=like.placed_at, standing=payments.Standing.RELEASED, collects=back,
            )
        )  # fmt: skip


async def hers_window(hers: Collecting) -> dict[str, Any]:
    """Some window; whether it is free does not matter."""
    order = await hers.whole.order(hers.visit)
    assert order.opens is not None
    assert order.closes is not None
    return {"opens": order.opens.isoformat(), "closes": order.closes.isoformat()}


async def test_only_a_collection_departs_without_a_hold(whole: Whole) -> None:
    hers = await collecting(whole)
    await hers.plan()
    brings = await another_visit(hers)
    async with transaction(whole.shop.small.engine) as session:
        rows = await session.exec(select(Hold).where(Hold.order_id == brings))
        rows.one().state = payments.HoldState.RELEASED
    phone = await whole.concierge_of(brings)
    visit = await phone.read(f"/api/field/visits/{brings}")
    assert (visit["ready"], visit["collects"]) == (False, False)
    said = {"step": "en_route", "at": visit["opens"]}
    door = f"/api/field/visits/{brings}/steps/{new_id()}"
    assert (await phone.ask("PUT", door, said)).status_code == 409
    phone, handed = await hers.at_the_door()
    tag = {"tag": handed[0]["tag"]}
    added = await phone.ask("PUT", f"/api/field/visits/{hers.visit}/additions/{new_id()}", tag)
    assert added.status_code == 409
    more = {"keeping": [handed[0]["id"]]}
    asked = await phone.ask("PUT", f"/api/field/visits/{hers.visit}/holds/{new_id()}", more)
    assert asked.status_code == 409
    given = {
        "verdicts": [{"piece": piece["id"], "verdict": "returned"} for piece in handed],
        "confirmed_at": visit["opens"], "gesture": {"minor": 100, "reason": "goodwill"},
    }  # fmt: skip
    door = f"/api/field/visits/{hers.visit}/returns/{new_id()}"
    assert (await phone.ask("PUT", door, given)).status_code == 422
    of = f"/api/orders/{hers.visit}"
    assert (await hers.her.ask("POST", f"{of}/card-pages")).status_code == 409
    lines = {"lines": [(await hers.shown(hers.visit))["pieces"][0]["line"]]}
    assert (await hers.her.ask("POST", f"{of}/give-backs", lines)).status_code == 409
    receipt = await hers.her.browser.get(f"/orders/{hers.visit}/receipt")
    assert receipt.status_code == 404
    assert (await whole.holds(hers.visit), await whole.operations(hers.visit)) == ([], [])


async def test_pieces_are_filed_with_the_hour_she_chooses_and_are_hers_again_until_collected(
    whole: Whole,
) -> None:
    her, kept = await whole.ordered()
    await whole.visited(kept, 2, at("14:30"))
    plain = Plain(her.browser)
    form = (await plain.open(f"/orders/{kept}")).form("/give-backs")
    empty = await plain.press(form, form.button("do", "collect"))
    assert empty.answer.status_code == 422
    assert "Choose among the pieces you kept." in empty.words
    assert await cases(whole) == []

    form = empty.form("/give-backs")
    line = form.named("line")[0].value
    form.tick("line", line)
    page = await plain.press(form, form.button("do", "collect"))
    form = page.form("/collection")
    assert [each.value for each in form.named("line")] == [line]
    unchosen = await plain.press(form, form.button("do", "order"))
    assert (unchosen.answer.status_code, await cases(whole)) == (422, []), "Nothing is filed yet."

    form = unchosen.form("/collection")
    form.tick("window", next(each.value for each in form.named("window") if each.enabled))
    booked = await plain.press(form, form.button("do", "order"))
    assert booked.answer.status_code == 200
    assert await cases(whole) == ["give_back"]
    letters = [letter.subject for letter in await whole.letters(kept)]
    assert "You are giving pieces back" not in letters, "Nobody asks her to bring them."

    page = await plain.open(f"/orders/{kept}")
    assert not any(each.value == line for each in page.form("/give-backs").named("line"))
    back = page.form("/withdrawals")
    for _ in range(2):  # a double press
        page = await plain.press(back)
        assert page.answer.status_code == 200
    assert any(each.value == line for each in page.form("/give-backs").named("line"))
    assert await cases(whole) == []
    letters = [letter.subject for letter in await whole.letters(kept)]
    assert letters.count("You keep your pieces after all") == 1
    async with transaction(whole.shop.small.engine) as session:
        visits = await session.exec(select(Order.state).where(col(Order.collects).is_not(None)))
        assert list(visits) == [OrderState.CANCELLED]


async def test_a_client_of_ours_keeps_after_all_over_json_as_the_page_does(whole: Whole) -> None:
    hers = await collecting(whole)
    await hers.plan()
    door = f"{hers.door}/withdrawals"
    assert (await (await whole.shop.visitor()).ask("POST", door)).status_code == 404
    for _ in range(2):  # the answer was lost, and it is sent again
        kept = await hers.her.ask("POST", door)
        assert kept.status_code == 201, kept.text
        assert kept.json()["giving_back"] == []
        assert [piece["may_give_back"] for piece in kept.json()["pieces"]].count(True) == 2
    assert (await whole.order(hers.visit)).state is OrderState.CANCELLED
    assert await cases(whole) == []
    letters = [letter.subject for letter in await whole.letters(hers.kept)]
    assert letters.count("You keep your pieces after all") == 1

    [again] = (await give_back(hers.her, hers.kept))["giving_back"]
    hers.back = again["id"]
    await hers.plan()
    phone, brought = await hers.at_the_door()
    await hers.send(phone, {piece["id"]: "returned" for piece in brought})
    late = await hers.her.ask("POST", f"{hers.door}/withdrawals")
    assert (late.status_code, late.json()["type"]) == (409, "urn:concierge:problem:too_late")


async def test_what_she_gives_back_is_named_in_her_language(whole: Whole) -> None:
    hers = await collecting(whole, keeps=1)
    async with transaction(whole.shop.small.engine) as session:
        for variant in await session.exec(select(Variant)):
            variant.size = "One size"
    browser = hers.her.browser
    await browser.page(f"/orders/{hers.kept}")
    await browser.send_form("/language", language="ar")
    for page in (f"/orders/{hers.kept}", f"/orders/{hers.kept}/give-backs/{hers.back}/collection"):
        words = (await Plain(browser).open(page)).words
        assert re.search(r"Bias dress ?، مقاس واحد", words)
        assert "One size" not in words
