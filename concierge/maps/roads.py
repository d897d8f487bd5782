"""Building a city: from a street network to roads that can be driven, drawn and searched."""

import fcntl
import hashlib
import re
import shutil
import tempfile
import time
import unicodedata
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import msgspec

import routing

from . import network
from .city import ATTRIBUTION, CARD, CURRENT, GRAPH, STREETS, TILES, City, current_city
from .errors import NotBuilt, OffTheMap
from .gazetteer import Gazetteer, write_streets
from .graph import build_graph, drive_once
from .tiles import RoadLines, build_tiles
from .ways import Way, day_of, read_ways

RECIPE = 1
"""Raised when the same source must be built anew because we build differently."""

_SMOKE_PLACES = 6
_BUILDING = ".building-"
_DRIVEN = frozenset({"residential", "tertiary", "secondary", "primary", "unclassified"})


def build_city(
    source: Path | None, out: Path, osrm: Path | None, *, progress: Callable[[str], None]
) -> Path:
    """Build a city from an `.osm.pbf`, or Gothenburg (None), and let `out/current` point to it.

    `osrm` is the unpacked road engine; None builds tiles and gazetteer alone. What was built
    before from the same source by the same engine is only switched to. The city served before is
    kept beside the new one; older ones are removed. Two builds at once take turns.

    Raises:
        NotBuilt: a step failed, said by name; the city served before still is.
    """
    out.mkdir(parents=True, exist_ok=True)
    with _one_builder(out):
        _sweep(out)
        key = _key(source, osrm)
        for finished in out.glob(f"*-{key}/{CARD}"):
            return _switch(out, finished.parent)
        scratch = Path(tempfile.mkdtemp(prefix=_BUILDING, dir=out))
        try:
            directory = _build(source, scratch, osrm, key, progress)
            _let_everyone_read(directory)
            finished = directory.rename(out / directory.name)
        except OSError as broken:
            raise NotBuilt(f"The city cannot be written: {broken}") from broken
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
        return _switch(out, finished)


def _build(
    source: Path | None,
    scratch: Path,
    osrm: Path | None,
    key: str,
    progress: Callable[[str], None],
) -> Path:
    if source is None:
        progress(f"Fetching the streets of {network.NAME}")
        pbf, name = scratch / "city.osm.pbf", network.NAME
        network.write_pbf(network.fetch_network(scratch), pbf)
    else:
        pbf, name = source.resolve(), name_of(source)
    as_of = day_of(pbf)
    directory = scratch / f"{_slug(name)}-{as_of}-{key}"
    directory.mkdir()

    progress(f"Reading the streets of {name}")
    gazetteer, extent = Gazetteer(), _Extent()
    with RoadLines(scratch / "roads.ndjson") as lines:
        for drawn in read_ways(pbf):
            gazetteer.add(drawn)
            if isinstance(drawn, Way) and lines.add(drawn):
                extent.add(drawn)
    bounds, center = extent.bounds(), extent.center()
    streets = gazetteer.entries(center)
    write_streets(streets, directory / STREETS)

    progress("Drawing the map")
    build_tiles(scratch / "roads.ndjson", directory / TILES, name=name)
    if osrm is not None:
        progress("Paving the roads")
        build_graph(osrm, pbf, directory / GRAPH)
        try:
            drive_once(osrm, directory / GRAPH, extent.places())
        except OffTheMap as lost:
            raise NotBuilt(f"The roads do not lie where the streets are: {lost}") from lost
    card = City(
        name=name,
        attribution=ATTRIBUTION,
        date=_in_words(as_of),
        as_of=as_of,
        bounds=bounds,
        center=center,
        streets=len(streets),
        drivable=osrm is not None,
    )
    (directory / CARD).write_bytes(msgspec.json.format(msgspec.json.encode(card)))
    return directory


def name_of(source: Path) -> str:
    """What to call a city known by its file: `new-york-latest.osm.pbf` is New York."""
    stem = source.name.split(".")[0].removesuffix("-latest")
    return re.sub(r"[-_]+", " ", stem).strip().title() or "City"


@dataclass(slots=True)
class _Extent:
    """Where the drawn streets lie, learnt one street at a time."""

    west: float = 180.0
    south: float = 90.0
    east: float = -180.0
    north: float = -90.0
    _starts: list[tuple[float, float]] = field(default_factory=list[tuple[float, float]])
    _driven: list[tuple[float, float]] = field(default_factory=list[tuple[float, float]])

    def add(self, way: Way) -> None:
        longitudes, latitudes = zip(*way.points, strict=True)
        self.west, self.east = min(self.west, *longitudes), max(self.east, *longitudes)
        self.south, self.north = min(self.south, *latitudes), max(self.north, *latitudes)
        self._starts.append(way.points[0])
        if way.kind in _DRIVEN:
            self._driven.append(way.points[0])

    def bounds(self) -> tuple[float, float, float, float]:
        if not self._starts:
            raise NotBuilt("The file holds no streets.")
        return self.west, self.south, self.east, self.north

    def center(self) -> tuple[float, float]:
        """The middle street each way: nearer to town than the middle of the bounds."""
        longitudes, latitudes = zip(*self._starts, strict=True)
        return round(median(longitudes), 6), round(median(latitudes), 6)

    def places(self) -> list[routing.Place]:
        """A few places on drivable streets, from all over town."""
        if not self._driven:
            raise NotBuilt("The file holds no streets for cars.")
        step = max(1, len(self._driven) // _SMOKE_PLACES)
        return [routing.Place(*point) for point in self._driven[::step][:_SMOKE_PLACES]]


@contextmanager
def _one_builder(out: Path) -> Generator[None]:
    with (out / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _sweep(out: Path) -> None:
    """Remove what a build that was killed left behind."""
    for left in out.glob(f"{_BUILDING}*"):
        shutil.rmtree(left, ignore_errors=True)


def _switch(out: Path, directory: Path) -> Path:
    """Serve `directory` from now on; readers see the former city or this one, nothing between."""
    former = current_city(out)
    link = out / f".{CURRENT}"
    link.unlink(missing_ok=True)
    link.symlink_to(directory.name)
    link.replace(out / CURRENT)
    keep = {directory.resolve(), former}
    for old in out.glob(f"*/{CARD}"):
        if not old.parent.is_symlink() and old.parent.resolve() not in keep:
            shutil.rmtree(old.parent, ignore_errors=True)
    return directory.resolve()


def _key(source: Path | None, osrm: Path | None) -> str:
    """Eight letters that differ if the source, the engine or the recipe does."""
    digest = hashlib.sha256(f"{RECIPE} {network.SHA256 if source is None else ''}".encode())
    files = [source, None if osrm is None else osrm / "osrm/bin/osrm-extract"]
    try:
        for path in files:
            digest.update(b"-")
            if path is not None:
                with path.open("rb") as content:
                    digest.update(hashlib.file_digest(content, "sha256").digest())
    except OSError as missing:
        raise NotBuilt(f"{missing.filename} cannot be read: {missing.strerror}.") from missing
    return digest.hexdigest()[:8]


def _let_everyone_read(directory: Path) -> None:
    """The road engine may run as another user than the builder; it writes some files 0700."""
    directory.chmod(0o755)
    for path in directory.iterdir():
        path.chmod(0o644)


def _slug(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "city"


def _in_words(day: str) -> str:
    return time.strftime("%B %Y", time.strptime(day, "%Y-%m-%d"))
