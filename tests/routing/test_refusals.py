"""A day that contradicts itself is refused at the door, and the sentence names the field."""

from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

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
    "by_hour at 08:00 is 4, not a whole number": lambda: routing.Speeds(
        (*(100,) * 8, 4, *(100,) * 15), STOCKHOLM
    ),
}


@pytest.mark.parametrize("words", REFUSALS)
def test_nonsense_is_refused_with_its_field(words: str) -> None:
    with pytest.raises(routing.BadProblem, match=words):
        REFUSALS[words]()


def test_who_was_to_come_after_a_cancelled_visit_waits_for_nobody() -> None:
    problem = day(visit("eva"), locked("liv", after="eva")).without_visit("eva")
    assert problem.visit("liv").lock == routing.Lock("anna")


def test_a_long_chain_of_locks_is_no_circle() -> None:
    chain = [locked(f"v{n}", after=f"v{n - 1}") for n in range(1, 9)]
    assert day(visit("v0"), *reversed(chain)).has_visit("v8")
