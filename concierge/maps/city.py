"""A built city: a directory that holds its streets, its map tiles and its road engine's files.

<out>/current -> goteborg-2016-12-27-1f0c9a2b     switched last, in one step
<out>/goteborg-2016-12-27-1f0c9a2b/
    city.json       what a map page needs to know; see `City`
    streets.json    the gazetteer; see `gazetteer.Entry`
    roads.pmtiles   vector tiles; see `tiles`
    roads.osrm.*    for `osrm-routed --algorithm mld`; absent when there was no road engine
"""

from pathlib import Path

import msgspec

CURRENT = "current"
GRAPH = "roads.osrm"
TILES = "roads.pmtiles"
STREETS = "streets.json"
CARD = "city.json"

ATTRIBUTION = "© OpenStreetMap contributors, ODbL"
"""Owed wherever the map or an address drawn from it is shown."""


class City(msgspec.Struct, frozen=True, kw_only=True):
    """What `city.json` says.

    `date` is when the streets were as drawn, in words ("December 2016"); `as_of` the same as an
    ISO day. `bounds` is `(west, south, east, north)` and `center` `(longitude, latitude)`, in
    degrees: where a map opens. `drivable` says whether the road engine's files are there.
    """

    name: str
    attribution: str
    date: str
    as_of: str
    bounds: tuple[float, float, float, float]
    center: tuple[float, float]
    streets: int
    drivable: bool


def read_city(directory: Path) -> City:
    """The city built in this directory.

    Raises:
        OSError: there is none.
    """
    return msgspec.json.decode((directory / CARD).read_bytes(), type=City)


def current_city(out: Path) -> Path | None:
    """The directory of the city that `out` serves now, resolved; None before the first build."""
    link = out / CURRENT
    return link.resolve() if (link / CARD).is_file() else None
