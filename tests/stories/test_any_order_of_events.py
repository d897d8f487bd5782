"""Clients, concierges and time do as they please, in any order; a model says what must be true."""

import asyncio
from collections.abc import Coroutine
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from sqlmodel import col, func, select

import payments
import routing
import routing.solver
from concierge.desk.card_pages import check_card_page, open_card_page
from concierge.desk.give_up_order import cancel_order, give_up_slot
from concierge.desk.offer_windows import offer_windows
from concierge.desk.place_order import place_order
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
from concierge.model.refusals import (
    AlreadySettled,
    Missing,
    PieceTaken,
    Refusal,
    TooLate,
    WindowTaken,
    WrongStep,
)
from concierge.store.clock import now
from concierge.store.engine import open_engine
from concierge.store.transaction import transaction
from tests.conftest import fresh_database
from tests.examples import examples
from tests.payments.sandboxed import DECLINED, OK, Sandbox, client_of
from tests.small_house import MONDAY, SmallHouse, at, build_small_house

DAYS = tuple(MONDAY + timedelta(days=ahead) for ahead in range(3))
OPENINGS = ("09:00", "11:00", "14:00", "17:00")
MORE_OF_EACH = 2
SETTLING = (OrderState.RETURNED, OrderState.SETTLED)
GONE = (OrderState.EXPIRED, OrderState.CANCELLED)
COMING = (OrderState.PLACED, OrderState.CONFIRMED)

choices = st.sets(st.integers(0, 2), min_size=1).map(lambda chosen: tuple(sorted(chosen)))
troubles = st.sampled_from([None, None, "500_before", "500_after", "409", "drop_after"])


@dataclass
class Told:
    """What must be true of one order, from what has been done alone."""

    id: UUID
    opens: datetime
    slot_until: datetime
    prices: dict[UUID, int]
    state: OrderState = OrderState.PLACED
    page: payments.CardPage | None = None
    page_open: bool = False
    paid: bool = False
    due: int = 0
    record: ReturnsRecord | None = None
    settled: bool = False


@dataclass
class World:
    """The small house on a database of its own, and a loop to live in."""

    sandbox: Sandbox
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    opened: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def open(self, database: str) -> None:
        engine = open_engine(database)
        self.opened.push_async_callback(engine.dispose)
        self.house: SmallHouse = await build_small_house(engine)
        self.gateway = await self.opened.enter_async_context(self.sandbox.gateway())
        self.her = await self.opened.enter_async_context(client_of(self.sandbox))
        self.now = at("09:00")
        await self.sandbox.tell("clock/set", now=self.now.isoformat())
        async with transaction(engine) as session:
            for number in range(MORE_OF_EACH * len(self.house.variants)):
                variant = self.house.variants[number % len(self.house.variants)]
                hub = self.house.hub.id
                session.add(
                    Piece(
                        hub_id=hub, variant_id=variant.id, tag=f"MO-1{number}", holder=f"hub:{hub}"
                    )
                )

    async def until(self, moment: datetime) -> None:
        """Time passes, in the house and at the provider; it never goes back."""
        if moment > self.now:
            await self.sandbox.wait(moment - self.now)
            await self.house.clock(moment)
            self.now = moment

    async def stop_of(self, order: Told) -> Stop | None:
        async with transaction(self.house.engine) as session:
            return await session.get(Stop, order.id)


async def solve(problem: routing.Problem, incumbent: routing.Plan) -> routing.Plan:
    return routing.solver.plan_day(problem, seconds=0.1, incumbent=incumbent)


class AnyOrder(RuleBasedStateMachine):
    """Every rule does one thing through the desk and says beforehand what must come of it."""

    orders = Bundle("orders")

    def __init__(self, postgres: str, template: str, sandbox: Sandbox) -> None:
        super().__init__()
        self.world = World(sandbox)
        self.told: dict[UUID, Told] = {}
        self.short_days: set[date] = set()
        self.opened = ExitStack()
        self.opened.callback(self.world.loop.close)
        database = self.opened.enter_context(fresh_database(postgres, template))
        self.opened.callback(lambda: self.run(self.world.opened.aclose()))
        self.run(self.world.open(database))

    def run(self, doing: Coroutine[Any, Any, Any]) -> Any:
        return self.world.loop.run_until_complete(asyncio.wait_for(doing, 60))

    def teardown(self) -> None:
        self.opened.close()

    @initialize(target=orders, variants=choices)
    def the_first_order(self, variants: tuple[int, ...]) -> Any:
        return self.run(self._place(variants, DAYS[0], "14:00", opens_page=True))

    @rule(
        target=orders,
        variants=choices,
        day=st.sampled_from(DAYS),
        opens=st.sampled_from(OPENINGS),
        opens_page=st.booleans(),
    )
    def she_orders(
        self, variants: tuple[int, ...], day: date, opens: str, *, opens_page: bool
    ) -> Any:
        return self.run(self._place(variants, day, opens, opens_page=opens_page))

    async def _place(
        self, variants: tuple[int, ...], day: date, opens: str, *, opens_page: bool
    ) -> Any:
        """A window that is shown can be had; one that is not shown cannot."""
        house = self.world.house
        window = house.window(opens, day)
        request = house.request(window, variants=variants)
        try:
            offered = await offer_windows(house.engine, house.roads, request.wanted)
            shown = {w.opens for each in offered.days for w in each.windows if w.feasible}
        except PieceTaken:
            shown = set[datetime]()
        if window.opens not in shown:
            with pytest.raises((WindowTaken, PieceTaken)):
                await place_order(house.engine, house.roads, request)
            return multiple()
        order = await place_order(house.engine, house.roads, request)
        async with transaction(house.engine) as session:
            lines = await session.exec(select(OrderLine).where(OrderLine.order_id == order.id))
            prices = {line.piece_id: line.price_minor for line in lines}
        assert order.slot_until is not None
        told = Told(order.id, window.opens, order.slot_until, prices)
        self.told[order.id] = told
        if opens_page:
            await self._open_page(told)
        return told

    async def _open_page(self, order: Told) -> None:
        house = self.world.house
        await open_card_page(
            house.engine, self.world.gateway, order.id, base_url="http://127.0.0.1:9", house="Us"
        )
        async with transaction(house.engine) as session:
            pages = await session.exec(select(CardPage).where(CardPage.order_id == order.id))
            page = pages.one()
        order.page = payments.CardPage(page.id, page.url, page.expires_at)
        order.page_open = True

    @rule(order=orders, card=st.sampled_from([OK, OK, OK, DECLINED]))
    def she_gives_her_card(self, order: Told, card: str) -> None:
        if order.page is None:
            return
        self.run(self.world.her.give(order.page, card))
        if order.page_open and self.world.now < order.page.expires_at and card == OK:
            order.paid, order.page_open = True, False

    @rule(order=orders)
    def she_comes_back_from_the_card_page(self, order: Told) -> None:
        if order.page is None:
            return
        self.run(check_card_page(self.world.house.engine, self.world.gateway, order.page.id))
        self._page_was_read(order)

    def _page_was_read(self, order: Told) -> None:
        if order.paid and order.state is OrderState.PLACED:
            order.state = OrderState.CONFIRMED

    @rule(order=orders)
    def her_slot_is_looked_at(self, order: Told) -> None:
        house = self.world.house
        self.run(give_up_slot(house.engine, self.world.gateway, house.roads, order.id))
        if order.state is OrderState.PLACED and self.world.now >= order.slot_until:
            self._page_was_read(order)
            order.page_open = False
            if not order.paid:
                order.state = OrderState.EXPIRED

    @rule(order=orders)
    def she_cancels(self, order: Told) -> None:
        house = self.world.house
        cancel = cancel_order(house.engine, self.world.gateway, house.roads, order.id, by="client")
        may = order.state in COMING and self.world.now < order.opens
        if may:
            self.run(cancel)
            order.state = OrderState.CANCELLED
        else:
            with pytest.raises(TooLate):
                self.run(cancel)
            self._page_was_read(order)
        order.page_open = False

    @rule(minutes=st.sampled_from([20, 40, 240, 1440]))
    def time_passes(self, minutes: int) -> None:
        self.run(self.world.until(self.world.now + timedelta(minutes=minutes)))

    @rule(order=orders, step=st.sampled_from([Step.EN_ROUTE, Step.ARRIVED]))
    def the_concierge_sets_out(self, order: Told, step: Step) -> None:
        stop = self.run(self.world.stop_of(order))
        if stop is None:
            return
        self.run(self.world.until(stop.departs if step is Step.EN_ROUTE else stop.starts))
        report = self._report(order, stop, step)
        if order.state in (OrderState.PLACED, *GONE):
            with pytest.raises((WrongStep, Missing)):
                self.run(report)
            return
        self.run(report)
        if step is Step.ARRIVED and order.state is OrderState.CONFIRMED:
            order.state = OrderState.AT_VISIT

    async def _report(self, order: Told, stop: Stop, step: Step) -> None:
        async with transaction(self.world.house.engine) as session:
            moment = await now(session)
            report = StepReport(new_id(), step, moment)
            await record_step(
                session, order.id, report, concierge_id=stop.concierge_id, now=moment
            )

    @rule(order=orders, kept=st.sets(st.integers(0, 2)), again=st.booleans())
    def she_confirms_her_list(self, order: Told, kept: set[int], *, again: bool) -> None:
        stop = self.run(self.world.stop_of(order))
        if stop is None:
            return
        self.run(self.world.until(stop.starts + timedelta(minutes=20)))
        if again and order.record is not None:
            assert self.run(self._record(order, stop, order.record)) is None
            return
        verdicts = tuple(
            PieceVerdict(piece, Verdict.KEPT if number in kept else Verdict.RETURNED)
            for number, piece in enumerate(order.prices)
        )
        record = ReturnsRecord(new_id(), verdicts, self.world.now)
        if order.state in (OrderState.PLACED, *GONE):
            with pytest.raises((WrongStep, Missing)):
                self.run(self._record(order, stop, record))
        elif order.record is not None:
            assert isinstance(self.run(self._record(order, stop, record)), AlreadySettled)
        else:
            assert self.run(self._record(order, stop, record)) is None
            order.record, order.state = record, OrderState.RETURNED
            order.due = sum(
                order.prices[each.piece] for each in verdicts if each.verdict is Verdict.KEPT
            )

    async def _record(self, order: Told, stop: Stop, record: ReturnsRecord) -> Refusal | None:
        async with transaction(self.world.house.engine) as session:
            return await record_returns(
                session,
                order.id,
                record,
                concierge_id=stop.concierge_id,
                now=await now(session),
            )

    @rule(who=st.integers(0, 5))
    def a_concierge_falls_ill(self, who: int) -> None:
        day = self.world.house.shifts[who].day
        if day >= self.world.now.date():
            self.short_days.add(day)
            self.run(self._end_shift(self.world.house.shifts[who].id, day))

    async def _end_shift(self, shift_id: UUID, day: date) -> None:
        """Her shift ends now, or half an hour after it begins; the planner mends the day."""
        house = self.world.house
        async with transaction(house.engine) as session:
            shift = await session.get_one(Shift, shift_id)
            shift.ends = min(shift.ends, max(self.world.now, shift.starts + timedelta(minutes=30)))
            shift.break_opens = shift.break_closes = shift.starts
        await plan_day(
            house.engine, house.roads, solve, house.hub.id, day, by="dispatcher", why="illness"
        )

    @rule(trouble=troubles)
    def the_worker_works(self, trouble: str | None) -> None:
        self.run(self._work(trouble))
        for order in self.told.values():
            if order.state in SETTLING:
                order.state, order.settled = OrderState.SETTLED, True

    async def _work(self, trouble: str | None) -> None:
        """Whatever the provider's trouble, the money ends up where it belongs, once."""
        if trouble is not None:
            await self.world.sandbox.fault(trouble, "/v1/payment_intents/*")
        engine = self.world.house.engine
        open_states = (OperationState.PLANNED, OperationState.SENT)
        for _ in range(4):
            async with transaction(engine) as session:
                waiting = await session.exec(
                    select(Operation.id).where(
                        col(Operation.state).in_(open_states),
                        Operation.kind != payments.OperationKind.OPEN_PAGE,
                    )
                )
            for operation in waiting.all():
                try:
                    await run_operation(engine, self.world.gateway, operation)
                except payments.Unreachable:
                    continue
        await self.world.sandbox.tell("faults/clear")
        for order in self.told.values():
            await self._money_is_where_it_belongs(order)

    async def _money_is_where_it_belongs(self, order: Told) -> None:
        """What the provider itself says of this order."""
        totals = await self.world.sandbox.look(f"totals?order={order.id}")
        held = sum(order.prices.values()) if order.paid else 0
        over = order.state in (*SETTLING, *GONE)
        due = order.due if order.state in SETTLING else 0
        expected = {
            "authorised": held,
            "captured": due,
            "released": held - due if over else 0,
            "held": 0 if over else held,
            "refunded": 0,
        }
        said = totals["currencies"].get("SEK", dict.fromkeys(expected, 0))
        assert {name: said[name] for name in expected} == expected

    @invariant()
    def the_rows_say_what_was_done(self) -> None:
        self.run(self._rows())

    async def _rows(self) -> None:
        async with transaction(self.world.house.engine) as session:
            states = dict((await session.exec(select(Order.id, Order.state))).all())
            totals = await session.exec(
                select(LedgerEntry.account, func.sum(LedgerEntry.amount_minor)).group_by(
                    LedgerEntry.account
                )
            )
            books = {account: int(total) for account, total in totals}
            sold = await session.exec(select(Piece.id).where(Piece.state == PieceState.SOLD))
            sold_pieces = set(sold)
        assert states == {order.id: order.state for order in self.told.values()}
        charged = sum(order.due for order in self.told.values() if order.settled)
        assert books.get("sales", 0) == -charged
        kept = [
            each.piece
            for order in self.told.values()
            if order.record is not None
            for each in order.record.verdicts
            if each.verdict is Verdict.KEPT
        ]
        assert len(set(kept)) == len(kept), "one piece is never sold to two clients"
        assert sold_pieces == set(kept)

    @invariant()
    def every_promise_has_its_proof(self) -> None:
        self.run(self._promises())

    async def _promises(self) -> None:
        house = self.world.house
        async with transaction(house.engine) as session:
            days = await read_days(session, house.hub, DAYS, await now(session))
        for today in days:
            problem = today.problem(await house.roads.travel_times(today.places()))
            plan = today.plan(problem)
            assert routing.check(problem, plan) == []
            assert all(each.words for each in plan.unplanned)
            if today.day not in self.short_days:
                assert plan.unplanned == ()
            planned = {UUID(stop.visit) for route in plan.routes for stop in route.stops}
            left_out = {UUID(each.visit) for each in plan.unplanned}
            standing = {
                each.id
                for each in self.told.values()
                if each.opens.date() == today.day and each.state not in GONE
            }
            assert planned | left_out | today.history() == standing


@pytest.mark.hypothesis
def test_nothing_is_lost_or_charged_twice_in_any_order_of_events(
    postgres: str, template: str, sandbox: Sandbox
) -> None:
    run_state_machine_as_test(
        lambda: AnyOrder(postgres, template, sandbox),
        settings=settings(
            examples(3), stateful_step_count=15, suppress_health_check=list(HealthCheck)
        ),
    )
