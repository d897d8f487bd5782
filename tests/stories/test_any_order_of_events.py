"""Clients, concierges and time do as they please, in any order; a model says what must be true."""

import asyncio
from collections.abc import Coroutine
from contextlib import ExitStack
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, settings
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

import routing
from concierge.desk.card_pages import check_card_page
from concierge.desk.give_up_order import cancel_order, give_up_slot
from concierge.model import OrderState, Step, Verdict
from concierge.model.refusals import (
    AlreadySettled,
    BadRequest,
    Missing,
    PieceTaken,
    TooLate,
    WindowTaken,
    WrongStep,
)
from tests.conftest import fresh_database
from tests.examples import examples
from tests.payments.sandboxed import DECLINED, OK, Sandbox

from .any_order import DAYS, Told, World

COMING = (OrderState.PLACED, OrderState.CONFIRMED)
OVER = (OrderState.RETURNED, OrderState.SETTLED)
GONE = (OrderState.EXPIRED, OrderState.CANCELLED)

choices = st.sets(st.integers(0, 2), min_size=1).map(lambda chosen: tuple(sorted(chosen)))
openings = st.sampled_from(["09:00", "11:00", "14:00", "17:00"])
troubles = st.sampled_from([None, None, "500_before", "500_after", "409", "drop_after"])


class AnyOrder(RuleBasedStateMachine):
    """Every rule does one thing through the desk and says what must come of it."""

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
        return self.she_orders_what_is_shown(variants, DAYS[0], "14:00", opens_page=True)

    @rule(
        target=orders,
        variants=choices,
        day=st.sampled_from(DAYS),
        opens=openings,
        opens_page=st.booleans(),
    )
    def she_orders_what_is_shown(
        self, variants: tuple[int, ...], day: date, opens: str, *, opens_page: bool
    ) -> Any:
        """A window that is shown can be had; one that is not shown cannot."""
        request = self.world.house.request(self.world.house.window(opens, day), variants=variants)
        if not self.run(self.world.is_shown(request)):
            with pytest.raises((WindowTaken, PieceTaken, BadRequest)):
                self.run(self.world.place(request))
            return multiple()
        order = self.run(self.world.place(request))
        self.told[order.id] = order
        if opens_page:
            order.page, order.page_open = self.run(self.world.open_page(order)), True
        return order

    @rule(order=orders, card=st.sampled_from([OK, OK, OK, DECLINED]))
    def she_gives_her_card(self, order: Told, card: str) -> None:
        if order.page is None:
            return
        self.run(self.world.her.give(order.page, card))
        if order.page_open and self.world.now < order.page.expires_at and card == OK:
            order.paid, order.page_open = True, False

    @rule(order=orders)
    def she_comes_back_from_the_card_page(self, order: Told) -> None:
        if order.page is not None:
            self.run(check_card_page(self.world.engine, self.world.gateway, order.page.id))
            order.look_at_page()

    @rule(order=orders)
    def her_slot_is_looked_at(self, order: Told) -> None:
        world = self.world
        self.run(give_up_slot(world.engine, world.gateway, world.roads, order.id))
        if order.state is OrderState.PLACED and world.now >= order.slot_until:
            order.look_at_page()
            order.page_open = False
            if not order.paid:
                order.state = OrderState.EXPIRED

    @rule(order=orders)
    def she_cancels(self, order: Told) -> None:
        world = self.world
        cancelled = cancel_order(world.engine, world.gateway, world.roads, order.id, by="client")
        if order.state in COMING and world.now < order.opens:
            self.run(cancelled)
            order.state = OrderState.CANCELLED
        else:
            with pytest.raises(TooLate):
                self.run(cancelled)
            order.look_at_page()
        order.page_open = False

    @rule(minutes=st.sampled_from([20, 40, 240, 1440]))
    def time_passes(self, minutes: int) -> None:
        self.run(self.world.until(self.world.now + timedelta(minutes=minutes)))

    @rule(order=orders, step=st.sampled_from([Step.EN_ROUTE, Step.ARRIVED]))
    def the_concierge_says_where_she_is(self, order: Told, step: Step) -> None:
        stop = self.run(self.world.stop_of(order))
        if stop is None:
            return
        self._wait_until(stop.departs if step is Step.EN_ROUTE else stop.starts)
        if order.state is OrderState.PLACED:
            with pytest.raises(WrongStep):
                self.run(self.world.step(order, stop, step))
            return
        self.run(self.world.step(order, stop, step))
        if step is Step.ARRIVED and order.state is OrderState.CONFIRMED:
            order.state = OrderState.AT_VISIT

    @rule(order=orders, kept=st.sets(st.integers(0, 2)), again=st.booleans())
    def she_confirms_her_list(self, order: Told, kept: set[int], *, again: bool) -> None:
        stop = self.run(self.world.stop_of(order))
        if stop is None:
            return
        self._wait_until(stop.starts + timedelta(minutes=20))
        if again and order.record is not None:
            assert self.run(self.world.record(order, stop, order.record)) is None
            return
        record, due = self.run(self.world.write_list(order, kept))
        if order.state is OrderState.PLACED:
            with pytest.raises((WrongStep, Missing)):
                self.run(self.world.record(order, stop, record))
        elif order.record is not None:
            refused = self.run(self.world.record(order, stop, record))
            same = record.digest == order.record.digest
            assert refused is None if same else isinstance(refused, AlreadySettled)
        else:
            assert self.run(self.world.record(order, stop, record)) is None
            order.record, order.due, order.state = record, due, OrderState.RETURNED
            if order.collects:  # no money is to follow
                order.state = OrderState.SETTLED
            order.kept = frozenset(
                each.piece for each in record.verdicts if each.verdict is Verdict.KEPT
            )

    @rule(target=orders, order=orders, day=st.sampled_from(DAYS), opens=openings)
    def she_has_what_she_kept_collected(self, order: Told, day: date, opens: str) -> Any:
        """A collection is planned where it can be, one at a time, and lives like any visit."""
        if order.state is not OrderState.SETTLED or not order.kept or not self._gives_back(order):
            return multiple()
        before = order.fetched_by
        window = self.world.house.window(opens, day)
        if before is not None and before.state is not OrderState.CANCELLED:
            with pytest.raises((WrongStep, TooLate)):
                self.run(self.world.have_collected(order, window))
            return multiple()
        try:
            visit = self.run(self.world.have_collected(order, window))
        except (WindowTaken, BadRequest, TooLate):
            return multiple()
        self.told[visit.id] = order.fetched_by = visit
        return visit

    def _gives_back(self, order: Told) -> bool:
        """She gives back all she kept, the first time; False when it is too late for that."""
        if order.back is None:
            try:
                order.back = self.run(self.world.give_all_back(order))
            except TooLate:
                return False
        return True

    def _wait_until(self, moment: datetime) -> None:
        self.run(self.world.until(moment))

    @rule(who=st.integers(0, 5))
    def a_concierge_falls_ill(self, who: int) -> None:
        shift = self.world.house.shifts[who]
        if shift.day >= self.world.now.date():
            self.short_days.add(shift.day)
            self.run(self.world.fall_ill(shift.id, shift.day))

    @rule(trouble=troubles)
    def the_worker_works(self, trouble: str | None) -> None:
        """Whatever the provider's trouble, the money ends up where it belongs, once."""
        self.run(self.world.work(trouble))
        for order in self.told.values():
            if order.state is OrderState.RETURNED:
                order.state = OrderState.SETTLED
            held = order.held if order.paid else 0
            over = order.state in (*OVER, *GONE)
            said = self.run(self.world.money_of(order))
            assert said.get("authorised", 0) == held
            assert said.get("captured", 0) == order.due
            assert said.get("released", 0) == (held - order.due if over else 0)
            assert said.get("refunded", 0) == 0

    @invariant()
    def the_rows_say_what_was_done(self) -> None:
        rows = self.run(self.world.rows())
        orders = self.told.values()
        assert rows.states == {order.id: order.state for order in orders}
        assert not rows.stops & {order.id for order in orders if order.state in GONE}
        assert rows.sales == sum(o.due for o in orders if o.state is OrderState.SETTLED)
        assert len(rows.sold) == sum(len(order.kept) for order in orders), "sold to one, once"
        assert rows.sold == {piece for order in orders for piece in order.kept}

    @invariant()
    def every_promise_has_its_proof(self) -> None:
        for day, problem in self.run(self.world.days()):
            plan = day.plan(problem)
            assert routing.check(problem, plan) == []
            assert all(each.words for each in plan.unplanned)
            if day.day not in self.short_days:
                assert plan.unplanned == ()
            answered = {UUID(stop.visit) for route in plan.routes for stop in route.stops}
            answered |= {UUID(each.visit) for each in plan.unplanned} | day.history()
            today = [each for each in self.told.values() if each.opens.date() == day.day]
            assert answered == {each.id for each in today if each.state not in GONE}


@pytest.mark.hypothesis
def test_nothing_is_lost_or_charged_twice_in_any_order_of_events(
    postgres: str, template: str, sandbox: Sandbox
) -> None:
    run_state_machine_as_test(
        lambda: AnyOrder(postgres, template, sandbox),
        settings=settings(
            examples(3),
            stateful_step_count=15,
            # Fifteen steps are read faster than they are shortened.
            phases=(Phase.reuse, Phase.generate),
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_a_collection_lives_like_any_visit(postgres: str, template: str, sandbox: Sandbox) -> None:
    """The way there is long: this once it is walked on purpose, with all that must hold on it."""
    any_order: Any = AnyOrder(postgres, template, sandbox)  # rules speak of bundles, we of orders
    try:
        kept = any_order.the_first_order((0, 1))
        any_order.she_gives_her_card(kept, OK)
        any_order.she_comes_back_from_the_card_page(kept)
        any_order.the_concierge_says_where_she_is(kept, Step.ARRIVED)
        any_order.she_confirms_her_list(kept, {0, 1}, again=False)
        any_order.the_worker_works(None)
        called_off = any_order.she_has_what_she_kept_collected(kept, DAYS[0], "17:00")
        any_order.she_has_what_she_kept_collected(kept, DAYS[2], "17:00")
        any_order.every_promise_has_its_proof()
        any_order.she_cancels(called_off)
        any_order.the_rows_say_what_was_done()
        visit = any_order.she_has_what_she_kept_collected(kept, DAYS[1], "17:00")
        any_order.the_concierge_says_where_she_is(visit, Step.EN_ROUTE)
        any_order.the_concierge_says_where_she_is(visit, Step.ARRIVED)
        any_order.the_rows_say_what_was_done()
        any_order.she_confirms_her_list(visit, set(), again=False)
        any_order.she_confirms_her_list(visit, set(), again=True)
        any_order.the_worker_works(None)
        any_order.she_has_what_she_kept_collected(kept, DAYS[2], "17:00")
        any_order.the_rows_say_what_was_done()
        any_order.every_promise_has_its_proof()
        assert visit.state is OrderState.SETTLED
    finally:
        any_order.teardown()
