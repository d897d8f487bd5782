"""A concierge photographs a piece: how it goes out, how it comes back."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from concierge.model import MOST_PHOTOGRAPHS, OrderLine, Photograph, Taken
from concierge.model.refusals import KeyReused, OverLimit, UnknownPiece
from concierge.store.log import audit, tell
from concierge.store.transaction import lock_order

from .show_visit import assigned_stop


class Photographed(msgspec.Struct, frozen=True):
    """A photograph as the phone took it; `id` is the phone's, `content` a JPEG of ours."""

    id: UUID
    piece: UUID
    taken: Taken
    at: datetime
    content: bytes


async def keep_photograph(
    session: AsyncSession,
    order_id: UUID,
    photograph: Photographed,
    *,
    concierge_id: UUID,
    now: datetime,
) -> bool:
    """Keep a photograph of a piece of hers; False when it was kept before.

    Raises:
        Missing: the visit is not this concierge's.
        KeyReused: the id came again for another piece or moment.
        UnknownPiece: the piece is not of this visit.
        OverLimit: the piece was photographed often enough.
    """
    await lock_order(session, order_id)
    stop = await assigned_stop(session, order_id, concierge_id)
    known = await session.get(Photograph, photograph.id)
    if known is not None:
        same = (order_id, photograph.piece, photograph.taken)
        if (known.order_id, known.piece_id, known.taken) != same:
            raise KeyReused("This was sent before for something else; nothing changed.")
        return False
    line = select(OrderLine.id).where(
        OrderLine.order_id == order_id, OrderLine.piece_id == photograph.piece
    )
    if (await session.exec(line)).first() is None:
        raise UnknownPiece("This piece is not of this visit.")
    many = select(func.count()).where(
        col(Photograph.order_id) == order_id, col(Photograph.piece_id) == photograph.piece
    )
    if (await session.exec(many)).one() >= MOST_PHOTOGRAPHS:
        raise OverLimit("There are enough photographs of this piece.")
    who = f"concierge:{concierge_id}"
    session.add(
        Photograph(
            id=photograph.id, order_id=order_id, piece_id=photograph.piece,
            taken=photograph.taken, at=min(photograph.at, now), received_at=now, by=who,
            content=photograph.content,
        )
    )  # fmt: skip
    await tell(session, f"day:{stop.hub_id}:{stop.day}", "photograph", now, order=str(order_id))
    await audit(
        session, who=who, what="piece.photograph", subject=f"order:{order_id}", now=now,
        piece=str(photograph.piece), taken=photograph.taken.value, photograph=str(photograph.id),
    )  # fmt: skip
    await session.flush()
    return True
