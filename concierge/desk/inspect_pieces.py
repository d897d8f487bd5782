"""What she brought back is looked at: what is as it was is paid back, the rest is a case."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import Text, cast
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

import payments
from concierge.model import (
    COMING,
    Client,
    Concierge,
    GiveBack,
    GivenPiece,
    Hub,
    Order,
    Piece,
    PieceMove,
    PieceState,
    Stop,
    Style,
    Variant,
)
from concierge.model.refusals import AlreadySettled, BadRequest, Missing
from concierge.model.told import says
from concierge.store.clock import now
from concierge.store.jobs import CallCollectionOff, enqueue
from concierge.store.log import audit, tell
from concierge.store.transaction import lock_order, transaction

from .collect_pieces import carry
from .give_back import set_apart, tell_what_comes
from .plan_collection import open_collection
from .refund_money import refund
from .settle import open_case
from .show_give_backs import ComingFor, coming_for

REFUSED = "give_back_refused"
"""The kind of case about pieces that are not as they were."""


class Inspected(msgspec.Struct, frozen=True):
    """One piece: taken back, or not, and then `why`; nothing is said of one not `here` yet."""

    piece: UUID
    accepted: bool
    why: str = ""
    here: bool = True


class PieceToInspect(msgspec.Struct, frozen=True):
    """A piece that comes back."""

    piece: UUID
    tag: str
    style: str
    size: str
    price: payments.Money


class ToInspect(msgspec.Struct, frozen=True):
    """What one client brings back to a hub, until when.

    `carried_by` greets whoever has collected it and not handed it in yet; `collected_at` is when
    a visit is to collect it.
    """

    id: UUID
    reference: str
    client: str
    hub: str
    until: datetime
    pieces: list[PieceToInspect]
    carried_by: str | None = None
    collected_at: ComingFor | None = None


async def to_inspect(session: AsyncSession, hubs: Sequence[UUID]) -> list[ToInspect]:
    """All that comes back to these hubs and was not inspected yet, the oldest first."""
    rows = await session.exec(
        select(GiveBack, Order, Client, Hub)
        .join(Order, col(Order.id) == col(GiveBack.order_id))
        .join(Client, col(Client.id) == col(Order.client_id))
        .join(Hub, col(Hub.id) == col(Order.hub_id))
        .where(col(Order.hub_id).in_(hubs), col(GiveBack.inspected_at).is_(None))
        .order_by(col(GiveBack.asked_at))
    )
    return [
        ToInspect(
            back.id, order.reference, client.shown_as, hub.name, back.until,
            await _pieces(session, back.id, order.currency),
            await _carried_by(session, back.id), await coming_for(session, back.id),
        )
        for back, order, client, hub in rows.all()
    ]  # fmt: skip


async def take_in(engine: AsyncEngine, give_back_id: UUID, *, by: str) -> None:
    """What was collected is at the hub now, and out of its concierge's hands. Twice is once.

    Raises:
        Missing: there is no such thing.
    """
    async with transaction(engine) as session:
        back = await session.get(GiveBack, give_back_id)
        if back is None:
            raise Missing("Nothing of the kind comes back.")
        await lock_order(session, back.order_id)
        order, moment = await session.get_one(Order, back.order_id), await now(session)
        rows = await session.exec(
            select(GivenPiece.piece_id).where(GivenPiece.give_back_id == give_back_id)
        )
        await _hand_in(session, order, rows.all(), by=by, now=moment)
        await tell(session, f"order:{order.id}", "taken_in", moment, order=str(order.id))


async def inspect_pieces(
    engine: AsyncEngine,
    give_back_id: UUID,
    found: Sequence[Inspected],
    *,
    by: str,
    brought_in: bool = False,
) -> payments.Money:
    """Write down what was found; what is taken back is hers no more and is paid back. How much.

    What is not here yet is still to come, on its own. Saying the same twice changes nothing.
    What a concierge is to collect can be here only when she has `brought_in` it herself: it leaves
    the collection, and when none is left that is called off.

    Raises:
        Missing: there is no such thing.
        BadRequest: a piece is left out, foreign or named twice, or refused without a reason; or
            it is still to be collected, and nobody said that she brought it in.
        AlreadySettled: it was inspected before, and something else was found.
    """
    async with transaction(engine) as session:
        back = await session.get(GiveBack, give_back_id)
        if back is None:
            raise Missing("Nothing of the kind comes back.")
        await lock_order(session, back.order_id)
        await session.refresh(back)
        order, moment = await session.get_one(Order, back.order_id), await now(session)
        rows = await session.exec(select(GivenPiece).where(GivenPiece.give_back_id == back.id))
        pieces = {row.piece_id: row for row in rows}
        said = {each.piece: each for each in found}
        if len(said) != len(found) or said.keys() != pieces.keys():
            raise BadRequest("Say of every piece that came back whether it is as it was.")
        if back.inspected_at is not None:
            if any(
                pieces[each.piece].accepted is not each.accepted or not each.here for each in found
            ):
                raise AlreadySettled("This was inspected before; nothing changed.")
            return payments.Money(back.refund_minor or 0, order.currency)
        visit = await open_collection(session, back.id)
        pieces = _write_down(pieces, [each for each in found if each.here])
        if visit is not None and visit.state in COMING and not brought_in:
            raise BadRequest(
                "We still collect these pieces: say first that she brought them in.",
                field=f"brought-{back.id}",
            )
        if len(pieces) < len(found):
            back = await set_apart(session, back, list(pieces.values()))
        await _hand_in(session, order, pieces, by=by, now=moment)
        accepted = [row for row in pieces.values() if row.accepted]
        await _take_back(session, order, accepted, by, moment)
        asked = sum(row.price_minor for row in accepted)
        paid = await refund(session, order, payments.Money(asked, order.currency), moment)
        back.inspected_at, back.inspected_by, back.refund_minor = moment, by, paid.minor
        if visit is not None:
            await _tell_the_collection(session, visit, back, moment)
        await session.flush()
        await tell_what_comes(session, order, moment, inspected_by=by)
        if len(accepted) < len(pieces):
            told = "; ".join(row.why for row in pieces.values() if not row.accepted)
            words = says(
                "Pieces of order %(order)s were not taken back: %(why)s. Call her.",
                order=order.reference, why=told,
            )  # fmt: skip
            await open_case(session, order, REFUSED, [words], moment)
        await audit(
            session, who=by, what="give_back.inspect", subject=f"order:{order.id}", now=moment,
            accepted=len(accepted), refused=len(pieces) - len(accepted), refund=paid.minor,
        )  # fmt: skip
        return paid


def _write_down(
    pieces: Mapping[UUID, GivenPiece], found: Sequence[Inspected]
) -> dict[UUID, GivenPiece]:
    """What was found of the pieces that are here."""
    if not found:
        raise BadRequest("Say what was found once something of it is here.")
    for each in found:
        if not each.accepted and not each.why.strip():
            raise BadRequest("Say why a piece is not taken back.", field=f"why-{each.piece}")
        pieces[each.piece].accepted = each.accepted
        pieces[each.piece].why = "" if each.accepted else each.why.strip()
    return {each.piece: pieces[each.piece] for each in found}


async def _hand_in(
    session: AsyncSession, order: Order, pieces: Collection[UUID], *, by: str, now: datetime
) -> None:
    """What a concierge has of these is the hub's to keep from now on."""
    rows = await session.exec(
        select(Piece).where(col(Piece.id).in_(pieces)).order_by(col(Piece.id))
    )
    collected = [piece for piece in rows if piece.holder.startswith("concierge:")]
    carry(session, order.id, collected, f"hub:{order.hub_id}", by=by, now=now)
    await session.flush()


async def _carried_by(session: AsyncSession, give_back_id: UUID) -> str | None:
    """Who has collected it and has it with her still."""
    rows = await session.exec(
        select(Concierge.greeting)
        .join(
            Piece,
            col(Piece.holder) == func.concat("concierge:", cast(col(Concierge.id), Text)),
        )
        .join(GivenPiece, col(GivenPiece.piece_id) == col(Piece.id))
        .where(GivenPiece.give_back_id == give_back_id)
    )
    return rows.first()


async def _tell_the_collection(
    session: AsyncSession, visit: Order, back: GiveBack, now: datetime
) -> None:
    """She brought it in herself: the collection goes without it, or is called off."""
    if visit.collects == back.id:
        await enqueue(session, CallCollectionOff(order=visit.id))
        return
    stop = await session.get(Stop, visit.id)
    topics = [f"order:{visit.id}", f"day:{visit.hub_id}:{visit.day}"]
    if stop is not None:
        topics.append(f"concierge:{stop.concierge_id}")
    for topic in topics:
        await tell(session, topic, "collection", now, order=str(visit.id))


async def _take_back(
    session: AsyncSession, order: Order, accepted: Sequence[GivenPiece], by: str, moment: datetime
) -> None:
    """They are ours again, and on the shelf."""
    holder = f"hub:{order.hub_id}"
    for row in accepted:
        piece = await session.get_one(Piece, row.piece_id)
        if piece.come_back(holder):
            session.add(
                PieceMove(
                    piece_id=piece.id, order_id=order.id, state=PieceState.SHELF, holder=holder,
                    at=moment, by=by,
                )
            )  # fmt: skip


async def _pieces(
    session: AsyncSession, give_back_id: UUID, currency: str
) -> list[PieceToInspect]:
    return [
        PieceToInspect(
            piece.id, piece.tag, style.name, variant.size,
            payments.Money(row.price_minor, currency),
        )
        for row, piece, variant, style in await given_pieces(session, give_back_id)
    ]  # fmt: skip


async def given_pieces(
    session: AsyncSession, give_back_id: UUID
) -> Sequence[tuple[GivenPiece, Piece, Variant, Style]]:
    """What is given back, piece by piece, and what each of them is."""
    rows = await session.exec(
        select(GivenPiece, Piece, Variant, Style)
        .join(Piece, col(Piece.id) == col(GivenPiece.piece_id))
        .join(Variant, col(Variant.id) == col(Piece.variant_id))
        .join(Style, col(Style.id) == col(Variant.style_id))
        .where(GivenPiece.give_back_id == give_back_id)
        .order_by(col(Piece.tag))
    )
    return rows.all()
