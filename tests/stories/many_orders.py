"""Many confirmed orders at once, quickly: each card is held, or kept, at the provider itself."""

from datetime import timedelta
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

import payments
from concierge.desk.book_money import book_hold
from concierge.desk.record_returns import record_returns
from concierge.model import (
    Order,
    OrderLine,
    OrderState,
    Piece,
    PieceVerdict,
    ReturnsRecord,
    Shift,
    Stop,
    Verdict,
    new_id,
)
from concierge.store.transaction import transaction
from payments.stripe_gateway import StripeGateway
from tests.payments.sandboxed import Sandbox
from tests.small_house import MONDAY, PRICES, SmallHouse, at

HELD = sum(PRICES)
BEGAN = at("08:30")
VISA, LAPSING = "pm_card_visa", "pm_sandbox_captureFails"


async def many_orders(
    house: SmallHouse,
    sandbox: Sandbox,
    gateway: StripeGateway,
    count: int,
    *,
    held: bool,
    lapsing: int = 0,
) -> list[Order]:
    """As many orders of three pieces each, for a card of its own each.

    Those whose money is `held` are Tom's to visit; the others' cards are only kept, their hold is
    due now, and they are Amelie's. The last `lapsing` cards let their hold go when it is captured.
    """
    orders = [_order(house, number, held=held) for number in range(count)]
    cards = [VISA] * (count - lapsing) + [LAPSING] * lapsing
    told = [_told(order, card) for order, card in zip(orders, cards, strict=True)]
    kept = [_kept(each) for each in told]
    await sandbox.tell("past", holds=told if held else [], cards=kept)
    for number, order in enumerate(orders):
        seen = await gateway.fetch_hold(_name("pi", order)) if held else None
        async with transaction(house.engine) as session:
            await _write(session, house, order, number, house.shifts[int(held)])
            if seen is not None:
                await book_hold(session, order, seen, BEGAN)
    return orders


async def returned(house: SmallHouse, order: Order, kept: int) -> None:
    """At the door she keeps her first `kept` pieces, and confirms the list."""
    async with transaction(house.engine) as session:
        stop = await session.get_one(Stop, order.id)
        rows = await session.exec(
            select(OrderLine).where(OrderLine.order_id == order.id).order_by(col(OrderLine.id))
        )
        verdicts = tuple(
            PieceVerdict(line.piece_id, Verdict.KEPT if place < kept else Verdict.RETURNED)
            for place, line in enumerate(rows)
        )
        record = ReturnsRecord(new_id(), verdicts, at("09:00"))
        await record_returns(
            session, order.id, record, concierge_id=stop.concierge_id, now=at("09:00")
        )


def _order(house: SmallHouse, number: int, *, held: bool) -> Order:
    standing = payments.Standing.AUTHORISED if held else payments.Standing.CARD_SAVED
    order = Order(
        reference=f"MO-{'H' if held else 'K'}{number}", hub_id=house.hub.id, day=MONDAY,
        client_id=house.client.id, address_id=house.address.id, state=OrderState.CONFIRMED,
        opens=at("09:00"), closes=at("20:00"), minutes=45, load=3, skills=[], currency="SEK",
        placed_at=BEGAN, confirmed_at=BEGAN, standing=standing,
    )  # fmt: skip
    order.payer, order.card = _name("cus", order), _name("pm", order)
    if not held:
        order.hold_due = at("09:00")
    return order


async def _write(
    session: AsyncSession, house: SmallHouse, order: Order, number: int, shift: Shift
) -> None:
    departs = at("09:00") + timedelta(minutes=number)
    pieces = [
        Piece(
            hub_id=house.hub.id, variant_id=variant.id, tag=f"{order.reference}-{place}",
            holder=f"hub:{house.hub.id}",
        )
        for place, variant in enumerate(house.variants)
    ]  # fmt: skip
    session.add_all([*pieces, order])
    await session.flush()
    session.add_all(
        OrderLine(
            order_id=order.id,
            piece_id=piece.id,
            variant_id=piece.variant_id,
            price_minor=price,
            vat_bp=2_500,
        )
        for piece, price in zip(pieces, PRICES, strict=True)
    )
    session.add(
        Stop(
            order_id=order.id, hub_id=house.hub.id, day=MONDAY, shift_id=shift.id,
            concierge_id=shift.concierge_id, sequence=number, departs=departs, arrives=departs,
            starts=departs, ends=departs + timedelta(seconds=30), drive_s=0,
            opens=at("09:00"), closes=at("20:00"),
        )
    )  # fmt: skip
    await session.flush()


def _name(kind: str, order: Order) -> str:
    return f"{kind}_{order.id.hex}"


def _told(order: Order, card: str) -> dict[str, Any]:
    """Her hold, as the provider is told of it."""
    return {
        "id": _name("pi", order), "order": str(order.id), "op": f"{order.id}:open_page:1",
        "customer": _name("cus", order), "email": None, "name": None, "card": card,
        "amount": HELD, "currency": "SEK", "description": order.reference,
        "held_at": BEGAN.isoformat(), "payment_method": _name("pm", order),
    }  # fmt: skip


def _kept(told: dict[str, Any]) -> dict[str, Any]:
    who = {each: told[each] for each in ("customer", "email", "name", "card")}
    return {**who, "id": told["payment_method"], "saved_at": told["held_at"]}
