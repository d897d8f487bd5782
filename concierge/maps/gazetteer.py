"""A city's streets by name, so that an address can be found without asking anybody outside.

The network knows where streets run and what they are called, not where house numbers are.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec
import numpy as np

from .spine import Point, length_m, spine, to_metres
from .ways import Quarter, Way

NOBODY_LIVES_ON = frozenset(
    {"motorway", "motorway_link", "trunk", "trunk_link", "primary_link", "secondary_link",
     "tertiary_link", "platform", "construction", "proposed", "raceway", "corridor", "bus_stop",
     "rest_area", "services"}
)  # fmt: skip
SQUARE_WORDS = (
    "torg",
    "torget",
    "plats",
    "platsen",
    "square",
    "place",
    "platz",
    "plaza",
    "piazza",
)

SAME_STREET_M = 500.0
"""Pieces of one name about this far apart or closer are one street, else two of the same name."""
NEAR_M = 2_000.0
"""A street farther than this from any known quarter or square is near none."""
_SHORTEST_NAME = 3


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One street: `points` run along it, starting at the end nearer to the middle of town.

    `id` is the least OpenStreetMap id among its pieces, so it stays the same from build to build.
    `near` names the quarter or square it is near, to tell streets of one name apart.
    """

    id: int
    name: str
    other_names: list[str]
    near: str | None
    points: list[Point]
    length_m: int


class Gazetteer:
    """Collects named streets and quarters, then says what there is."""

    def __init__(self) -> None:
        self._pieces: dict[str, list[Way]] = defaultdict(list)
        self._quarters: list[Quarter] = []

    def add(self, drawn: Way | Quarter) -> None:
        """Take note of a street's piece, if somebody may live there, or of a quarter."""
        if isinstance(drawn, Quarter):
            self._quarters.append(drawn)
        elif (
            len(drawn.name) >= _SHORTEST_NAME
            and len(drawn.points) > 1
            and drawn.kind not in NOBODY_LIVES_ON
        ):
            self._pieces[drawn.name].append(drawn)

    def entries(self, center: Point) -> list[Entry]:
        """Every street, in order of name; `center` is the middle of town."""
        landmarks = self._landmarks(center)
        return [
            _entry(street, landmarks, center)
            for _, pieces in sorted(self._pieces.items())
            for street in _apart(pieces)
        ]

    def _landmarks(self, center: Point) -> "_Landmarks":
        """Quarters where the map has them; squares where it has not, as ours."""
        return _Landmarks(self._quarters or list(self._squares()), center)

    def _squares(self) -> Iterable[Quarter]:
        for name, pieces in self._pieces.items():
            words = name.casefold()
            if words.endswith(SQUARE_WORDS) or words.startswith(("place ", "piazza ", "plaza ")):
                longitude, latitude = pieces[0].points[0]
                yield Quarter(name, longitude, latitude)


class _Landmarks:
    """What a street can be said to be near."""

    def __init__(self, known: Sequence[Quarter], center: Point) -> None:
        self._names = [quarter.name for quarter in known]
        self._center = center
        self._at = to_metres(
            np.array([(each.longitude, each.latitude) for each in known]).reshape(-1, 2), center
        )

    def near(self, point: Point, *, but: str) -> str | None:
        """The nearest, if any is near; a street is not near itself."""
        if not self._names:
            return None
        away = np.hypot(*(self._at - to_metres(np.array([point]), self._center)).T)
        close = sorted(zip(away.tolist(), self._names, strict=True))[:2]
        return next((name for metres, name in close if metres <= NEAR_M and name != but), None)


def write_streets(entries: Sequence[Entry], path: Path) -> None:
    """Keep a gazetteer as JSON."""
    path.write_bytes(msgspec.json.encode(entries))


def read_streets(path: Path) -> list[Entry]:
    """A gazetteer kept as JSON.

    Raises:
        OSError: there is no such file.
    """
    return msgspec.json.decode(path.read_bytes(), type=list[Entry])


def _entry(pieces: Sequence[Way], landmarks: _Landmarks, center: Point) -> Entry:
    line = spine([piece.points for piece in pieces])
    ends = np.hypot(*to_metres(np.array([line[0], line[-1]]), center).T)
    if ends[1] < ends[0]:
        line.reverse()  # numbers begin at the end nearer to the middle of town
    name = pieces[0].name
    others = {other for piece in pieces for other in piece.other_names} - {name}
    return Entry(
        id=min(piece.id for piece in pieces),
        name=name,
        other_names=sorted(others),
        near=landmarks.near(line[len(line) // 2], but=name),
        points=line,
        length_m=round(length_m(line)),
    )


def _apart(pieces: Sequence[Way]) -> list[list[Way]]:
    """Pieces of one name, put together where they are close to each other."""
    origin = pieces[0].points[0]
    streets: list[tuple[set[tuple[int, int]], list[Way]]] = []
    for piece in pieces:
        metres = to_metres(np.array(piece.points), origin)
        cells = {(int(x), int(y)) for x, y in np.floor(metres / SAME_STREET_M)}
        around = {(x + dx, y + dy) for x, y in cells for dx in (-1, 0, 1) for dy in (-1, 0, 1)}
        members = [piece]
        others: list[tuple[set[tuple[int, int]], list[Way]]] = []
        for its_cells, its_pieces in streets:
            if around.isdisjoint(its_cells):
                others.append((its_cells, its_pieces))
            else:
                cells |= its_cells
                members = its_pieces + members
        streets = [*others, (cells, members)]
    return [members for _, members in streets]
