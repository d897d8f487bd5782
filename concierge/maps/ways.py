"""Streets as OpenStreetMap draws them, read from an `.osm.pbf`."""

import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import osmium
import osmium.filter
import osmium.io
import osmium.osm

from .errors import NotBuilt

DATED = "osmosis_replication_timestamp"
"""The header entry by which a file says when its data was true."""

OTHER_NAMES = ("alt_name", "short_name", "loc_name", "official_name")
SETTLEMENTS = frozenset(
    {"suburb", "quarter", "neighbourhood", "borough", "city_block", "village", "town", "hamlet"}
)


@dataclass(frozen=True, slots=True)
class Way:
    """A piece of street: `points` are `(longitude, latitude)`; `kind` is its `highway` tag."""

    id: int
    kind: str
    points: tuple[tuple[float, float], ...]
    name: str
    other_names: tuple[str, ...]
    bridge: bool
    tunnel: bool

    @property
    def closed(self) -> bool:
        """Whether it goes around something, as a square's outline does."""
        return len(self.points) > 3 and self.points[0] == self.points[-1]


@dataclass(frozen=True, slots=True)
class Quarter:
    """A named part of town, drawn as a point."""

    name: str
    longitude: float
    latitude: float


def read_ways(pbf: Path) -> Iterator[Way | Quarter]:
    """Every street of the file, and every named part of town drawn as a point.

    Raises:
        NotBuilt: it is no OpenStreetMap file.
    """
    everything = osmium.osm.NODE | osmium.osm.WAY
    with _readable(pbf):
        for drawn in (
            osmium.FileProcessor(pbf, everything)
            .with_locations()
            .with_filter(osmium.filter.KeyFilter("highway", "place"))
        ):
            if isinstance(drawn, osmium.osm.Way) and "highway" in drawn.tags:
                yield _way(drawn)
            elif isinstance(drawn, osmium.osm.Node) and _is_quarter(drawn.tags):
                yield Quarter(drawn.tags["name"], drawn.location.lon, drawn.location.lat)


def day_of(pbf: Path) -> str:
    """The ISO day the file's streets were true; the day it was written if it does not say.

    Raises:
        NotBuilt: it is no OpenStreetMap file.
    """
    with _readable(pbf), osmium.io.Reader(pbf) as reader:
        dated = reader.header().get(DATED)
    return dated[:10] or time.strftime("%Y-%m-%d", time.gmtime(pbf.stat().st_mtime))


@contextmanager
def _readable(pbf: Path) -> Generator[None]:
    try:
        yield
    except RuntimeError as broken:  # all that libosmium throws at a file it cannot read
        raise NotBuilt(f"{pbf.name} cannot be read as OpenStreetMap data: {broken}") from broken


def _is_quarter(tags: osmium.osm.TagList) -> bool:
    return tags.get("place") in SETTLEMENTS and "name" in tags


def _way(drawn: osmium.osm.Way) -> Way:
    tags = drawn.tags
    return Way(
        id=drawn.id,
        kind=tags["highway"],
        points=tuple((node.lon, node.lat) for node in drawn.nodes if node.location.valid()),
        name=tags.get("name") or "",
        other_names=tuple(tags[key] for key in OTHER_NAMES if key in tags),
        bridge=tags.get("bridge", "no") != "no",
        tunnel=tags.get("tunnel", "no") != "no",
    )
