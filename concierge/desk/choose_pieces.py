"""Gathering pieces to try: a visitor's selection, before it is anybody's order."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from uuid import UUID

import msgspec
from sqlalchemy import delete, true
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

import payments
from concierge.model import (
    LENDABLE,
    MOST_PIECES,
    House,
    Hub,
    OrderLine,
    Piece,
    Selection,
    SelectionLine,
    Style,
    Variant,
    WebSession,
    new_id,
)
from concierge.model.refusals import BadRequest, Missing, PieceTaken

from .ask_amount import amount_of
from .show_visit import Picture

DEFAULT_CURRENCY = "SEK"
"""Of nothing chosen, where there is no hub yet."""


class ChosenSize(msgspec.Struct, frozen=True):
    """One size of a style in her selection. `gone` when no piece of it travels any more."""

    variant: UUID
    size: str
    gone: bool = False


class ChosenStyle(msgspec.Struct, frozen=True):
    """A style in one colour, with the sizes she wants to try side by side."""

    slug: str
    name: str
    house: str
    colour: str
    image: str
    price: payments.Money
    sizes: list[ChosenSize]


class SelectionShown(msgspec.Struct, frozen=True):
    """What she has gathered. `held` is what her bank will set aside for all of it.

    `fee` is what of that is only for a visit that falls through.
    `sizes_once` when two sizes of a piece are among it and count once.
    """

    styles: list[ChosenStyle]
    pieces: int
    most: int
    held: payments.Money
    fee: payments.Money
    sizes_once: bool


async def add_piece(
    session: AsyncSession, visit_id: UUID, variant_id: UUID, *, now: datetime
) -> UUID:
    """Put a variant into this visit's selection, once; the selection's id.

    Raises:
        Missing: there is no such variant.
        PieceTaken: no piece of it travels to clients, or none from where her others hang.
        BadRequest: the selection is full.
    """
    visit = await _visit(session, visit_id)
    await _can_travel(session, variant_id)
    if visit.selection_id is None:
        selection = Selection(id=new_id(), client_id=visit.client_id, created_at=now)
        session.add(selection)
        await session.flush()
        visit.selection_id = selection.id
        session.add(visit)
    chosen = await chosen_variants(session, visit.selection_id)
    if variant_id in chosen:
        return visit.selection_id
    if len(chosen) >= MOST_PIECES:
        raise BadRequest("One visit brings at most twelve pieces; take one out first.")
    if await hubs_with(session, [*chosen, variant_id]) == set():
        raise PieceTaken("This size hangs at another hub than your other pieces.")
    session.add(SelectionLine(selection_id=visit.selection_id, variant_id=variant_id))
    await session.flush()
    return visit.selection_id


async def remove_piece(session: AsyncSession, visit_id: UUID, variant_id: UUID) -> None:
    """Take a variant out of this visit's selection, if it is there."""
    visit = await _visit(session, visit_id)
    await session.exec(
        delete(SelectionLine).where(
            col(SelectionLine.selection_id) == visit.selection_id,
            col(SelectionLine.variant_id) == variant_id,
        )
    )


async def take_selection(session: AsyncSession, selection_id: UUID | None) -> tuple[UUID, ...]:
    """Empty a selection and hand over what was in it: two orders never come of one selection."""
    rows = await session.exec(
        delete(SelectionLine)
        .where(col(SelectionLine.selection_id) == selection_id)
        .returning(col(SelectionLine.id), col(SelectionLine.variant_id))
    )
    return tuple(variant for _, variant in sorted((line, variant) for line, variant in rows))


async def put_back(
    session: AsyncSession, selection_id: UUID | None, variants: Sequence[UUID]
) -> None:
    """Give a selection back what was taken out of it."""
    if selection_id is None:
        return
    there = await chosen_variants(session, selection_id)
    session.add_all(
        SelectionLine(selection_id=selection_id, variant_id=variant)
        for variant in variants
        if variant not in there
    )


async def choose_again(
    session: AsyncSession, visit_id: UUID, order_id: UUID, *, now: datetime
) -> None:
    """Put the pieces of an order that came to nothing back into her selection.

    What does not travel any more, or does not fit in, is left out.
    """
    lines = await session.exec(
        select(OrderLine.variant_id)
        .where(OrderLine.order_id == order_id)
        .order_by(col(OrderLine.id))
    )
    for variant_id in lines.all():
        try:
            await add_piece(session, visit_id, variant_id, now=now)
        except (PieceTaken, BadRequest, Missing):
            continue


async def chosen_variants(session: AsyncSession, selection_id: UUID | None) -> tuple[UUID, ...]:
    """The variants in a selection, in the order she chose them."""
    rows = await session.exec(
        select(SelectionLine.variant_id)
        .where(SelectionLine.selection_id == selection_id)
        .order_by(col(SelectionLine.id))
    )
    return tuple(rows.all())


async def hubs_with(session: AsyncSession, variants: Sequence[UUID]) -> set[UUID] | None:
    """The hubs that have all of these, for one concierge brings them all; None for no variants."""
    if not variants:
        return None
    rows = await session.exec(
        select(Piece.hub_id)
        .where(col(Piece.variant_id).in_(variants), col(Piece.state).in_(LENDABLE))
        .group_by(col(Piece.hub_id))
        .having(func.count(col(Piece.variant_id).distinct()) == len(set(variants)))
    )
    return set(rows)


async def show_selection(
    session: AsyncSession, selection_id: UUID | None, *, picture: Picture
) -> SelectionShown:
    """What is in a selection, sizes of a piece side by side; an empty one when there is none."""
    rows = await session.exec(
        select(SelectionLine, Variant, Style, House)
        .join(Variant, col(Variant.id) == col(SelectionLine.variant_id))
        .join(Style, col(Style.id) == col(Variant.style_id))
        .join(House, col(House.id) == col(Style.house_id))
        .where(SelectionLine.selection_id == selection_id)
        .order_by(col(SelectionLine.id))
    )
    lines = rows.all()
    alive = await _alive(session, [variant.id for _, variant, _, _ in lines])
    first = {
        (style.id, variant.colour): number
        for number, (_, variant, style, _) in reversed(list(enumerate(lines)))
    }
    beside = sorted(lines, key=lambda row: (first[row[2].id, row[1].colour], row[1].size_rank))
    styles: list[ChosenStyle] = []
    for _, group in groupby(beside, key=lambda row: (row[2].id, row[1].colour)):
        same = list(group)
        _, variant, style, house = same[0]
        styles.append(
            ChosenStyle(
                slug=style.slug,
                name=style.name,
                house=house.name,
                colour=variant.colour,
                image=picture(style.drawing, variant.shade),
                price=style.price,
                sizes=[
                    ChosenSize(each.id, each.size, each.id not in alive) for _, each, *_ in same
                ],
            )
        )
    currency = styles[0].price.currency if styles else await _currency(session)
    pieces = [payments.Piece(str(style.id), style.price) for _, _, style, _ in lines]
    hubs = await _hubs_of(session, [variant.id for _, variant, _, _ in lines])
    policy, fee = _policy(hubs), _fee(hubs, currency) * bool(lines)
    held = amount_of(policy, pieces, fee)
    once = policy is payments.HoldPolicy.DEAREST_PER_STYLE
    sizes_once = once and len({piece.style for piece in pieces}) < len(pieces)
    return SelectionShown(styles, len(lines), MOST_PIECES, held, fee, sizes_once)


async def _hubs_of(session: AsyncSession, variants: Sequence[UUID]) -> Sequence[Hub]:
    """The hubs that may bring these; before her address is known, perhaps several."""
    found = await hubs_with(session, variants)
    rows = await session.exec(
        select(Hub).where(true() if found is None else col(Hub.id).in_(found))
    )
    return rows.all()


def _policy(hubs: Sequence[Hub]) -> payments.HoldPolicy:
    """What is held where these hang: the most it may be."""
    least = payments.HoldPolicy.DEAREST_PER_STYLE
    found = {hub.hold_policy for hub in hubs}
    return least if found <= {least} else payments.HoldPolicy.EVERY_PIECE


def _fee(hubs: Sequence[Hub], currency: str) -> payments.Money:
    """The largest fee of a visit that falls through: it is held beside her pieces."""
    asked = (fee for hub in hubs for fee in (hub.late_fee_minor, hub.absence_fee_minor))
    return payments.Money(max(asked, default=0), currency)


async def _currency(session: AsyncSession) -> str:
    """What nothing is counted in before she has chosen."""
    rows = await session.exec(select(Hub.currency).order_by(Hub.slug).limit(1))
    return rows.first() or DEFAULT_CURRENCY


async def count_chosen(session: AsyncSession, selection_id: UUID | None) -> int:
    """How many pieces are in a selection."""
    if selection_id is None:
        return 0
    rows = await session.exec(
        select(func.count())
        .select_from(SelectionLine)
        .where(SelectionLine.selection_id == selection_id)
    )
    return rows.one()


async def _visit(session: AsyncSession, visit_id: UUID) -> WebSession:
    """The browser's visit, held so that two taps at once do not open two selections."""
    found = await session.exec(
        select(WebSession).where(WebSession.id == visit_id).with_for_update()
    )
    return found.one()


async def _can_travel(session: AsyncSession, variant_id: UUID) -> None:
    found = await session.exec(
        select(Style.listed)
        .join(Variant, col(Variant.style_id) == col(Style.id))
        .where(Variant.id == variant_id)
    )
    if not found.first():
        raise Missing("We do not carry this piece any more.")
    if variant_id not in await _alive(session, [variant_id]):
        raise PieceTaken("The last piece in this size found a home; another size may fit.")


async def _alive(session: AsyncSession, variants: Sequence[UUID]) -> set[UUID]:
    """Which of these have a piece that travels to clients."""
    rows = await session.exec(
        select(Piece.variant_id)
        .where(col(Piece.variant_id).in_(variants), col(Piece.state).in_(LENDABLE))
        .distinct()
    )
    return set(rows)
