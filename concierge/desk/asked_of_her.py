"""What is asked of her about damaged or missing pieces, and what became of each, on her page."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

import payments
from concierge.model import (
    OVER,
    Decision,
    Disposition,
    Operation,
    Order,
    OrderLine,
    OrderState,
    Style,
    Trouble,
    Variant,
)


class PieceStage(StrEnum):
    """How far a damaged or missing piece has come."""

    LOOKED_INTO = "looked_into"
    """A person decides."""
    ASKED = "asked"
    """She was asked to pay for it and has not answered."""
    DECLINED = "declined"
    """She does not agree to pay; a person decides anew."""
    CHARGING = "charging"
    """She agreed, and her bank is being asked."""
    REFUSED = "refused"
    """She agreed, and her bank would not pay; a person decides anew."""
    PAID = "paid"
    FREE = "free"
    """It was decided about, and nothing is charged for it."""


class AskedPiece(msgspec.Struct, frozen=True):
    """A damaged or missing piece as she sees it.

    `asked` is what she is or was asked to pay and `question` why; `remark` is what her concierge
    wrote when she confirmed her list, `brought` when the visit was. `at` is when it came to this.
    """

    id: UUID
    style: str
    size: str
    price: payments.Money
    trouble: Trouble
    remark: str
    brought: datetime | None
    stage: PieceStage
    asked: payments.Money | None
    question: str
    at: datetime


async def asked_of_her(session: AsyncSession, order: Order) -> list[AskedPiece]:
    """Every damaged or missing piece of an order, in the order of its pieces."""
    if order.state is not OrderState.SETTLED and order.state is not OrderState.RETURNED:
        return []
    rows = await session.exec(
        select(Disposition, Style, Variant)
        .join(OrderLine, col(OrderLine.id) == col(Disposition.line_id))
        .join(Variant, col(Variant.id) == col(OrderLine.variant_id))
        .join(Style, col(Style.id) == col(Variant.style_id))
        .where(Disposition.order_id == order.id)
        .order_by(col(OrderLine.id))
    )
    found = rows.all()
    charges = await charges_of(session, [piece.id for piece, _, _ in found])
    return [
        AskedPiece(
            id=piece.id,
            style=style.name,
            size=variant.size,
            price=piece.price,
            trouble=piece.trouble,
            remark=piece.remark,
            brought=order.returns_at,
            stage=stage_of(piece, charges.get(piece.id)),
            asked=piece.asked,
            question=piece.question,
            at=piece.decided_at
            or piece.consent_at
            or piece.declined_at
            or piece.asked_at
            or piece.opened_at,
        )
        for piece, style, variant in found
    ]


def stage_of(piece: Disposition, charge: Operation | None) -> PieceStage:
    """How far it has come; `charge` is the last one she agreed to."""
    if piece.decision is not None:
        return PieceStage.PAID if piece.decision is Decision.CHARGED else PieceStage.FREE
    if piece.waits_for_her:
        return PieceStage.ASKED
    if piece.declined_at is not None:
        return PieceStage.DECLINED
    if piece.consent_at is None:
        return PieceStage.LOOKED_INTO
    return PieceStage.REFUSED if charge and charge.state in OVER else PieceStage.CHARGING


async def charges_of(session: AsyncSession, pieces: list[UUID]) -> dict[UUID | None, Operation]:
    """The last charge for each of these."""
    rows = await session.exec(
        select(Operation)
        .where(col(Operation.disposition_id).in_(pieces))
        .order_by(col(Operation.seq))
    )
    return {charge.disposition_id: charge for charge in rows}
