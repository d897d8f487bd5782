"""Whether the demo of this folder is running, and where its pages are."""

import fcntl
from collections.abc import Generator
from contextlib import contextmanager

from .errors import AlreadyRunning
from .shared import try_lock
from .state import State

LOCK, ADDRESS = "running", "address"


@contextmanager
def the_only_one(where: State) -> Generator[None]:
    """Inside, this is the demo of this folder.

    Raises:
        AlreadyRunning: another one is.
    """
    home = where.home("demo")
    with (home / LOCK).open("a") as lock:
        if not try_lock(lock, fcntl.LOCK_EX):
            raise AlreadyRunning(
                "The demo of this folder is running already; stop that one first."
            )
        try:
            yield
        finally:
            (home / ADDRESS).unlink(missing_ok=True)


def announce(where: State, base: str) -> None:
    """Tell whoever looks for it where the demo's pages are."""
    (where.home("demo") / ADDRESS).write_text(f"{base}\n")


def address(where: State) -> str | None:
    """Where the running demo's pages are; None when it is not running, or not yet open."""
    home = where.home("demo")
    with (home / LOCK).open("a") as lock:
        if try_lock(lock, fcntl.LOCK_SH):
            return None
    try:
        return (home / ADDRESS).read_text().strip()
    except FileNotFoundError:
        return None
