"""Running the programs that build roads."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from .errors import NotBuilt

PATIENCE_S = 3_600
"""A whole country's streets take a while; a hung program must not take for ever."""


def run(
    step: str,
    command: Sequence[str | Path],
    *,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    patience_s: float = PATIENCE_S,
) -> str:
    """Run a program to its end and give what it printed.

    Raises:
        NotBuilt: it cannot be started, failed or took too long; the sentence ends in its words.
    """
    try:
        done = subprocess.run(  # noqa: S603 - the command is ours
            [str(word) for word in command],
            cwd=cwd,
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            timeout=patience_s,
        )
    except subprocess.TimeoutExpired as late:
        raise NotBuilt(f"{step} took longer than {patience_s:.0f} s.") from late
    except OSError as broken:
        raise NotBuilt(f"{step} cannot start: {broken}") from broken
    if done.returncode != 0:
        words = " / ".join((done.stderr or done.stdout).strip().splitlines()[-4:])
        raise NotBuilt(f"{step} failed ({done.returncode}): {words}")
    return done.stdout
