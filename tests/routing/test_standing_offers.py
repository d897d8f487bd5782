"""A day that stands ready answers as one read afresh, for anybody, and keeps what it offers."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

import routing
from tests.examples import examples

from . import days as d


@given(d.days(), st.data())
@examples(50)
def test_after_any_bookings_and_cancellations_a_standing_day_answers_like_a_fresh_one(
    problem: routing.Problem, data: st.DataObject
) -> None:
    plan = routing.Plan()
    standing = routing.Offers(problem, plan)
    for _ in range(data.draw(st.integers(1, 5))):
        plan = _changed(problem, plan, standing, data)
        wish = _somebody_new(problem, data)
        drives = _around(problem, wish.place)
        ready = standing.windows(wish, wish.windows, drives=drives)
        fresh = routing.Offers(problem, plan).windows(wish, wish.windows, drives=drives)
        assert list(map(_told, ready)) == list(map(_told, fresh))


@given(d.days(), st.data())
@examples(80)
def test_what_is_offered_at_a_new_address_can_be_booked_there_and_nothing_breaks(
    problem: routing.Problem, data: st.DataObject
) -> None:
    plan = d.by_insertion(problem)
    wish = _somebody_new(problem, data)
    drives = _around(problem, wish.place)
    travel = drives.into(problem.travel, wish.place)
    there = replace(problem, travel=travel)
    for offer in routing.offers(problem, plan, wish, wish.windows, drives=drives):
        booked = there.with_visit(replace(wish, windows=(offer.window,)))
        if offer.feasible:
            proof = routing.insert(there, plan, wish, offer)
            assert routing.check(booked, proof) == []
            assert proof.stop_of(wish.id).starts == offer.starts
            assert proof.cost.total - plan.cost.total == offer.cost
            assert proof.route_of(wish.id).shift in offer.shifts
            assert len(offer.shifts) == offer.concierges
        else:
            assert offer.concierges == 0
            assert offer.words == _no(booked, plan, wish, offer.window)


def test_who_has_a_place_is_told_for_each_window() -> None:
    problem = d.day(
        [d.shift("anna"), d.shift("berit", "12:00", "18:00"), d.shift("cleo", capacity=1)],
        [d.visit("eva", 10, d.window("12:30", "12:30"), lasts=120)],
        ground=(d.place(20),),
    )
    plan = d.planned(problem, berit=["eva"])
    wish = d.visit("liv", 20, load=2)
    hours = [d.window("10:00", "11:00"), d.window("13:00", "13:30"), d.window("15:00", "16:00")]
    offers = routing.offers(problem, plan, wish, hours)
    assert [offer.shifts for offer in offers] == [{"anna"}, {"anna"}, {"anna", "berit"}]
    assert [offer.concierges for offer in offers] == [1, 1, 2]


def test_nobody_working_is_an_answer() -> None:
    problem = d.day([], [], ground=(d.place(10),))
    (offer,) = routing.offers(
        problem, routing.Plan(), d.visit("eva", 10), [d.window("09:00", "10:00")]
    )
    assert (offer.feasible, offer.reason) == (False, routing.Reason.OUTSIDE_SHIFTS)
    assert routing.best_places(problem, routing.Plan(), d.visit("eva", 10)) == []


def _changed(
    problem: routing.Problem, plan: routing.Plan, standing: routing.Offers, data: st.DataObject
) -> routing.Plan:
    """One more visit booked or one cancelled, as the standing day is told as well."""
    served = [stop.visit for route in plan.routes for stop in route.stops]
    waiting = [visit for visit in problem.visits if visit.id not in served]
    changed = plan
    if served and (not waiting or data.draw(st.booleans())):
        changed = routing.remove(problem, plan, data.draw(st.sampled_from(served)))
    elif waiting:
        offer = standing.best(data.draw(st.sampled_from(waiting)))
        if offer.feasible:
            visit = problem.visit(offer.visit)
            changed = routing.insert(problem, plan, visit, offer)
    after = {route.shift: route for route in changed.routes}
    for route in plan.routes:
        standing.follow(after.get(route.shift, replace(route, stops=(), breaks=())))
    for route in changed.routes:
        standing.follow(route)
    return changed


def _somebody_new(problem: routing.Problem, data: st.DataObject) -> routing.Visit:
    """Anybody to whom nobody is driving yet, at a place that the problem does not know."""
    wish = data.draw(d.visits("wish", [shift.id for shift in problem.shifts]))
    lock = wish.lock and replace(wish.lock, under_way=False)
    return replace(wish, lock=lock, place=d.place(data.draw(st.integers(31, 40)), 3))


def _around(problem: routing.Problem, place: routing.Place) -> routing.Drives:
    travel = d.day(
        list(problem.shifts), list(problem.visits), ground=(place, *problem.travel.places)
    ).travel
    rows, at = [travel.row(each) for each in problem.travel.places], travel.row(place)
    return routing.Drives(travel.seconds[rows, at], travel.seconds[at, rows])


def _no(
    problem: routing.Problem, plan: routing.Plan, wish: routing.Visit, window: routing.Window
) -> str:
    """Why not, asked of a day that knows the place."""
    (offer,) = routing.offers(problem, plan, wish, [window])
    assert not offer.feasible
    return offer.words


def _told(offer: routing.Offer) -> tuple[object, ...]:
    figures = offer.cost, offer.added, offer.position, offer.concierges
    return offer.window, offer.feasible, offer.shift, figures, offer.shifts, offer.words
