"""What a developer asks of the house: `setup`, `check`, `test` and `soak`, behind make."""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from .errors import EmbeddedError
from .prepare import prepare
from .progress import say
from .state import CLONE, state

CHECKS = {
    "types": ("-m", "pyright"),
    "types of the pages": ("-m", "concierge.embedded.ui", "check"),
    "migrations": ("-m", "concierge", "migrate", "--check"),
    "import contracts": ("-c", "from importlinter.cli import lint_imports_command as go; go()"),
    "lint": ("-m", "ruff", "check", "."),
    "format": ("-m", "ruff", "format", "--check", "."),
}
"""What each asks Python to run; the slowest first."""
SIDE_BY_SIDE = ("--numprocesses=auto", "--maxprocesses=4", "--dist=loadfile")
"""A process for each core, a file in one of them: its tests share what they set up."""
TESTS = {
    "test": SIDE_BY_SIDE,
    "soak": (
        *SIDE_BY_SIDE,
        *("-m", "hypothesis", "--hypothesis-profile", "soak", "--verbose", "--durations=0"),
    ),
}
"""What each door asks pytest for. Hypothesis marks every test that it writes examples for."""
PATIENCE_S = 600


def main(words: Sequence[str]) -> int:
    """Do what make asks."""
    door, *rest = words
    if door == "check":
        return check()
    prepare(state())
    if door in TESTS:
        pytest = [sys.executable, "-m", "pytest", *TESTS[door], *rest]
        os.execv(sys.executable, pytest)  # noqa: S606 - becoming it is what was asked
    return 0


def check() -> int:
    """Run every check, two at a time; 0 if all pass."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        verdicts = list(pool.map(_passes, CHECKS))
    return 0 if all(verdicts) else 1


def _passes(name: str) -> bool:
    started = time.monotonic()
    done = subprocess.run(  # noqa: S603 - our own tools
        [sys.executable, *CHECKS[name]],
        cwd=CLONE,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )
    passed = done.returncode == 0
    words = "" if passed else f"\n{done.stdout}{done.stderr}"
    took = time.monotonic() - started
    say(f"{'passed' if passed else 'FAILED'} {name} ({took:.0f} s){words}")
    return passed


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except EmbeddedError as problem:
        sys.exit(str(problem))
