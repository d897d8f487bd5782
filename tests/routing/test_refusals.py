"""A day that contradicts itself is refused at the door, and the sentence names the field."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

import routing

from . import days as d

NAIVE = datetime(2025, 11, 24, 10)  # noqa: DTZ001 - the moment that must be refused
STOCKHOLM = ZoneInfo("Europe/Stockholm")


def visit(id_: str = "eva", **more: object) -> routing.Visit:
    return d.visit(id_, 10, **more)


def locked(id_: str, **more: object) -> routing.Visit:
    return visit(id_, lock=routing.Lock("anna", **more))


def day(*visits: routing.Visit) -> routing.Problem:
    return d.day([d.shift("anna"), d.shift("berit")], list(visits))


def seen(**more: object) -> routing.Retimed:
    problem = day(visit())
    (route,) = d.planned(problem, anna=["eva"]).routes
    return routing.retime(problem, route, **{"now": d.at("09:30"), **more})


REFUSALS: dict[str, Callable[[], object]] = {
    "Shift anna has overtime -1 day": lambda: d.shift("anna", overtime=d.minutes(-10)),
    "Shift anna finds .* of work fair": lambda: d.shift("anna", fair=d.minutes(-1)),
    "Weight overtime is negative": lambda: routing.Weights(overtime=-1),
    "Weight unfair is negative": lambda: routing.Weights(unfair=-1),
    "Visit eva has price -1 with shift anna": lambda: visit(prices=(("anna", -1),)),
    "prices of visit eva name a shift twice": lambda: visit(prices=(("anna", 1), ("anna", 2))),
    "lock's not_before needs a time zone": lambda: routing.Lock("anna", not_before=NAIVE),
    "lock's starts needs a time zone": lambda: routing.Lock("anna", starts=NAIVE),
    "not a whole second": lambda: routing.Lock(
        "anna", starts=d.at("10:00").replace(microsecond=1)
    ),
    "precedes its not_before": lambda: routing.Lock("anna", d.at("10:00"), d.at("09:00")),
    "cannot come after liv": lambda: routing.Lock("anna", after="liv", under_way=True),
    "visit eva has it come after itself": lambda: locked("eva", after="eva"),
    "Visit eva is locked after unknown liv": lambda: day(locked("eva", after="liv")),
    "locks of visits eva, liv wait for each other: after": lambda: day(
        locked("eva", after="liv"), locked("liv", after="eva")
    ),
    "Two visits are under way with shift anna": lambda: day(
        locked("eva", under_way=True), locked("liv", under_way=True)
    ),
    "by_hour has 23 hours, not 24": lambda: routing.Speeds((100,) * 23, UTC),
    "Visit eva's lasts is 30, not timedelta": lambda: replace(visit(), lasts=30),
    "Visit eva's lock is 'anna', not Lock or None": lambda: visit(lock="anna"),
    "Visit eva's skills is 'french', not frozenset.str.": lambda: visit(skills="french"),
    "Visit eva's forbidden is 'anna', not frozenset": lambda: visit(forbidden="anna"),
    "Shift anna's starts needs a time zone": lambda: replace(d.shift("anna"), starts=NAIVE),
    "Shift anna's capacity is 1.5, not int": lambda: d.shift("anna", capacity=1.5),
    "A delayed's by is datetime.*, not timedelta": lambda: routing.Delayed("anna", d.at("13:00")),
    "A sick's since needs a time zone": lambda: routing.Sick("anna", NAIVE),
    "A window's opens is '10:00', not datetime": lambda: routing.Window("10:00", "11:00"),
    "seconds is ..0.., not an array of whole": lambda: routing.TravelTimes((d.place(0),), [[0]]),
    "seconds is an array of fractions": lambda: routing.TravelTimes(
        (d.place(0),), np.array([[0.5]])
    ),
    "is not longitude, latitude": lambda: routing.Place(57.7, 111.9),
    "A problem's shifts is .., not tuple.Shift, ...": lambda: replace(day(), shifts=[]),
    "now needs a time zone": lambda: seen(now=NAIVE),
    "There is no visit nobody": lambda: seen(done={"nobody": d.at("09:00")}),
    "done of visit eva is .* 10:00.*, after now": lambda: seen(done={"eva": d.at("10:00")}),
    "begun of visit eva needs a time zone": lambda: seen(begun={"eva": NAIVE}),
    "by_hour at 08:00 is 4, not a whole number": lambda: routing.Speeds(
        (*(100,) * 8, 4, *(100,) * 15), STOCKHOLM
    ),
}


@pytest.mark.parametrize("words", REFUSALS)
def test_nonsense_is_refused_with_its_field(words: str) -> None:
    with pytest.raises(routing.BadProblem, match=words):
        REFUSALS[words]()


def test_a_plan_with_a_moment_without_a_zone_is_refused() -> None:
    (route,) = d.planned(day(visit()), anna=["eva"]).routes
    with pytest.raises(routing.BadPlan, match="A route's leaves needs a time zone"):
        replace(route, leaves=NAIVE)
    with pytest.raises(routing.BadPlan, match="A stop's starts needs a time zone"):
        replace(route.stops[0], starts=NAIVE)


def test_who_was_to_come_after_a_cancelled_visit_waits_for_nobody() -> None:
    problem = day(visit("eva"), locked("liv", after="eva")).without_visit("eva")
    assert problem.visit("liv").lock == routing.Lock("anna")


def test_a_long_chain_of_locks_is_no_circle() -> None:
    chain = [locked(f"v{n}", after=f"v{n - 1}") for n in range(1, 9)]
    assert day(visit("v0"), *reversed(chain)).has_visit("v8")
