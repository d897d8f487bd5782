"""The damaged and missing pieces of an order, for the person who decides about them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

import payments
from concierge.model import (
    Decision,
    Disposition,
    Order,
    OrderLine,
    Piece,
    PieceState,
    Style,
    Trouble,
    Variant,
)

from .asked_of_her import PieceStage, charges_of, stage_of
from .show_cases import account_of, named


class PieceToDecide(msgspec.Struct, frozen=True, kw_only=True):
    """A damaged or missing piece, with all that was said about it.

    `said_no` is what her bank said when it would not pay. `can_decide` while it is open and her
    bank is not being asked; `can_ask` when she may be asked, too; `can_find` once it was decided
    to be gone and has not come to light.
    """

    id: UUID
    tag: str
    style: str
    size: str
    trouble: Trouble
    price: payments.Money
    remark: str
    opened_at: datetime
    stage: PieceStage
    asked: payments.Money | None
    asked_at: datetime | None
    asked_by: str | None
    question: str
    consent: str | None
    consent_at: datetime | None
    declined_at: datetime | None
    said_no: str | None
    decision: Decision | None
    decided_at: datetime | None
    decided_by: str | None
    why: str
    found_at: datetime | None
    state: PieceState
    can_decide: bool
    can_ask: bool
    can_find: bool


async def pieces_to_decide(session: AsyncSession, order_id: UUID) -> list[PieceToDecide]:
    """Every one of an order's, decided about or not."""
    order = await session.get_one(Order, order_id)
    rows = await session.exec(
        select(Disposition, Piece, Style, Variant)
        .join(Piece, col(Piece.id) == col(Disposition.piece_id))
        .join(OrderLine, col(OrderLine.id) == col(Disposition.line_id))
        .join(Variant, col(Variant.id) == col(OrderLine.variant_id))
        .join(Style, col(Style.id) == col(Variant.style_id))
        .where(Disposition.order_id == order_id)
        .order_by(col(OrderLine.id))
    )
    found: Sequence[tuple[Disposition, Piece, Style, Variant]] = rows.all()
    charges = await charges_of(session, [each.id for each, *_ in found])
    people = [who for each, *_ in found for who in (each.asked_by, each.decided_by)]
    names = await named(session, [account_of(who) for who in people])
    shown: list[PieceToDecide] = []
    for each, piece, style, variant in found:
        charge = charges.get(each.id)
        stage = stage_of(each, charge)
        open_ = each.decision is None and stage is not PieceStage.CHARGING
        gone = each.trouble is Trouble.MISSING and each.decision in (
            Decision.WRITTEN_OFF, Decision.CHARGED,
        )  # fmt: skip
        shown.append(
            PieceToDecide(
                id=each.id,
                tag=piece.tag,
                style=style.name,
                size=variant.size,
                trouble=each.trouble,
                price=each.price,
                remark=each.remark,
                opened_at=each.opened_at,
                stage=stage,
                asked=each.asked,
                asked_at=each.asked_at,
                asked_by=names.get(account_of(each.asked_by), each.asked_by),
                question=each.question,
                consent=each.consent,
                consent_at=each.consent_at,
                declined_at=each.declined_at,
                said_no=charge.trouble if charge and stage is PieceStage.REFUSED else None,
                decision=each.decision,
                decided_at=each.decided_at,
                decided_by=names.get(account_of(each.decided_by), each.decided_by),
                why=each.why,
                found_at=each.found_at,
                state=piece.state,
                can_decide=open_,
                can_ask=open_
                and not each.waits_for_her
                and order.settled_at is not None
                and order.card is not None,
                can_find=gone and each.found_at is None,
            )
        )
    return shown
