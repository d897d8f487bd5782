"""What a visit was to collect and the hub has looked at meanwhile: nobody need ask for it."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from concierge.model import GiveBack, GivenPiece, Order, OrderLine


async def inspected_by_now(session: AsyncSession, visits: Collection[UUID]) -> set[UUID]:
    """The pieces of these collections that are not given back any more: they were inspected."""
    its, other = aliased(GiveBack), aliased(GiveBack)
    still_due = (
        select(GivenPiece.id)
        .join(other, col(other.id) == col(GivenPiece.give_back_id))
        .where(
            col(other.order_id) == col(its.order_id),
            col(GivenPiece.piece_id) == col(OrderLine.piece_id),
            col(GivenPiece.accepted).is_(None),
        )
    )
    rows = await session.exec(
        select(OrderLine.piece_id)
        .join(Order, col(Order.id) == col(OrderLine.order_id))
        .join(its, col(its.id) == col(Order.collects))
        .where(col(Order.id).in_(visits), ~still_due.exists())
    )
    return set(rows)


async def brought_in(session: AsyncSession, visits: Collection[UUID]) -> set[UUID]:
    """The lines of these collections whose pieces she has brought to the hub herself."""
    gone = await inspected_by_now(session, visits)
    its, other = aliased(GiveBack), aliased(GiveBack)
    rows = await session.exec(
        select(OrderLine.id)
        .join(Order, col(Order.id) == col(OrderLine.order_id))
        .join(its, col(its.id) == col(Order.collects))
        .join(other, col(other.order_id) == col(its.order_id))
        .join(GivenPiece, col(GivenPiece.give_back_id) == col(other.id))
        .where(
            col(Order.id).in_(visits),
            col(OrderLine.verdict).is_(None),
            col(OrderLine.piece_id).in_(gone),
            col(GivenPiece.piece_id) == col(OrderLine.piece_id),
            col(other.inspected_by).not_like("client:%"),
        )
    )
    return set(rows)
