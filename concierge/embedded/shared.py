"""One engine, many programs: started by the first, shared by all, stopped after the last.

Each engine has a keeper, a process of its own that holds `keeper.lock` and is the engine's parent.
Programs hold `users.lock` together (shared); the keeper tries it alone (exclusive), and when that
succeeds nobody is left: it stops the engine and goes. Locks die with their holders, so a killed
program is a program that left, and a keeper that was killed is missed within half a second.
"""

import fcntl
import json
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from .errors import NotReady
from .state import CLONE

log = logging.getLogger(__name__)

USERS, KEEPER, OPEN = "users.lock", "keeper.lock", "open.json"
GLANCE_S = 0.5
LEAVE_S = 20.0
TICK_S = 0.05
SURE = 3


@contextmanager
def shared(home: Path, keeper: Sequence[str], *, patience_s: float = 90.0) -> Generator[str]:
    """Where the engine kept in `home` answers, for as long as we stay.

    `keeper` are the words for `python -m concierge.embedded.keeper` that start it.

    Raises:
        NotReady: it does not come up; the words are the keeper's own.
    """
    with (home / USERS).open("a") as users:
        fcntl.flock(users, fcntl.LOCK_SH)  # waits while a keeper is leaving
        address = _join(home, keeper, patience_s)
        leaving = threading.Event()
        watch = threading.Thread(
            target=_watch, args=(home, keeper, patience_s, leaving), name="keeper-watch"
        )
        watch.start()
        try:
            yield address
        finally:
            leaving.set()
            watch.join()
            fcntl.flock(users, fcntl.LOCK_UN)
            _see_the_keeper_out(home)


def try_lock(file: IO[str] | int, kind: int) -> bool:
    """Take the lock if that can be done at once; whether it was."""
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _join(home: Path, keeper: Sequence[str], patience_s: float) -> str:
    deadline = time.monotonic() + patience_s
    ours: subprocess.Popen[bytes] | None = None
    while time.monotonic() < deadline:
        if ours is not None and ours.poll():
            raise NotReady(_last_line(home / "keeper.log"))
        if _kept(home):
            address = _address(home)
            if address is not None:
                return address
        elif ours is None or ours.poll() is not None:
            ours = _hire(home, keeper)
        time.sleep(TICK_S)
    raise NotReady(f"Nothing answers in {home} after {patience_s:.0f} s.")


def _hire(home: Path, keeper: Sequence[str]) -> subprocess.Popen[bytes]:
    with (home / "keeper.log").open("wb") as out:
        hired = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-m", "concierge.embedded.keeper", *keeper],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            cwd=CLONE,
            start_new_session=True,
        )
    # Reaps it whenever it ends; it may outlive us, and then somebody else does.
    threading.Thread(target=hired.wait, name="keeper-reaper", daemon=True).start()
    return hired


def _watch(home: Path, keeper: Sequence[str], patience_s: float, leaving: threading.Event) -> None:
    address = _address(home)
    while not leaving.wait(GLANCE_S):
        if _kept(home):
            continue
        log.warning("The keeper of %s is gone; starting another", home.name)
        try:
            found = _join(home, keeper, patience_s)
        except NotReady as problem:
            log.warning("%s", problem)
            continue
        if address not in {None, found}:
            log.error("%s answers at another address now; restart this program", home.name)
        address = found


def _kept(home: Path) -> bool:
    with (home / KEEPER).open("a") as lock:
        return not try_lock(lock, fcntl.LOCK_SH)


def _address(home: Path) -> str | None:
    try:
        return str(json.loads((home / OPEN).read_text())["address"])
    except (FileNotFoundError, ValueError, KeyError):
        return None


def _see_the_keeper_out(home: Path) -> None:
    """Return when the keeper has gone, or stays for somebody else."""
    deadline = time.monotonic() + LEAVE_S
    others = 0
    while _kept(home) and time.monotonic() < deadline and others < SURE:
        with (home / USERS).open("a") as users:
            # Not even shared: the keeper has it, and is leaving. Shared but not alone: others are
            # in, unless the keeper took it between the two; so it has to be seen again.
            shared_with = try_lock(users, fcntl.LOCK_SH) and not try_lock(users, fcntl.LOCK_EX)
            others = others + 1 if shared_with else 0
        time.sleep(TICK_S)


def _last_line(path: Path) -> str:
    try:
        lines = path.read_text(errors="replace").strip().splitlines()
    except FileNotFoundError:
        lines = []
    return lines[-1] if lines else f"The keeper ended without a word (see {path})."


def announce(home: Path, address: str) -> None:
    """Tell whoever joins where the engine answers. For the keeper."""
    new = home / f".{OPEN}.{os.getpid()}"
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:  # noqa: PTH123 - a mode from birth: it may hold a password
        json.dump({"address": address, "keeper": os.getpid()}, out)
    new.replace(home / OPEN)


def withdraw(home: Path) -> None:
    """Take the address back. For the keeper."""
    (home / OPEN).unlink(missing_ok=True)
