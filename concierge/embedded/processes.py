"""Who a pid really is: numbers are given out again, so a pid alone proves nothing."""

import contextlib
import os
import subprocess
import sys
from pathlib import Path
from signal import Signals

PROC = Path("/proc")


def works_in(pid: int, folder: Path, *, program: str) -> bool:
    """Whether this process is that program and `folder` is its working directory.

    Where there is no /proc, its command line has to name both.
    """
    if sys.platform != "linux":
        words = _command_line(pid)
        return program in words and str(folder) in words
    try:
        cwd = (PROC / str(pid) / "cwd").readlink()
        name = (PROC / str(pid) / "exe").readlink().name
    except OSError:  # gone, or somebody else's
        return False
    return cwd == folder.resolve() and name.removesuffix(" (deleted)") == program


def working_in(folder: Path, *, program: str) -> list[int]:
    """Every process that is that program, at work in `folder`; none known without /proc."""
    if sys.platform != "linux":
        return []
    pids = (int(entry.name) for entry in PROC.iterdir() if entry.name.isdigit())
    return [pid for pid in pids if works_in(pid, folder, program=program)]


def tell(pid: int, sign: Signals) -> None:
    """Send the signal; a process that has just gone needs none."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, sign)


def _command_line(pid: int) -> str:
    asked = ["ps", "-o", "command=", "-p", str(pid)]
    return subprocess.run(asked, capture_output=True, text=True, check=False, timeout=10).stdout  # noqa: S603 - ps is wherever this system has it
