"""Days in which every rule has something to say are planned well by both engines."""

from collections.abc import Callable

import pytest
from hypothesis import Phase, given, settings

import routing
import routing.solver
from tests.examples import examples

from . import days as d

Has = Callable[[routing.Problem], object]


def a_visit(that: Callable[[routing.Visit], object]) -> Has:
    return lambda problem: any(that(visit) for visit in problem.visits)


def a_shift(that: Callable[[routing.Shift], object]) -> Has:
    return lambda problem: any(that(shift) for shift in problem.shifts)


def a_lock(that: Callable[[routing.Lock], object]) -> Has:
    return a_visit(lambda visit: visit.lock and that(visit.lock))


FEATURES: dict[str, Has] = {
    "several windows": a_visit(lambda visit: len(visit.windows) > 1),
    "skills": a_visit(lambda visit: visit.skills),
    "a load": a_visit(lambda visit: visit.load),
    "priority": a_visit(lambda visit: visit.priority > 1),
    "a client who knows somebody": a_visit(lambda visit: visit.known_to),
    "somebody ruled out": a_visit(lambda visit: visit.forbidden),
    "a concierge she was told": a_visit(lambda visit: visit.planned_on),
    "a price with somebody": a_visit(lambda visit: any(price for _, price in visit.prices)),
    "a lock not before": a_lock(lambda lock: lock.not_before),
    "a lock to a moment": a_lock(lambda lock: lock.starts),
    "a lock after another": a_lock(lambda lock: lock.after),
    "a visit under way": a_lock(lambda lock: lock.under_way),
    "several breaks": a_shift(lambda shift: len(shift.breaks) > 1),
    "another start": a_shift(lambda shift: shift.starts_from),
    "another end": a_shift(lambda shift: shift.ends_at),
    "overtime": a_shift(lambda shift: shift.overtime),
    "slow hours": lambda problem: problem.travel.speeds,
    "fair work": a_shift(lambda shift: shift.fair is not None),
}


def test_the_days_that_are_tried_have_every_feature() -> None:
    missing = set(FEATURES)

    @settings(max_examples=120, phases=[Phase.generate], derandomize=True, database=None)
    @given(d.days())
    def look(day: routing.Problem) -> None:
        missing.difference_update([name for name in missing if FEATURES[name](day)])

    look()
    assert missing == set()


@pytest.mark.parametrize("engine", ["search", "ortools"])
@given(d.days(most_visits=12))
@examples(20)
def test_any_day_is_planned_well_and_priced_alike_by_all(
    engine: routing.solver.Engine, problem: routing.Problem
) -> None:
    plan = routing.solver.plan_day(problem, seconds=0.1, engine=engine)
    assert routing.check(problem, plan) == []
    routing.solver.accept(problem, plan)
    assert "not accepted" not in plan.words, "the search proposes what OR-Tools accepts"
    assert routing.price(problem, plan.routes, plan.unplanned) == plan.cost
    again = routing.solver.plan_day(problem, seconds=0.05, engine=engine, incumbent=plan)
    assert again.cost.total <= plan.cost.total
