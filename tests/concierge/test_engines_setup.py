"""Setting up from a bare machine."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from concierge.embedded.errors import SetupFailed
from concierge.embedded.prepare import Step, run_together
from concierge.embedded.setup import settle
from concierge.embedded.state import ROOT_STATES, State, state

CLONE = Path(__file__).resolve().parents[2]
FAILS = ("json.tool", "/there is no such file")
SLEEPS = ("timeit", "-n1", "-r1", "import time; time.sleep(60)")


def test_the_first_step_needs_nothing_but_python() -> None:
    words = "import concierge.embedded.setup, sys; print(sys.modules.keys() & {'psycopg', 'pip'})"
    done = subprocess.run(
        [sys.executable, "-S", "-c", words],
        cwd=CLONE,
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert done.stdout == "set()\n", done.stderr


def test_a_machine_without_a_home_is_given_one(tmp_path: Path) -> None:
    env = {"HOME": "/nonexistent"}
    settle(env, State(tmp_path))
    assert Path(env["HOME"]).is_relative_to(tmp_path)
    assert os.access(env["HOME"], os.W_OK)


def test_a_home_and_a_trust_that_are_there_are_left_alone(tmp_path: Path) -> None:
    env = {"HOME": str(tmp_path), "NODE_EXTRA_CA_CERTS": "/mine", "UV_SYSTEM_CERTS": "0"}
    before = dict(env)
    settle(env, State(tmp_path / "state"))
    assert env == before


def test_the_state_is_where_it_was_asked_to_be(tmp_path: Path) -> None:
    asked = tmp_path / "deep" / "down"
    assert state({"CONCIERGE_STATE": str(asked)}).root == asked
    assert asked.stat().st_mode & 0o777 == 0o755


def test_without_being_asked_it_is_where_its_engines_can_reach_it() -> None:
    expected = ROOT_STATES if os.geteuid() == 0 else CLONE
    assert state({}).root.parent == expected


def test_the_house_opens_without_an_optional_step(capsys: pytest.CaptureFixture[str]) -> None:
    run_together([Step("the weather", FAILS, optional=True)])
    assert "Going on without the weather" in capsys.readouterr().out


def test_a_step_that_fails_stops_the_others() -> None:
    began = time.monotonic()
    with pytest.raises(SetupFailed, match="The pages could not be made"):
        run_together([Step("the roads", SLEEPS), Step("the pages", FAILS)])
    assert time.monotonic() - began < 20
