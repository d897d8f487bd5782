"""A route seen from the middle of its day."""

import routing

from . import days as d

PROBLEM = d.day(
    [d.shift("anna", ends="14:00", breaks=(d.rest("11:00", "12:00"),))],
    [
        d.visit("eva", 10, d.window("09:00", "09:30")),
        d.visit("liv", 20, d.window("10:00", "10:30")),
        d.visit("mia", 30, d.window("12:00", "12:30")),
    ],
)
(ROUTE,) = d.planned(PROBLEM, anna=["eva", "liv", "mia"]).routes


def test_a_route_on_time_looks_as_planned() -> None:
    seen = routing.retime(PROBLEM, ROUTE, now=d.at("08:00"))
    assert seen == routing.Retimed(ROUTE, (), d.minutes(0))
    eva_done = routing.retime(PROBLEM, ROUTE, now=d.at("09:31"), done={"eva": d.at("09:30")})
    assert (eva_done.route, eva_done.late) == (ROUTE, ())


def test_a_visit_that_ran_over_makes_the_next_one_late_and_waiting_takes_it_up() -> None:
    seen = routing.retime(PROBLEM, ROUTE, now=d.at("10:40"), done={"eva": d.at("10:35")})
    assert [(late.visit, late.by) for late in seen.late] == [("liv", d.minutes(15))]
    assert seen.route.stops[1].starts == d.at("10:45")
    assert seen.route.stops[2].starts == d.at("12:00")
    assert seen.overtime == d.minutes(0)


def test_what_has_not_begun_by_now_begins_from_now_on() -> None:
    done = {"eva": d.at("09:30")}
    seen = routing.retime(PROBLEM, ROUTE, now=d.at("10:50"), done=done)
    assert seen.route.stops[1].starts == d.at("10:50")
    assert [late.visit for late in seen.late] == ["liv"]


def test_a_visit_under_way_lasts_at_least_until_now() -> None:
    seen = routing.retime(
        PROBLEM,
        ROUTE,
        now=d.at("12:50"),
        done={"eva": d.at("09:30")},
        begun={"liv": d.at("10:05")},
    )
    liv, mia = seen.route.stops[1:]
    assert (liv.starts, liv.ends) == (d.at("10:05"), d.at("12:50"))
    assert mia.starts == d.at("13:30")
    assert [taken.starts for taken in seen.route.breaks] == [d.at("12:50")]
    assert [(late.visit, late.by) for late in seen.late] == [("mia", d.minutes(60))]
    assert seen.overtime == d.minutes(45)


def test_visits_done_in_another_order_are_told_in_that_order() -> None:
    done = {"liv": d.at("10:30"), "eva": d.at("11:10")}
    seen = routing.retime(PROBLEM, ROUTE, now=d.at("11:10"), done=done)
    assert [stop.visit for stop in seen.route.stops] == ["liv", "eva", "mia"]
    assert seen.route.stops[1].drive == d.minutes(15)


def test_a_break_taken_before_setting_out_is_not_taken_again() -> None:
    shift = d.shift("ana", "08:00", "18:00", breaks=(d.rest("12:00", "14:00"),))
    visit = d.visit("eva", 3, d.window("14:00", "15:00"))
    problem = d.day([shift], [visit])
    route = routing.time_route(problem, shift, [visit])
    assert route is not None
    assert route.breaks[0].ends <= route.leaves
    seen = routing.retime(problem, route, now=d.at("09:00"))
    assert seen.late == ()
    assert (seen.route.stops, seen.route.breaks) == (route.stops, route.breaks)
