"""Drives whose length depends on when they are driven; the arithmetic of `routing.roads`."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routing.roads import PARTS, QUARTER_S, Roads, Steady

from .compiled import hot


class Traffic(NamedTuple):
    """The speed of the roads in each quarter of an hour, as arrays.

    Shapes: q quarters of an hour, one if the roads are steady.
    """

    is_hourly: bool
    begins: int
    """Moment of the first quarter."""
    percent: NDArray[np.int64]
    """(q,) parts driven in a second."""
    covered: NDArray[np.int64]
    """(q,) parts driven from the first quarter to this one."""


def read_traffic(roads: Roads, origin_s: int) -> Traffic:
    """Roads as arrays, moments counted from `origin_s`."""
    if isinstance(roads, Steady):
        return Traffic(
            is_hourly=False,
            begins=0,
            percent=np.full(1, PARTS, dtype=np.int64),
            covered=np.zeros(1, dtype=np.int64),
        )
    return Traffic(
        is_hourly=True,
        begins=roads.begins_s - origin_s,
        percent=np.array(roads.percent, dtype=np.int64),
        covered=np.array(roads.covered, dtype=np.int64),
    )


@hot
def driven(traffic: Traffic, from_s: int, until_s: int) -> int:
    """Parts driven between two moments."""
    return covered_by(traffic, until_s) - covered_by(traffic, from_s)


@hot
def arrives(traffic: Traffic, leaves_s: int, parts: int) -> int:
    """The first moment at which a drive begun then is over."""
    goal, quarter = covered_by(traffic, leaves_s) + parts, quarter_of(traffic, leaves_s)
    while quarter + 1 < len(traffic.covered) and traffic.covered[quarter + 1] < goal:
        quarter += 1
    more_s = -((traffic.covered[quarter] - goal) // traffic.percent[quarter])
    return traffic.begins + quarter * QUARTER_S + more_s


@hot
def leaves(traffic: Traffic, arrives_s: int, parts: int) -> int:
    """The last moment at which a drive over by then begins."""
    goal, quarter = covered_by(traffic, arrives_s) - parts, quarter_of(traffic, arrives_s)
    while quarter > 0 and traffic.covered[quarter] > goal:
        quarter -= 1
    more_s = (goal - traffic.covered[quarter]) // traffic.percent[quarter]
    return traffic.begins + quarter * QUARTER_S + more_s


@hot
def about(traffic: Traffic, drive_s: int, at_s: int) -> int:
    """About how long a drive of the matrix takes then, the hour not turning meanwhile."""
    return drive_s * PARTS // traffic.percent[quarter_of(traffic, at_s)]


@hot
def quarter_of(traffic: Traffic, at_s: int) -> int:
    """The quarter of an hour; the first or the last one beyond them."""
    return min(max(0, (at_s - traffic.begins) // QUARTER_S), len(traffic.percent) - 1)


@hot
def covered_by(traffic: Traffic, at_s: int) -> int:
    """Parts driven from the first quarter until then."""
    quarter = quarter_of(traffic, at_s)
    more_s = at_s - traffic.begins - quarter * QUARTER_S
    return traffic.covered[quarter] + traffic.percent[quarter] * more_s
