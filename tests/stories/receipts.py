"""A receipt, as it must add up whatever happened."""

from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import func, select

import payments
from concierge.desk.show_order import show_order
from concierge.desk.show_receipt import Receipt, receipt_of
from concierge.model import LedgerEntry, Message, Order
from concierge.store.clock import now
from concierge.store.transaction import transaction


async def receipt_that_adds_up(engine: AsyncEngine, order_id: UUID) -> Receipt:
    """The receipt of an order: its sums by hand, its card and our books all say the same."""
    async with transaction(engine) as session:
        order = await session.get_one(Order, order_id)
        receipt = await receipt_of(session, order)
        books = await session.exec(
            select(LedgerEntry.account, func.sum(LedgerEntry.amount_minor))
            .where(LedgerEntry.order_id == order_id)
            .group_by(LedgerEntry.account)
        )
        booked = {account: int(minor) for account, minor in books}

    def total(*amounts: payments.Money) -> payments.Money:
        return payments.Money.total(amounts, order.currency)

    assert receipt.kept == total(*(piece.price for piece in receipt.pieces if piece.kept))
    fees = total(*(line.amount for line in receipt.fees))
    credits_ = total(*(line.amount for line in receipt.credits))
    assert receipt.charged == max(total(), receipt.kept + fees - credits_)
    assert receipt.paid == receipt.charged - total(*(line.amount for line in receipt.refunds))
    assert total(*(line.gross for line in receipt.vat)) == receipt.paid
    assert receipt.net + receipt.vat_total == receipt.paid
    assert total(*(line.charged for line in receipt.card)) == receipt.charged
    assert all(line.held == line.charged + line.released for line in receipt.card)
    assert booked.get("sales", 0) == -receipt.charged.minor
    assert booked.get("refunds", 0) == (receipt.charged - receipt.paid).minor
    return receipt


async def everywhere_the_same(
    engine: AsyncEngine, order_id: UUID, on_phone: dict[str, Any]
) -> None:
    """Her page, the phone and her letter tell each hold as her receipt does."""
    receipt = await receipt_that_adds_up(engine, order_id)
    async with transaction(engine) as session:
        order = await session.get_one(Order, order_id)
        page = await show_order(
            session, order_id, order.client_id, now=await now(session), picture=lambda *_: ""
        )
        letters = await session.exec(
            select(Message.body).where(
                Message.order_id == order_id, Message.subject == "Your receipt"
            )
        )
        letter = letters.one()
    money = page.money
    assert money.holds == receipt.card
    assert money.charged == receipt.charged
    assert money.held == receipt.charged + (money.released or receipt.charged * 0)
    assert on_phone["receipt"]["holds"] == msgspec.to_builtins(receipt.card)
    assert on_phone["held"] == msgspec.to_builtins(money.held)
    assert on_phone["receipt"]["released"] == msgspec.to_builtins(money.released)
    for line in receipt.card:
        assert (line.reference in letter) is (len(receipt.card) > 1)
