"""What clients are told about her coming is as true as it says, on days lived independently."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

import routing

from . import days as d

NOISE = routing.Noise()
VISITS = 10_000


@dataclass
class Lived:
    """How one route really went, hour by hour; written without looking at `routing.arrivals`."""

    came: dict[str, datetime] = field(default_factory=dict)
    rang: dict[str, datetime] = field(default_factory=dict)
    over: dict[str, datetime] = field(default_factory=dict)


def live(problem: routing.Problem, route: routing.Route, dice: random.Random) -> Lived:
    """One day as it may go: traffic for the day, luck for each drive, time for each client."""
    lived = Lived()
    traffic = dice.lognormvariate(0, NOISE.traffic)
    here = route.leaves
    for index, stop in enumerate(route.stops):
        drive = stop.drive * traffic * dice.lognormvariate(0, NOISE.drive)
        there = None
        for taken in route.breaks:
            if taken.before != index or taken.ends <= route.leaves:
                continue
            if there is None and here + drive <= taken.starts:
                there = here + drive
            drive -= max(timedelta(0), taken.starts - here)
            drive = max(drive, timedelta(0))
            here = max(here, taken.starts) + (taken.ends - taken.starts)
        here += drive
        lived.came[stop.visit] = here if there is None else there
        lived.rang[stop.visit] = max(here, stop.window.opens)
        lasts = problem.visit(stop.visit).lasts * dice.lognormvariate(0, NOISE.service)
        here = lived.over[stop.visit] = lived.rang[stop.visit] + lasts
    return lived


@dataclass(frozen=True)
class Told:
    """What was said of one visit to come, and what became of it."""

    said: routing.Arrival
    window: routing.Window
    came: datetime
    rang: datetime


def town() -> tuple[routing.Problem, routing.Plan]:
    shifts = [d.shift(f"s{n}", breaks=(d.rest("11:00", "12:30"),)) for n in range(8)]
    visits = [
        d.visit(
            f"v{n}",
            n * 17 % 41 - 20,
            d.window(f"{8 + n * 5 % 7:02}:00", f"{8 + n * 5 % 7:02}:45"),
            lasts=20 + n % 3 * 10,
        )
        for n in range(56)
    ]
    problem = d.day(shifts, visits)
    return problem, d.by_insertion(problem)


def told(visits: int) -> Iterator[Told]:
    """Days are lived and looked at from any moment, until so many visits were spoken of."""
    problem, plan = town()
    dice = random.Random(20_251_124)  # noqa: S311 - luck, no secret
    count = 0
    while True:
        for route in plan.routes:
            lived = live(problem, route, dice)
            now = route.leaves + dice.uniform(-0.1, 1.1) * (route.returns - route.leaves)
            done = {visit: at for visit, at in lived.over.items() if at <= now}
            begun = {visit: at for visit, at in lived.rang.items() if at <= now}
            said = routing.arrivals(
                problem, route, now=now, done=done, begun=begun, draws=500, seed=count
            )
            for each in said:
                stop = plan.stop_of(each.visit)
                came, rang = lived.came[each.visit], lived.rang[each.visit]
                yield Told(each, stop.window, max(came, now), rang)
                count += 1
                if count == visits:
                    return


@pytest.fixture(scope="module")
def spoken() -> list[Told]:
    return list(told(VISITS))


def inside(span: routing.Span, moment: datetime) -> bool:
    return span.earliest <= moment <= span.latest


def test_eight_arrivals_in_ten_fall_into_the_span_that_was_told(spoken: list[Told]) -> None:
    kept = sum(inside(each.said.arrives, each.came) for each in spoken)
    assert 0.77 <= kept / VISITS <= 0.83
    before = sum(each.came < each.said.arrives.earliest for each in spoken)
    after = sum(each.came > each.said.arrives.latest for each in spoken)
    assert 0.07 <= before / VISITS <= 0.13
    assert 0.07 <= after / VISITS <= 0.13


def test_the_ring_is_never_early_and_comes_when_told(spoken: list[Told]) -> None:
    assert all(each.said.starts.earliest >= each.window.opens for each in spoken)
    early = sum(each.rang < each.window.opens for each in spoken)
    assert early / VISITS <= 0.01
    assert sum(inside(each.said.starts, each.rang) for each in spoken) / VISITS >= 0.77
    late = sum(each.rang > each.said.starts.latest for each in spoken)
    assert 0.07 <= late / VISITS <= 0.13


@pytest.mark.parametrize(("low", "high"), [(0, 0.1), (0.1, 0.4), (0.4, 0.8), (0.8, 1)])
def test_the_risk_of_lateness_is_how_often_she_is_late(
    spoken: list[Told], low: float, high: float
) -> None:
    some = [each for each in spoken if low <= each.said.late <= high]
    assert len(some) > 100
    late = sum(each.rang > each.window.closes for each in some) / len(some)
    assert late == pytest.approx(sum(each.said.late for each in some) / len(some), abs=0.05)


PROBLEM = d.day(
    [d.shift("anna", breaks=(d.rest("11:00", "12:00"),))],
    [
        d.visit("eva", 20, d.window("09:00", "09:30")),
        d.visit("liv", 40, d.window("10:00", "10:30")),
    ],
)
(ROUTE,) = d.planned(PROBLEM, anna=["eva", "liv"]).routes


def asked(clock: str, **more: object) -> dict[str, routing.Arrival]:
    return {each.visit: each for each in routing.arrivals(PROBLEM, ROUTE, now=d.at(clock), **more)}


def test_without_noise_the_ranges_are_the_plan() -> None:
    still = routing.Noise(drive=0, traffic=0, service=0)
    eva, liv = asked("08:00", noise=still).values()
    assert (eva.starts, eva.late) == (routing.Span(d.at("09:00"), d.at("09:00")), 0)
    assert (liv.starts, liv.late) == (routing.Span(d.at("10:00"), d.at("10:00")), 0)
    assert asked("10:40", noise=still)["eva"].starts == routing.Span(d.at("10:40"), d.at("10:40"))


def test_a_visit_that_has_begun_is_no_longer_coming() -> None:
    assert list(asked("09:10", begun={"eva": d.at("09:00")})) == ["liv"]
    over = {"eva": d.at("09:30"), "liv": d.at("10:40")}
    assert asked("10:45", done=over) == {}


def test_a_visit_that_lasts_makes_the_next_one_later_and_riskier() -> None:
    soon, long, longer = (
        asked(clock, begun={"eva": d.at("09:00")})["liv"] for clock in ("09:05", "09:50", "10:10")
    )
    assert soon.late < long.late < longer.late
    assert soon.starts.latest < long.starts.latest < longer.starts.latest
    assert longer.arrives.earliest > d.at("10:10"), "she has yet to say goodbye and to drive"


def test_however_overdue_she_is_she_comes_after_now() -> None:
    for clock in ("09:30", "11:30", "20:00"):
        eva = asked(clock)["eva"]
        assert d.at(clock) <= eva.starts.earliest <= eva.starts.latest < d.at("23:00")


def test_a_visit_overdue_beyond_any_traffic_does_not_slow_the_rest_of_the_day() -> None:
    """She was there hours before the window opened: no road explains that nothing has begun."""
    problem = d.day(
        [d.shift("anna")],
        [
            d.visit("eva", 10, d.window("10:00", "10:10")),
            d.visit("liv", 18, d.window("13:00", "15:00")),
            *(d.visit(f"v{n}", 20, d.window("14:20", f"14:{25 + 10 * n}")) for n in range(3)),
        ],
    )
    (route,) = d.planned(problem, anna=["eva", "liv", "v0"]).routes
    over = {"eva": d.at("10:30")}

    def late(clock: str, **more: object) -> float:
        return routing.arrivals(problem, route, now=d.at(clock), done=over, **more)[-1].late

    assert late("12:55") == 0
    assert late("13:02") < 0.01, "two minutes after the window opened"
    begun = late("13:20", begun={"liv": d.at("13:20")})
    assert abs(late("13:20") - begun) < 0.02, "as if she rang now"


def test_a_slow_morning_makes_the_afternoon_slow() -> None:
    visits = [d.visit(f"v{n}", 20 * n, lasts=10) for n in range(1, 6)]
    problem = d.day([d.shift("anna", "06:00", "22:00")], visits)
    (route,) = d.planned(problem, anna=[each.id for each in visits]).routes

    def last_one(minutes_a_drive: float) -> routing.Span:
        begun = {}
        at = route.leaves
        for visit in visits[:3]:
            begun[visit.id] = at + d.minutes(minutes_a_drive)
            at = begun[visit.id] + d.minutes(10)
        done = {visit: start + d.minutes(10) for visit, start in begun.items()}
        return routing.arrivals(problem, route, now=at, done=done, begun=begun)[-1].arrives

    later_by = 3 * d.minutes(24 - 16)
    assert last_one(24).latest - last_one(16).latest > later_by + d.minutes(2)


def test_the_same_question_has_the_same_answer() -> None:
    assert asked("09:00") == asked("09:00")
    assert asked("09:00") != asked("09:00", seed=1)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda: routing.Noise(drive=-0.1), "Noise drive is -0.1"),
        (lambda: asked("09:00", share=1.0), "A share of 1.0"),
        (lambda: asked("09:00", draws=0), "0 imagined days"),
    ],
)
def test_nonsense_is_refused(wrong: Callable[[], object], words: str) -> None:
    with pytest.raises(routing.BadProblem, match=words):
        wrong()
