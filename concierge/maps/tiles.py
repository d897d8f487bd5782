"""Vector tiles of a city's streets, in one PMTiles file that a static file server can serve.

One layer, `roads`, zoom 6 to 15 (a map draws closer zooms from 15):

| property | is |
|---|---|
| `class` | 1 motorway and trunk · 2 primary · 3 secondary · 4 tertiary · 5 residential · 6 pedestrian · 7 service · 8 cycleway · 9 footway, path, steps, track |
| `kind` | OpenStreetMap's `highway` value |
| `name` | the street's name, if it has one |
| `bridge`, `tunnel` | 1, or absent |
"""  # noqa: E501 - a table

import os
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec

from .city import ATTRIBUTION
from .errors import NotBuilt
from .programs import run
from .ways import Way

CLASSES = {
    "motorway": 1, "motorway_link": 1, "trunk": 1, "trunk_link": 1,
    "primary": 2, "primary_link": 2, "secondary": 3, "secondary_link": 3,
    "tertiary": 4, "tertiary_link": 4,
    "residential": 5, "unclassified": 5, "living_street": 5, "road": 5,
    "pedestrian": 6, "service": 7, "cycleway": 8, "bridleway": 9,
    "footway": 9, "path": 9, "steps": 9, "track": 9,
}  # fmt: skip
FIRST_ZOOM = {1: 6, 2: 8, 3: 9, 4: 10, 5: 12, 6: 12, 7: 13, 8: 13, 9: 14}
"""From which zoom each class is drawn: a far view of every footpath is grey soup."""

_MAGIC = b"PMTiles"


class RoadLines:
    """The streets to draw, written down one by one as GeoJSON; used as a context."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")
        self._encode = msgspec.json.Encoder().encode

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def add(self, way: Way) -> bool:
        """Draw this way; False if it is of no kind that a map shows."""
        drawn_as = CLASSES.get(way.kind)
        if drawn_as is None or len(way.points) < 2:
            return False
        properties: dict[str, Any] = {"class": drawn_as, "kind": way.kind}
        if way.name:
            properties["name"] = way.name
        properties |= {word: 1 for word in ("bridge", "tunnel") if getattr(way, word)}
        feature = {
            "type": "Feature",
            "tippecanoe": {"minzoom": FIRST_ZOOM[drawn_as]},
            "properties": properties,
            "geometry": {"type": "LineString", "coordinates": way.points},
        }
        self._file.write(self._encode(feature) + b"\n")
        return True


def build_tiles(lines: Path, tiles: Path, *, name: str) -> None:
    """Cut the streets in `lines` into tiles.

    Raises:
        NotBuilt: the program failed, or wrote no tiles.
    """
    command = [sys.executable, "-m", "cubao_tippecanoe", "tippecanoe", "--quiet", "--force"]
    command += ["--read-parallel", "--minimum-zoom=6", "--maximum-zoom=15"]
    command += ["--drop-densest-as-needed", f"--name={name}", f"--attribution={ATTRIBUTION}"]
    command += [f"--temporary-directory={tiles.parent}", f"--output={tiles}"]
    command += [f"--named-layer=roads:{lines}"]
    threads = str(os.cpu_count() or 1)
    run("Map tiles", command, cwd=tiles.parent, env={"TIPPECANOE_MAX_THREADS": threads})
    with tiles.open("rb") as written:
        if written.read(len(_MAGIC)) != _MAGIC:
            raise NotBuilt("The map tiles came out as something else.")
