"""Instances of our own in the manner of Solomon's six classes, for machines without the files.

Customers are spread evenly (r), in clusters (c), or half and half (rc); short horizons and small
cars make many routes (1), long horizons and large cars few (2).

Source: M. Solomon, "Algorithms for the Vehicle Routing and Scheduling Problems with Time Window
Constraints", Operations Research 35 (1987), section 4, for the manner; the numbers are ours.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from .instances import Instance, text_problem

KINDS = ("rc1", "r1", "c1", "r2", "rc2", "c2")


@dataclass(frozen=True, slots=True)
class _Manner:
    """What a class of instances has in common. Units: the instance's own."""

    horizon: float
    capacity: int
    service: float
    half_width: float


_MANNERS = {
    "r1": _Manner(horizon=230, capacity=200, service=10, half_width=20),
    "rc1": _Manner(horizon=240, capacity=200, service=10, half_width=20),
    "c1": _Manner(horizon=1236, capacity=200, service=90, half_width=40),
    "r2": _Manner(horizon=1000, capacity=1000, service=10, half_width=60),
    "rc2": _Manner(horizon=960, capacity=1000, service=10, half_width=60),
    "c2": _Manner(horizon=3390, capacity=700, service=90, half_width=80),
}


def invented(kind: str, customers: int, *, seed: int) -> Instance:
    """An instance of one of `KINDS`, the same for everyone who names its seed.

    As many cars as a quarter of the customers; every customer can be served by some car alone.
    """
    dice = np.random.default_rng((seed, customers, KINDS.index(kind)))
    manner = _MANNERS[kind]
    side = 100 * (customers / 100) ** 0.5
    in_cluster = {"r": 0, "c": customers, "rc": customers // 2}[kind[:-1]]
    clusters = max(1, customers // 10)
    member = np.sort(dice.integers(0, clusters, in_cluster))
    around = dice.uniform(0.1 * side, 0.9 * side, (clusters, 2))[member]
    near = around + dice.normal(0, 0.03 * side, (in_cluster, 2))
    spread = dice.uniform(0, side, (customers - in_cluster, 2))
    points = np.rint(np.vstack([[side / 2, side / 2], near, spread]).clip(0, side))
    horizon = manner.horizon + (side - 100)
    table = np.zeros((customers + 1, 7))
    table[:, 0] = np.arange(customers + 1)
    table[:, 1:3] = points
    table[1:, 3] = dice.choice((10, 10, 20, 30, 40), customers)
    table[1:, 6] = manner.service
    away = np.hypot(*(points - points[0]).T)[1:]
    soonest, latest = np.ceil(away), np.floor(horizon - away - manner.service)
    middle = soonest + dice.random(customers) * (latest - soonest)
    middle[:in_cluster] = _as_driven(points[: in_cluster + 1], member, manner)
    half = np.where(dice.random(customers) < 0.75, manner.half_width, horizon)
    half *= dice.uniform(0.5, 1.5, customers)
    table[0, 5] = horizon
    table[1:, 4] = np.rint(np.clip(middle - half, 0, latest))
    table[1:, 5] = np.rint(np.clip(middle + half, soonest, latest))
    name = f"{kind}-{customers}-{seed}"
    return Instance(name, text_problem(table, max(1, customers // 4), manner.capacity))


def _as_driven(
    points: NDArray[np.float64], member: NDArray[np.int64], manner: _Manner
) -> NDArray[np.float64]:
    """When each clustered customer would be served, its cluster being driven in one go.

    Source: Solomon (1987): windows of the c classes lie about the arrivals of a good tour.
    """
    served = np.zeros(len(member))
    for cluster in set(member.tolist()):
        left = (np.flatnonzero(member == cluster) + 1).tolist()
        tour = [0]
        while left:
            tour.append(min(left, key=lambda to: _apart(points, tour[-1], to)))
            left.remove(tour[-1])
        clock = 0.0
        for here, there in pairwise(tour):
            clock += _apart(points, here, there)
            served[there - 1] = clock
            clock += manner.service
    return served


def _apart(points: NDArray[np.float64], here: int, there: int) -> float:
    return float(np.hypot(*(points[here] - points[there])))
