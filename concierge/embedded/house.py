"""What the house is given on this machine, for whatever the environment does not name."""

import logging
import os
from collections.abc import Generator, Mapping
from contextlib import ExitStack, contextmanager

import routing.kernels
from concierge.maps.city import TILES, current_city

from .errors import NoEngine, NotReady, WrongEngine
from .osrm import embedded_osrm
from .postgres import database_url
from .state import open_directory, state

log = logging.getLogger(__name__)


@contextmanager
def opened(env: Mapping[str, str] = os.environ) -> Generator[dict[str, str]]:
    """The settings to add to the environment; what they name runs for as long as we stay.

    Without a road engine the house opens all the same: `OSRM_URL` is missing then.

    Raises:
        EmbeddedError: `DATABASE_URL` is not set and the embedded PostgreSQL cannot be had.
    """
    with ExitStack() as stack:
        given = {"DATABASE_URL": stack.enter_context(database_url(env))}
        where = state(env)
        if routing.kernels.ROOM not in env:
            given[routing.kernels.ROOM] = str(open_directory(where.kernels))
        city = current_city(where.roads)
        if city is not None and "CONCIERGE_TILES" not in env:
            given["CONCIERGE_TILES"] = str(city / TILES)
        if city is not None and "OSRM_URL" not in env:
            try:
                given["OSRM_URL"] = stack.enter_context(embedded_osrm(where, city))
            except (NoEngine, WrongEngine, NotReady) as problem:
                log.warning("Travel is estimated: %s", problem)
        yield given
