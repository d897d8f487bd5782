"""Times on a route: early, just, and with the break where it brings her home soonest."""

from datetime import datetime
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

import routing
from tests.examples import examples

from .days import at, day, days, minutes, place, planned, rest, shift, visit, window


def test_she_leaves_just_in_time_and_waits_in_the_street_when_early() -> None:
    problem = day(
        [shift("anna")],
        [visit("eva", 20, window("10:00", "11:00")), visit("liv", 30, window("12:00", "13:00"))],
    )
    (route,) = planned(problem, anna=["eva", "liv"]).routes
    eva, liv = route.stops
    assert (route.leaves, eva.arrives, eva.starts, eva.ends) == (
        at("09:40"),
        at("10:00"),
        at("10:00"),
        at("10:30"),
    )
    assert (liv.arrives, liv.starts) == (at("10:40"), at("12:00"))
    assert (liv.drive, route.drive_home, route.returns) == (minutes(10), minutes(45), at("13:15"))


def test_service_may_begin_at_the_last_moment_of_a_window_and_not_after() -> None:
    just = day([shift("anna")], [visit("eva", 30, window("08:00", "08:30"))])
    assert planned(just, anna=["eva"]).stop_of("eva").starts == at("08:30")
    late = day([shift("anna")], [visit("eva", 31, window("08:00", "08:30"))])
    assert routing.time_route(late, late.shift("anna"), late.visits) is None


def test_of_several_windows_the_first_she_can_reach_is_kept() -> None:
    choices = (window("08:00", "08:10"), window("13:00", "14:00"), window("10:00", "11:00"))
    problem = day([shift("anna")], [visit("eva", 30, *choices)])
    stop = planned(problem, anna=["eva"]).stop_of("eva")
    assert (stop.starts, stop.window) == (at("10:00"), window("10:00", "11:00"))


def test_a_break_is_taken_during_a_drive_and_the_drive_goes_on_after_it() -> None:
    problem = day(
        [shift("anna", breaks=(rest("09:00", "09:10"),))],
        [visit("eva", 10, window("08:10", "08:10")), visit("liv", 90)],
    )
    (route,) = planned(problem, anna=["eva", "liv"]).routes
    (taken,) = route.breaks
    assert (taken.starts, taken.ends, taken.before) == (at("09:00"), at("09:30"), 1)
    assert route.stops[1].arrives == at("10:30")


def test_a_break_after_the_last_visit_is_taken_at_home_inside_the_shift() -> None:
    problem = day(
        [shift("anna", breaks=(rest("13:00", "14:00"),))],
        [visit("eva", 10, window("09:00", "09:00"))],
    )
    (route,) = planned(problem, anna=["eva"]).routes
    assert route.returns == at("09:45")
    assert (route.breaks[0].starts, route.breaks[0].before) == (at("13:00"), 1)


def test_a_visit_across_the_whole_break_window_cannot_be_driven() -> None:
    problem = day(
        [shift("anna", breaks=(rest("12:00", "12:30"),))],
        [visit("eva", 10, window("11:45", "11:45"), lasts=60)],
    )
    assert routing.time_route(problem, problem.shift("anna"), problem.visits) is None


def test_a_concierge_on_the_road_starts_where_and_when_she_is_free() -> None:
    on_the_road = shift("anna", "11:20", starts_from=place(40), ends_at=place(50))
    problem = day([on_the_road], [visit("eva", 45)])
    (route,) = planned(problem, anna=["eva"]).routes
    assert (route.stops[0].starts, route.drive) == (at("11:25"), minutes(10))


def test_a_stranger_and_a_broken_promise_cost_what_the_weights_say() -> None:
    weights = routing.Weights(unplanned=7, shift=11, stranger=13, moved=17)
    known = visit("eva", 10, known_to=frozenset({"berit", "nobody"}), planned_on="berit")
    unknown = visit("liv", 10, known_to=frozenset({"nobody"}))
    problem = day([shift("anna"), shift("berit")], [known, unknown], weights)
    cost = planned(problem, anna=["eva", "liv"]).cost
    assert (cost.drive, cost.shifts, cost.strangers, cost.moved) == (25 * 60, 11, 13, 17)
    assert planned(problem, berit=["eva", "liv"]).cost.total == 25 * 60 + 11


@given(days(most_visits=4), st.randoms())
@examples(100)
def test_no_other_place_for_the_break_brings_her_home_sooner(
    problem: routing.Problem, chance: st.random_module
) -> None:
    for on in problem.shifts:
        order = list(problem.visits)
        chance.shuffle(order)
        route = routing.time_route(problem, on, order)
        best = min(_finishes(problem, on, order), default=None)
        if route is None or best is None:
            assert route is None
            assert best is None
        else:
            done = max([route.returns, *(taken.ends for taken in route.breaks)])
            assert done.timestamp() == best


def _finishes(
    problem: routing.Problem, on: routing.Shift, order: list[routing.Visit]
) -> list[float]:
    """When she is done, for every way to put the breaks between the visits; slow and plain."""
    legs = len(order) + 1
    in_order = sorted(on.breaks, key=lambda b: (_closes(on, b), _opens(on, b)))
    ways = {()}
    for _ in in_order:
        ways = {(*way, leg) for way in ways for leg in range(way[-1] if way else 0, legs)}
    finishes = (_finish(problem, on, order, list(zip(in_order, way, strict=True))) for way in ways)
    return [finish for finish in finishes if finish is not None]


def _opens(on: routing.Shift, taken: routing.Break) -> float:
    return max(taken.window.opens, on.starts).timestamp()


def _closes(on: routing.Shift, taken: routing.Break) -> float:
    return min(taken.window.closes, on.ends - taken.lasts).timestamp()


def _finish(
    problem: routing.Problem,
    on: routing.Shift,
    order: list[routing.Visit],
    breaks: list[tuple[routing.Break, int]],
) -> float | None:
    clock, here = on.starts.timestamp(), problem.start_of(on)
    for leg in range(len(order) + 1):
        there = order[leg].place if leg < len(order) else problem.end_of(on)
        left = 100 * problem.travel.between(here, there)
        for taken, _ in (each for each in breaks if each[1] == leg):
            begins = max(clock, _opens(on, taken))
            if begins > _closes(on, taken):
                return None
            _, left = _drive_on(problem, clock, left, begins)
            clock = begins + taken.lasts.total_seconds()
        clock, _ = _drive_on(problem, clock, left, float("inf"))
        if leg == len(order):
            return clock if clock <= (on.ends + on.overtime).timestamp() else None
        lock = order[leg].lock or routing.Lock(on.id)
        if (lock.under_way and leg) or lock.after in {later.id for later in order[leg:]}:
            return None
        held = lock.starts or lock.not_before
        floor = max(clock, held.timestamp() if held else 0)
        starts = [
            max(floor, each.opens.timestamp())
            for each in order[leg].windows
            if floor <= each.closes.timestamp()
        ]
        starts = [each for each in starts if not lock.starts or each == lock.starts.timestamp()]
        if not starts:
            return None
        clock, here = min(starts) + order[leg].lasts.total_seconds(), there
    return None


def test_overtime_is_priced_by_the_second_and_ends_where_it_is_allowed_to() -> None:
    late = shift("anna", ends="09:00", overtime=minutes(20))
    problem = day([late], [visit("eva", 20, window("08:20", "08:20"))])
    plan = planned(problem, anna=["eva"])
    assert plan.routes[0].returns == at("09:20")
    assert plan.cost.overtime == 20 * 60 * routing.Weights().overtime
    farther = day([late], [visit("eva", 21, window("08:20", "08:20"))])
    assert routing.time_route(farther, late, farther.visits) is None


def test_a_break_is_not_taken_in_overtime() -> None:
    late = shift("anna", ends="09:00", overtime=minutes(60), breaks=(rest("08:25", "09:00"),))
    problem = day([late], [visit("eva", 20, window("08:20", "08:20"), lasts=15)])
    assert routing.time_route(problem, late, problem.visits) is None
    sooner = day([late], [visit("eva", 20, window("08:20", "08:20"), lasts=10)])
    (taken,) = planned(sooner, anna=["eva"]).routes[0].breaks
    assert taken.ends == late.ends


def test_work_beyond_what_is_fair_is_priced_and_waiting_is_no_work() -> None:
    fair = shift("anna", fair=minutes(60))
    waits = day([fair], [visit("eva", 10, window("12:00", "13:00"), lasts=35)])
    assert planned(waits, anna=["eva"]).cost.unfair == 0
    longer = day([fair], [visit("eva", 10, window("12:00", "13:00"), lasts=40)])
    assert planned(longer, anna=["eva"]).cost.unfair == 5 * 60 * routing.Weights().unfair


def test_a_visit_has_its_own_price_with_each_concierge() -> None:
    prefers = visit("eva", 10, prices=(("berit", 700), ("nobody", 9)))
    problem = day([shift("anna"), shift("berit")], [prefers])
    assert planned(problem, anna=["eva"]).cost.prices == 0
    assert planned(problem, berit=["eva"]).cost.prices == 700


def test_a_lock_holds_the_start_to_the_second() -> None:
    lock = routing.Lock("anna", starts=at("10:07"))
    problem = day([shift("anna")], [visit("eva", 10, lock=lock)])
    assert planned(problem, anna=["eva"]).stop_of("eva").starts == at("10:07")


def test_locked_order_is_the_only_order_that_is_driven() -> None:
    after = visit("liv", 5, lock=routing.Lock("anna", after="eva"))
    first = visit("mia", 20, lock=routing.Lock("anna", under_way=True))
    problem = day([shift("anna")], [visit("eva", 10), after, first])
    driven = [
        order
        for order in permutations(["eva", "liv", "mia"])
        if routing.time_route(problem, problem.shift("anna"), [problem.visit(v) for v in order])
    ]
    assert driven == [("mia", "eva", "liv")]
    alone = routing.time_route(problem, problem.shift("anna"), [after])
    assert alone is not None, "whom she was to come after is not on the route"


def _drive_on(
    problem: routing.Problem, clock: float, left: float, until: float
) -> tuple[float, float]:
    """When she stops driving, there or at `until`, and the hundredths of a second still to go."""
    speeds = problem.travel.speeds
    while left > 0 and clock < until:
        percent = (
            speeds.by_hour[datetime.fromtimestamp(clock, speeds.zone).hour] if speeds else 100
        )
        seconds = min(until - clock, 900 - clock % 900, -(-left // percent))
        clock, left = clock + seconds, left - seconds * percent
    return clock, max(0, left)
