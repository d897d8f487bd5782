"""Streets made into what the road engine drives on, and a first drive to prove it.

An engine is the unpacked `osrm-bindings` wheel: programs in `osrm/bin`, profiles in
`osrm/share/profiles`.
"""

import asyncio
import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import routing

from .errors import BadAnswer, NotBuilt, Unreachable
from .osrm import NO_ROAD, Osrm, Table
from .programs import run

LARGEST_TABLE = 1_000
"""Places on one side of a table our own server answers in one go."""

_START_PATIENCE_S = 120.0


def serve_command(osrm: Path, graph: Path, port: int, *, threads: int | None = None) -> list[str]:
    """The words that start the road engine on `graph` (`<city>/roads.osrm`), on this machine."""
    command = [str(osrm / "osrm/bin/osrm-routed"), "--algorithm=mld", "--ip=127.0.0.1"]
    command += [f"--port={port}", f"--threads={threads or os.cpu_count() or 1}"]
    command += [f"--max-table-size={LARGEST_TABLE}", "--verbosity=WARNING", str(graph)]
    return command


def build_graph(osrm: Path, pbf: Path, graph: Path) -> None:
    """Extract, partition and customize the streets in `pbf` for cars.

    Raises:
        NotBuilt: one of the three failed.
    """
    threads = f"--threads={os.cpu_count() or 1}"
    programs, profile = osrm / "osrm/bin", osrm / "osrm/share/profiles/car.lua"
    extract = [programs / "osrm-extract", threads, "--profile", profile, "--output", graph, pbf]
    run("Road extraction", extract, cwd=graph.parent)
    run("Road partition", [programs / "osrm-partition", threads, graph], cwd=graph.parent)
    run("Road weights", [programs / "osrm-customize", threads, graph], cwd=graph.parent)


def drive_once(osrm: Path, graph: Path, places: Sequence[routing.Place]) -> None:
    """Start the engine on `graph`, drive between `places`, stop it.

    Raises:
        NotBuilt: it does not serve, or most of these places cannot be driven to.
    """
    port = _free_port()
    with tempfile.TemporaryFile("w+", dir=graph.parent) as log:
        engine = subprocess.Popen(  # noqa: S603 - our own engine
            serve_command(osrm, graph, port, threads=1),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            table = asyncio.run(_first_table(engine, port, places))
        except (Unreachable, BadAnswer) as broken:
            log.seek(0)
            words = " / ".join(log.read().splitlines()[-3:])
            raise NotBuilt(
                f"The road engine does not serve these roads: {broken} {words}"
            ) from broken
        finally:
            engine.terminate()
            engine.wait(timeout=10)
    reached = (table.seconds != NO_ROAD).mean()
    if reached < 0.5:
        raise NotBuilt(f"Only {reached:.0%} of the city's streets can be driven between.")


async def _first_table(
    engine: subprocess.Popen[bytes], port: int, places: Sequence[routing.Place]
) -> Table:
    deadline = time.monotonic() + _START_PATIENCE_S
    async with Osrm(f"http://127.0.0.1:{port}") as client:
        while True:
            try:
                return await client.table(places, places)
            except Unreachable:
                if engine.poll() is not None or time.monotonic() > deadline:
                    raise
                await asyncio.sleep(0.05)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
