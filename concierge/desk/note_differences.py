"""Every difference is a case, opened once, and closed when a comparison finds it gone."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from concierge.model import Case, Difference, DifferenceKind, Order
from concierge.store.log import audit, tell

from .find_differences import Found
from .house_cases import open_house_case

CASE = "books_differ"
"""The kind of case that a comparison opens."""


async def note_differences(
    session: AsyncSession, found: Sequence[Found], busy: set[object], *, now: datetime
) -> None:
    """Open what is new, leave what stands, close what is gone.

    What differs in orders that are `busy`, with an operation on its way, is left as it is until
    the next comparison.
    """
    rows = await session.exec(select(Difference).where(col(Difference.closed_at).is_(None)))
    standing = {(each.kind, each.subject): each for each in rows}
    for each in found:
        known = standing.pop((each.kind, each.subject), None)
        if known is None:
            await _open(session, each, now)
        else:
            known.amount_minor = each.amount.minor
            known.tell(each.told)
    for gone in standing.values():
        judged = gone.kind is DifferenceKind.UNASKED or gone.order_id not in busy
        if gone.order_id is None or judged:
            await _close(session, gone, now)


async def _open(session: AsyncSession, found: Found, now: datetime) -> None:
    order = await session.get(Order, found.order_id) if found.order_id is not None else None
    case = None
    if order is not None:
        case = Case(hub_id=order.hub_id, order_id=order.id, kind=CASE, opened_at=now)
        case.tell(found.told)
        session.add(case)
        await session.flush()
        await tell(session, f"day:{order.hub_id}:{order.day}", "case", now, order=str(order.id))
    else:
        case = await open_house_case(session, CASE, found.told, now)
    difference = Difference(
        kind=found.kind, subject=found.subject, order_id=found.order_id,
        case_id=case.id if case is not None else None, amount_minor=found.amount.minor,
        currency=found.amount.currency, found_at=now,
    )  # fmt: skip
    difference.tell(found.told)
    session.add(difference)
    await audit(
        session, who="house", what="books.differ", subject=found.subject, now=now,
        why=difference.words, kind=found.kind, amount=str(found.amount),
    )  # fmt: skip


async def _close(session: AsyncSession, gone: Difference, now: datetime) -> None:
    gone.closed_at = now
    case = await session.get(Case, gone.case_id) if gone.case_id is not None else None
    if case is not None and case.closed_at is None:
        case.closed_at = now
    await audit(
        session, who="house", what="books.agree", subject=gone.subject, now=now, kind=gone.kind
    )
