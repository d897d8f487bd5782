"""All that the house wrote down of one order, for whoever has to look into it."""

from collections import defaultdict
from datetime import date, datetime
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

import payments
import routing
from concierge.maps.travel import Roads
from concierge.model import (
    Concierge,
    Hold,
    Hub,
    LedgerEntry,
    Operation,
    Order,
    OrderLine,
    OrderState,
    Piece,
    Stop,
)
from concierge.model.refusals import Missing
from concierge.store.clock import now
from concierge.store.transaction import transaction

from .expect_stops import expect_routes
from .hub_day import HubDay
from .read_day import read_day


class PieceRecord(msgspec.Struct, frozen=True):
    """A piece of the order: its verdict, and where it is now."""

    id: UUID
    tag: str
    price: payments.Money
    verdict: str | None
    state: str
    holder: str


class EntryRecord(msgspec.Struct, frozen=True):
    """A line of the ledger. Debits are positive, credits negative."""

    journal: str
    account: str
    amount: payments.Money
    at: datetime


class HoldRecord(msgspec.Struct, frozen=True):
    """Money set aside, as last read at the provider."""

    provider_id: str
    state: payments.HoldState
    amount: payments.Money
    captured: payments.Money
    capture_before: datetime | None


class OperationRecord(msgspec.Struct, frozen=True):
    """A change at the provider and how it went."""

    kind: payments.OperationKind
    key: str
    state: str
    amount: payments.Money
    attempts: int
    trouble: str | None


class OrderRecord(msgspec.Struct, frozen=True):
    """An order with its pieces, its money and its place in the plan.

    `broken_rules` are what an independent check finds wrong with the plan of its day, in words;
    a concierge on the road who runs late is not the plan's fault.
    `out_of_balance` is by how much the whole house's ledger is off; anything but zero is a fault.
    """

    id: UUID
    reference: str
    state: OrderState
    hub: str
    day: date | None
    concierge: str | None
    concierge_id: UUID | None
    pieces: list[PieceRecord]
    holds: list[HoldRecord]
    operations: list[OperationRecord]
    ledger: list[EntryRecord]
    out_of_balance: int
    plan_words: str
    plan_version: int
    broken_rules: list[str]


async def order_record(engine: AsyncEngine, roads: Roads, order_id: UUID) -> OrderRecord:
    """All of an order.

    Raises:
        Missing: there is no such order.
    """
    async with transaction(engine) as session:
        order = await session.get(Order, order_id)
        if order is None:
            raise Missing("There is no such order.")
        hub = await session.get_one(Hub, order.hub_id)
        today = await read_day(session, hub, order.day, await now(session)) if order.day else None
        stop = await session.get(Stop, order_id)
        concierge = await session.get(Concierge, stop.concierge_id) if stop else None
        record = OrderRecord(
            id=order.id,
            reference=order.reference,
            state=order.state,
            hub=hub.slug,
            day=order.day,
            concierge=concierge.name if concierge else None,
            concierge_id=concierge.id if concierge else None,
            pieces=await _pieces(session, order),
            holds=await _holds(session, order),
            operations=await _operations(session, order),
            ledger=await _ledger(session, order),
            out_of_balance=await out_of_balance(session),
            plan_words=today.plan_row.words if today else "",
            plan_version=today.version if today else 0,
            broken_rules=[],
        )
    if today is None:
        return record
    return msgspec.structs.replace(record, broken_rules=await _broken_rules(today, roads))


async def out_of_balance(session: AsyncSession) -> int:
    """How far the ledger's debits are from its credits, over all currencies and both books."""
    rows = await session.exec(
        select(LedgerEntry.currency, LedgerEntry.account, func.sum(LedgerEntry.amount_minor))
        .group_by(col(LedgerEntry.currency), col(LedgerEntry.account))
    )  # fmt: skip
    books: dict[tuple[str, bool], int] = defaultdict(int)
    for currency, account, amount in rows:
        books[currency, account.startswith("memo:")] += int(amount)
    return sum(abs(balance) for balance in books.values())


async def _broken_rules(today: HubDay, roads: Roads) -> list[str]:
    """What is wrong with the plan; who is late on the road is the day's doing, not the plan's."""
    travel = await roads.travel_times(today.places())
    problem = today.problem(travel)
    late = {
        ("outside_windows", str(seen.stop.order_id))
        for shift_id, route in expect_routes(today, travel).items()
        if today.history_of(shift_id)
        for seen in route.stops
        if seen.late
    }
    return [
        broken.words
        for broken in routing.check(problem, today.plan(problem))
        if (broken.rule, broken.where) not in late
    ]


async def _pieces(session: AsyncSession, order: Order) -> list[PieceRecord]:
    rows = await session.exec(
        select(OrderLine, Piece)
        .join(Piece, col(Piece.id) == col(OrderLine.piece_id))
        .where(OrderLine.order_id == order.id)
        .order_by(col(Piece.tag))
    )
    return [
        PieceRecord(
            piece.id, piece.tag, payments.Money(line.price_minor, order.currency),
            line.verdict, piece.state, piece.holder,
        )
        for line, piece in rows
    ]  # fmt: skip


async def _holds(session: AsyncSession, order: Order) -> list[HoldRecord]:
    rows = await session.exec(select(Hold).where(Hold.order_id == order.id))
    return [
        HoldRecord(
            hold.provider_id, hold.state, hold.amount, hold.captured, hold.capture_before
        )
        for hold in rows
    ]  # fmt: skip


async def _operations(session: AsyncSession, order: Order) -> list[OperationRecord]:
    rows = await session.exec(
        select(Operation).where(Operation.order_id == order.id).order_by(col(Operation.id))
    )
    return [
        OperationRecord(each.kind, each.key, each.state, each.amount, each.attempts, each.trouble)
        for each in rows
    ]


async def _ledger(session: AsyncSession, order: Order) -> list[EntryRecord]:
    rows = await session.exec(
        select(LedgerEntry).where(LedgerEntry.order_id == order.id).order_by(col(LedgerEntry.seq))
    )
    return [
        EntryRecord(
            each.journal, each.account, payments.Money(each.amount_minor, each.currency), each.at
        )
        for each in rows
    ]
