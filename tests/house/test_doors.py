"""The doors a stranger is told about are there."""

import importlib
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from concierge.__main__ import COMMANDS

CLONE = Path(__file__).resolve().parents[2]


def test_make_alone_lists_every_target() -> None:
    make = shutil.which("make")
    assert make is not None
    listed = subprocess.run(
        [make], cwd=CLONE, capture_output=True, text=True, timeout=20, check=False
    )
    phony = re.search(r"^\.PHONY: (.*)$", (CLONE / "Makefile").read_text(), re.MULTILINE)
    assert phony is not None
    assert re.findall(r"^  make (\w+)", listed.stdout, re.MULTILINE) == phony[1].split()


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    module = importlib.import_module(f"concierge.embedded.{command}")
    with pytest.raises(SystemExit) as left:
        module.main(["--help"])
    assert left.value.code == 0
    assert f"concierge {command}" in capsys.readouterr().out


def test_a_command_nobody_knows_is_refused_with_the_list_of_those_there_are() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "concierge", "dance"],
        cwd=CLONE,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert all(command in done.stderr for command in COMMANDS)
