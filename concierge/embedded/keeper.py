"""The keeper of one shared engine: `python -m concierge.embedded.keeper STATE ENGINE …`.

See `shared` for the locks. A keeper is nobody's child to wait for; it leaves when nobody needs it.
"""

import fcntl
import logging
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from . import osrm, postgres
from .errors import EmbeddedError
from .shared import KEEPER, USERS, announce, try_lock, withdraw
from .state import State
from .supervisor import TICK_S, Child, Supervisor, told_to_stop

HANDOVER_S = 3.0
"""How long a newcomer may glance at the lock before we conclude another keeper has it."""


def main(words: Sequence[str]) -> int:
    """Keep the engine the words name until no program uses it."""
    logging.basicConfig(format="%(asctime)s %(message)s")
    with told_to_stop():
        try:
            return _keep(_named(*words))
        except EmbeddedError as problem:
            sys.stderr.write(f"{problem}\n")
            return 1


class Kept(Protocol):
    """An engine that can be kept."""

    @property
    def home(self) -> Path:
        """Where its locks and its memory are."""
        ...

    def open(self) -> tuple[Child, str]:
        """Make everything ready for the first start: the child to run, where it will answer.

        Raises:
            EmbeddedError: it cannot be.
        """
        ...


def _named(root: str, engine: str, what: str, *how: str) -> Kept:
    if engine == "osrm":
        return osrm.Streets(State(Path(root)), Path(what))
    return postgres.Cluster(State(Path(root)), what, fast="fast" in how)


def _keep(engine: Kept) -> int:
    home = engine.home
    # Never closed by us: the lock says that this process lives, to its very end.
    ours = os.open(home / KEEPER, os.O_RDWR | os.O_CREAT, 0o644)
    with (home / USERS).open("a") as users:
        deadline = time.monotonic() + HANDOVER_S
        while not try_lock(ours, fcntl.LOCK_EX):
            if time.monotonic() > deadline:
                return 0  # another keeper has it
            time.sleep(TICK_S)
        withdraw(home)
        child, address = engine.open()
        with Supervisor(home.parent / "logs") as supervisor:
            supervisor.start(child)
            announce(home, address)
            try:
                while not try_lock(users, fcntl.LOCK_EX):
                    supervisor.tend()
                    time.sleep(TICK_S)
            finally:
                withdraw(home)
        return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
