"""Travel by the hour: exact to the second, first in first out, and alike for all who reckon it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

import routing
import routing.solver
from routing.bench.days import concierge_day
from routing.roads import Hourly, roads_of
from tests.examples import examples

from . import days as d

RUSH = routing.Speeds((*(100,) * 8, 50, *(100,) * 15), d.ZONE)
"""Between 08:00 and 09:00 every drive takes twice as long."""


def driven(east: int, window: routing.Window, **more: object) -> routing.Route:
    problem = d.day(
        [d.shift("anna", "07:00", **more)], [d.visit("eva", east, window)], speeds=RUSH
    )
    plan = d.planned(problem, anna=["eva"])
    assert routing.check(problem, plan) == []
    routing.solver.accept(problem, plan)
    return plan.routes[0]


def test_a_drive_in_the_rush_takes_longer_and_she_leaves_just_in_time() -> None:
    route = driven(20, d.window("08:50", "08:50"))
    assert (route.leaves, route.stops[0].arrives) == (d.at("08:10"), d.at("08:50"))
    assert route.stops[0].drive == d.minutes(40)


def test_a_drive_goes_on_at_the_new_hours_speed() -> None:
    route = driven(30, d.window("08:20", "08:20"))
    assert route.leaves == d.at("07:40")
    assert route.stops[0].drive == d.minutes(40), "20 min before the rush, 10 min of way in it"


def test_an_arrival_between_seconds_is_the_next_whole_second() -> None:
    slow = routing.Speeds((70,) * 24, d.ZONE)
    problem = d.day([d.shift("anna")], [d.visit("eva", 1)], speeds=slow)
    stop = d.planned(problem, anna=["eva"]).stop_of("eva")
    assert stop.drive.total_seconds() == 86, "60 s at 70 percent are 85.7"


def test_a_break_in_the_rush_spares_her_the_rush() -> None:
    rested = driven(40, d.window("09:00", "12:00"), breaks=(d.rest("08:00", "08:00", 60),))
    assert rested.stops[0].drive == d.minutes(40)
    (taken,) = rested.breaks
    assert (taken.starts, taken.before) == (d.at("08:00"), 0)


def test_steady_speeds_are_no_speeds() -> None:
    steady = routing.Speeds((100,) * 24, d.ZONE)
    visits = [d.visit("eva", 20), d.visit("liv", -10)]
    (flat, hourly) = (
        d.planned(d.day([d.shift("anna")], visits, speeds=speeds), anna=["eva", "liv"])
        for speeds in (None, steady)
    )
    assert flat == hourly


@given(d.speeds_by_hour, st.integers(-3_600, 2 * 86_400), st.integers(0, 40_000))
@examples(200)
def test_leaving_undoes_arriving(speeds: routing.Speeds, leaves_s: int, drive_s: int) -> None:
    midnight_s = int(d.at("00:00").timestamp())
    roads = roads_of(speeds, midnight_s, midnight_s + 86_400)
    parts, leaves_s = roads.parts(drive_s), leaves_s + midnight_s
    arrives_s = roads.arrives(leaves_s, parts)
    assert roads.driven(leaves_s, arrives_s) >= parts
    assert arrives_s == leaves_s or roads.driven(leaves_s, arrives_s - 1) < parts
    last_s = roads.leaves(arrives_s, parts)
    assert last_s >= leaves_s
    assert roads.arrives(last_s, parts) <= arrives_s < roads.arrives(last_s + 1, parts)


def test_hours_are_those_of_the_clock_also_when_it_is_put_back() -> None:
    midnight_s = int(d.at("00:00", day=-29).timestamp())
    speeds = routing.Speeds((100, 100, 50, *(100,) * 21), d.ZONE)
    roads = roads_of(speeds, midnight_s, midnight_s)
    assert isinstance(roads, Hourly)
    assert roads.driven(midnight_s, midnight_s + 5 * 3_600) == 360_000 * 4, "02:00 comes twice"


@given(d.days(most_visits=5), st.randoms())
@examples(150)
def test_any_order_driven_by_the_hour_is_judged_good(
    problem: routing.Problem, chance: st.random_module
) -> None:
    for on in problem.shifts:
        allowed = [v for v in problem.visits if v.lock is None or v.lock.shift == on.id]
        order = [v for v in allowed if on.id not in v.forbidden and v.skills <= on.skills]
        chance.shuffle(order)
        route = routing.time_route(problem, on, order)
        if route is not None and order and sum(v.load for v in order) <= on.capacity:
            left = tuple(
                routing.Unplanned(v.id, routing.Reason.BY_HAND, "Left out.")
                for v in problem.visits
                if v not in order
            )
            plan = routing.Plan((route,), left, routing.price(problem, (route,), left))
            assert routing.check(problem, plan) == []


@pytest.mark.parametrize("engine", ["search", "ortools"])
def test_a_day_with_breaks_and_peaks_is_planned_with_nobody_late(
    engine: routing.solver.Engine,
) -> None:
    flat = concierge_day(10, 50, seed=3)
    peaks = {7: 70, 8: 55, 9: 75, 15: 80, 16: 60, 17: 65}
    speeds = routing.Speeds(tuple(peaks.get(hour, 100) for hour in range(24)), d.ZONE)
    problem = replace(flat, travel=replace(flat.travel, speeds=speeds))
    plan = routing.solver.plan_day(problem, seconds=1.0, engine=engine)
    assert plan.routes
    assert routing.check(problem, plan) == []
    for route in plan.routes:
        again = routing.retime(problem, route, now=route.leaves)
        assert (again.late, again.route.stops) == ((), route.stops)
