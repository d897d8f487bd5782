"""Every rule is broken once, alone where that can be, and must be named."""

import ast
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC
from pathlib import Path

import pytest
from hypothesis import given

import routing
import routing.solver
from tests.examples import examples

from . import days as d

MORNING = d.window("08:00", "12:00")
AFTERNOON = d.window("12:00", "15:00")

EVA = d.visit("eva", 10, MORNING, load=3, skills=frozenset({"french"}))
LIV = d.visit("liv", 20, MORNING, AFTERNOON, known_to=frozenset({"anna"}), planned_on="anna")
MIA = d.visit("mia", 10, AFTERNOON, lock=routing.Lock("anna", d.at("13:00")))
TUA = d.visit("tua", -30, d.window("17:00", "18:00"))
ANNA = d.shift(
    "anna", capacity=5, skills=frozenset({"french"}), breaks=(d.rest("11:00", "12:00"),)
)
BERIT = d.shift("berit", skills=frozenset({"french"}))
PROBLEM = d.day([ANNA, BERIT], [EVA, LIV, MIA, TUA])


def good() -> routing.Plan:
    plan = d.planned(PROBLEM, anna=["eva", "liv", "mia"])
    words = "Nobody works between 17:00 and 18:00."
    left_out = (routing.Unplanned("tua", routing.Reason.OUTSIDE_SHIFTS, words),)
    return replace(plan, unplanned=left_out, cost=routing.price(PROBLEM, plan.routes, left_out))


Case = tuple[routing.Problem, routing.Plan]
CASES: dict[str, Callable[[], Case]] = {}


def breaks_rule(rule: str) -> Callable[[Callable[[], Case]], Callable[[], Case]]:
    def keep(case: Callable[[], Case]) -> Callable[[], Case]:
        CASES[rule] = case
        return case

    return keep


def with_stop(visit: str, **changes: object) -> routing.Plan:
    plan = good()
    (route,) = plan.routes
    stops = [replace(s, **changes) if s.visit == visit else s for s in route.stops]
    return replace(plan, routes=(replace(route, stops=tuple(stops)),))


def with_route(**changes: object) -> routing.Plan:
    plan = good()
    return replace(plan, routes=(replace(plan.routes[0], **changes),))


def with_break(**changes: object) -> routing.Plan:
    (taken,) = good().routes[0].breaks
    return with_route(breaks=(replace(taken, **changes),))


def asking(problem: routing.Problem) -> Case:
    """The good plan, repriced, as an answer to a changed question."""
    plan = good()
    return problem, replace(plan, cost=routing.price(problem, plan.routes, plan.unplanned))


def doubled(**fields: object) -> routing.Plan:
    """A plan that its own door would have refused."""
    plan = good()
    for name, value in fields.items():
        object.__setattr__(plan, name, value)
    return plan


@breaks_rule("visit_unknown")
def _() -> Case:
    plan = good()
    extra = routing.Unplanned("nobody", routing.Reason.BY_HAND, "")
    return PROBLEM, replace(plan, unplanned=(*plan.unplanned, extra))


@breaks_rule("visit_twice")
def _() -> Case:
    (left,) = good().unplanned
    return PROBLEM, doubled(unplanned=(left, left))


@breaks_rule("visit_missing")
def _() -> Case:
    return PROBLEM, replace(good(), unplanned=())


@breaks_rule("shift_unknown")
def _() -> Case:
    return PROBLEM, with_route(shift="clara")


@breaks_rule("shift_twice")
def _() -> Case:
    (route,) = good().routes
    return PROBLEM, doubled(routes=(route, replace(route, stops=())))


@breaks_rule("route_empty")
def _() -> Case:
    plan = good()
    idle = routing.Route("berit", d.at("08:00"), d.at("08:00"))
    return PROBLEM, replace(plan, routes=(*plan.routes, idle))


@breaks_rule("window_not_hers")
def _() -> Case:
    return PROBLEM, with_stop("eva", window=d.window("08:00", "12:30"))


@breaks_rule("window_not_kept")
def _() -> Case:
    return PROBLEM, with_stop("liv", window=AFTERNOON)


@breaks_rule("outside_windows")
def _() -> Case:
    (route,) = good().routes
    *others, mia = route.stops
    late = replace(mia, starts=d.at("15:01"), ends=d.at("15:31"))
    return PROBLEM, with_route(stops=(*others, late), returns=d.at("15:46"))


@breaks_rule("service_short")
def _() -> Case:
    return PROBLEM, with_stop("eva", ends=good().stop_of("eva").ends - d.minutes(1))


@breaks_rule("ends_before_start")
def _() -> Case:
    return PROBLEM, with_stop("eva", ends=good().stop_of("eva").starts - d.minutes(1))


@breaks_rule("skill_missing")
def _() -> Case:
    return asking(replace(PROBLEM, shifts=(replace(ANNA, skills=frozenset()), BERIT)))


@breaks_rule("forbidden_shift")
def _() -> Case:
    return asking(PROBLEM.with_visit(replace(EVA, forbidden=frozenset({"anna"}))))


@breaks_rule("lock_broken")
def _() -> Case:
    return asking(PROBLEM.with_visit(replace(MIA, lock=routing.Lock("berit"))))


@breaks_rule("over_capacity")
def _() -> Case:
    return asking(PROBLEM.with_visit(replace(LIV, load=3)))


@breaks_rule("leaves_before_shift")
def _() -> Case:
    return PROBLEM, with_route(leaves=d.at("07:59"))


@breaks_rule("returns_after_shift")
def _() -> Case:
    return PROBLEM, with_route(returns=d.at("16:01"))


@breaks_rule("returns_too_soon")
def _() -> Case:
    return PROBLEM, with_route(returns=good().routes[0].returns - d.minutes(1))


@breaks_rule("arrives_too_soon")
def _() -> Case:
    return PROBLEM, with_stop("liv", arrives=good().stop_of("liv").arrives - d.minutes(1))


@breaks_rule("starts_before_arrival")
def _() -> Case:
    return PROBLEM, with_stop("liv", arrives=good().stop_of("liv").starts + d.minutes(1))


@breaks_rule("overlap")
def _() -> Case:
    return PROBLEM, with_stop("eva", ends=good().stop_of("liv").starts + d.minutes(1))


@breaks_rule("drive_wrong")
def _() -> Case:
    return PROBLEM, with_stop("liv", drive=d.minutes(9))


@breaks_rule("break_missing")
def _() -> Case:
    return PROBLEM, with_route(breaks=())


@breaks_rule("break_unasked")
def _() -> Case:
    (taken,) = good().routes[0].breaks
    coffee = routing.BreakTaken(taken.ends, taken.ends + d.minutes(5), taken.before)
    return PROBLEM, with_route(breaks=(taken, coffee))


@breaks_rule("break_outside_window")
def _() -> Case:
    return PROBLEM, with_break(starts=d.at("12:01"), ends=d.at("12:31"))


@breaks_rule("break_too_short")
def _() -> Case:
    return PROBLEM, with_break(ends=d.at("11:29"))


@breaks_rule("break_off_shift")
def _() -> Case:
    return asking(replace(PROBLEM, shifts=(replace(ANNA, starts=d.at("11:01")), BERIT)))


@breaks_rule("break_mid_service")
def _() -> Case:
    (taken,) = good().routes[0].breaks
    starts = taken.starts - d.minutes(5)
    return PROBLEM, with_stop("mia", starts=starts, ends=starts + d.minutes(30))


@breaks_rule("break_misplaced")
def _() -> Case:
    return PROBLEM, with_break(before=4)


@breaks_rule("breaks_overlap")
def _() -> Case:
    (taken,) = good().routes[0].breaks
    twice = replace(ANNA, breaks=(*ANNA.breaks, *ANNA.breaks))
    problem = replace(PROBLEM, shifts=(twice, BERIT))
    return problem, with_route(breaks=(taken, taken))


@breaks_rule("cost_drive")
def _() -> Case:
    return PROBLEM, replace(good(), cost=replace(good().cost, drive=1))


@breaks_rule("cost_shifts")
def _() -> Case:
    return PROBLEM, replace(good(), cost=replace(good().cost, shifts=0))


@breaks_rule("cost_strangers")
def _() -> Case:
    return PROBLEM, replace(good(), cost=replace(good().cost, strangers=600))


@breaks_rule("cost_moved")
def _() -> Case:
    return PROBLEM, replace(good(), cost=replace(good().cost, moved=900))


@breaks_rule("cost_prices")
def _() -> Case:
    return PROBLEM, replace(good(), cost=replace(good().cost, prices=300))


@breaks_rule("cost_overtime")
def _() -> Case:
    return PROBLEM, replace(good(), cost=replace(good().cost, overtime=3))


@breaks_rule("cost_unfair")
def _() -> Case:
    return PROBLEM, replace(good(), cost=replace(good().cost, unfair=1))


@breaks_rule("order_broken")
def _() -> Case:
    waits = replace(EVA, lock=routing.Lock("anna", after="liv"))
    return asking(replace(PROBLEM, visits=(waits, LIV, MIA, TUA)))


@breaks_rule("cost_unplanned")
def _() -> Case:
    return PROBLEM, replace(good(), cost=replace(good().cost, unplanned=0))


def test_a_good_plan_breaks_nothing() -> None:
    assert routing.check(PROBLEM, good()) == []
    routing.solver.accept(PROBLEM, good())


@pytest.mark.parametrize("rule", CASES)
def test_a_broken_rule_is_named_with_where_and_how(rule: str) -> None:
    problem, plan = CASES[rule]()
    found = {each.rule: each for each in routing.check(problem, plan)}
    assert rule in found
    assert found[rule].where
    assert found[rule].words.endswith(".")


@pytest.mark.parametrize(
    ("lock", "rule"),
    [
        (routing.Lock("anna", starts=d.at("12:55")), "lock_broken"),
        (routing.Lock("anna", under_way=True), "order_broken"),
    ],
)
def test_every_part_of_a_lock_is_judged_by_check_and_by_or_tools(
    lock: routing.Lock, rule: str
) -> None:
    problem, plan = asking(replace(PROBLEM, visits=(EVA, LIV, replace(MIA, lock=lock), TUA)))
    assert {each.rule for each in routing.check(problem, plan)} == {rule}
    with pytest.raises(routing.BadPlan):
        routing.solver.accept(problem, plan)


def test_every_rule_has_a_case_here() -> None:
    room = Path(routing.check.__code__.co_filename).parent
    calls = [
        node.args[0]
        for source in room.glob("*.py")
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Violation"
    ]
    literal = {node.value for node in calls if isinstance(node, ast.Constant)}
    costs = {f"cost_{term.name}" for term in fields(routing.Cost)}
    assert set(CASES) == literal | costs | {"break_missing", "break_unasked"}


OR_TOOLS_CANNOT_SEE = {
    "visit_twice": "one place more or less in a list is all that is left out of the model",
    "route_empty": "a route without visits is a car at home",
    "shift_twice": "likewise",
    "window_not_hers": "the model knows when a visit starts, not which window is told",
    "window_not_kept": "likewise",
    "service_short": "the model has the service last what the visit asks",
    "ends_before_start": "likewise",
    "starts_before_arrival": "arrivals are not in the model, starts are",
    "arrives_too_soon": "likewise",
    "overlap": "ends are not in the model, starts are",
    "break_too_short": "the model has the break last what the shift asks",
    "break_misplaced": "the model places breaks by time",
}


@pytest.mark.parametrize("rule", sorted(set(CASES) - set(OR_TOOLS_CANNOT_SEE)))
def test_the_last_word_refuses_what_breaks_a_rule_of_the_model(rule: str) -> None:
    problem, plan = CASES[rule]()
    with pytest.raises(routing.BadPlan):
        routing.solver.accept(problem, plan)


@given(d.days())
@examples(60)
def test_whatever_booking_builds_is_good_and_priced_alike(problem: routing.Problem) -> None:
    plan = d.by_insertion(problem)
    assert routing.check(problem, plan) == []
    routing.solver.accept(problem, plan)


def test_moments_are_instants_in_whatever_zone_they_are_told() -> None:
    plan = good()
    (route,) = plan.routes
    stops = tuple(replace(s, starts=s.starts.astimezone(UTC)) for s in route.stops)
    told = replace(plan, routes=(replace(route, stops=stops),))
    assert routing.check(PROBLEM, told) == []
