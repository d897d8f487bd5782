"""Which tagged pieces can be promised, and when."""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from concierge.model import LENDABLE, Hub, Piece, Reservation


@dataclass(frozen=True, slots=True)
class Stock:
    """A hub's pieces of some variants, and when each is set aside for somebody."""

    hub: Hub
    pieces: dict[UUID, list[Piece]]
    taken: dict[UUID, list[tuple[datetime, datetime]]]

    def has(self, variants: Sequence[UUID]) -> bool:
        """Whether the hub owns these at all, each as often as it is asked for."""
        return all(
            len(self.pieces.get(variant, ())) >= wanted
            for variant, wanted in Counter(variants).items()
        )

    def pick(self, variants: Sequence[UUID], day: date) -> list[Piece] | None:
        """A free piece for each of these on that day, or None when one is missing."""
        picked: list[Piece] = []
        for variant in variants:
            free = (p for p in self.pieces.get(variant, ()) if p not in picked)
            piece = next((p for p in free if self.is_free(p, day)), None)
            if piece is None:
                return None
            picked.append(piece)
        return picked

    def is_free(self, piece: Piece, day: date) -> bool:
        """Whether nobody has this piece set aside that day."""
        opens, closes = whole_day(self.hub, day)
        return all(
            until <= opens or since >= closes for since, until in self.taken.get(piece.id, ())
        )


def whole_day(hub: Hub, day: date) -> tuple[datetime, datetime]:
    """For how long a piece is set aside: the hub's whole local day, until it is back."""
    return hub.at(day, "00:00"), hub.at(day + timedelta(days=1), "00:00")


async def read_stock(
    session: AsyncSession, hub: Hub, variants: Collection[UUID], since: datetime
) -> Stock:
    """A hub's lendable pieces of these variants, and who has them from `since` on."""
    owned = select(Piece).where(
        Piece.hub_id == hub.id,
        col(Piece.variant_id).in_(set(variants)),
        col(Piece.state).in_(LENDABLE),
    )
    pieces: dict[UUID, list[Piece]] = defaultdict(list)
    for piece in await session.exec(owned.order_by(col(Piece.tag))):
        pieces[piece.variant_id].append(piece)
    ids = [piece.id for each in pieces.values() for piece in each]
    reserved = select(Reservation).where(
        col(Reservation.piece_id).in_(ids),
        col(Reservation.released_at).is_(None),
        Reservation.closes > since,
    )
    taken: dict[UUID, list[tuple[datetime, datetime]]] = defaultdict(list)
    for each in await session.exec(reserved):
        taken[each.piece_id].append((each.opens, each.closes))
    return Stock(hub, dict(pieces), dict(taken))
