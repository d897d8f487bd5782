"""She changed her mind: which kept pieces she brings back, and until when she may."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from concierge.model import GiveBack, GivenPiece, Hub, Order, OrderLine, OrderState
from concierge.model.refusals import BadRequest, TooLate
from concierge.model.told import says
from concierge.store.clock import now
from concierge.store.log import audit, tell
from concierge.store.transaction import lock_order, transaction

from .settle import close_cases, tell_case
from .write_letter import Letter, write_letter

COMING_BACK = "give_back"
"""The kind of case that has pieces inspected."""
INSPECTED = "What came back was inspected."
"""Why such a case ends, when somebody inspected the last of it."""
DAYS_TO_ASK = 14
"""Days after the visit on which she may change her mind.

Source: Directive 2011/83/EU, articles 9 and 14, read November 2026.
"""
DAYS_TO_BRING = 14
"""Days after she asked on which she may bring them."""


async def give_back(engine: AsyncEngine, order_id: UUID, lines: Collection[UUID], by: str) -> UUID:
    """Take note of what she brings back; it is paid back once it was inspected.

    Raises:
        BadRequest: no piece was chosen, or one that is not hers to give back.
        TooLate: the time for it is over, or the visit is not.
    """
    async with transaction(engine) as session:
        await lock_order(session, order_id)
        order = await session.get_one(Order, order_id, populate_existing=True)
        moment = await now(session)
        chosen = await chosen_to_give_back(session, order, lines, moment)
        asked = await file_give_back(session, order, chosen, by=by, now=moment)
        await write_letter(session, order, Letter.GIVE_BACK, now=moment)
        return asked.id


async def chosen_to_give_back(
    session: AsyncSession, order: Order, lines: Collection[UUID], moment: datetime
) -> list[OrderLine]:
    """The pieces she chose, seen to be hers to give back.

    Raises:
        BadRequest: no piece was chosen, or one that is not hers to give back.
        TooLate: the time for it is over, or the visit is not.
    """
    until = may_give_back_until(order, await session.get_one(Hub, order.hub_id))
    if until is None or moment >= until:
        raise TooLate("The time to give pieces of this visit back is over.")
    hers = {line.id: line for line in await kept_still(session, order)}
    chosen = [hers[line] for line in dict.fromkeys(lines) if line in hers]
    if not chosen or len(chosen) != len(set(lines)):
        raise BadRequest("Choose among the pieces you kept.", field="line")
    return chosen


async def filed_as(session: AsyncSession, order_id: UUID, lines: Collection[UUID]) -> UUID | None:
    """The give-back that all of these wait in: the button was pressed twice."""
    rows = await session.exec(
        select(GivenPiece.line_id, GiveBack.id)
        .join(GiveBack, col(GiveBack.id) == col(GivenPiece.give_back_id))
        .where(GiveBack.order_id == order_id, col(GiveBack.inspected_at).is_(None))
    )
    filed = dict(rows.all())
    found = {filed.get(line) for line in lines}
    return found.pop() if len(found) == 1 else None


async def file_give_back(
    session: AsyncSession, order: Order, lines: Collection[OrderLine], *, by: str, now: datetime
) -> GiveBack:
    """Write down that these come back. The caller holds the order's lock and writes to her."""
    hub = await session.get_one(Hub, order.hub_id)
    asked = GiveBack(order_id=order.id, asked_at=now, until=may_bring_until(hub, now))
    session.add(asked)
    await session.flush()
    session.add_all(
        GivenPiece(
            give_back_id=asked.id, line_id=line.id, piece_id=line.piece_id,
            price_minor=line.price_minor,
        )
        for line in lines
    )  # fmt: skip
    await session.flush()
    await tell_what_comes(session, order, now)
    subject = f"order:{order.id}"
    await tell(session, subject, "give_back", now, order=str(order.id))
    await audit(
        session, who=by, what="give_back.ask", subject=subject, now=now,
        lines=[str(line.id) for line in lines],
    )  # fmt: skip
    return asked


async def tell_what_comes(
    session: AsyncSession, order: Order, now: datetime, *, inspected_by: str = ""
) -> None:
    """The case counts the pieces that still come back, and ends with the last of them."""
    rows = await session.exec(
        select(func.count())
        .select_from(GivenPiece)
        .join(GiveBack, col(GiveBack.id) == col(GivenPiece.give_back_id))
        .where(GiveBack.order_id == order.id, col(GiveBack.inspected_at).is_(None))
    )
    if count := rows.one():
        told = says(
            "Pieces of order %(order)s come back to the hub: inspect them (%(n)s).",
            order=order.reference, n=count,
        )  # fmt: skip
        await tell_case(session, order, COMING_BACK, [told], now)
        return
    why = INSPECTED if inspected_by else ""
    await close_cases(session, order, COMING_BACK, now, by=inspected_by, why=why)


def may_bring_until(hub: Hub, asked_at: datetime) -> datetime:
    """Until when she may hand over what she asked to give back."""
    return _midnight(hub, asked_at, DAYS_TO_BRING)


async def set_apart(
    session: AsyncSession, back: GiveBack, rows: Collection[GivenPiece]
) -> GiveBack:
    """These of its pieces come on their own, under the same terms: a give-back travels as one."""
    apart = GiveBack(order_id=back.order_id, asked_at=back.asked_at, until=back.until)
    session.add(apart)
    await session.flush()
    for row in rows:
        row.give_back_id = apart.id
    await session.flush()
    return apart


def may_give_back_until(order: Order, hub: Hub) -> datetime | None:
    """Until when she may change her mind; None while there is nothing she could give back."""
    if order.state is not OrderState.SETTLED or order.returns_at is None or not order.due_minor:
        return None
    return _midnight(hub, order.returns_at, DAYS_TO_ASK)


async def kept_still(session: AsyncSession, order: Order) -> list[OrderLine]:
    """The pieces she kept, without those that are coming back, or came."""
    gone = (
        select(GivenPiece.line_id)
        .join(GiveBack, col(GiveBack.id) == col(GivenPiece.give_back_id))
        .where(
            GiveBack.order_id == order.id, col(GivenPiece.accepted).is_distinct_from(other=False)
        )
    )
    rows = await session.exec(
        select(OrderLine)
        .where(
            OrderLine.order_id == order.id,
            OrderLine.verdict == "kept",
            col(OrderLine.id).not_in(gone),
        )
        .order_by(col(OrderLine.id))
    )
    return [line for line in rows if not line.disputed]


def _midnight(hub: Hub, since: datetime, days: int) -> datetime:
    """The end of the last of so many days, the day of `since` not counted, by the hub's clock."""
    return hub.at(hub.day_of(since) + timedelta(days=days + 1), "00:00")
