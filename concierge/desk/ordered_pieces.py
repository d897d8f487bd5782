"""The pieces of orders as their client sees them."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

import msgspec
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

import payments
from concierge.model import House, Order, OrderLine, Style, Variant

from .inspected_by_now import brought_in
from .visit_sheet import Picture


class OrderedPiece(msgspec.Struct, frozen=True):
    """A piece of her order at the price she saw, and its verdict once there is one.

    `line` names it when she gives it back: `may_give_back` while she can.
    `disputed` when it is damaged or not there: it is not charged with the rest.
    `brought_in` when a collection was to fetch it and she has brought it to us herself.
    """

    line: UUID
    may_give_back: bool
    slug: str
    style: str
    house: str
    colour: str
    size: str
    image: str
    price: payments.Money
    verdict: str | None
    disputed: bool
    brought_in: bool


async def ordered_pieces(
    session: AsyncSession, orders: Sequence[Order], picture: Picture
) -> dict[UUID, list[OrderedPiece]]:
    """The pieces of each of these orders, as they were chosen."""
    currency = {order.id: order.currency for order in orders}
    collections = {order.id for order in orders if order.collects is not None}
    brought = await brought_in(session, collections) if collections else set[UUID]()
    rows = await session.exec(
        select(OrderLine, Variant, Style, House)
        .join(Variant, col(Variant.id) == col(OrderLine.variant_id))
        .join(Style, col(Style.id) == col(Variant.style_id))
        .join(House, col(House.id) == col(Style.house_id))
        .where(col(OrderLine.order_id).in_(currency))
        .order_by(col(OrderLine.id))
    )
    found: dict[UUID, list[OrderedPiece]] = defaultdict(list)
    for line, variant, style, house in rows:
        found[line.order_id].append(
            OrderedPiece(
                line=line.id,
                may_give_back=False,
                slug=style.slug,
                style=style.name,
                house=house.name,
                colour=variant.colour,
                size=variant.size,
                image=picture(style.drawing, variant.shade),
                price=payments.Money(line.price_minor, currency[line.order_id]),
                verdict=line.verdict,
                disputed=line.disputed and line.order_id not in collections,
                brought_in=line.id in brought,
            )
        )
    return found
