"""`python -m concierge roads build [CITY.osm.pbf]`: streets to drive, draw and search."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from concierge.maps.errors import NotBuilt
from concierge.maps.roads import build_city

from . import built_roads, engines
from .errors import NoEngine, SetupFailed
from .progress import say
from .state import open_directory, state


def main(words: Sequence[str]) -> int:
    """Build a city, Gothenburg if none is named, and let the house drive on it from now on."""
    parser = argparse.ArgumentParser(prog="python -m concierge roads", description=__doc__)
    parser.add_argument("verb", choices=["build"])
    parser.add_argument("city", nargs="?", type=Path, help="an OpenStreetMap extract, .osm.pbf")
    asked = parser.parse_args(words)
    where = state()
    try:
        engine = engines.ensure(engines.pinned("osrm"), where)
    except NoEngine as missing:
        say(f"{missing} The map is built without it; travel is estimated.")
        engine = None
    try:
        built = build_city(asked.city, open_directory(where.roads), engine, progress=say)
    except NotBuilt as problem:
        raise SetupFailed(str(problem)) from problem
    built_roads.note(where, given=asked.city is not None)
    say(f"The roads are in {built.name}")
    return 0
