"""The small house as people use it, one thing at a time, and what we expect of each order."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlmodel import col, func, select

import payments
import routing
import routing.solver
from concierge.desk.card_pages import open_card_page
from concierge.desk.give_back import give_back
from concierge.desk.hub_day import HubDay
from concierge.desk.offer_windows import offer_windows
from concierge.desk.place_order import OrderRequest, place_order
from concierge.desk.plan_collection import Coming, plan_collection
from concierge.desk.plan_day import plan_day
from concierge.desk.read_day import read_days
from concierge.desk.record_returns import record_returns
from concierge.desk.record_step import StepReport, record_step
from concierge.desk.run_operation import run_operation
from concierge.model import (
    CardPage,
    LedgerEntry,
    Operation,
    OperationState,
    Order,
    OrderLine,
    OrderState,
    Piece,
    PieceState,
    PieceVerdict,
    ReturnsRecord,
    Shift,
    Step,
    Stop,
    Verdict,
    new_id,
)
from concierge.model.refusals import PieceTaken, Refusal
from concierge.store.clock import now
from concierge.store.engine import open_engine
from concierge.store.transaction import transaction
from tests.payments.sandboxed import Sandbox, client_of
from tests.small_house import MONDAY, SmallHouse, at, build_small_house

DAYS = tuple(MONDAY + timedelta(days=ahead) for ahead in range(3))
MORE_OF_EACH = 2
"""Pieces of each variant beside the one the small house has."""


@dataclass
class Told:
    """What must be true of one order, from what has been done alone."""

    id: UUID
    opens: datetime
    slot_until: datetime
    held: int
    state: OrderState = OrderState.PLACED
    page: payments.CardPage | None = None
    page_open: bool = False
    paid: bool = False
    due: int = 0
    kept: frozenset[UUID] = frozenset()
    record: ReturnsRecord | None = None
    back: UUID | None = None
    """What she gives back of it, once she does."""
    fetched_by: "Told | None" = None
    """The visit that collects it, or was to."""
    collects: bool = False

    def look_at_page(self) -> None:
        """What reading a card page does to an order."""
        if self.paid and self.state is OrderState.PLACED:
            self.state = OrderState.CONFIRMED


@dataclass(frozen=True)
class Rows:
    """What the database says after each thing."""

    states: dict[UUID, OrderState]
    stops: set[UUID]
    sold: set[UUID]
    sales: int


@dataclass
class World:
    """The small house on a database of its own, and a loop to live in."""

    sandbox: Sandbox
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    opened: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def open(self, database: str) -> None:
        self.engine = open_engine(database)
        self.opened.push_async_callback(self.engine.dispose)
        self.house: SmallHouse = await build_small_house(self.engine)
        self.roads = self.house.roads
        self.gateway = await self.opened.enter_async_context(self.sandbox.gateway())
        self.her = await self.opened.enter_async_context(client_of(self.sandbox))
        self.now = at("09:00")
        await self.sandbox.tell("clock/set", now=self.now.isoformat())
        hub = self.house.hub.id
        async with transaction(self.engine) as session:
            for more in range(MORE_OF_EACH):
                for piece in self.house.pieces:
                    tag = f"{piece.tag}-{more}"
                    session.add(
                        Piece(
                            hub_id=hub,
                            variant_id=piece.variant_id,
                            tag=tag,
                            holder=f"hub:{hub}",
                        )
                    )

    async def until(self, moment: datetime) -> None:
        """Time passes, in the house and at the provider; it never goes back."""
        if moment > self.now:
            await self.sandbox.wait(moment - self.now)
            await self.house.clock(moment)
            self.now = moment

    async def is_shown(self, request: OrderRequest) -> bool:
        """Whether she sees the window she is about to ask for."""
        try:
            offered = await offer_windows(self.engine, self.roads, request.wanted)
        except PieceTaken:
            return False
        shown = {w.opens for each in offered.days for w in each.windows if w.feasible}
        return request.windows[0].opens in shown

    async def place(self, request: OrderRequest) -> Told:
        order = await place_order(self.engine, self.roads, request)
        async with transaction(self.engine) as session:
            prices = select(func.sum(OrderLine.price_minor)).where(OrderLine.order_id == order.id)
            held = int((await session.exec(prices)).one())
        assert order.slot_until is not None
        return Told(order.id, request.windows[0].opens, order.slot_until, held)

    async def open_page(self, order: Told) -> payments.CardPage:
        await open_card_page(
            self.engine, self.gateway, order.id, base_url="http://127.0.0.1:9", house="Orane"
        )
        async with transaction(self.engine) as session:
            pages = await session.exec(select(CardPage).where(CardPage.order_id == order.id))
            page = pages.one()
        return payments.CardPage(page.id, page.url, page.expires_at)

    async def give_all_back(self, order: Told) -> UUID:
        async with transaction(self.engine) as session:
            lines = await session.exec(
                select(OrderLine.id).where(
                    OrderLine.order_id == order.id, OrderLine.verdict == Verdict.KEPT
                )
            )
            kept = lines.all()
        return await give_back(self.engine, order.id, kept, "client")

    async def have_collected(self, order: Told, window: routing.Window) -> Told:
        assert order.back is not None
        visit = await plan_collection(
            self.engine, self.roads, order.id, Coming(filed=order.back), window, by="client"
        )
        return Told(
            visit.id, window.opens, self.now, held=0, state=OrderState.CONFIRMED, collects=True
        )

    async def stop_of(self, order: Told) -> Stop | None:
        async with transaction(self.engine) as session:
            return await session.get(Stop, order.id)

    async def step(self, order: Told, stop: Stop, step: Step) -> None:
        async with transaction(self.engine) as session:
            moment = await now(session)
            report = StepReport(new_id(), step, moment)
            await record_step(
                session, order.id, report, concierge_id=stop.concierge_id, now=moment
            )

    async def write_list(self, order: Told, kept: set[int]) -> tuple[ReturnsRecord, int]:
        """Her list and what she owes; a piece sold to somebody else meanwhile did not come."""
        async with transaction(self.engine) as session:
            rows = await session.exec(
                select(OrderLine, Piece.state)
                .join(Piece, col(Piece.id) == col(OrderLine.piece_id))
                .where(OrderLine.order_id == order.id)
                .order_by(col(OrderLine.id))
            )
            lines = rows.all()
        hers = {
            line.piece_id: line.price_minor
            for number, (line, state) in enumerate(lines)
            if number in kept and state is not PieceState.SOLD
        }
        verdicts = tuple(
            PieceVerdict(
                line.piece_id, Verdict.KEPT if line.piece_id in hers else Verdict.RETURNED
            )
            for line, _ in lines
        )
        return ReturnsRecord(new_id(), verdicts, self.now), sum(hers.values())

    async def record(self, order: Told, stop: Stop, record: ReturnsRecord) -> Refusal | None:
        async with transaction(self.engine) as session:
            return await record_returns(
                session,
                order.id,
                record,
                concierge_id=stop.concierge_id,
                now=await now(session),
            )

    async def fall_ill(self, shift_id: UUID, day: date) -> None:
        """Her shift ends now, or half an hour after it begins; the planner mends the day."""
        async with transaction(self.engine) as session:
            shift = await session.get_one(Shift, shift_id)
            shift.ends = min(shift.ends, max(self.now, shift.starts + timedelta(minutes=30)))
            shift.break_opens = shift.break_closes = shift.starts
        hub = self.house.hub.id
        await plan_day(self.engine, self.roads, _solve, hub, day, by="dispatcher", why="illness")

    async def work(self, trouble: str | None) -> None:
        """Carry out all that is planned at the provider, whatever its trouble."""
        if trouble is not None:
            await self.sandbox.fault(trouble, "/v1/payment_intents/*")
        waiting = select(Operation.id).where(
            col(Operation.state).in_((OperationState.PLANNED, OperationState.SENT)),
            Operation.kind != payments.OperationKind.OPEN_PAGE,
        )
        for _ in range(4):
            async with transaction(self.engine) as session:
                operations = (await session.exec(waiting)).all()
            for operation in operations:
                try:
                    await run_operation(self.engine, self.gateway, operation)
                except payments.Unreachable:
                    continue
        await self.sandbox.tell("faults/clear")

    async def money_of(self, order: Told) -> dict[str, int]:
        """What the provider itself says of this order."""
        totals = await self.sandbox.look(f"totals?order={order.id}")
        return totals["currencies"].get("SEK", {})

    async def rows(self) -> Rows:
        async with transaction(self.engine) as session:
            states = await session.exec(select(Order.id, Order.state))
            stops = await session.exec(select(Stop.order_id))
            sold = await session.exec(select(Piece.id).where(Piece.state == PieceState.SOLD))
            sales = await session.exec(
                select(func.coalesce(func.sum(LedgerEntry.amount_minor), 0)).where(
                    LedgerEntry.account == "sales"
                )
            )
            return Rows(dict(states.all()), set(stops), set(sold), -int(sales.one()))

    async def days(self) -> list[tuple[HubDay, routing.Problem]]:
        async with transaction(self.engine) as session:
            days = await read_days(session, self.house.hub, DAYS, await now(session))
        return [(day, day.problem(await self.roads.travel_times(day.places()))) for day in days]


async def _solve(problem: routing.Problem, incumbent: routing.Plan) -> routing.Plan:
    return routing.solver.plan_day(problem, seconds=0.1, incumbent=incumbent)
