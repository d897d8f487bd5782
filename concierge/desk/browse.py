"""The boutique: what there is to try, found by words, occasion, size, colour and price."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, case, literal
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

import payments
from concierge.model import FAMILIES, House, Style, Variant
from concierge.words import LETTERED_SIZES, NUMBERED_SIZE

from .find_styles import Reading, hangs_in, read_words
from .show_visit import Picture

A_PAGE = 24
"""How many pieces a page of the boutique shows: whole rows of two, three and four."""


class Sorting(StrEnum):
    """In which order a rail is shown."""

    OURS = "ours"
    """A mixture of our own, the same every time."""
    CHEAPEST = "cheapest"
    DEAREST = "dearest"


class LookedFor(msgspec.Struct, frozen=True):
    """What she looks for; empty means anything. Prices are in whole units, both ends included."""

    words: str = ""
    family: str = ""
    occasion: str = ""
    size: str = ""
    colour: str = ""
    least: int | None = None
    most: int | None = None
    sorting: Sorting = Sorting.OURS
    page: int = 1

    @property
    def narrowed(self) -> bool:
        """Whether anything but the family is asked for."""
        return any((self.words, self.occasion, self.size, self.colour, self.least, self.most))


class Tint(msgspec.Struct, frozen=True):
    """A colour by its name and as `#rrggbb`."""

    name: str
    shade: str


class StyleCard(msgspec.Struct, frozen=True):
    """A style on the rail."""

    slug: str
    name: str
    house: str
    price: payments.Money
    image: str
    tints: list[Tint]


class Choices(msgspec.Struct, frozen=True):
    """What the rail may be narrowed by."""

    occasions: list[str]
    sizes: list[str]
    tints: list[Tint]


class Shelf(msgspec.Struct, frozen=True):
    """One page of the boutique, and how many styles it found altogether."""

    cards: list[StyleCard]
    total: int
    page: int
    pages: int
    choices: Choices


async def browse(session: AsyncSession, looked_for: LookedFor, *, picture: Picture) -> Shelf:
    """A page of what fits, and what it may be narrowed by."""
    reading = await read_words(session, looked_for.words, colour=looked_for.colour)
    fits = [*reading.fits, *_narrowed(looked_for)]
    total = (await session.exec(select(func.count()).select_from(Style).where(*fits))).one()
    pages = max(1, -(-total // A_PAGE))
    page = min(max(1, looked_for.page), pages)
    rows = await session.exec(
        select(Style, House)
        .join(House, col(House.id) == col(Style.house_id))
        .where(*fits)
        .order_by(*_order(looked_for, reading), col(Style.id))
        .limit(A_PAGE)
        .offset((page - 1) * A_PAGE)
    )
    found = rows.all()
    tints = await _tints_of(session, [style.id for style, _ in found])
    return Shelf(
        cards=[
            _card(style, house, tints[style.id], looked_for.colour, picture)
            for style, house in found
        ],
        total=total,
        page=page,
        pages=pages,
        choices=await _choices(session, looked_for.family),
    )


_UNIT = case(
    {currency: 10**places for currency, places in payments.EXPONENTS.items()},
    value=col(Style.currency),
)
"""One whole unit of a style's currency, in minor units."""


def _narrowed(looked_for: LookedFor) -> list[ColumnElement[bool]]:
    fits: list[ColumnElement[bool]] = [col(Style.listed).is_(True)]
    if looked_for.family:
        fits.append(col(Style.category).in_(FAMILIES.get(looked_for.family, ())))
    if looked_for.occasion:
        fits.append(literal(looked_for.occasion) == func.any(col(Style.occasions)))
    if looked_for.least is not None:
        fits.append(col(Style.price_minor) >= looked_for.least * _UNIT)
    if looked_for.most is not None:
        fits.append(col(Style.price_minor) <= looked_for.most * _UNIT)
    if looked_for.size or looked_for.colour:
        fits.append(hangs_in(looked_for.size, looked_for.colour))
    return fits


def _order(looked_for: LookedFor, reading: Reading) -> list[ColumnElement[Any]]:
    if looked_for.sorting is Sorting.CHEAPEST:
        return [col(Style.price_minor).asc()]
    if looked_for.sorting is Sorting.DEAREST:
        return [col(Style.price_minor).desc()]
    mixed = func.md5(col(Style.slug))  # so that a rail is never twenty coats in a row
    return [reading.distance, mixed]


def _card(
    style: Style, house: House, tints: Sequence[Tint], colour: str, picture: Picture
) -> StyleCard:
    shown = next((tint for tint in tints if tint.name == colour), tints[0] if tints else None)
    return StyleCard(
        slug=style.slug,
        name=style.name,
        house=house.name,
        price=style.price,
        image=picture(style.drawing, shown.shade if shown else "#b9ac98"),
        tints=list(tints),
    )


async def _tints_of(session: AsyncSession, styles: Iterable[UUID]) -> dict[UUID, list[Tint]]:
    rows = await session.exec(
        select(Variant.style_id, Variant.colour, Variant.shade)
        .where(col(Variant.style_id).in_(list(styles)))
        .group_by(col(Variant.style_id), col(Variant.colour), col(Variant.shade))
        .order_by(func.min(col(Variant.sku)))
    )
    found: dict[UUID, list[Tint]] = defaultdict(list)
    for style_id, name, shade in rows:
        found[style_id].append(Tint(name, shade))
    return found


async def _choices(session: AsyncSession, family: str) -> Choices:
    """What hangs on this rail: narrowing it never leads to an empty one by itself."""
    here = [col(Style.listed).is_(True)]
    if family:
        here.append(col(Style.category).in_(FAMILIES.get(family, ())))
    occasions = await session.exec(
        select(func.unnest(col(Style.occasions)).label("occasion")).where(*here).distinct()
    )
    variants = (
        select(Variant.size, Variant.colour, Variant.shade)
        .join(Style, col(Style.id) == col(Variant.style_id))
        .where(*here)
        .distinct()
    )
    sizes: set[str] = set()
    tints: dict[str, str] = {}
    for size, colour, shade in await session.exec(variants):
        sizes.add(size)
        tints.setdefault(colour, shade)
    return Choices(
        occasions=sorted(occasions),
        sizes=sorted(sizes, key=_by_size),
        tints=[Tint(name, tints[name]) for name in sorted(tints)],
    )


def _by_size(size: str) -> tuple[int, float, str]:
    """XS before S before M, then 34 before 36 and a half, then what is neither."""
    if size in LETTERED_SIZES:
        return 0, LETTERED_SIZES.index(size), size
    number = NUMBERED_SIZE.match(size)
    return (1, float(number[1]) + (0.5 if number[2] else 0), size) if number else (2, 0, size)
