"""Booking, cancelling and moving by hand keep every other promise, or say which they break."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import routing
import routing.solver
from tests.examples import examples

from . import days as d

NINE, TEN, NOON = (
    d.window("09:00", "09:30"),
    d.window("10:00", "10:30"),
    d.window("12:00", "13:00"),
)


@given(d.days(), st.data())
@examples(50)
def test_cancelling_any_visit_leaves_a_good_plan(
    problem: routing.Problem, data: st.DataObject
) -> None:
    assume(problem.visits)
    plan = d.by_insertion(problem)
    gone = data.draw(st.sampled_from([visit.id for visit in problem.visits]))
    without = routing.remove(problem, plan, gone)
    assert routing.check(problem.without_visit(gone), without) == []
    assert without.cost.total <= plan.cost.total
    by_hand = routing.unassign(problem, plan, gone)
    assert routing.check(problem, by_hand) == []
    assert by_hand.unplanned[-1].reason == routing.Reason.BY_HAND
    visit = problem.visit(gone)
    again = routing.Offers(problem, by_hand).best(visit)
    if again.feasible:
        assert routing.insert(problem, by_hand, visit, again).stop_of(gone) is not None


@given(d.days(), st.data())
@examples(50)
def test_a_move_gives_a_good_plan_or_the_rules_it_would_break(
    problem: routing.Problem, data: st.DataObject
) -> None:
    assume(problem.visits)
    plan = d.by_insertion(problem)
    moved = data.draw(st.sampled_from([visit.id for visit in problem.visits]))
    to = data.draw(st.sampled_from([shift.id for shift in problem.shifts]))
    position = data.draw(st.none() | st.integers(0, 4))
    answer = routing.move(problem, plan, moved, to, position=position)
    if isinstance(answer, routing.Plan):
        assert routing.check(problem, answer) == []
        assert answer.route_of(moved).shift == to
        routing.solver.accept(problem, answer)
    else:
        assert answer
        assert (
            to
            not in {
                o.shift
                for o in routing.best_places(
                    problem, routing.unassign(problem, plan, moved), problem.visit(moved)
                )
            }
            or position is not None
        )


def test_a_visit_moved_to_another_concierge_is_driven_by_her() -> None:
    problem = d.day(
        [d.shift("anna"), d.shift("berit")],
        [d.visit("eva", 10, NINE), d.visit("liv", 20, TEN, planned_on="anna")],
    )
    plan = d.planned(problem, anna=["eva", "liv"])
    changed = routing.move(problem, plan, "liv", "berit")
    assert isinstance(changed, routing.Plan)
    assert [(r.shift, [s.visit for s in r.stops]) for r in changed.routes] == [
        ("anna", ["eva"]),
        ("berit", ["liv"]),
    ]
    assert changed.cost.moved == problem.weights.moved
    assert routing.preview(plan, changed) == (
        "25 min more driving, 1 more concierge out, more visits moved from who was promised;"
        " +60 min in all."
    )


def test_a_move_that_makes_others_late_names_each_of_them() -> None:
    problem = d.day(
        [d.shift("anna"), d.shift("berit")],
        [
            d.visit("eva", 10, d.window("09:00", "09:05"), name="Eva"),
            d.visit("liv", 10, d.window("09:30", "09:35"), name="Liv"),
            d.visit("mia", 10, d.window("09:00", "09:05"), name="Mia"),
        ],
    )
    plan = d.planned(problem, anna=["eva", "liv"], berit=["mia"])
    broken = routing.move(problem, plan, "mia", "anna", position=0)
    assert isinstance(broken, list)
    assert [each.words for each in broken] == [
        "Eva would start 09:30, 25 min after 09:00 to 09:05.",
        "Liv would start 10:00, 25 min after 09:30 to 09:35.",
    ]


def test_who_is_late_already_is_no_reason_against_a_move_that_makes_her_no_later() -> None:
    problem = d.day(
        [d.shift("anna", starts="10:00"), d.shift("berit")],
        [
            d.visit("eva", 10, NINE, name="Eva"),
            d.visit("liv", 20, NOON, name="Liv"),
            d.visit("mia", 10, d.window("08:00", "15:00")),
        ],
    )
    late = routing.time_late(problem, problem.shift("anna"), [problem.visit("eva")])
    before = d.planned(problem, berit=["mia", "liv"])
    plan = routing.Plan((late, *before.routes), (), before.cost)
    changed = routing.move(problem, plan, "liv", "anna")
    assert isinstance(changed, routing.Plan)
    assert changed.stop_of("eva") == late.stops[0]
    broken = routing.move(problem, plan, "mia", "anna", position=0)
    assert isinstance(broken, list)
    [later] = broken
    assert later.words.startswith("Eva would start")


@pytest.mark.parametrize(
    ("closes", "words"),
    [
        ("09:26", "Liv would start 09:30, 3 min after 09:00 to 09:26."),
        ("09:29", "Liv would start 09:30, 1 min after 09:00 to 09:29."),
    ],
)
def test_minutes_begun_are_not_counted_as_minutes_late(closes: str, words: str) -> None:
    until = d.at(closes) + timedelta(seconds=20)
    problem = d.day(
        [d.shift("anna")], [d.visit("liv", 10, routing.Window(d.at("09:00"), until), name="Liv")]
    )
    plan = d.planned(problem, anna=["liv"])
    (route,) = plan.routes
    (stop,) = route.stops
    late = replace(stop, starts=d.at("09:30"), ends=d.at("10:00"))
    broken = routing.check(problem, replace(plan, routes=(replace(route, stops=(late,)),)))
    assert words in [each.words for each in broken]


def test_a_move_to_someone_without_the_skill_or_the_room_says_so() -> None:
    problem = d.day(
        [
            d.shift("anna", skills=frozenset({"french"})),
            d.shift("berit", capacity=2, name="Berit"),
        ],
        [d.visit("eva", 10, NINE, skills=frozenset({"french"}), load=3, name="Eva")],
    )
    broken = routing.move(problem, d.planned(problem, anna=["eva"]), "eva", "berit")
    assert isinstance(broken, list)
    assert [each.words for each in broken] == [
        "Eva needs someone with french; Berit does not have it.",
        "3 rail units are loaded on Berit, which holds 2.",
    ]


def test_a_visit_moved_in_time_waits_until_then() -> None:
    problem = d.day([d.shift("anna")], [d.visit("eva", 10), d.visit("liv", 20)])
    plan = d.planned(problem, anna=["eva", "liv"])
    later = routing.move(problem, plan, "eva", "anna", starts=d.at("13:00"))
    assert isinstance(later, routing.Plan)
    assert later.stop_of("eva").starts == d.at("13:00")
    assert routing.check(problem, later) == []
    too_late = routing.move(problem, plan, "eva", "anna", starts=d.at("16:30"))
    assert isinstance(too_late, list)
    assert too_late[0].rule == "outside_windows"


def test_a_visit_nobody_asked_for_cannot_be_moved_or_removed() -> None:
    problem = d.day([d.shift("anna")], [d.visit("eva", 10)])
    plan = d.planned(problem, anna=["eva"])
    with pytest.raises(routing.BadProblem, match="no visit liv"):
        routing.move(problem, plan, "liv", "anna")
    with pytest.raises(routing.BadPlan, match="liv is not in the plan"):
        routing.remove(problem, plan, "liv")


def test_where_roads_are_no_metric_a_cancellation_gives_the_others_new_places() -> None:
    problem = d.day(
        [d.shift("anna"), d.shift("berit")],
        [d.visit("eva", 10), d.visit("liv", 20, d.window("09:00", "09:05"))],
    )
    seconds = problem.travel.seconds.copy()
    hub, liv = (problem.travel.row(each) for each in (d.place(0), d.place(20)))
    seconds[hub, liv] = 9_000
    travel = routing.TravelTimes(problem.travel.places, seconds)
    odd = routing.Problem(problem.hub, problem.shifts, problem.visits, travel)
    plan = d.planned(odd, anna=["eva", "liv"])
    without = routing.remove(odd, plan, "eva")
    assert [left.reason for left in without.unplanned] == [routing.Reason.OUT_OF_REACH]
    assert routing.check(odd.without_visit("eva"), without) == []
