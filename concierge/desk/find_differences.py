"""Where our books and the provider's differ, in words that a person can act on."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

import payments
from concierge.model import (
    DifferenceKind,
    Hold,
    LedgerEntry,
    Operation,
    OperationState,
    Order,
    OrderState,
)
from concierge.model.told import Sentence, Term, says, term
from payments.books import BookLine, Compared, Seen

from .settle import plan_release

NEEDS_HOLD = frozenset(
    {OrderState.PLACED, OrderState.CONFIRMED, OrderState.AT_VISIT, OrderState.RETURNED}
)
"""States in which an order may have money set aside."""
GRACE = timedelta(minutes=10)
"""How old a hold is before it can be an orphan: its answer may still be on its way to us."""


@dataclass(frozen=True, slots=True)
class Found:
    """A difference that a person must see. `subject` names it once; `order_id` if it has one."""

    kind: DifferenceKind
    subject: str
    amount: payments.Money
    told: tuple[Sentence, ...]
    order_id: UUID | None = None


async def missing_lines(
    session: AsyncSession, seen: Mapping[str, Seen], differing: Sequence[Compared], now: datetime
) -> list[Found]:
    """A difference for each object whose lines are not what they must be; missing ones are added.

    Our ledger only grows, so what it lacks is written down now; what it says too much stays, and
    is a person's.
    """
    found: list[Found] = []
    for each in differing:
        hold = _hold_of(each.name, seen)
        order = await _order_of(session, each.name, hold)
        if order is None and not each.surplus:
            if isinstance(seen[each.name], payments.Hold):
                continue  # nobody's hold is an orphan, if it holds; `find_orphans` tells
            told = says(
                "The provider says %(what)s %(name)s moved %(amount)s, and no order of ours has "
                "that payment. Look it up at the provider: it was made outside this house.",
                what=_kind(seen, each.name), name=each.name, amount=each.apart,
            )  # fmt: skip
            found.append(Found(DifferenceKind.BOOKS, each.name, each.apart, (told,)))
            continue
        if order is not None and each.missing:
            await _add(session, order, each.missing, now)
        told = [
            says(
                "%(what)s %(name)s of order %(order)s:" if order else "%(what)s %(name)s:",
                what=_kind(seen, each.name), name=each.name,
                order=order.reference if order else "",
            )
        ]  # fmt: skip
        if each.missing:
            told.append(
                says(
                    "our ledger lacked %(lines)s, which the provider has done. The lines are "
                    "written now; find out why they were lost.",
                    lines=_listed(each.missing),
                )
            )
        if each.surplus:
            told.append(
                says(
                    "our ledger says %(lines)s, and the provider knows nothing of it. Compare "
                    "with the payment's page at the provider and book the correction.",
                    lines=_listed(each.surplus),
                )
            )
        found.append(
            Found(
                DifferenceKind.BOOKS, each.name, each.apart, tuple(told),
                order.id if order is not None else None,
            )
        )  # fmt: skip
    return found


async def find_unasked(
    session: AsyncSession, holds: Iterable[payments.Hold], refunds: Iterable[payments.Refund]
) -> list[Found]:
    """Money taken or given back for an order of ours, for which there is no operation."""
    seen = {hold.id: hold for hold in holds}
    given: dict[str, list[payments.Refund]] = defaultdict(list)
    for refund in refunds:
        if refund.state is not payments.RefundState.FAILED:
            given[refund.hold].append(refund)
    moved = {name for name, hold in seen.items() if hold.captured} | set(given)
    rows = await session.exec(
        select(Hold, Order)
        .join(Order, col(Order.id) == col(Hold.order_id))
        .where(col(Hold.provider_id).in_(moved))
    )
    ours = rows.all()
    operations = await _operations(session, {order.id for _, order in ours})
    apart: dict[UUID, list[tuple[Sentence, payments.Money]]] = defaultdict(list)
    orders = {order.id: order for _, order in ours}
    for row, order in ours:
        asked = operations[order.id]
        if (hold := seen.get(row.provider_id)) is not None:
            taken = hold.captured - _asked_of(hold, row, asked)
            if taken:
                part = says("%(amount)s taken under %(hold)s", amount=taken, hold=hold.id)
                apart[order.id].append((part, taken))
        for refund in given[row.provider_id]:
            if not _is_asked(refund, asked):
                part = says(
                    "%(amount)s given back (%(refund)s)", amount=refund.amount, refund=refund.id
                )
                apart[order.id].append((part, refund.amount * -1))
    return [
        Found(
            DifferenceKind.UNASKED, order.reference, net,
            (
                says(
                    "At the provider there is money of order %(order)s that moved without us: "
                    "%(parts)s. Ask who did it, then put it right with a refund or a new charge, "
                    "so that it comes to nothing.",
                    order=order.reference, parts=[part for part, _ in parts],
                ),
            ),
            order.id,
        )
        for order, parts in ((orders[order_id], parts) for order_id, parts in apart.items())
        if (net := payments.Money.total((amount for _, amount in parts), order.currency))
    ]  # fmt: skip


async def find_orphans(
    session: AsyncSession, holds: Iterable[payments.Hold], now: datetime
) -> list[Found]:
    """Money that is set aside for no order that needs it. What is ours is given back at once."""
    live = {hold.id: hold for hold in holds if hold.state is payments.HoldState.HELD}
    rows = await session.exec(
        select(Hold, Order)
        .join(Order, col(Order.id) == col(Hold.order_id))
        .where(col(Hold.provider_id).in_(live))
    )
    ours = {hold.provider_id: (hold, order) for hold, order in rows}
    found: list[Found] = []
    for name, hold in live.items():
        if name not in ours:
            told = [
                says(
                    "%(amount)s is set aside at the provider under %(hold)s for no order of ours.",
                    amount=hold.amount, hold=name,
                )
            ]  # fmt: skip
            if hold.order:
                told.append(says("It names %(order)s.", order=hold.order))
            told.append(says("Release it at the provider."))
            found.append(Found(DifferenceKind.ORPHAN, name, hold.amount, tuple(told)))
            continue
        row, order = ours[name]
        if order.state in NEEDS_HOLD or now - row.held_at < GRACE:
            continue
        await plan_release(session, order, now)
        told = says(
            "%(amount)s was still set aside for order %(order)s, which is %(state)s and does not "
            "need it (%(hold)s). We release it; if this stands at the next comparison, release it "
            "at the provider.",
            amount=hold.amount, order=order.reference, state=term(order.state), hold=name,
        )  # fmt: skip
        found.append(Found(DifferenceKind.ORPHAN, name, hold.amount, (told,)))
    return found


def _hold_of(name: str, seen: Mapping[str, Seen]) -> str:
    thing = seen.get(name)
    return name if thing is None or isinstance(thing, payments.Hold) else thing.hold


async def _order_of(session: AsyncSession, name: str, hold: str) -> Order | None:
    """The order of a hold, or of whatever our ledger says under this name."""
    known = await session.exec(
        select(Order)
        .join(Hold, col(Hold.order_id) == col(Order.id))
        .where(Hold.provider_id == hold)
    )
    if (order := known.first()) is not None:
        return order
    written = await session.exec(
        select(Order)
        .join(LedgerEntry, col(LedgerEntry.order_id) == col(Order.id))
        .where(col(LedgerEntry.journal).startswith(f"{name}:", autoescape=True))
        .limit(1)
    )
    return written.first()


async def _add(
    session: AsyncSession, order: Order, lines: Iterable[BookLine], now: datetime
) -> None:
    """Write what the ledger lacks; the database refuses it if the journal would not balance."""
    for line in sorted(lines, key=lambda each: (each.journal, each.account)):
        session.add(
            LedgerEntry(
                journal=line.journal, order_id=order.id, account=line.account,
                amount_minor=line.amount.minor, currency=line.amount.currency, at=now,
            )
        )  # fmt: skip
    await session.flush()


async def _operations(
    session: AsyncSession, orders: Iterable[UUID]
) -> dict[UUID, list[Operation]]:
    rows = await session.exec(
        select(Operation).where(
            col(Operation.order_id).in_(orders),
            Operation.state != OperationState.CALLED_OFF,
            Operation.attempts > 0,
        )
    )
    found: dict[UUID, list[Operation]] = defaultdict(list)
    for operation in rows:
        found[operation.order_id].append(operation)
    return found


TAKES_AT_ONCE = frozenset({payments.OperationKind.CHARGE, payments.OperationKind.PAY_PAGE})


def _asked_of(hold: payments.Hold, row: Hold, asked: Iterable[Operation]) -> payments.Money:
    """What our operations asked to be taken under a hold or charge."""
    sums = (
        each.amount
        for each in asked
        if (each.kind is payments.OperationKind.CAPTURE and each.hold_id == row.id)
        or (each.kind in TAKES_AT_ONCE and each.fact == hold.op)
    )
    return payments.Money.total(sums, hold.captured.currency)


def _is_asked(refund: payments.Refund, asked: Iterable[Operation]) -> bool:
    return any(
        each.kind is payments.OperationKind.REFUND
        and each.fact == refund.op
        and each.amount == refund.amount
        for each in asked
    )


def _kind(seen: Mapping[str, Seen], name: str) -> Term:
    match seen.get(name):
        case payments.Refund():
            return Term("Refund")
        case payments.Dispute():
            return Term("Dispute")
        case _:
            return Term("Payment")


def _listed(lines: Iterable[BookLine]) -> list[Sentence]:
    """Lines in words, each once: the amount and what happened."""
    facts: dict[str, payments.Money] = {}
    for line in lines:
        amount = line.amount if line.amount.minor > 0 else line.amount * -1
        facts[line.journal.rpartition(":")[2]] = amount
    return [
        says("%(amount)s %(fact)s", amount=amount, fact=term(fact))
        for fact, amount in sorted(facts.items())
    ]
