"""What was decided lately about pieces that came back, and what goes back to whom for it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

import payments
from concierge.model import Client, GiveBack, Order

from .inspect_pieces import given_pieces
from .show_cases import account_of, named

SHOWN = 5
"""How many are told, the latest first."""


class PieceInspected(msgspec.Struct, frozen=True):
    """A piece that was looked at: taken back, or not, and then `why`."""

    tag: str
    style: str
    size: str
    accepted: bool
    why: str


class InspectedLately(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody found of what a client brought back, and what she is paid back for it."""

    reference: str
    client: str
    at: datetime
    by: str | None
    pieces: list[PieceInspected]
    refund: payments.Money


async def inspected_lately(session: AsyncSession, hubs: Sequence[UUID]) -> list[InspectedLately]:
    """The last inspections at these hubs; what a client kept after all is none."""
    rows = await session.exec(
        select(GiveBack, Order, Client)
        .join(Order, col(Order.id) == col(GiveBack.order_id))
        .join(Client, col(Client.id) == col(Order.client_id))
        .where(
            col(Order.hub_id).in_(hubs),
            col(GiveBack.inspected_at).is_not(None),
            col(GiveBack.inspected_by).not_like("client:%"),
        )
        .order_by(col(GiveBack.inspected_at).desc(), col(GiveBack.id))
        .limit(SHOWN)
    )
    found = rows.all()
    names = await named(session, [account_of(back.inspected_by) for back, *_ in found])
    return [
        InspectedLately(
            reference=order.reference,
            client=client.shown_as,
            at=back.inspected_at,
            by=names.get(account_of(back.inspected_by), back.inspected_by),
            pieces=await _pieces(session, back.id),
            refund=payments.Money(back.refund_minor or 0, order.currency),
        )
        for back, order, client in found
        if back.inspected_at is not None
    ]


async def _pieces(session: AsyncSession, give_back_id: UUID) -> list[PieceInspected]:
    return [
        PieceInspected(piece.tag, style.name, variant.size, row.accepted is True, row.why)
        for row, piece, variant, style in await given_pieces(session, give_back_id)
    ]
