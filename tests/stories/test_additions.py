"""A piece from the van joins a visit: a real one, in her hands, and promised to nobody else."""

from collections.abc import Sequence
from uuid import UUID

import pytest
from sqlmodel import col, select

from concierge.model import (
    Hold,
    Hub,
    Order,
    OrderLine,
    Piece,
    PieceMove,
    PieceState,
    Reservation,
    Stop,
    new_id,
)
from concierge.store.transaction import transaction
from payments.stripe_gateway import StripeGateway
from tests.paid_visit import paid_visit
from tests.payments.sandboxed import Client
from tests.small_house import PRICES, SmallHouse, at

from .receipts import receipt_that_adds_up
from .test_at_the_door import arrive
from .test_returns import Phone, Phones, lines, phones, said, work_off

__all__ = ["lines", "phones"]

SPARE = "MO-9"


@pytest.fixture
async def visit(house: SmallHouse, gateway: StripeGateway, her: Client) -> Order:
    """The dress alone is held; a spare loafer rides in the van."""
    order = await paid_visit(house, gateway, her, variants=(0,))
    await house.clock(at("14:45"))
    async with transaction(house.engine) as session:
        stop = await session.get_one(Stop, order.id)
        session.add(
            Piece(
                hub_id=house.hub.id, variant_id=house.variants[2].id, tag=SPARE,
                state=PieceState.VAN, holder=f"concierge:{stop.concierge_id}",
            )
        )  # fmt: skip
    return order


async def spare(house: SmallHouse) -> Piece:
    async with transaction(house.engine) as session:
        return (await session.exec(select(Piece).where(Piece.tag == SPARE))).one()


async def add(phone: Phone, visit: Order, tag: str = SPARE, key: UUID | None = None) -> int:
    answer = await phone.write(f"{visit.id}/additions/{key or new_id()}", {"tag": tag})
    return answer.status_code


async def hers_now(house: SmallHouse, visit: Order) -> Sequence[OrderLine]:
    async with transaction(house.engine) as session:
        rows = await session.exec(
            select(OrderLine)
            .where(OrderLine.order_id == visit.id)
            .order_by(col(OrderLine.price_minor).desc())
        )
    return rows.all()


async def test_it_is_a_line_at_its_price_and_she_may_keep_it_instead(
    house: SmallHouse, gateway: StripeGateway, visit: Order, phones: Phones
) -> None:
    async with phones as (hers, _):
        assert await add(hers, visit) == 409, "She is not at the door yet."
        await arrive(hers, visit)
        key = new_id()
        assert [await add(hers, visit, typed, key) for typed in ("mo-9", " mo 9 ")] == [200, 200]
        both = await hers_now(house, visit)
        assert [line.price_minor for line in both] == [PRICES[0], PRICES[2]]
        shown = (await hers.see(visit.id)).json()
        assert [piece["added"] for piece in shown["pieces"]] == [False, True]
        assert shown["held_now"]["minor"] == PRICES[0]

        more = await hers.write(f"{visit.id}/returns/{new_id()}", said(list(both), 0, 1))
        assert more.json()["type"].endswith("not_held")
        instead = await hers.write(f"{visit.id}/returns/{new_id()}", said(list(both), 1))
        assert instead.status_code == 200, instead.text
        await work_off(house, gateway)
    async with transaction(house.engine) as session:
        piece = await session.get_one(Piece, both[1].piece_id)
        moves = await session.exec(
            select(PieceMove.state).where(PieceMove.piece_id == piece.id).order_by(PieceMove.seq)  # pyright: ignore[reportArgumentType]
        )
        captured = (await session.exec(select(Hold.captured_minor))).one()
        assert list(moves) == [PieceState.WITH_CLIENT, PieceState.SOLD]
    assert (piece.state, captured) == (PieceState.SOLD, PRICES[2])
    receipt = await receipt_that_adds_up(house.engine, visit.id)
    assert (receipt.charged.minor, len(receipt.pieces)) == (PRICES[2], 2)


async def test_what_she_did_not_confirm_never_changed_hands(
    house: SmallHouse, visit: Order, phones: Phones, lines: list[OrderLine]
) -> None:
    async with phones as (hers, _):
        await arrive(hers, visit)
        assert await add(hers, visit) == 200
        sent = await hers.write(f"{visit.id}/returns/{new_id()}", said(lines, 0))
        assert sent.status_code == 200, sent.text
        assert await add(hers, visit) == 409, "The list is confirmed."
    added = (await hers_now(house, visit))[1]
    assert (added.verdict, added.reason) == ("returned", "not_tried")
    assert (await spare(house)).state is PieceState.RETURNING


@pytest.mark.parametrize(
    ("why", "status"),
    [("nobody's", 422), ("colleague's", 422), ("shelf", 422), ("promised", 409), ("hers", 422)],
)
async def test_a_piece_that_is_not_free_in_her_van_is_refused_and_nothing_is_written(
    house: SmallHouse,
    gateway: StripeGateway,
    her: Client,
    visit: Order,
    phones: Phones,
    why: str,
    status: int,
) -> None:
    tag = {"nobody's": "MO-77", "hers": "MO-1"}.get(why, SPARE)
    if why == "promised":
        other = await paid_visit(house, gateway, her, "17:00", variants=(1,))
        async with transaction(house.engine) as session:
            hub = await session.get_one(Hub, house.hub.id)
            piece = (await session.exec(select(Piece).where(Piece.tag == SPARE))).one()
            session.add(
                OrderLine(
                    order_id=other.id, piece_id=piece.id, variant_id=piece.variant_id,
                    price_minor=1, vat_bp=2_500,
                )
            )  # fmt: skip
            session.add(
                Reservation(
                    hub_id=hub.id, piece_id=piece.id, order_id=other.id,
                    opens=at("00:00"), closes=at("23:59"),
                )
            )  # fmt: skip
    async with transaction(house.engine) as session:
        piece = (await session.exec(select(Piece).where(Piece.tag == SPARE))).one()
        if why == "colleague's":
            piece.holder = f"concierge:{new_id()}"
        if why == "shelf":
            piece.state, piece.holder = PieceState.SHELF, f"hub:{house.hub.id}"
    async with phones as (hers, theirs):
        await arrive(hers, visit)
        assert await add(hers, visit, tag) == status
        assert await add(theirs, visit, tag) == 404
    assert len(await hers_now(house, visit)) == 1
