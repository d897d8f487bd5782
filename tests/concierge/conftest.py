"""What these tests lean on: real streets, and the whole house over HTTP.

The streets are Gothenburg's, built once and kept between runs, with a road engine on them.
"""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from concierge.embedded import engines
from concierge.embedded.osrm import embedded_osrm
from concierge.embedded.state import state
from concierge.maps.roads import build_city
from tests.conftest import fresh_database

from .web_house import WebHouse, opened_house, settings_for


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


@pytest.fixture(scope="session")
async def house(postgres: str, template: str) -> AsyncIterator[WebHouse]:
    """The application over a database of its own: one hub, and whom each test brings."""
    with fresh_database(postgres, template) as url:
        async with opened_house(settings_for(url)) as one:
            yield one
