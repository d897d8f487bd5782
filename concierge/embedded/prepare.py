"""Everything the house needs before it opens, made side by side, and only what is missing."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import routing.kernels

from . import built_roads, engines, ui
from .errors import SetupFailed
from .progress import say
from .state import CLONE, State, open_directory

PATIENCE_S = 900
PARTING_S = 5.0


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to make, by a Python module of ours; the house opens without an optional one."""

    name: str
    module: tuple[str, ...]
    optional: bool = False


def prepare(where: State, *, city: Path | None = None) -> None:
    """Fetch the engines, build the pages and the roads, compile the search.

    Raises:
        NoEngine, WrongEngine: PostgreSQL is needed here and cannot be had.
        SetupFailed: the pages do not build.
    """
    if not os.environ.get("DATABASE_URL"):
        engines.ensure(engines.pinned("postgresql"), where)
    steps: list[Step] = []
    if not ui.is_built():
        steps.append(Step("the pages", ("concierge.embedded.ui", "build")))
    if city is not None:
        steps.append(Step("the roads", ("concierge", "roads", "build", str(city.absolute()))))
    elif not built_roads.in_step(where):
        steps.append(Step("the roads", ("concierge", "roads", "build"), optional=True))
    os.environ.setdefault(routing.kernels.ROOM, str(open_directory(where.kernels)))
    if not routing.kernels.are_ready():
        steps.append(Step("the search", ("routing", "warm")))
    run_together(steps)


def run_together(steps: Sequence[Step]) -> None:
    """Run the steps side by side, each telling its own progress.

    Raises:
        SetupFailed: one that is not optional failed; the others have been stopped.
    """
    deadline = time.monotonic() + PATIENCE_S
    with _started(steps) as waiting:
        while waiting:
            for step, process in list(waiting.items()):
                code = process.poll()
                if code is None and time.monotonic() < deadline:
                    continue
                if code == 0:
                    del waiting[step]
                elif code is not None and step.optional:
                    del waiting[step]
                    say(f"Going on without {step.name}")
                else:
                    raise SetupFailed(f"{step.name.capitalize()} could not be made.")
            time.sleep(0.05)


@contextmanager
def _started(steps: Sequence[Step]) -> Generator[dict[Step, subprocess.Popen[bytes]]]:
    running: dict[Step, subprocess.Popen[bytes]] = {}
    try:
        for step in steps:
            running[step] = subprocess.Popen(  # noqa: S603 - our own modules
                [sys.executable, "-m", *step.module],
                cwd=CLONE,
                stdin=subprocess.DEVNULL,
                start_new_session=True,  # so that what it starts can be stopped with it
            )
        yield running
    finally:
        for sign in (signal.SIGTERM, signal.SIGKILL):
            for process in running.values():
                _tell_group(process, sign)
        for process in running.values():
            process.wait(PARTING_S)


def _tell_group(process: subprocess.Popen[bytes], sign: signal.Signals) -> None:
    try:
        os.killpg(process.pid, sign)
        process.wait(PARTING_S)
    except (ProcessLookupError, subprocess.TimeoutExpired):
        return
