"""A style's page: what it is, and which colours and sizes can be brought home to try."""

from collections.abc import Sequence
from itertools import groupby
from uuid import UUID

import msgspec
from sqlalchemy import and_
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

import payments
from concierge.model import FAMILIES, LENDABLE, House, Piece, Style, Variant
from concierge.model.refusals import Missing

from .choose_pieces import hubs_with
from .show_visit import Picture


class SizeInStock(msgspec.Struct, frozen=True):
    """A size of one colour, and how many pieces of it travel to clients.

    `elsewhere` when there are some, but at no hub that has all she has chosen.
    """

    variant: UUID
    size: str
    pieces: int
    elsewhere: bool = False


class ColourInStock(msgspec.Struct, frozen=True):
    """A colour of a style, with its drawing and sizes."""

    name: str
    shade: str
    image: str
    sizes: list[SizeInStock]

    @property
    def pieces(self) -> int:
        """How many pieces of it travel to clients."""
        return sum(size.pieces for size in self.sizes)


class StyleShown(msgspec.Struct, frozen=True):
    """Everything about a style a client may want to know before she tries it."""

    slug: str
    name: str
    house: str
    house_line: str
    description: str
    category: str
    family: str
    occasions: list[str]
    material: str
    care: str
    price: payments.Money
    colours: list[ColourInStock]


async def show_style(
    session: AsyncSession, slug: str, *, picture: Picture, beside: Sequence[UUID] = ()
) -> StyleShown:
    """A style with its colours and sizes, and how many of each we can bring.

    `beside` are the variants she has chosen already: one concierge brings all from one hub.

    Raises:
        Missing: we carry no such style.
    """
    found = await session.exec(
        select(Style, House)
        .join(House, col(House.id) == col(Style.house_id))
        .where(Style.slug == slug, col(Style.listed))
    )
    pair = found.first()
    if pair is None:
        raise Missing("We do not carry this piece any more.")
    style, house = pair
    hubs = await hubs_with(session, beside)
    anywhere = func.count(col(Piece.id))
    here = anywhere if hubs is None else anywhere.filter(col(Piece.hub_id).in_(hubs))
    rows = await session.exec(
        select(Variant, here, anywhere)
        .outerjoin(
            Piece,
            and_(col(Piece.variant_id) == col(Variant.id), col(Piece.state).in_(LENDABLE)),
        )
        .where(Variant.style_id == style.id)
        .group_by(col(Variant.id))
        .order_by(col(Variant.colour), col(Variant.size_rank), col(Variant.size))
    )
    colours = [
        ColourInStock(
            name=name,
            shade=shade,
            image=picture(style.drawing, shade),
            sizes=[
                SizeInStock(variant.id, variant.size, pieces, elsewhere=pieces == 0 < everywhere)
                for variant, pieces, everywhere in sizes
            ],
        )
        for (name, shade), sizes in groupby(rows.all(), lambda row: (row[0].colour, row[0].shade))
    ]
    return StyleShown(
        slug=style.slug,
        name=style.name,
        house=house.name,
        house_line=house.line,
        description=style.description,
        category=style.category,
        family=family_of(style.category),
        occasions=style.occasions,
        material=style.material,
        care=style.care,
        price=style.price,
        colours=sorted(colours, key=lambda colour: -min(1, colour.pieces)),
    )


def family_of(category: str) -> str:
    """The rail a category hangs on, or nothing."""
    return next((name for name, hangs in FAMILIES.items() if category in hangs), "")
