"""Days to measure on: invented concierge days, and the research community's text instances."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from .errors import BadProblem
from .place import Place
from .problem import Break, Hub, Problem, Shift, Visit, Weights, Window
from .travel import TravelTimes, estimate

MIDNIGHT = datetime(2026, 1, 1, tzinfo=UTC)
SPEAKS = ("sv", "en", "fr", "ar", "tailoring", "jewels")


def concierge_day(shifts: int, visits: int, *, seed: int, extra: int = 0) -> Problem:
    """A city day: three kinds of shift with a break, skills, 90-minute windows, 30% known clients.

    Two visits in three live in one of six quarters, the others anywhere in 24 km. Each asks for
    at most two skills that at least two concierges have. `extra` places are in `travel` for
    visits still to come.
    """
    dice = np.random.default_rng((seed, shifts, visits))
    skilled = [_some(dice, int(dice.integers(3, 6))) for _ in range(shifts)]
    team = tuple(_shift(number, skills) for number, skills in enumerate(skilled))
    places = _places(dice, visits + extra)
    asked = tuple(_visit(dice, number, places[number], team) for number in range(visits))
    hub = Place(11.97, 57.70)
    return Problem(Hub("hub", hub), team, asked, estimate(tuple(dict.fromkeys([hub, *places]))))


def _shift(number: int, skills: frozenset[str]) -> Shift:
    starts = MIDNIGHT + timedelta(hours=(8, 9, 12)[number % 3])
    rest = Window(starts + timedelta(hours=3), starts + timedelta(hours=5))
    return Shift(
        id=f"s{number}",
        starts=starts,
        ends=starts + timedelta(hours=8),
        capacity=(40, 50, 60)[number % 3],
        skills=skills,
        breaks=(Break(rest, timedelta(minutes=30)),),
    )


def _places(dice: np.random.Generator, count: int) -> list[Place]:
    """Units: kilometres east and north of the hub, then degrees."""
    quarters = dice.uniform(-9, 9, (6, 2))
    near = quarters[dice.integers(0, 6, count)] + dice.normal(0, 1.5, (count, 2))
    anywhere = dice.uniform(-12, 12, (count, 2))
    east_north = np.where(dice.random((count, 1)) < 2 / 3, near, anywhere).clip(-12, 12)
    return [Place(11.97 + east / 59.5, 57.70 + north / 111.2) for east, north in east_north]


def _visit(dice: np.random.Generator, number: int, place: Place, team: tuple[Shift, ...]) -> Visit:
    wanted = int(dice.choice(3, p=(0.5, 0.4, 0.1)))
    skills = _some(dice, wanted)
    while sum(skills <= shift.skills for shift in team) < 2:
        skills = _some(dice, wanted)
    opens = MIDNIGHT + timedelta(minutes=30 * int(dice.integers(17, 36)))
    able = [shift.id for shift in team if skills <= shift.skills]
    known = {str(dice.choice(able))} if dice.random() < 0.3 else set[str]()
    return Visit(
        id=f"v{number}",
        place=place,
        windows=(Window(opens, opens + timedelta(minutes=90)),),
        lasts=timedelta(minutes=int(dice.choice((20, 30, 30, 30, 45)))),
        load=int(dice.integers(3, 9)),
        skills=skills,
        known_to=frozenset(known),
    )


def _some(dice: np.random.Generator, count: int) -> frozenset[str]:
    return frozenset(str(each) for each in dice.choice(SPEAKS, count, replace=False))


@dataclass(frozen=True, slots=True)
class Instance:
    """A text instance as a problem whose cost is its distance times ten."""

    name: str
    problem: Problem
    best_known: int | None
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


def _read(path: Path, best_known: int | None) -> Instance:
    """Source: the 12th DIMACS challenge's convention, Euclidean arcs cut to one decimal."""
    try:
        rows = [line.split() for line in path.read_text(encoding="utf-8").splitlines()]
        numbers = [[float(word) for word in row] for row in rows if row and _is_number(row[0])]
        (cars, capacity), *places = numbers
        table = np.array(places)
        if table.ndim != 2 or table.shape[1] != 7:
            raise ValueError("its places do not have seven numbers each")  # noqa: TRY301 - one sentence for both
    except ValueError as wrong:
        raise BadProblem(f"{path} is not in Solomon's format: {wrong}.") from wrong
    points = table[:, 1:3]
    apart = np.hypot(*(points[:, None] - points).T)
    tenths = np.floor(10 * apart + 1e-9).astype(np.int64)
    where = [Place(index / len(table), 0) for index in range(len(table))]
    opens, closes = _moment(table[0, 4]), _moment(table[0, 5])
    problem = Problem(
        hub=Hub("depot", where[0]),
        shifts=tuple(Shift(f"k{car}", opens, closes, int(capacity)) for car in range(int(cars))),
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
        weights=Weights(unplanned=10_000_000, shift=0),
    )
    return Instance(path.stem, problem, best_known)


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
