"""A window is offered only with its proof, and refused only where no insertion fits."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

import routing
import routing.solver
from tests.examples import examples

from . import days as d

HALF_DAYS = (d.window("08:00", "12:00"), d.window("12:00", "16:00"))


@given(d.days(), st.data())
@examples(80)
def test_every_offer_can_be_inserted_and_the_plan_stays_good(
    problem: routing.Problem, data: st.DataObject
) -> None:
    plan = d.by_insertion(problem)
    wish = data.draw(d.visits("wish", [shift.id for shift in problem.shifts]))
    wish = replace(wish, lock=wish.lock and replace(wish.lock, under_way=False))
    asked = d.day(list(problem.shifts), [*problem.visits, wish], speeds=problem.travel.speeds)
    for offer in routing.offers(asked, plan, wish, wish.windows):
        if offer.feasible:
            booked = replace(wish, windows=(offer.window,))
            proof = routing.insert(asked, plan, wish, offer)
            assert routing.check(asked.with_visit(booked), proof) == []
            assert proof.stop_of("wish").starts == offer.starts
            assert proof.cost.total - plan.cost.total == offer.cost
            routing.solver.accept(asked.with_visit(booked), proof)
        else:
            assert not _any_insertion_fits(asked, plan, wish, offer.window)
            assert offer.words


@given(d.days(), d.speeds_by_hour, st.data())
@examples(80)
def test_what_is_offered_on_roads_with_hours_is_kept_when_driven_at_their_true_speeds(
    drawn: routing.Problem, speeds: routing.Speeds, data: st.DataObject
) -> None:
    wish = data.draw(d.visits("wish", [shift.id for shift in drawn.shifts]))
    wish = replace(wish, lock=wish.lock and replace(wish.lock, under_way=False))
    asked = d.day(list(drawn.shifts), [*drawn.visits, wish], speeds=speeds)
    problem = asked.without_visit(wish.id)
    plan = d.by_insertion(problem)
    for offer in routing.offers(problem, plan, wish, wish.windows):
        if offer.feasible:
            proof = routing.insert(problem, plan, wish, offer)
            booked = problem.with_visit(replace(wish, windows=(offer.window,)))
            assert routing.check(booked, proof) == []
            for route in proof.routes:
                driven = routing.retime(booked, route, now=route.leaves)
                assert driven.late == ()
                assert driven.route.returns <= route.returns


@given(d.days())
@examples(40)
def test_the_cheapest_place_is_offered_first_and_one_for_each_concierge(
    problem: routing.Problem,
) -> None:
    plan = d.by_insertion(problem)
    for left in plan.unplanned:
        assert routing.best_places(problem, plan, problem.visit(left.visit)) == []
    for route in plan.routes:
        for stop in route.stops:
            lifted = routing.unassign(problem, plan, stop.visit)
            places = routing.best_places(problem, lifted, problem.visit(stop.visit))
            assert route.shift in {offer.shift for offer in places}
            assert len({offer.shift for offer in places}) == len(places)
            assert [o.cost for o in places] == sorted(o.cost for o in places)


def test_a_booked_window_is_no_longer_offered_when_nobody_is_left() -> None:
    hour = d.window("10:00", "10:10")
    problem = d.day([d.shift("anna"), d.shift("berit")], [], ground=(d.place(10),))
    plan = routing.Plan()
    for name in ("eva", "liv"):
        wish = d.visit(name, 10, hour)
        (offer,) = routing.offers(problem, plan, wish, [hour])
        plan = routing.insert(problem, plan, wish, offer)
        problem = problem.with_visit(wish)
    assert {route.shift for route in plan.routes} == {"anna", "berit"}
    (refused,) = routing.offers(problem, plan, d.visit("mia", 10, hour), [hour])
    assert (refused.feasible, refused.reason) == (False, routing.Reason.WINDOWS_FULL)
    assert refused.words == "Everybody who could come is busy between 10:00 and 10:10."


def test_an_offer_tells_who_comes_when_and_what_it_adds() -> None:
    problem = d.day([d.shift("anna", name="Anna")], [d.visit("eva", 20, HALF_DAYS[0])])
    plan = d.planned(problem, anna=["eva"])
    morning, afternoon = routing.offers(problem, plan, d.visit("liv", 20), HALF_DAYS)
    assert (morning.shift, morning.position, morning.added) == ("anna", 0, d.minutes(0))
    assert morning.words == "Anna, about 08:20, 0 min more driving."
    assert afternoon.starts == d.at("12:00")


def test_a_known_concierge_is_offered_before_a_nearer_stranger() -> None:
    near = d.shift("near", starts_from=d.place(20), ends_at=d.place(20))
    wish = d.visit("eva", 20, known_to=frozenset({"known"}))
    problem = d.day([near, d.shift("known")], [wish], routing.Weights(stranger=6_000))
    best = routing.best_places(problem, routing.Plan(), wish)
    assert [offer.shift for offer in best] == ["known", "near"]
    assert [offer.added for offer in best] == [d.minutes(50), d.minutes(0)]


def test_an_offer_taken_by_somebody_else_meanwhile_is_refused() -> None:
    hour = d.window("10:00", "10:10")
    problem = d.day([d.shift("anna")], [], ground=(d.place(10),))
    first, second = d.visit("eva", 10, hour), d.visit("liv", 10, hour)
    (offer,) = routing.offers(problem, routing.Plan(), first, [hour])
    (same,) = routing.offers(problem, routing.Plan(), second, [hour])
    plan = routing.insert(problem, routing.Plan(), first, offer)
    with pytest.raises(routing.BadPlan, match="no longer fits where it was offered"):
        routing.insert(problem.with_visit(first), plan, second, same)


def _any_insertion_fits(
    problem: routing.Problem, plan: routing.Plan, wish: routing.Visit, window: routing.Window
) -> bool:
    """Every shift and every position, tried one by one, skills and all."""
    booked = problem.with_visit(replace(wish, windows=(window,)))
    for shift in problem.shifts:
        order = [stop.visit for r in plan.routes if r.shift == shift.id for stop in r.stops]
        for place in range(len(order) + 1):
            tried = [booked.visit(each) for each in [*order[:place], "wish", *order[place:]]]
            route = routing.time_route(booked, shift, tried)
            if route is not None:
                others = tuple(r for r in plan.routes if r.shift != shift.id)
                left_out = tuple(u for u in plan.unplanned if u.visit != "wish")
                cost = routing.price(booked, (*others, route), left_out)
                if not routing.check(booked, routing.Plan((*others, route), left_out, cost)):
                    return True
    return False
