"""Compare our ledger with the provider, line by line, and call a person for every difference.

What the provider did and nobody told us is taken over by the ordinary way first, and compared
again: it is no difference when it was only late. What then still differs is a case, once, and the
case is closed by the comparison that finds it gone.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

import payments
from concierge.model import Comparison, DifferenceKind, LedgerEntry, Operation, OperationState
from concierge.store.clock import now
from concierge.store.transaction import transaction
from payments.books import BookLine, Compared, Seen, compare, lines_of, sums_of
from payments.notices import NoticeKind
from payments.stripe_gateway import StripeGateway

from .card_pages import PAGES
from .find_differences import Found, find_orphans, find_unasked, missing_lines
from .note_differences import note_differences
from .read_notice import TAKE_OVER

BACK = timedelta(days=14)
"""How far back each comparison goes: twice as long as a hold lasts."""
AT_ONCE = 500
"""How many objects' lines are read in one go."""


@dataclass(slots=True)
class Books:
    """Both sides, as they were read."""

    seen: dict[str, Seen] = field(default_factory=dict[str, Seen])
    ours: dict[str, set[BookLine]] = field(default_factory=dict[str, set[BookLine]])

    def compared(self) -> list[Compared]:
        """Every object that one of both sides knows, compared."""
        names = sorted({*self.seen, *self.ours})
        return [compare(self.seen.get(name), name, self.ours.get(name, ())) for name in names]


async def compare_books(engine: AsyncEngine, gateway: StripeGateway) -> Comparison:
    """Compare, take over what was only late, and open or close a case for everything else.

    Raises:
        payments.Unreachable: the provider does not answer; ask again.
    """
    async with transaction(engine) as session:
        until = await now(session)
    since = until - BACK
    books = await _read(engine, gateway, since, until)
    late = [each.name for each in books.compared() if not each.agrees]
    for name in late:
        await _take_over(engine, gateway, books, name)
    await _read_again(engine, gateway, books, late)
    differing = [each for each in books.compared() if not each.agrees]
    async with transaction(engine) as session:
        busy = await _busy(session, until)
        holds = [each for each in books.seen.values() if isinstance(each, payments.Hold)]
        refunds = [each for each in books.seen.values() if isinstance(each, payments.Refund)]
        found: list[Found] = [
            *await missing_lines(session, books.seen, differing, until),
            *await find_unasked(session, holds, refunds),
            *await find_orphans(session, holds, until),
        ]
        left = [
            each
            for each in found
            if each.kind is DifferenceKind.UNASKED or each.order_id not in busy
        ]
        await note_differences(session, left, busy, now=until)
        await session.flush()
        comparison = Comparison(
            at=until, since=since, until=until, looked=len(books.seen),
            taken_over=len(late) - len(differing), differences=len(left),
            sums=_both(books),
        )  # fmt: skip
        session.add(comparison)
    return comparison


async def _read(
    engine: AsyncEngine, gateway: StripeGateway, since: datetime, until: datetime
) -> Books:
    """All the provider has of this time, and our lines of it."""
    books = Books()
    before = until + timedelta(seconds=1)
    for each in (
        *await gateway.holds_made(since, before),
        *await gateway.refunds_made(since, before),
        *await gateway.disputes_made(since, before),
    ):
        books.seen[each.id] = each
    async with transaction(engine) as session:
        recent = await session.exec(
            select(LedgerEntry.journal)
            .where(LedgerEntry.at >= since + timedelta(days=1))
            .distinct()
        )
        named = {journal.rpartition(":")[0] for journal in recent}
        await _lines(session, books, {*books.seen, *named})
    for name in named - set(books.seen):
        seen = await _fetch(gateway, books, name)
        if seen is not None:
            books.seen[name] = seen
    return books


async def _read_again(
    engine: AsyncEngine, gateway: StripeGateway, books: Books, names: Sequence[str]
) -> None:
    """What differed may have moved while we read: look at it once more, at both sides."""
    for name in names:
        books.ours.pop(name, None)
        seen = await _fetch(gateway, books, name)
        if seen is None:
            books.seen.pop(name, None)
        else:
            books.seen[name] = seen
    async with transaction(engine) as session:
        await _lines(session, books, names)


async def _lines(session: AsyncSession, books: Books, names: Iterable[str]) -> None:
    """Our ledger's lines of these objects."""
    wanted = sorted(names)
    for start in range(0, len(wanted), AT_ONCE):
        journals = [
            f"{name}:{movement}"
            for name in wanted[start : start + AT_ONCE]
            for movement in payments.Movement
        ]
        rows = await session.exec(
            select(LedgerEntry).where(col(LedgerEntry.journal).in_(journals))
        )
        for row in rows:
            amount = payments.Money(row.amount_minor, row.currency)
            line = BookLine(row.journal, row.account, amount)
            books.ours.setdefault(row.journal.rpartition(":")[0], set()).add(line)


async def _fetch(gateway: StripeGateway, books: Books, name: str) -> Seen | None:
    """One object as the provider has it now."""
    try:
        match _kind_of(books, name):
            case NoticeKind.REFUND:
                return await gateway.fetch_refund(name)
            case NoticeKind.DISPUTE:
                return await gateway.fetch_dispute(name)
            case _:
                return await gateway.fetch_hold(name)
    except payments.Unknown:
        return None


async def _take_over(engine: AsyncEngine, gateway: StripeGateway, books: Books, name: str) -> None:
    """The ordinary way, as if the provider had told us; what cannot be so is a difference."""
    if name in books.seen:
        with suppress(payments.BadAmount):
            await TAKE_OVER[_kind_of(books, name)](engine, gateway, name)


def _kind_of(books: Books, name: str) -> NoticeKind:
    """What an object is: as it was seen, or as our journals of it say."""
    match books.seen.get(name):
        case payments.Hold():
            return NoticeKind.HOLD
        case payments.Refund():
            return NoticeKind.REFUND
        case payments.Dispute():
            return NoticeKind.DISPUTE
        case None:
            facts = {line.journal.rpartition(":")[2] for line in books.ours.get(name, ())}
    if any(fact.startswith("refund") for fact in facts):
        return NoticeKind.REFUND
    if any(fact.startswith("dispute") for fact in facts):
        return NoticeKind.DISPUTE
    return NoticeKind.HOLD


async def _busy(session: AsyncSession, began: datetime) -> set[object]:
    """Orders with an operation on its way while both sides were read.

    The next comparison judges what our ledger says of them. Money that nobody asked for is seen
    at once: what is asked for is written down before.
    """
    rows = await session.exec(
        select(Operation.order_id).where(
            or_(
                col(Operation.state).in_([OperationState.PLANNED, OperationState.SENT]),
                col(Operation.done_at) >= began,
            ),
            col(Operation.kind).not_in(PAGES),
        )
    )
    return set(rows)


def _both(books: Books) -> dict[str, dict[str, dict[str, int]]]:
    """What happened, added up on both sides by currency."""
    theirs = sums_of(
        line
        for name, seen in books.seen.items()
        for line in lines_of(seen, left=_went(books, name))
    )
    ours = sums_of(line for lines in books.ours.values() for line in lines)
    both: dict[str, dict[str, dict[str, int]]] = {}
    for side, sums in (("ours", ours), ("theirs", theirs)):
        for currency, counted in sums.items():
            for name, minor in counted.items():
                shown = both.setdefault(currency, {}).setdefault(name, {"ours": 0, "theirs": 0})
                shown[side] = minor
    return both


def _went(books: Books, name: str) -> bool:
    refunded = f"{name}:{payments.Movement.REFUNDED}"
    return any(line.journal == refunded for line in books.ours.get(name, ()))
