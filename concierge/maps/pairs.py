"""Drive times already asked for, pair by pair, in bounded memory."""

from collections import OrderedDict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

import routing

UNKNOWN = -2
"""Not asked yet. `osrm.NO_ROAD` (-1) is an answer, and kept like any other."""


class Pairs:
    """What is known between at most `capacity` places; those unused longest make room.

    A place holds one row and one column of two square matrices, so looking up a whole day is one
    indexing operation and not one dictionary look-up for each of its pairs.

    Units: seconds and metres, 4 bytes each: 2,000 places take 32 MB, once that many are known.
    """

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self._rows: OrderedDict[routing.Place, int] = OrderedDict()
        self._seconds = np.full((0, 0), UNKNOWN, np.int32)
        self._metres = np.full((0, 0), UNKNOWN, np.int32)

    def __len__(self) -> int:
        return len(self._rows)

    def known(
        self, places: Sequence[routing.Place]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Seconds and metres between these places, `UNKNOWN` where nobody asked; a copy."""
        count = len(places)
        seconds = np.full((count, count), UNKNOWN, np.int64)
        metres = seconds.copy()
        here = [index for index, place in enumerate(places) if place in self._rows]
        rows = [self._rows[places[index]] for index in here]
        for index in here:
            self._rows.move_to_end(places[index])
        seconds[np.ix_(here, here)] = self._seconds[np.ix_(rows, rows)]
        metres[np.ix_(here, here)] = self._metres[np.ix_(rows, rows)]
        np.fill_diagonal(seconds, 0)
        np.fill_diagonal(metres, 0)
        return seconds, metres

    def keep(
        self,
        places: Sequence[routing.Place],
        seconds: NDArray[np.int64],
        metres: NDArray[np.int64],
    ) -> None:
        """Remember a whole square; more places than the capacity are not kept at all."""
        if len(places) > self.capacity:
            return
        rows = [self._row(place, spare=set(places)) for place in places]
        self._seconds[np.ix_(rows, rows)] = seconds
        self._metres[np.ix_(rows, rows)] = metres

    def around(
        self, place: routing.Place, places: Sequence[routing.Place]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Seconds from each of these places to one, and back, `UNKNOWN` where nobody asked."""
        to_s, from_s = np.full((2, len(places)), UNKNOWN, np.int64)
        row = self._rows.get(place)
        if row is not None:
            self._rows.move_to_end(place)
            rows = np.array([self._rows.get(each, -1) for each in places], np.intp)
            here = rows >= 0
            to_s[here], from_s[here] = (
                self._seconds[rows[here], row],
                self._seconds[row, rows[here]],
            )
        at = [index for index, each in enumerate(places) if each == place]
        to_s[at] = from_s[at] = 0
        return to_s, from_s

    def keep_around(
        self,
        place: routing.Place,
        places: Sequence[routing.Place],
        there: tuple[NDArray[np.int64], NDArray[np.int64]],
        back: tuple[NDArray[np.int64], NDArray[np.int64]],
    ) -> None:
        """Remember the drives to one place, and back, from those places that are remembered.

        Units: seconds and metres, in the order of `places`.
        """
        spare = set(places)
        if len(self._rows) == self.capacity and spare.issuperset(self._rows):
            return
        row = self._row(place, spare=spare)
        rows = np.array([self._rows.get(each, -1) for each in places], np.intp)
        here = rows >= 0
        for known, to, back_again in zip((self._seconds, self._metres), there, back, strict=True):
            known[rows[here], row], known[row, rows[here]] = to[here], back_again[here]

    def _row(self, place: routing.Place, *, spare: set[routing.Place]) -> int:
        row = self._rows.get(place)
        if row is None:
            row = self._free_row(spare)
            self._rows[place] = row
        self._rows.move_to_end(place)
        return row

    def _free_row(self, spare: set[routing.Place]) -> int:
        if len(self._rows) < self.capacity:
            row = len(self._rows)
            if row == len(self._seconds):
                self._grow(min(self.capacity, max(64, 2 * row)))
            return row
        oldest = next(place for place in self._rows if place not in spare)
        row = self._rows.pop(oldest)
        for matrix in (self._seconds, self._metres):
            matrix[row, :] = UNKNOWN
            matrix[:, row] = UNKNOWN
        return row

    def _grow(self, size: int) -> None:
        old = len(self._seconds)
        for name in ("_seconds", "_metres"):
            matrix = np.full((size, size), UNKNOWN, np.int32)
            matrix[:old, :old] = getattr(self, name)
            setattr(self, name, matrix)
