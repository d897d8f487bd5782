"""The photographs of a visit's pieces, going out and coming back, side by side."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import msgspec
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from concierge.model import Order, OrderLine, Photograph, Piece, Style, Taken, Variant
from concierge.model.refusals import Missing


class PhotographShown(msgspec.Struct, frozen=True):
    """One photograph, by its name and moment."""

    id: UUID
    at: datetime


class PiecePhotographed(msgspec.Struct, frozen=True):
    """A piece, and its photographs of both moments, the earliest first."""

    style: str
    size: str
    tag: str
    out: list[PhotographShown]
    back: list[PhotographShown]


async def photographs_of(session: AsyncSession, order_id: UUID) -> list[PiecePhotographed]:
    """The pieces of a visit that were photographed, in the order of its list."""
    rows = await session.exec(
        select(Photograph.id, Photograph.piece_id, Photograph.taken, Photograph.at)
        .where(Photograph.order_id == order_id)
        .order_by(col(Photograph.at), col(Photograph.id))
    )
    taken: dict[tuple[UUID, Taken], list[PhotographShown]] = {}
    for name, piece, moment, at in rows:
        taken.setdefault((piece, Taken(moment)), []).append(PhotographShown(name, at))
    pieces = await session.exec(
        select(Piece, Variant, Style)
        .join(OrderLine, col(OrderLine.piece_id) == col(Piece.id))
        .join(Variant, col(Variant.id) == col(Piece.variant_id))
        .join(Style, col(Style.id) == col(Variant.style_id))
        .where(OrderLine.order_id == order_id, col(Piece.id).in_({piece for piece, _ in taken}))
        .order_by(col(OrderLine.id))
    )
    return [
        PiecePhotographed(
            style.name, variant.size, piece.tag,
            out=taken.get((piece.id, Taken.OUT), []), back=taken.get((piece.id, Taken.BACK), []),
        )
        for piece, variant, style in pieces
    ]  # fmt: skip


async def read_content(
    session: AsyncSession, photograph_id: UUID, *, works_at: Callable[[UUID], bool]
) -> bytes:
    """A photograph itself, for whoever works at its hub.

    Raises:
        Missing: there is no such photograph for them.
    """
    row = await session.get(Photograph, photograph_id)
    order = row and await session.get(Order, row.order_id)
    if row is None or order is None or not works_at(order.hub_id):
        raise Missing("There is no such photograph.")
    return row.content
