"""What else happens at the door: gestures, and pieces that come back damaged or not at all."""

from typing import Any
from uuid import UUID

import pytest
from sqlmodel import col, func, select

from concierge.desk.show_receipt import Extra, receipt_of
from concierge.model import (
    AuditEntry,
    Case,
    Disposition,
    Gesture,
    Hold,
    Message,
    Order,
    OrderLine,
    Piece,
    PieceState,
    new_id,
)
from concierge.store.transaction import transaction
from payments.stripe_gateway import StripeGateway
from tests.small_house import GESTURE_MINOR, PRICES, SmallHouse, at

from .receipts import receipt_that_adds_up
from .test_returns import Phone, Phones, lines, phones, said, visit, work_off

__all__ = ["lines", "phones", "visit"]

DEAREST = max(PRICES)


async def arrive(hers: Phone, visit: Order) -> None:
    arrived = {"step": "arrived", "at": at("14:03").isoformat()}
    assert (await hers.write(f"{visit.id}/steps/{new_id()}", arrived)).status_code == 200


async def states(house: SmallHouse) -> dict[UUID, PieceState]:
    async with transaction(house.engine) as session:
        rows = await session.exec(select(Piece.id, Piece.state))
        return {piece: PieceState(state) for piece, state in rows}


async def test_a_gesture_is_taken_off_what_she_pays_with_who_and_why(
    house: SmallHouse, gateway: StripeGateway, visit: Order, phones: Phones,
    lines: list[OrderLine],
) -> None:  # fmt: skip
    given = {"minor": 12_500, "reason": "late"}
    async with phones as (hers, _):
        await arrive(hers, visit)
        key = new_id()
        for _ in range(2):
            sent = await hers.write(
                f"{visit.id}/returns/{key}", said(lines, 0) | {"gesture": given}
            )
            assert sent.status_code == 200, sent.text
        await work_off(house, gateway)
        receipt = (await hers.see(visit.id)).json()["receipt"]
    assert receipt["state"] == "charged"
    assert receipt["gesture"]["minor"] == 12_500
    assert receipt["due"]["minor"] == DEAREST - 12_500
    async with transaction(house.engine) as session:
        gesture = (await session.exec(select(Gesture))).one()
        audited = select(AuditEntry).where(AuditEntry.what == "gesture.give")
        entry = (await session.exec(audited)).one()
        captured = (await session.exec(select(Hold.captured_minor))).one()
        letter = (
            await session.exec(select(Message.body).order_by(col(Message.at).desc()))
        ).first()
    assert (entry.who, entry.why) == (gesture.by, "late")
    assert captured == DEAREST - 12_500
    assert letter is not None
    assert "A gesture of ours: SEK\u00a0125 off" in letter
    async with transaction(house.engine) as session:
        paper = await receipt_of(session, await session.get_one(Order, visit.id))
    assert [each.amount.minor for each in paper.credits] == [12_500]
    assert paper.charged.minor == paper.kept.minor - 12_500 == captured
    assert paper.net + paper.vat_total == paper.charged


async def test_what_a_gesture_leaves_and_no_card_takes_is_let_off(
    house: SmallHouse, gateway: StripeGateway, visit: Order, phones: Phones,
    lines: list[OrderLine],
) -> None:  # fmt: skip
    async with transaction(house.engine) as session:
        scarf = await session.get_one(OrderLine, lines[0].id)
        scarf.price_minor = GESTURE_MINOR + 299
    async with phones as (hers, _):
        await arrive(hers, visit)
        given = {"gesture": {"minor": GESTURE_MINOR, "reason": "goodwill"}}
        sent = await hers.write(f"{visit.id}/returns/{new_id()}", said(lines, 0) | given)
        assert sent.status_code == 200, sent.text
        await work_off(house, gateway)
        receipt = (await hers.see(visit.id)).json()["receipt"]
    assert (receipt["state"], receipt["due"]["minor"]) == ("released", 0)
    paper = await receipt_that_adds_up(house.engine, visit.id)
    assert [(each.what, each.amount.minor) for each in paper.credits] == [
        (Extra.GESTURE, GESTURE_MINOR), (Extra.LET_OFF, 299),
    ]  # fmt: skip
    async with transaction(house.engine) as session:
        assert (await session.exec(select(func.count()).select_from(Case))).one() == 0


@pytest.mark.parametrize("minor", [GESTURE_MINOR + 1, 0, -5, 2**40, 1.5])
async def test_more_than_a_concierge_may_give_is_refused_and_nothing_is_written(
    house: SmallHouse, visit: Order, phones: Phones, lines: list[OrderLine], minor: float
) -> None:
    async with phones as (hers, _):
        await arrive(hers, visit)
        asked: dict[str, Any] = {"gesture": {"minor": minor, "reason": "goodwill"}}
        refused = await hers.write(f"{visit.id}/returns/{new_id()}", said(lines, 0) | asked)
        assert refused.status_code in (400, 422)
        if minor == GESTURE_MINOR + 1:
            assert refused.json()["detail"] == (
                "At one visit you may give away at most SEK\xa0300."
            )
        assert (await hers.see(visit.id)).json()["receipt"] is None
    async with transaction(house.engine) as session:
        assert (await session.exec(select(Gesture))).all() == []


async def test_a_gesture_never_makes_a_bill_negative(
    house: SmallHouse, gateway: StripeGateway, visit: Order, phones: Phones,
    lines: list[OrderLine],
) -> None:  # fmt: skip
    async with phones as (hers, _):
        await arrive(hers, visit)
        given = {"gesture": {"minor": GESTURE_MINOR, "reason": "goodwill"}}
        await hers.write(f"{visit.id}/returns/{new_id()}", said(lines) | given)
        await work_off(house, gateway)
        receipt = (await hers.see(visit.id)).json()["receipt"]
    assert (receipt["state"], receipt["due"]["minor"]) == ("released", 0)


async def test_what_is_damaged_or_missing_is_never_charged_with_the_rest(
    house: SmallHouse, gateway: StripeGateway, visit: Order, phones: Phones,
    lines: list[OrderLine],
) -> None:  # fmt: skip
    kept, damaged, missing = lines
    told = said(lines, 0)
    told["verdicts"][1]["condition"] = "damaged"
    told["verdicts"][2] = {"piece": str(missing.piece_id), "verdict": "missing"}
    told["remarks"] = [{"piece": str(damaged.piece_id), "words": "Wine on the sleeve."}]
    async with phones as (hers, _):
        await arrive(hers, visit)
        sent = await hers.write(f"{visit.id}/returns/{new_id()}", told)
        assert sent.status_code == 200, sent.text
        await work_off(house, gateway)
        receipt = (await hers.see(visit.id)).json()["receipt"]
    assert receipt["due"]["minor"] == kept.price_minor
    assert (receipt["kept"], receipt["returned"], receipt["disputed"]) == (1, 1, 2)
    async with transaction(house.engine) as session:
        opened = {each.piece_id: each for each in await session.exec(select(Disposition))}
        case = (await session.exec(select(Case))).one()
    assert set(opened) == {damaged.piece_id, missing.piece_id}
    assert opened[damaged.piece_id].remark == "Wine on the sleeve."
    assert opened[missing.piece_id].price_minor == missing.price_minor
    assert (case.kind, case.closed_at) == ("pieces_disputed", None)
    async with transaction(house.engine) as session:
        paper = await receipt_of(session, await session.get_one(Order, visit.id))
    assert [(piece.kept, piece.disputed) for piece in paper.pieces] == [
        (True, False), (False, True), (False, True),
    ]  # fmt: skip
    assert paper.charged.minor == kept.price_minor
    assert await states(house) == {
        kept.piece_id: PieceState.SOLD,
        damaged.piece_id: PieceState.REPAIR,
        missing.piece_id: PieceState.LOST,
    }


async def test_a_remark_about_a_strangers_piece_is_refused(
    house: SmallHouse, visit: Order, phones: Phones, lines: list[OrderLine]
) -> None:
    remark = {"remarks": [{"piece": str(new_id()), "words": "Torn."}]}
    async with phones as (hers, _):
        await arrive(hers, visit)
        refused = await hers.write(f"{visit.id}/returns/{new_id()}", said(lines, 0) | remark)
    assert refused.status_code == 422
    assert set((await states(house)).values()) == {PieceState.WITH_CLIENT}
