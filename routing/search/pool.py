"""Good routes met on the way, from which OR-Tools may later choose another combination."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .routes import Routes

MOST_KEPT = 6_000
"""How many routes are kept; of more, those met last."""


@dataclass(frozen=True, slots=True)
class Met:
    """A route that was driven in some plan of the search: who, which visits in turn, at what cost.

    Units: `cost` as in `Weights`, everything that this route adds to the plan's.
    """

    shift: str
    order: tuple[str, ...]
    cost: int


class Pool:
    """Routes by shift and order, each once; a shift or a visit is its index."""

    def __init__(self) -> None:
        self.costs: dict[tuple[int, bytes], int] = {}
        self._seen: NDArray[np.int64] | None = None

    def add(self, routes: Routes) -> None:
        """Keep the routes of a plan that differ from those of the plan before."""
        if self._seen is None:
            self._seen = np.full_like(routes.version, -1)
        for shift in np.flatnonzero((routes.version != self._seen) & (routes.stops > 0)):
            order = routes.tour[shift, : routes.stops[shift]].tobytes()
            self.costs.pop((int(shift), order), None)
            self.costs[int(shift), order] = int(routes.cost[shift])
        self._seen[:] = routes.version
        while len(self.costs) > MOST_KEPT:
            del self.costs[next(iter(self.costs))]

    def met(self, shifts: Sequence[str], visits: Sequence[str]) -> tuple[Met, ...]:
        """The routes kept, by the ids of their shifts and visits."""
        met: list[Met] = []
        for (shift, tour), cost in self.costs.items():
            order: list[int] = np.frombuffer(tour, dtype=np.int32).tolist()
            met.append(Met(shifts[shift], tuple(visits[each] for each in order), cost))
        return tuple(met)
