"""Where no gap is wide enough the day is planned anew; all keep their places and windows."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

import routing
from tests.examples import examples

from . import days as d

TEN, ELEVEN, NOON = (
    d.window("10:00", "10:00"),
    d.window("11:00", "11:00"),
    d.window("12:00", "12:00"),
)


def test_two_concierges_change_visits_so_that_a_third_client_fits() -> None:
    problem = d.day(
        [d.shift("anna"), d.shift("berit", skills=frozenset({"french"}))],
        [d.visit("eva", 10, TEN, lasts=60), d.visit("liv", 10, ELEVEN, lasts=60)],
        ground=(d.place(12),),
    )
    plan = d.planned(problem, berit=["eva", "liv"])
    french = d.visit("mia", 12, TEN, lasts=60, skills=frozenset({"french"}))
    (refused,) = routing.offers(problem, plan, french, [TEN])
    assert refused.reason is routing.Reason.WINDOWS_FULL
    room = routing.make_room(problem, plan, french, seconds=60, steps=200)
    assert room is not None
    assert routing.check(problem.with_visit(french), room) == []
    assert room.route_of("mia").shift == "berit"
    assert room.route_of("eva").shift == "anna"


def test_no_room_is_made_by_breaking_a_lock_or_leaving_somebody_out() -> None:
    lock = routing.Lock("anna")
    problem = d.day(
        [d.shift("anna"), d.shift("berit", skills=frozenset({"french"}))],
        [d.visit("eva", 10, TEN, lasts=60, lock=routing.Lock("berit"))],
    )
    plan = d.planned(problem, berit=["eva"])
    french = d.visit("mia", 10, TEN, lasts=60, skills=frozenset({"french"}))
    assert routing.make_room(problem, plan, french, seconds=60, steps=200) is None
    unlocked = problem.with_visit(replace(problem.visit("eva"), lock=lock))
    assert routing.make_room(unlocked, plan, french, seconds=60, steps=200) is not None
    alone = d.day([d.shift("berit")], [d.visit("eva", 10, TEN, lasts=60)])
    both = d.visit("mia", 10, TEN, lasts=60)
    assert routing.make_room(alone, d.planned(alone, berit=["eva"]), both, steps=200) is None


def test_nobody_working_makes_no_room() -> None:
    problem = d.day([], [], ground=(d.place(10),))
    assert routing.make_room(problem, routing.Plan(), d.visit("eva", 10)) is None


def test_a_route_that_runs_late_already_is_left_as_it_is() -> None:
    problem = d.day(
        [d.shift("anna"), d.shift("berit")],
        [d.visit("eva", 10, TEN), d.visit("liv", 10, NOON, lasts=60)],
    )
    plan = d.planned(problem, anna=["eva"], berit=["liv"])
    short = d.day([d.shift("anna", ends="09:00"), d.shift("berit")], list(problem.visits))
    room = routing.make_room(short, plan, d.visit("mia", 10, ELEVEN), seconds=60, steps=50)
    assert room is not None
    assert room.route_of("eva") == plan.route_of("eva")
    assert [stop.visit for stop in room.route_of("mia").stops] == ["mia", "liv"]


@given(d.days(), st.data())
@examples(30)
def test_room_that_is_made_keeps_every_rule_and_everybody_in_it(
    problem: routing.Problem, data: st.DataObject
) -> None:
    plan = d.by_insertion(problem)
    wish = data.draw(d.visits("wish", [shift.id for shift in problem.shifts]))
    wish = replace(wish, lock=wish.lock and replace(wish.lock, under_way=False))
    asked = d.day(list(problem.shifts), [*problem.visits, wish], speeds=problem.travel.speeds)
    room = routing.make_room(asked, plan, wish, seconds=60, steps=60, tidy_seconds=60)
    again = routing.make_room(asked, plan, wish, seconds=60, steps=60, tidy_seconds=60)
    assert room == again
    if room is None:
        assert not routing.Offers(asked, plan).best(wish).feasible
    else:
        assert routing.check(asked, room) == []
        assert room.unplanned == plan.unplanned
