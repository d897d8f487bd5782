"""OSRM as a neighbour: real streets on loopback, shared and kept like the database."""

import hashlib
import os
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from concierge.maps.city import GRAPH, read_city

from . import engines
from .errors import NotReady
from .ports import LOOPBACK, accepts, remembered_port
from .shared import shared
from .state import State, engine_user
from .supervisor import Child

TABLE_LIMIT = 1000
"""Places a side in one matrix."""


@contextmanager
def embedded_osrm(where: State, city: Path) -> Generator[str]:
    """The address of a road engine on the built city `city`, running for as long as we stay.

    Raises:
        NoEngine, WrongEngine: OSRM cannot be had for this machine.
        NotReady: the city is not built, or the engine does not start on it.
    """
    engines.ensure(engines.pinned("osrm"), where)
    streets = Streets(where, city)
    streets.graph()
    with shared(streets.home, [str(where.root), "osrm", str(city)]) as address:
        yield address


@dataclass(frozen=True, slots=True)
class Streets:
    """One built city, and how to start the road engine on it."""

    where: State
    city: Path

    @property
    def home(self) -> Path:
        """Where its locks and its port are: one engine for each city."""
        mark = hashlib.sha256(str(self.city.resolve()).encode()).hexdigest()[:8]
        return self.where.home(f"osrm-{mark}")

    def graph(self) -> Path:
        """What `osrm-routed` is given.

        Raises:
            NotReady: the city was built without a road engine, or is not built.
        """
        try:
            drivable = read_city(self.city).drivable
        except OSError as missing:
            raise NotReady(f"{self.city} holds no city.") from missing
        if not drivable:
            raise NotReady(f"{self.city} was built without roads.")
        return self.city / GRAPH

    def open(self) -> tuple[Child, str]:
        """The engine as a child, and its address.

        Raises:
            NoEngine, NotReady: see `embedded_osrm`.
        """
        engine = engines.ensure(engines.pinned("osrm"), self.where)
        port = remembered_port(self.home)
        threads = str(min(4, os.cpu_count() or 1))
        argv = [str(engine / "osrm" / "bin" / "osrm-routed"), "--algorithm=mld"]
        argv += ["--ip", LOOPBACK, "--port", str(port), "--threads", threads]
        argv += ["--verbosity=WARNING"]  # or every client's address ends up in a log file
        argv += ["--max-table-size", str(TABLE_LIMIT), str(self.graph())]
        child = Child(
            name=self.home.name, argv=argv, user=engine_user(), ready=lambda _pid: accepts(port)
        )
        return child, f"http://{LOOPBACK}:{port}"
