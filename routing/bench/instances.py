"""The research community's text instances, in Solomon's and Homberger's format, as problems."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from routing.errors import BadProblem
from routing.place import Place
from routing.problem import Hub, Problem, Shift, Visit, Weights, Window
from routing.travel import TravelTimes

MIDNIGHT = datetime(2026, 1, 1, tzinfo=UTC)
MUST = 10_000_000
"""What leaving out a customer costs: nobody leaves one out on purpose."""


@dataclass(frozen=True, slots=True)
class Instance:
    """A text instance as a problem whose cost is its distance times ten."""

    name: str
    problem: Problem
    best_known: int | None = None
    """Units: tenths of a distance unit."""


def read_instances(folder: Path) -> list[Instance]:
    """Every instance in Solomon's and Homberger's format, with what `BKS.csv` beside it knows.

    Raises:
        BadProblem: there is none, or a file is not in that format.
    """
    best = _best_known(folder / "BKS.csv")
    paths = sorted(folder.glob("*.txt"), key=lambda path: path.name.lower())
    if not paths:
        raise BadProblem(f"{folder} holds no instance (*.txt).")
    return [_read(path, best.get(path.stem.lower())) for path in paths]


def text_problem(table: NDArray[np.float64], cars: int, capacity: int) -> Problem:
    """The problem that a text instance's table describes; a second is a tenth of its unit.

    Shapes: `table` is `(n, 7)`, the depot first; columns are number, east, north, demand, ready
    time, due date, service time.
    Source: the 12th DIMACS challenge's convention, Euclidean arcs cut to one decimal.
    """
    points = table[:, 1:3]
    apart = np.hypot(*(points[:, None] - points).T)
    tenths = np.floor(10 * apart + 1e-9).astype(np.int64)
    where = [Place(index / len(table), 0) for index in range(len(table))]
    opens, closes = _moment(table[0, 4]), _moment(table[0, 5])
    return Problem(
        hub=Hub("depot", where[0]),
        shifts=tuple(Shift(f"k{car}", opens, closes, capacity) for car in range(cars)),
        visits=tuple(
            Visit(
                id=f"c{int(row[0])}",
                place=place,
                windows=(Window(_moment(row[4]), _moment(row[5])),),
                lasts=timedelta(seconds=10 * row[6]),
                load=int(row[3]),
            )
            for place, row in zip(where[1:], table[1:], strict=True)
        ),
        travel=TravelTimes(tuple(where), tenths),
        weights=Weights(unplanned=MUST, shift=0),
    )


def _read(path: Path, best_known: int | None) -> Instance:
    try:
        rows = [line.split() for line in path.read_text(encoding="utf-8").splitlines()]
        numbers = [[float(word) for word in row] for row in rows if row and _is_number(row[0])]
        (cars, capacity), *places = numbers
        table = np.array(places)
        if table.ndim != 2 or table.shape[1] != 7:
            raise ValueError("its places do not have seven numbers each")  # noqa: TRY301 - one sentence for both
    except ValueError as wrong:
        raise BadProblem(f"{path} is not in Solomon's format: {wrong}.") from wrong
    return Instance(path.stem, text_problem(table, int(cars), int(capacity)), best_known)


def _is_number(word: str) -> bool:
    return word.replace(".", "", 1).isdigit()


def _moment(ready: float) -> datetime:
    """A second stands for a tenth of the instance's unit."""
    return MIDNIGHT + timedelta(seconds=10 * ready)


def _best_known(path: Path) -> dict[str, int]:
    """Best known distances times ten, by instance; columns as in the file's heading."""
    if not path.exists():
        return {}
    heading, *lines = (line.split(",") for line in path.read_text(encoding="utf-8").split())
    try:
        name, distance = heading.index("instance"), heading.index("best_known_distance_x10")
        return {line[name].lower(): int(line[distance]) for line in lines}
    except (ValueError, IndexError) as wrong:
        raise BadProblem(f"{path}: {wrong}.") from wrong
