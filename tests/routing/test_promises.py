"""Whatever happens in whatever order, nobody who was promised a window is without a place."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from random import Random

import pytest

import routing
import routing.solver
from routing.change import priced
from routing.mend import mended
from tests.examples import soaking

from . import days as d
from .full_days import RUSH, TEAM, some_shift, some_visit, some_window

A_LIFE = 100
"""Operations until another hub-day begins."""
LIVES = 20
"""Hub-days in one test: 2,000 operations."""
TOLD = range(0, 1_000 if soaking() else LIVES, LIVES)
"""The first life of each test: 100,000 operations in a soak, told as they pass."""
KEPT = 10
"""How many new clients a place that somebody already has is worth, as on the desk."""
SELDOM = 20
"""One operation in so many is followed by OR-Tools' judgement; `check` judges after each."""


class HubDay:
    """One hub-day as the desk keeps it: a question and the plan in force, and who was promised."""

    def __init__(self, seed: int) -> None:
        self.dice = Random(seed)  # noqa: S311 - the same life every time
        self.seed = seed
        self.told: Counter[str] = Counter()
        shifts = [some_shift(self.dice, name) for name in TEAM]
        corners = tuple(d.place(east, north) for east in range(-15, 16) for north in (-9, 0, 9))
        speeds = RUSH if seed % 2 else None
        self.problem = d.day(shifts, [], ground=corners, speeds=speeds)
        self.plan = routing.Plan()
        self.promised: set[str] = set()
        self.asked = 0

    def live(self) -> None:
        """Let one thing happen; whoever is promised keeps her place, and the plan its rules."""
        happens: list[Callable[[], None]] = [self.book] * 6 + [self.cancel] * 3
        if self.dice.random() < 0.1:
            happens = [self.leave_out, self.fall_ill, self.improve, self.improve]
        self.dice.choice(happens)()
        assert routing.check(self.problem, self.plan) == []
        planned = {stop.visit for route in self.plan.routes for stop in route.stops}
        assert self.promised <= planned, f"a promise without a place: {self.promised - planned}"
        if self.dice.randrange(SELDOM) == 0:
            routing.solver.accept(self.problem, self.plan)

    def book(self) -> None:
        """She takes one of the windows she was offered, if there is one."""
        self.asked += 1
        east, north = self.dice.randint(-15, 15), self.dice.choice((-9, 0, 9))
        wish = replace(some_visit(self.dice, self.asked), place=d.place(east, north))
        windows = [some_window(quarter) for quarter in range(32, 68, 4)]
        offered = [o for o in routing.offers(self.problem, self.plan, wish, windows) if o.feasible]
        if not offered:
            self.told["refused"] += 1
            return
        taken = self.dice.choice(offered)
        booked = replace(wish, windows=(taken.window,))
        before = self.plan.cost.total
        self.plan = routing.insert(self.problem, self.plan, wish, taken)
        self.problem = self.problem.with_visit(booked)
        assert self.plan.cost.total - before == taken.cost
        self.promised.add(wish.id)
        self.told["booked"] += 1

    def cancel(self) -> None:
        """She needs nothing any more."""
        if not self.problem.visits:
            return
        gone = self.dice.choice(self.problem.visits).id
        self.plan = routing.remove(self.problem, self.plan, gone)
        self.problem = self.problem.without_visit(gone)
        self.promised.discard(gone)
        self.told["cancelled"] += 1

    def leave_out(self) -> None:
        """A dispatcher takes somebody out; she is told."""
        if not self.promised:
            return
        gone = self.dice.choice(sorted(self.promised))
        self.plan = routing.unassign(self.problem, self.plan, gone)
        self.promised.discard(gone)
        self.told["left out"] += 1

    def fall_ill(self) -> None:
        """A concierge does not come; who finds no place with the others is told."""
        if len(self.problem.shifts) == 1:
            return
        ill = self.dice.choice(self.problem.shifts).id
        hers = {s.visit for r in self.plan.routes if r.shift == ill for s in r.stops}
        working = tuple(shift for shift in self.problem.shifts if shift.id != ill)
        self.problem = replace(self.problem, shifts=working)
        self.plan = mended(self.problem, self.plan)
        self.promised -= hers & {left.visit for left in self.plan.unplanned}
        self.told["ill"] += 1

    def improve(self) -> None:
        """The day is thought over: no dearer, and nobody loses her place to somebody new."""
        firm = replace(self.problem, visits=tuple(map(self._kept_first, self.problem.visits)))
        before = priced(firm, self.plan)
        better = routing.solver.plan_day(firm, seconds=0.05, incumbent=before, seed=self.seed)
        assert better.cost.total <= before.cost.total
        self.plan = priced(self.problem, better)
        self.told["improved"] += 1

    def _kept_first(self, visit: routing.Visit) -> routing.Visit:
        """What keeps a promise weighs more than what makes a new one."""
        if visit.id not in self.promised:
            return visit
        return replace(visit, priority=KEPT * visit.priority)


@pytest.mark.hypothesis
@pytest.mark.parametrize("first", TOLD)
def test_every_promise_has_its_proof_after_everything_that_happens(first: int) -> None:
    told: Counter[str] = Counter()
    for seed in range(first, first + LIVES):
        today = HubDay(seed)
        for _ in range(A_LIFE):
            today.live()
        told += today.told
    for happened in ("booked", "refused", "cancelled", "left out", "ill", "improved"):
        assert told[happened] >= LIVES // 2, f"{happened} happened too seldom: {told}"
