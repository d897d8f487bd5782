"""A receipt: what she kept and gave back, what was taken for it, and the VAT inside."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

import payments
from concierge.model import (
    Client,
    Decision,
    Disposition,
    Fee,
    FeeConsent,
    FeeKind,
    Gesture,
    GiveBack,
    GivenPiece,
    House,
    LedgerEntry,
    Order,
    OrderLine,
    Rated,
    Style,
    Variant,
    VatLine,
    vat_by_rate,
)
from concierge.model.refusals import Missing

from .hold_lines import HoldLine, hold_lines, holds_of
from .show_order import her_order


class Extra(StrEnum):
    """What stands on a bill beside pieces."""

    LATE_CANCELLATION = "late_cancellation"
    ABSENCE = "absence"
    GESTURE = "gesture"
    LET_OFF = "let_off"
    """What no card takes: too little to ask for."""
    AGREED = "agreed"
    """A damaged or missing piece she agreed to pay for, afterwards."""
    REFUND = "refund"


FEES = {
    FeeKind.LATE_CANCELLATION: Extra.LATE_CANCELLATION,
    FeeKind.ABSENCE: Extra.ABSENCE,
}


class ReceiptPiece(msgspec.Struct, frozen=True):
    """A piece at the price she saw, VAT included, and what became of it.

    One in dispute is damaged or not there: nothing is charged for it with the rest.
    """

    style: str
    house: str
    colour: str
    size: str
    price: payments.Money
    verdict: str
    kept: bool
    disputed: bool


class ExtraLine(msgspec.Struct, frozen=True):
    """A fee, a credit or a refund; `amount` is positive, `at` when it was given or asked.

    `of` is the piece it is for, if it is for one.
    """

    what: Extra
    amount: payments.Money
    at: datetime
    of: str = ""


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """A settled order. `kept + fees - credits == charged`, `charged + agreed - refunds == paid`.

    `vat` is the VAT inside what is paid, rate by rate: its gross adds up to `paid`. `agreed` was
    charged afterwards and apart; `undecided` while we look into a damaged or missing piece.
    """

    order_id: UUID
    reference: str
    client: str
    visited_at: datetime | None
    settled_at: datetime
    pieces: list[ReceiptPiece]
    kept: payments.Money
    fees: list[ExtraLine]
    credits: list[ExtraLine]
    charged: payments.Money
    agreed: list[ExtraLine]
    undecided: bool
    refunds: list[ExtraLine]
    paid: payments.Money
    card: list[HoldLine]
    vat: tuple[VatLine, ...]

    @property
    def net(self) -> payments.Money:
        """What is paid, without VAT."""
        return payments.Money.total((line.net for line in self.vat), self.paid.currency)

    @property
    def vat_total(self) -> payments.Money:
        """All the VAT inside what is paid."""
        return payments.Money.total((line.vat for line in self.vat), self.paid.currency)


@dataclass(frozen=True, slots=True)
class _Line:
    """A piece on the receipt, its VAT rate, and whether she gave it back afterwards."""

    shown: ReceiptPiece
    vat_bp: int
    taken_back: bool


@dataclass(frozen=True, slots=True)
class _Beside:
    """What changes a bill beside its pieces; `sold` are the fees at the VAT she agreed to."""

    fees: list[ExtraLine]
    sold: list[Rated]
    credits: list[ExtraLine]
    refunds: list[ExtraLine]


async def show_receipt(session: AsyncSession, order_id: UUID, client_id: UUID | None) -> Receipt:
    """The receipt of an order, for the client whose it is.

    Raises:
        Missing: there is no such order, it is somebody else's, or its money has not followed yet:
            a receipt tells only what was done.
    """
    return await receipt_of(session, await her_order(session, order_id, client_id))


async def receipt_of(session: AsyncSession, order: Order) -> Receipt:
    """The receipt of an order, for whoever may see it.

    Raises:
        Missing: its money has not followed yet, or there never was any.
    """
    if order.collects is not None:
        raise Missing("A collection has no receipt; nothing was charged for it.")
    if order.settled_at is None:
        raise Missing("There is no receipt yet; it comes when the money has followed.")
    client = await session.get_one(Client, order.client_id)
    nothing = payments.Money(0, order.currency)
    lines = await _lines(session, order)
    pieces = [line.shown for line in lines]
    beside = await _beside(session, order)
    kept = sum((piece.price for piece in pieces if piece.kept), nothing)
    fees = _total(beside.fees, nothing)
    charged = max(nothing, kept + fees - _total(beside.credits, nothing))
    refunded = _total(beside.refunds, nothing)
    agreed, undecided = await _agreed(session, order)
    later = [line for line, _, _ in agreed]
    paid = charged + _total(later, nothing) - refunded
    bill = [rated for _, rated, found in agreed if not found]
    bill += beside.sold
    bill += _hers(lines, least=paid - _gross(bill, nothing))
    if _gross(bill, nothing) < paid:  # what was found after all has not been paid back yet
        bill += [rated for _, rated, found in agreed if found]
    return Receipt(
        order_id=order.id,
        reference=order.reference,
        client=client.shown_as,
        visited_at=order.returns_at,
        settled_at=order.settled_at,
        pieces=pieces,
        kept=kept,
        fees=beside.fees,
        credits=beside.credits,
        charged=charged,
        agreed=later,
        undecided=undecided,
        refunds=beside.refunds,
        paid=paid,
        card=hold_lines(await holds_of(session, order.id)),
        vat=vat_by_rate(bill, _gross(bill, nothing) - paid),
    )


async def _lines(session: AsyncSession, order: Order) -> list[_Line]:
    accepted = await session.exec(
        select(GivenPiece.line_id)
        .join(GiveBack, col(GiveBack.id) == col(GivenPiece.give_back_id))
        .where(GiveBack.order_id == order.id, col(GivenPiece.accepted).is_(True))
    )
    taken_back = set(accepted)
    rows = await session.exec(
        select(OrderLine, Variant, Style, House)
        .join(Variant, col(Variant.id) == col(OrderLine.variant_id))
        .join(Style, col(Style.id) == col(Variant.style_id))
        .join(House, col(House.id) == col(Style.house_id))
        .where(OrderLine.order_id == order.id)
        .order_by(col(OrderLine.id))
    )
    return [
        _Line(
            ReceiptPiece(
                style.name,
                house.name,
                variant.colour,
                variant.size,
                payments.Money(line.price_minor, order.currency),
                line.verdict or "",
                line.kept and not line.disputed,
                line.disputed,
            ),
            line.vat_bp,
            line.id in taken_back,
        )
        for line, variant, style, house in rows
    ]


def _hers(lines: Sequence[_Line], least: payments.Money) -> list[Rated]:
    """The pieces that are paid for: without those given back, once their money is with her.

    Until it is, or when it came back to us, every piece she kept is on the bill.
    """
    kept = [line for line in lines if line.shown.kept]
    staying = [line for line in kept if not line.taken_back]
    if payments.Money.total((line.shown.price for line in staying), least.currency) < least:
        staying = kept
    return [Rated(line.shown.price, line.vat_bp) for line in staying]


async def _beside(session: AsyncSession, order: Order) -> _Beside:
    given = await session.exec(select(Gesture).where(Gesture.order_id == order.id))
    credits_ = [ExtraLine(Extra.GESTURE, each.amount, each.at) for each in given]
    if order.let_off and order.settled_at:
        credits_.append(ExtraLine(Extra.LET_OFF, order.let_off, order.settled_at))
    asked = await session.exec(
        select(Fee, FeeConsent.vat_bp)
        .join(FeeConsent, col(FeeConsent.order_id) == col(Fee.order_id))
        .where(Fee.order_id == order.id)
    )
    due = [(fee, vat_bp) for fee, vat_bp in asked if fee.due]
    return _Beside(
        fees=[ExtraLine(FEES[fee.kind], fee.due, fee.at) for fee, _ in due],
        sold=[Rated(fee.due, vat_bp) for fee, vat_bp in due],
        credits=credits_,
        refunds=await _refunds(session, order),
    )


async def _refunds(session: AsyncSession, order: Order) -> list[ExtraLine]:
    """What the books say went back to her, and did not come back to us."""
    amount, at = func.sum(LedgerEntry.amount_minor), func.min(LedgerEntry.at)
    name = func.split_part(LedgerEntry.journal, ":", 1)
    rows = await session.exec(
        select(amount, at)
        .where(LedgerEntry.order_id == order.id, LedgerEntry.account == payments.Account.REFUNDS)
        .group_by(name)
        .having(amount > 0)
        .order_by(at, name)
    )
    return [
        ExtraLine(Extra.REFUND, payments.Money(int(minor), order.currency), moment)
        for minor, moment in rows
    ]


async def _agreed(
    session: AsyncSession, order: Order
) -> tuple[list[tuple[ExtraLine, Rated, bool]], bool]:
    """What she agreed to pay for afterwards, at its own VAT, and whether it was found after all.

    And whether any piece waits for a decision.
    """
    rows = await session.exec(
        select(Disposition, OrderLine, Style)
        .join(OrderLine, col(OrderLine.id) == col(Disposition.line_id))
        .join(Variant, col(Variant.id) == col(OrderLine.variant_id))
        .join(Style, col(Style.id) == col(Variant.style_id))
        .where(Disposition.order_id == order.id)
        .order_by(col(Disposition.decided_at))
    )
    found = rows.all()
    agreed: list[tuple[ExtraLine, Rated, bool]] = []
    for piece, line, style in found:
        if piece.decision is Decision.CHARGED and piece.asked and piece.decided_at:
            extra = ExtraLine(Extra.AGREED, piece.asked, piece.decided_at, style.name)
            found_again = piece.found_at is not None
            agreed.append((extra, Rated(piece.asked, line.vat_bp), found_again))
    return agreed, any(piece.decision is None for piece, _, _ in found)


def _gross(bill: Sequence[Rated], nothing: payments.Money) -> payments.Money:
    return sum((sold.gross for sold in bill), nothing)


def _total(lines: Sequence[ExtraLine], nothing: payments.Money) -> payments.Money:
    return sum((line.amount for line in lines), nothing)
