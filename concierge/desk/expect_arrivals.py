"""How sure we are of when she comes: a range for each visit to come, and the risk of lateness."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import msgspec

import routing

IMAGINED_DAYS = 300
"""Enough for ranges in steps of five minutes; the board imagines all its routes at each look."""
GRAIN = timedelta(minutes=5)
WORTH_SAYING = 0.10
"""Below this risk the window closes after the range: then the risk is nobody's news."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Between(msgspec.Struct, frozen=True):
    """She begins between these moments, four times in five; never before the window opens."""

    earliest: datetime
    latest: datetime


@dataclass(frozen=True, slots=True)
class Coming:
    """A visit to come: when it begins, and how likely that is too late.

    `late_percent` is in steps of five, and 0 where the risk is not worth saying.
    """

    between: Between
    late_percent: int


def expect_arrivals(
    problem: routing.Problem,
    route: routing.Route,
    *,
    now: datetime,
    done: Mapping[str, datetime],
    begun: Mapping[str, datetime],
) -> dict[str, Coming]:
    """Each visit of the route that has not begun, by visit, as seen now."""
    opens = {stop.visit: stop.window.opens for stop in route.stops}
    return {
        each.visit: Coming(_outward(each.starts, opens[each.visit]), _percent(each.late))
        for each in routing.arrivals(
            problem, route, now=now, done=done, begun=begun, draws=IMAGINED_DAYS
        )
    }


def _outward(span: routing.Span, opens: datetime) -> Between:
    """The range in full five minutes around this one, and never less than five minutes wide."""
    earliest = span.earliest - (span.earliest - EPOCH) % GRAIN
    latest = span.latest + (EPOCH - span.latest) % GRAIN
    earliest = max(earliest, opens)
    return Between(earliest, max(latest, earliest + GRAIN))


def _percent(late: float) -> int:
    return 5 * round(20 * late) if late >= WORTH_SAYING else 0
