"""OR-Tools plans the day; every plan here has passed `check` and the last word already."""

import subprocess
import sys
import time
from dataclasses import replace
from typing import assert_never

import pytest
from hypothesis import given

import routing
import routing.solver
from tests.examples import examples

from . import days as d

ANNA = d.shift("anna", name="Anna", skills=frozenset({"french"}), capacity=5)
BERIT = d.shift("berit", "12:00", "20:00", name="Berit", capacity=9)


ENGINE: dict[str, routing.solver.Engine] = {}


@pytest.fixture(scope="module", params=["search", "ortools"], autouse=True)
def engine(request: pytest.FixtureRequest) -> str:
    """Every story here is told twice: with our search, and by OR-Tools alone."""
    ENGINE["now"] = request.param
    return request.param


def plan(problem: routing.Problem, seconds: float = 0.3, **more: object) -> routing.Plan:
    return routing.solver.plan_day(problem, seconds=seconds, engine=ENGINE["now"], **more)


def left_out(problem: routing.Problem) -> dict[str, tuple[routing.Reason, str]]:
    return {each.visit: (each.reason, each.words) for each in plan(problem).unplanned}


@given(d.days())
@examples(20)
def test_any_day_gets_a_good_plan_with_true_reasons(problem: routing.Problem) -> None:
    answer = plan(problem, 0.15)
    assert routing.check(problem, answer) == []
    for each in answer.unplanned:
        visit = problem.visit(each.visit)
        assert each.words
        assert _is_true(each.reason, problem, answer, visit)


def _is_true(
    reason: routing.Reason, problem: routing.Problem, plan: routing.Plan, visit: routing.Visit
) -> bool:
    """Whether lifting what the reason names would help, or nothing else could."""
    able = [s for s in problem.shifts if visit.skills <= s.skills]
    may = [s for s in able if s.id not in visit.forbidden]
    roomy = [s for s in may if visit.load <= s.capacity]
    match reason:
        case routing.Reason.NO_SKILL:
            return not able
        case routing.Reason.NO_CAPACITY:
            weightless = problem.with_visit(replace(visit, load=0))
            lighter = routing.Offers(weightless, plan).best(replace(visit, load=0))
            return not roomy or lighter.feasible
        case routing.Reason.OUTSIDE_SHIFTS:
            ways = [(w, s) for w in visit.windows for s in roomy]
            return not any(
                w.closes >= s.starts and w.opens <= s.ends - visit.lasts for w, s in ways
            )
        case routing.Reason.OUT_OF_REACH:
            return not any(routing.time_route(problem, s, [visit]) for s in roomy)
        case routing.Reason.WINDOWS_FULL:
            alone = routing.Offers(problem, routing.Plan()).best(visit)
            return alone.feasible and not routing.Offers(problem, plan).best(visit).feasible
        case routing.Reason.LOCKED_OUT:
            return visit.lock is not None or not may
        case routing.Reason.TOO_DEAR:
            offer = routing.Offers(problem, plan).best(visit)
            return offer.cost > problem.weights.unplanned * visit.priority
        case routing.Reason.BY_HAND:
            return False
        case _:
            assert_never(reason)


@pytest.mark.parametrize(
    ("visit", "reason", "words"),
    [
        (
            d.visit("eva", 10, skills=frozenset({"tailoring"})),
            routing.Reason.NO_SKILL,
            "Nobody working has tailoring.",
        ),
        (
            d.visit("eva", 10, load=6, skills=frozenset({"french"})),
            routing.Reason.NO_CAPACITY,
            "6 rail units are needed; the roomiest car that may come holds 5.",
        ),
        (
            d.visit("eva", 10, d.window("06:00", "07:30")),
            routing.Reason.OUTSIDE_SHIFTS,
            "Nobody works between 06:00 and 07:30.",
        ),
        (
            d.visit("eva", 10, d.window("17:00", "18:00"), skills=frozenset({"french"})),
            routing.Reason.OUTSIDE_SHIFTS,
            "Nobody who may come works between 17:00 and 18:00.",
        ),
        (
            d.visit("eva", 60, d.window("08:00", "08:30")),
            routing.Reason.OUT_OF_REACH,
            "Nobody can get there between 08:00 and 08:30 and be back before the shift ends.",
        ),
        (
            d.visit("eva", 10, forbidden=frozenset({"anna", "berit"})),
            routing.Reason.LOCKED_OUT,
            "Everybody working is ruled out for this client.",
        ),
        (
            d.visit("eva", 10, skills=frozenset({"french"}), lock=routing.Lock("berit")),
            routing.Reason.LOCKED_OUT,
            "Locked to Berit, who does not have french.",
        ),
        (
            d.visit("eva", 10, d.window("08:00", "09:00"), lock=routing.Lock("berit")),
            routing.Reason.LOCKED_OUT,
            "Locked to Berit, who does not work between 08:00 and 09:00.",
        ),
        (
            d.visit("eva", 10, lock=routing.Lock("anna", d.at("16:30"))),
            routing.Reason.LOCKED_OUT,
            "Locked to start outside every window.",
        ),
    ],
)
def test_a_visit_nobody_could_serve_is_left_out_with_its_reason(
    visit: routing.Visit, reason: routing.Reason, words: str
) -> None:
    problem = d.day([ANNA, BERIT], [visit, d.visit("liv", 10)])
    assert left_out(problem) == {"eva": (reason, words)}


def test_the_second_of_two_visits_at_once_is_left_out_because_everybody_is_busy() -> None:
    ten = d.window("10:00", "10:10")
    problem = d.day([ANNA, BERIT], [d.visit("eva", 10, ten), d.visit("liv", 10, ten, priority=2)])
    words = "Everybody who could come is busy between 10:00 and 10:10."
    assert left_out(problem) == {"eva": (routing.Reason.WINDOWS_FULL, words)}


def test_a_full_rail_leaves_a_visit_out_for_its_load() -> None:
    noon = d.window("09:00", "11:00")
    problem = d.day(
        [ANNA], [d.visit("eva", 10, noon, load=3, priority=2), d.visit("liv", 10, noon, load=3)]
    )
    words = "The cars that could get there between 09:00 and 11:00 have no rail left for it."
    assert left_out(problem) == {"liv": (routing.Reason.NO_CAPACITY, words)}


def test_a_visit_that_costs_more_than_leaving_it_out_is_left_out_for_that() -> None:
    problem = d.day([ANNA], [d.visit("eva", 60)], routing.Weights(unplanned=3_600, shift=0))
    words = "Costs 2 h 30 min of driving; leaving it out costs 1 h 0 min."
    assert left_out(problem) == {"eva": (routing.Reason.TOO_DEAR, words)}


def test_one_concierge_goes_out_where_one_is_enough() -> None:
    problem = d.day([ANNA, d.shift("clara")], [d.visit(f"v{n}", n) for n in range(6)])
    assert len(plan(problem).routes) == 1


def test_a_client_meets_whom_she_knows_and_keeps_whom_she_was_told() -> None:
    known = d.visit("eva", 10, known_to=frozenset({"clara"}))
    told = d.visit("liv", 10, planned_on="clara")
    free = routing.Weights(shift=0)
    problem = d.day([ANNA, d.shift("clara")], [known, told], free)
    answer = plan(problem)
    assert [route.shift for route in answer.routes] == ["clara"]
    assert answer.cost.strangers == answer.cost.moved == 0


def test_of_the_windows_she_gave_one_is_assigned_so_that_both_clients_fit() -> None:
    nine, ten, eleven = (d.window(f"{h}:00", f"{h}:10") for h in ("09", "10", "11"))
    problem = d.day(
        [d.shift("anna")],
        [d.visit("eva", 10, nine, eleven), d.visit("liv", 10, nine), d.visit("mia", 10, ten)],
    )
    answer = plan(problem)
    assert answer.unplanned == ()
    assert answer.stop_of("eva").window == eleven


def test_a_gap_between_two_windows_is_no_time_to_begin() -> None:
    split = (d.window("09:00", "09:05"), d.window("12:00", "12:05"))
    busy = [d.visit("mia", 10, d.window("09:00", "09:00"), lasts=60, priority=3)]
    problem = d.day([d.shift("anna")], [d.visit("eva", 10, *split), *busy])
    assert plan(problem).stop_of("eva").starts == d.at("12:00")


def test_flexible_clients_get_a_day_as_well_as_an_hour() -> None:
    two_days = [
        routing.Shift(f"day{n}", d.at("09:00", day=n), d.at("11:00", day=n), 10) for n in (0, 1)
    ]
    either = [d.window("09:00", "11:00", day=n) for n in (0, 1)]
    visits = [d.visit(name, 20, *either) for name in ("eva", "liv", "mia", "tua")]
    answer = plan(d.day(two_days, visits))
    assert answer.unplanned == ()
    assert sorted(len(route.stops) for route in answer.routes) == [2, 2]
    assert {stop.starts.day for route in answer.routes for stop in route.stops} == {24, 25}


def test_a_lock_holds_against_every_saving() -> None:
    locked = d.visit("eva", 10, lock=routing.Lock("clara", d.at("13:00")))
    problem = d.day([ANNA, d.shift("clara")], [locked, d.visit("liv", 10, load=1)])
    stop = plan(problem).stop_of("eva")
    assert stop.starts == d.at("13:00")
    assert plan(problem).route_of("eva").shift == "clara"


def test_a_break_is_kept_even_when_it_costs_a_visit() -> None:
    tight = d.shift("anna", "09:00", "11:00", breaks=(d.rest("09:30", "10:30"),))
    problem = d.day([tight], [d.visit("eva", 15), d.visit("liv", 15)])
    answer = plan(problem)
    assert len(answer.unplanned) == 1
    assert len(answer.routes[0].breaks) == 1


def test_a_shift_whose_breaks_cannot_be_taken_stays_at_home() -> None:
    hasty = d.shift("hasty", breaks=(d.rest("09:00", "09:00"), d.rest("09:00", "09:00")))
    problem = d.day([hasty, d.shift("anna")], [d.visit("eva", 10)])
    assert [route.shift for route in plan(problem).routes] == ["anna"]


def test_a_concierge_on_the_road_ends_where_she_should() -> None:
    on_the_road = d.shift("anna", "12:00", starts_from=d.place(50), ends_at=d.place(-10))
    answer = plan(d.day([on_the_road], [d.visit("eva", 20), d.visit("liv", 40)]))
    assert [stop.visit for stop in answer.routes[0].stops] == ["liv", "eva"]
    assert answer.cost.drive == 60 * 90


def test_a_day_without_visits_or_without_anybody_is_a_plan_too() -> None:
    assert plan(d.day([ANNA], [])).routes == ()
    assert left_out(d.day([], [d.visit("eva", 10)])) == {
        "eva": (routing.Reason.OUTSIDE_SHIFTS, "Nobody is working.")
    }


def test_a_feasible_incumbent_is_never_made_dearer() -> None:
    problem = _town()
    first = plan(problem, 1.5)
    again = plan(problem, 0.2, incumbent=first)
    assert again.cost.total <= first.cost.total
    assert again.words.startswith("OR-Tools")


def test_after_an_absence_the_others_keep_what_they_had() -> None:
    problem = _town()
    before = plan(problem, 1.0)
    told = {s.visit: r.shift for r in before.routes for s in r.stops}
    sick = before.routes[0].shift
    asked = tuple(replace(v, planned_on=told.get(v.id)) for v in problem.visits)
    working = tuple(s for s in problem.shifts if s.id != sick)
    today = replace(problem, shifts=working, visits=asked)
    after = plan(today, 1.0, incumbent=before)
    moved = [s.visit for r in after.routes for s in r.stops if told.get(s.visit) != r.shift]
    forced = [visit for visit, shift in told.items() if shift == sick]
    assert len(set(moved) - set(forced)) <= 3


def test_progress_is_told_and_falls() -> None:
    told: list[tuple[float, int]] = []
    plan(_town(), 2.0, progress=lambda elapsed, cost: told.append((elapsed, cost)))
    costs = [cost for _, cost in told]
    assert costs
    assert costs == sorted(costs, reverse=True)


def test_a_town_of_twelve_shifts_and_sixty_visits_is_planned_in_the_time_given() -> None:
    problem = _town()
    begun = time.monotonic()
    answer = plan(problem, 2.0)
    assert time.monotonic() - begun < 6
    assert answer.unplanned == ()
    assert answer.cost.total < 0.9 * d.by_insertion(problem).cost.total
    assert "60 visits on" in answer.words
    assert "none left out" in answer.words


def test_a_large_day_has_a_plan_at_once() -> None:
    shifts = [d.shift(f"s{n}", breaks=(d.rest("11:00", "13:00"),), capacity=50) for n in range(40)]
    visits = [
        d.visit(f"v{n}", n * 7 % 41 - 20, d.window(f"{8 + n % 7:02}:00", f"{9 + n % 7:02}:30"))
        for n in range(160)
    ]
    answer = plan(d.day(shifts, visits), 1.5)
    assert answer.unplanned == ()


def test_routing_is_imported_without_or_tools() -> None:
    code = "import sys, routing; sys.exit('ortools' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=False, timeout=60)
    assert done.returncode == 0


def _town() -> routing.Problem:
    shifts = [
        d.shift(
            f"s{n}",
            f"{8 + n % 3:02}:00",
            f"{16 + n % 3:02}:00",
            capacity=30,
            skills=frozenset({"french"} if n % 2 else {"tailoring"}),
            breaks=(d.rest(f"{11 + n % 3}:00", f"{13 + n % 3}:00"),),
        )
        for n in range(12)
    ]
    visits = [
        routing.Visit(
            f"v{n}",
            d.place(n * 17 % 41 - 20, n * 29 % 31 - 15),
            (d.window(f"{9 + n * 5 % 7:02}:00", f"{10 + n * 5 % 7:02}:30"),),
            d.minutes(20 + n % 3 * 10),
            2 + n % 4,
            frozenset({("french", "tailoring")[n // 4 % 2]} if n % 4 == 0 else set()),
            known_to=frozenset({f"s{n % 12}"} if n % 3 == 0 else set()),
        )
        for n in range(60)
    ]
    return d.day(shifts, visits)
