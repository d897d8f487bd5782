"""The road engine on this machine: shared, killed, and back."""

import signal
import time
from pathlib import Path

import pytest

from concierge.embedded import processes
from concierge.embedded.errors import NotReady
from concierge.embedded.osrm import embedded_osrm
from concierge.embedded.ports import answers
from concierge.embedded.state import state

SOMEWHERE = "/nearest/v1/driving/11.9746,57.7089"


def soon_answers(address: str) -> None:
    deadline = time.monotonic() + 20
    while not answers(address + SOMEWHERE):
        assert time.monotonic() < deadline, "the road engine never came back"
        time.sleep(0.1)


def engine_pid(address: str) -> int:
    port = address.rsplit(":", 1)[1]
    return next(
        int(entry.parent.name)
        for entry in Path("/proc").glob("[0-9]*/cmdline")
        if b"osrm-routed" in (words := entry.read_bytes()) and f"\0{port}\0".encode() in words
    )


def test_programs_share_one_road_engine_for_a_city(gothenburg: Path, osrm_url: str) -> None:
    with embedded_osrm(state(), gothenburg) as address:
        assert address == osrm_url
    assert answers(osrm_url + SOMEWHERE)


def test_a_killed_road_engine_comes_back(osrm_url: str) -> None:
    first = engine_pid(osrm_url)
    processes.tell(first, signal.SIGKILL)
    soon_answers(osrm_url)
    assert engine_pid(osrm_url) != first


def test_a_folder_without_a_city_is_said_to_hold_none(tmp_path: Path) -> None:
    with pytest.raises(NotReady, match="holds no city"), embedded_osrm(state(), tmp_path):
        pass
