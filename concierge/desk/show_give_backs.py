"""What a client is giving back, where it is, and who comes for it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from concierge.model import GiveBack, GivenPiece, Order, Piece

from .plan_collection import open_collection


class Whereabouts(StrEnum):
    """Who has what comes back."""

    HERS = "hers"
    """It is still with her."""
    WITH_CONCIERGE = "with_concierge"
    AT_HUB = "at_hub"


class ComingFor(msgspec.Struct, frozen=True):
    """The visit that fetches it, and its promised window."""

    order: UUID
    opens: datetime
    closes: datetime


class GivingBack(msgspec.Struct, frozen=True):
    """Pieces that come back together, not inspected yet; she may bring them until `until`.

    `lines` name them, by `OrderedPiece.line`; `last` is on the last day on which she may.
    `may_collect` while she may ask us to come for them; `collection` is the visit that does.
    """

    id: UUID
    until: datetime
    last: datetime
    lines: list[UUID]
    where: Whereabouts
    may_collect: bool
    collection: ComingFor | None


class Collects(msgspec.Struct, frozen=True):
    """What a collection is for: pieces of this order. `again` while another time may be chosen."""

    order: UUID
    reference: str
    give_back: UUID
    again: bool


async def giving_back(session: AsyncSession, order: Order, now: datetime) -> list[GivingBack]:
    """What of this order is on its way back, the oldest first."""
    backs = await session.exec(
        select(GiveBack)
        .where(GiveBack.order_id == order.id, col(GiveBack.inspected_at).is_(None))
        .order_by(col(GiveBack.asked_at), col(GiveBack.id))
    )
    return [await _shown(session, back, now) for back in backs.all()]


async def what_it_collects(session: AsyncSession, visit: Order, now: datetime) -> Collects | None:
    """What a collection is for; None of a visit that brings pieces to try."""
    if visit.collects is None:
        return None
    back = await session.get_one(GiveBack, visit.collects)
    kept = await session.get_one(Order, back.order_id)
    shown = await _shown(session, back, now)
    again = back.inspected_at is None and shown.may_collect
    return Collects(kept.id, kept.reference, back.id, again)


async def collected_orders(session: AsyncSession, visits: Sequence[UUID]) -> dict[UUID, str]:
    """Of those of these visits that are collections, the reference of the order they are for."""
    visit, kept = aliased(Order), aliased(Order)
    rows = await session.exec(
        select(visit.id, kept.reference)
        .join(GiveBack, col(GiveBack.id) == col(visit.collects))
        .join(kept, col(kept.id) == col(GiveBack.order_id))
        .where(col(visit.id).in_(visits))
    )
    return dict(rows.all())


async def coming_for(session: AsyncSession, give_back_id: UUID) -> ComingFor | None:
    """The visit that is to fetch these pieces, with its window."""
    visit = await open_collection(session, give_back_id)
    if visit is None or visit.opens is None or visit.closes is None:
        return None
    return ComingFor(visit.id, visit.opens, visit.closes)


async def _shown(session: AsyncSession, back: GiveBack, now: datetime) -> GivingBack:
    rows = await session.exec(
        select(GivenPiece.line_id, Piece.holder)
        .join(Piece, col(Piece.id) == col(GivenPiece.piece_id))
        .where(GivenPiece.give_back_id == back.id)
        .order_by(col(GivenPiece.line_id))
    )
    holder_of = dict(rows.all())
    where = _where(holder_of.values())
    coming = await coming_for(session, back.id)
    return GivingBack(
        id=back.id,
        until=back.until,
        last=back.last,
        lines=list(holder_of),
        where=where,
        may_collect=where is Whereabouts.HERS and coming is None and now < back.until,
        collection=coming,
    )


def _where(holders: Iterable[str]) -> Whereabouts:
    kinds = {holder.partition(":")[0] for holder in holders}
    if "client" in kinds:
        return Whereabouts.HERS
    return Whereabouts.WITH_CONCIERGE if "concierge" in kinds else Whereabouts.AT_HUB
