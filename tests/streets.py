"""Real streets: Gothenburg, built once and kept between runs, and a road engine on it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from concierge.embedded import engines
from concierge.embedded.osrm import embedded_osrm
from concierge.embedded.state import state
from concierge.maps.roads import build_city


@pytest.fixture(scope="session")
def road_engine() -> Path:
    """The unpacked road engine."""
    return engines.ensure(engines.pinned("osrm"), state())


@pytest.fixture(scope="session")
def gothenburg(road_engine: Path) -> Path:
    """The built city's directory."""
    return build_city(None, state().home("roads-tests"), road_engine, progress=print)


@pytest.fixture(scope="session")
def osrm_url(gothenburg: Path) -> Iterator[str]:
    """A road engine driving on it."""
    with embedded_osrm(state(), gothenburg) as url:
        yield url
