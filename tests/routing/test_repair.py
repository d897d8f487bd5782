"""When something happens to a day, a person chooses between ways out of it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import routing
import routing.solver
from routing.repair import repair
from tests.examples import examples

from . import days as d

STEPS = 400


def ways_out(
    problem: routing.Problem, plan: routing.Plan, *events: routing.Event, now: str, **more: object
) -> tuple[routing.Alternative, ...]:
    return repair(problem, plan, events, now=d.at(now), steps=STEPS, seconds=60, **more)


def who(alternative: routing.Alternative) -> dict[str, list[str]]:
    return {r.shift: [stop.visit for stop in r.stops] for r in alternative.plan.routes}


def of(found: tuple[routing.Alternative, ...], way: routing.Way) -> routing.Alternative:
    return next(each for each in found if each.way is way)


@st.composite
def happenings(draw: st.DrawFn, problem: routing.Problem) -> list[routing.Event]:
    on = st.sampled_from([shift.id for shift in problem.shifts])
    asked = st.sampled_from([visit.id for visit in problem.visits])
    moment = st.integers(4 * 7, 4 * 18).map(
        lambda quarter: d.at("00:00") + quarter * d.minutes(15)
    )
    some = st.one_of(
        st.builds(routing.Sick, on, moment),
        st.builds(routing.BrokenDown, on, moment, st.none()),
        st.builds(routing.Delayed, on, st.integers(1, 90).map(d.minutes)),
        st.builds(routing.Cancelled, asked),
        st.builds(routing.Absent, asked),
        st.just(
            routing.RoadClosed(
                routing.TravelTimes(problem.travel.places, problem.travel.seconds * 3 // 2)
            )
        ),
    )
    return draw(st.lists(some, min_size=1, max_size=3))


@given(d.days(), st.data(), st.integers(7, 16))
@examples(40)
def test_every_way_out_is_a_good_plan_and_tells_each_broken_promise(
    problem: routing.Problem, data: st.DataObject, hour: int
) -> None:
    assume(problem.visits)
    plan = d.by_insertion(problem)
    events = data.draw(happenings(problem))
    now = d.at(f"{hour}:00")
    found = repair(problem, plan, events, now=now, steps=60, seconds=60)
    orders = [frozenset((s, tuple(v)) for s, v in who(each).items()) for each in found]
    assert len(set(orders)) == len(orders), "no way out is shown twice"
    over = {s.visit for r in plan.routes for s in r.stops if s.starts < now}
    for each in found:
        assert routing.check(each.problem, each.plan) == []
        routing.solver.accept(each.problem, each.plan)
        purpose = each.words.partition(":")[0]
        late = any(broken.kind == "late" for broken in each.broken)
        assert not (purpose.startswith("Everybody served") and each.plan.unplanned)
        assert not ("nobody late" in purpose and late)
        assert late or "some of them late" not in purpose
        driven = [stop for route in each.plan.routes for stop in route.stops]
        assert over.isdisjoint(stop.visit for stop in driven), "what is over is not planned again"
        said = {broken.where for broken in each.broken}
        for stop in driven:
            assert stop.starts >= now
            promised = problem.visit(stop.visit).windows
            assert stop.visit in said or any(stop.starts in window for window in promised)
        for left in each.plan.unplanned:
            assert left.visit in said or plan.stop_of(left.visit) is None
        told = {change.visit for change in each.changes}
        for route in each.plan.routes:
            for stop in route.stops:
                before = plan.route_of(stop.visit)
                assert stop.visit in told or (before and before.shift == route.shift)


def test_when_anna_is_ill_noor_takes_over_and_every_change_has_its_reason() -> None:
    problem = d.day(
        [d.shift("anna", name="Anna"), d.shift("noor", name="Noor")],
        [
            d.visit("liv", 5, d.window("09:00", "09:30"), name="Mrs Lind"),
            d.visit("eva", 10, d.window("12:40", "14:00"), name="Mrs Berg"),
            d.visit("mia", -10, d.window("12:00", "12:30"), name="Mrs Dahl"),
        ],
    )
    plan = d.planned(problem, anna=["liv", "eva"], noor=["mia"])
    found = ways_out(problem, plan, routing.Sick("anna", d.at("11:00")), now="11:00")
    first = found[0]
    assert (first.way, who(first), first.broken) == (
        routing.Way.FEWEST_CHANGES,
        {"noor": ["mia", "eva"]},
        (),
    )
    assert [change.words for change in first.changes] == [
        "Mrs Berg goes from Anna to Noor because Anna is ill; 10 min later, inside her window."
    ]
    assert first.words == (
        "Fewest changes: 1 visit with another concierge, nobody late, nobody left out,"
        " 50 min driving left."
    )
    assert not first.problem.has_visit("liv"), "the morning is history"


def test_of_two_ways_the_one_that_loses_nobody_comes_first() -> None:
    problem = d.day(
        [d.shift("anna", name="Anna"), d.shift("noor", name="Noor")],
        [
            d.visit("eva", 10, d.window("10:00", "10:10"), name="Mrs Berg"),
            d.visit("mia", 20, d.window("10:00", "10:20"), name="Mrs Dahl"),
        ],
    )
    plan = d.planned(problem, anna=["eva"], noor=["mia"])
    found = ways_out(problem, plan, routing.Sick("anna", d.at("08:00")), now="08:00")
    assert [each.way for each in found][:2] == [routing.Way.ALL_SERVED, routing.Way.FEWEST_CHANGES]
    served, strict = found[:2]
    assert who(served) == {"noor": ["mia", "eva"]} or who(served) == {"noor": ["eva", "mia"]}
    assert [broken.kind for broken in served.broken] == ["late"]
    assert [broken.kind for broken in strict.broken] == ["left_out"]
    assert strict.broken[0].words.endswith("loses her place.")


def test_a_way_that_keeps_every_promise_comes_before_one_that_breaks_one() -> None:
    problem = d.day(
        [d.shift("anna", name="Anna"), d.shift("noor", name="Noor")],
        [
            d.visit("eva", 10, d.window("10:00", "10:10"), name="Mrs Berg"),
            d.visit("mia", 20, d.window("10:00", "10:20"), name="Mrs Dahl"),
        ],
    )
    plan = d.planned(problem, noor=["mia"])
    tray = routing.Unplanned("eva", routing.Reason.WINDOWS_FULL, "Nobody could come.")
    plan = replace(plan, unplanned=(tray,))
    first, second, *_ = ways_out(problem, plan, routing.Sick("anna", d.at("08:00")), now="08:00")
    assert (first.broken, [left.visit for left in first.plan.unplanned]) == ((), ["eva"])
    assert [broken.kind for broken in second.broken] == ["late"], "she is fitted in, late"


def test_a_way_that_rescues_only_some_does_not_say_that_everybody_is_served() -> None:
    problem = d.day(
        [d.shift("anna", name="Anna", skills=frozenset({"fr"})), d.shift("noor", name="Noor")],
        [
            d.visit("eva", 10, d.window("10:00", "10:10"), name="Mrs Berg"),
            d.visit(
                "liv", 20, d.window("13:00", "13:10"), name="Mrs Lind", skills=frozenset({"fr"})
            ),
            d.visit("mia", 20, d.window("10:00", "10:20"), name="Mrs Dahl"),
        ],
    )
    plan = d.planned(problem, anna=["eva", "liv"], noor=["mia"])
    found = ways_out(problem, plan, routing.Sick("anna", d.at("08:00")), now="08:00")
    served = of(found, routing.Way.ALL_SERVED)
    assert [left.visit for left in served.plan.unplanned] == ["liv"]
    assert served.words.startswith("As many served as can be, some of them late: ")


def test_whoever_is_at_home_is_sent_out_only_when_a_person_chooses_so() -> None:
    problem = d.day(
        [d.shift("anna", name="Anna"), d.shift("mina", name="Mina")],
        [d.visit("eva", 10, d.window("10:00", "10:10"), name="Mrs Berg")],
    )
    plan = d.planned(problem, anna=["eva"])
    late = routing.Delayed("anna", d.minutes(30))
    found = ways_out(problem, plan, late, now="08:00")
    assert [each.way for each in found] == [
        routing.Way.CALL_IN,
        routing.Way.SAME_CONCIERGE,
        routing.Way.FEWEST_CHANGES,
    ]
    called, stays, nobody = found
    assert called.called_in == ("mina",)
    assert called.changes[0].words == (
        "Mrs Berg goes from Anna to Mina because Anna is late; at the same time,"
        " inside her window."
    )
    assert stays.changes[0].words == (
        "Mrs Berg is visited 30 min later by Anna because Anna is late, 20 min after her window."
    )
    assert (
        nobody.plan.unplanned[0].words == "Only Mina could come, who would have to be called in."
    )


def test_a_concierge_who_is_not_working_can_be_called_in() -> None:
    problem = d.day([d.shift("anna")], [d.visit("eva", 10, d.window("10:00", "10:30"))])
    plan = d.planned(problem, anna=["eva"])
    found = ways_out(
        problem, plan, routing.Sick("anna", d.at("08:00")), now="08:00", on_call=[d.shift("mina")]
    )
    assert who(found[0]) == {"mina": ["eva"]}


def test_a_car_that_broke_down_drives_on_from_where_it_stood() -> None:
    problem = d.day(
        [d.shift("anna")],
        [d.visit("eva", 10, d.window("09:00", "09:30")), d.visit("liv", 20)],
        ground=(d.place(15),),
    )
    plan = d.planned(problem, anna=["eva", "liv"])
    stood = routing.BrokenDown("anna", d.at("09:35"), d.place(15), d.at("11:00"))
    (only,) = ways_out(problem, plan, stood, now="09:35")
    assert only.plan.stop_of("liv").starts == d.at("11:05")


def test_whoever_nobody_opens_to_drives_on_at_once() -> None:
    problem = d.day(
        [d.shift("anna")],
        [d.visit("eva", 10, d.window("09:00", "09:30"), lasts=60), d.visit("liv", 20)],
    )
    plan = d.planned(problem, anna=["eva", "liv"])
    (only,) = ways_out(problem, plan, routing.Absent("eva"), now="09:20")
    assert who(only) == {"anna": ["liv"]}
    assert only.plan.stop_of("liv").starts == d.at("09:30")
    assert not only.problem.has_visit("eva")


def test_whoever_only_waits_for_a_window_is_sent_on_from_where_she_waits() -> None:
    waits = [
        d.visit("eva", 10, d.window("08:30", "09:00")),
        d.visit("liv", 20, d.window("14:00", "15:00")),
    ]
    problem = d.day([d.shift("anna")], waits, ground=(d.place(25),))
    plan = d.planned(problem, anna=["eva", "liv"])
    new = routing.Added(d.visit("noor", 25, d.window("12:45", "13:10")))
    best = ways_out(problem, plan, new, now="12:30")[0]
    assert who(best) == {"anna": ["noor", "liv"]}
    assert best.plan.stop_of("noor").drive == d.minutes(5), "she drives from where she waits"
    assert (best.plan.unplanned, best.broken) == ((), ())


def test_a_visit_under_way_is_finished_by_whoever_is_there() -> None:
    problem = d.day(
        [d.shift("anna"), d.shift("noor")],
        [d.visit("eva", 10, d.window("09:00", "09:30")), d.visit("liv", 20), d.visit("mia", -10)],
    )
    plan = d.planned(problem, anna=["eva", "liv"], noor=["mia"])
    for each in ways_out(problem, plan, routing.Sick("anna", d.at("09:10")), now="09:10"):
        assert not each.problem.has_visit("eva")
        assert who(each).get("anna") is None


def test_the_same_steps_give_the_same_ways_out() -> None:
    problem = d.day(
        [d.shift("anna"), d.shift("noor"), d.shift("mina")],
        [d.visit(f"v{n}", 3 * n - 15, d.window("10:00", "14:00")) for n in range(10)],
    )
    plan = d.by_insertion(problem)
    ill = routing.Sick(plan.routes[0].shift, d.at("08:00"))
    once, again = (ways_out(problem, plan, ill, now="08:00") for _ in range(2))
    assert [each.words for each in once] == [each.words for each in again]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda: routing.Delayed("anna", timedelta(0)), "late by"),
        (lambda: routing.Sick("anna", d.at("09:00").replace(tzinfo=None)), "time zone"),
        (
            lambda: routing.BrokenDown("anna", d.at("09:00"), None, d.at("08:00")),
            "before it stood still",
        ),
    ],
)
def test_an_event_that_cannot_be_is_refused(wrong: object, words: str) -> None:
    with pytest.raises(routing.BadProblem, match=words):
        wrong()


def test_an_event_about_somebody_unknown_is_refused() -> None:
    problem = d.day([d.shift("anna")], [d.visit("eva", 10)])
    plan = d.planned(problem, anna=["eva"])
    with pytest.raises(routing.BadProblem, match="no shift berit"):
        ways_out(problem, plan, routing.Sick("berit", d.at("09:00")), now="09:00")
    with pytest.raises(routing.BadProblem, match="no visit liv"):
        ways_out(problem, plan, routing.Cancelled("liv"), now="09:00")
