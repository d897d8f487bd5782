"""A misplaced import fails the check: planted here, in a copy of the house."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CLONE = Path(__file__).resolve().parents[2]
LINT = "from importlinter.cli import lint_imports_command as lint; lint()"

PLANTED = {
    "concierge conducts; routing and payments never see it, nor each other": (
        "routing/place.py",
        "import payments",
    ),
    "inside concierge, imports point downstairs": (
        "concierge/model/hub.py",
        "import concierge.desk.place_order",
    ),
    "the three front ends do not lean on each other": (
        "concierge/web/field/__init__.py",
        "import concierge.web.dispatch",
    ),
    "routing is plain Python and OR-Tools": ("routing/place.py", "import httpx"),
    "the judge shares no code with what makes plans": (
        "routing/check/price.py",
        "import routing.timeline",
    ),
    "payments is plain Python and Stripe": ("payments/money.py", "import sqlmodel"),
    "one door to OR-Tools": ("routing/timeline.py", "import ortools"),
    "one door to Numba": ("routing/solver/model.py", "import numba"),
    "one door to the planners measured beside ours": ("routing/bench/table.py", "import pyvrp"),
    "one door to Stripe": ("concierge/desk/settle.py", "import stripe"),
    "one door to Typst": ("concierge/desk/settle.py", "import typst"),
    "one door to the web": ("concierge/desk/settle.py", "import litestar"),
}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The packages' Python files and the contracts, to be spoiled."""
    for package in ("concierge", "routing", "payments"):
        for source in (CLONE / package).rglob("*.py"):
            if "node_modules" not in source.parts:
                there = tmp_path / source.relative_to(CLONE)
                there.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, there)
    shutil.copyfile(CLONE / "pyproject.toml", tmp_path / "pyproject.toml")
    return tmp_path


def verdicts(house: Path) -> dict[str, str]:
    done = subprocess.run(
        [sys.executable, "-c", LINT],
        cwd=house,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    found = dict(re.findall(r"^(\S.*) (KEPT|BROKEN)$", done.stdout, re.MULTILINE))
    assert found, done.stdout + done.stderr
    assert done.returncode == (1 if "BROKEN" in found.values() else 0)
    return found


def test_every_contract_is_kept_and_each_breaks_when_a_wrong_import_is_planted(
    copy: Path,
) -> None:
    assert verdicts(copy) == dict.fromkeys(PLANTED, "KEPT")
    for file, line in PLANTED.values():
        with (copy / file).open("a") as source:
            source.write(f"\n{line}\n")
    assert verdicts(copy) == dict.fromkeys(PLANTED, "BROKEN")


def test_a_new_room_without_a_place_in_the_layers_is_noticed(copy: Path) -> None:
    room = copy / "concierge" / "attic"
    room.mkdir()
    (room / "__init__.py").touch()
    assert verdicts(copy)["inside concierge, imports point downstairs"] == "BROKEN"
