"""Keeps the programs of this machine running while we run, and takes them down when we go.

Synchronous on purpose: the kernel's parent-death signal follows the thread that made the child,
so the thread that starts children must be the one that stays. Use it from the main thread.
"""

import logging
import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self

from .errors import NotReady

log = logging.getLogger(__name__)

TICK_S = 0.1
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.2, 5.0
STEADY_S = 30.0
"""A child that ran this long is forgiven its earlier deaths."""
LOG_LIMIT = 10_000_000
_LEASH = Path(__file__).with_name("leash.py")


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """A program to keep running.

    `before` runs ahead of every start. `ready` is given the pid and says whether it serves.
    `goodbyes` are tried in turn, each with its patience in seconds. `last_will` is what the kernel
    sends it if we are killed outright (Linux).
    """

    name: str
    argv: Sequence[str]
    ready: Callable[[int], bool]
    env: Mapping[str, str] | None = None
    cwd: Path | None = None
    user: pwd.struct_passwd | None = None
    before: Callable[[], None] = lambda: None
    patience_s: float = 60.0
    goodbyes: tuple[tuple[signal.Signals, float], ...] = (
        (signal.SIGTERM, 10.0),
        (signal.SIGKILL, 5.0),
    )
    last_will: signal.Signals = signal.SIGKILL


@dataclass(slots=True)
class _Running:
    child: Child
    process: subprocess.Popen[bytes]
    since: float = field(default_factory=time.monotonic)
    deaths: int = 0
    again_at: float | None = None


class Supervisor:
    """Children, started in order, restarted when they die, stopped in reverse.

    Used as a context manager: leaving it, however that happens, leaves nothing running.
    """

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._running: list[_Running] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self, *children: Child) -> None:
        """Start the children together and wait until each serves.

        Raises:
            NotReady: one died or took longer than its patience; what was started stays until
                `stop`.
        """
        waiting: list[_Running] = []
        for child in children:
            waiting.append(_Running(child, self._spawn(child)))
            self._running.append(waiting[-1])
        while waiting:
            waiting = [one for one in waiting if not self._serves(one)]
            time.sleep(TICK_S / 2)

    def tend(self) -> None:
        """Restart what has died, with longer and longer pauses; waits for nobody to be ready."""
        now = time.monotonic()
        for one in self._running:
            if one.process.poll() is None:
                continue
            if one.again_at is None:
                _sweep(one)
                one.deaths = 1 if now - one.since > STEADY_S else one.deaths + 1
                pause = min(FIRST_PAUSE_S * 2 ** (one.deaths - 1), LONGEST_PAUSE_S)
                one.again_at = now + pause
                log.warning(
                    "%s ended with %s; again in %.1f s",
                    one.child.name,
                    one.process.returncode,
                    pause,
                )
            elif now >= one.again_at:
                one.process = self._spawn(one.child)
                one.since, one.again_at = time.monotonic(), None

    def stop(self) -> None:
        """Stop everything, last started first."""
        while self._running:
            _stop(self._running.pop())

    def pids(self) -> dict[str, int]:
        """Which process each child is at this moment."""
        return {one.child.name: one.process.pid for one in self._running}

    def _serves(self, one: _Running) -> bool:
        if one.child.ready(one.process.pid):
            return True
        code = one.process.poll()
        if code is not None or time.monotonic() > one.since + one.child.patience_s:
            how = "took too long to start" if code is None else f"ended with {code}"
            raise NotReady(f"{one.child.name} {how}: {self._last_words(one.child)}")
        return False

    def _spawn(self, child: Child) -> subprocess.Popen[bytes]:
        child.before()
        with self._log_of(child).open("ab") as out:
            user = "-" if child.user is None else child.user.pw_name
            leash = [sys.executable, "-I", "-S", str(_LEASH)]
            leash += [str(os.getpid()), str(int(child.last_will)), user]
            return subprocess.Popen(  # noqa: S603 - children are ours
                [*leash, *child.argv],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                cwd=child.cwd,
                env=child.env,
                start_new_session=True,  # a Ctrl-C is for us; we say goodbye in order
            )

    def _log_of(self, child: Child) -> Path:
        self._logs.mkdir(parents=True, exist_ok=True)
        path = self._logs / f"{child.name}.log"
        if path.exists() and path.stat().st_size > LOG_LIMIT:
            path.replace(path.with_suffix(".log.1"))
        return path

    def _last_words(self, child: Child) -> str:
        path = self._log_of(child)
        lines = path.read_text(errors="replace").strip().splitlines() if path.exists() else []
        return f"{' / '.join(lines[-3:])} (see {path})"


@contextmanager
def told_to_stop() -> Generator[None]:
    """Inside, the first SIGINT, SIGTERM or SIGHUP raises SystemExit(0); more change nothing.

    So goodbyes in `finally` run once, undisturbed. Raised while Python clears something away, an
    exception goes to `sys.unraisablehook` and is forgotten; then it is raised again, elsewhere.
    """
    named = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def leave(_signum: int, _frame: FrameType | None) -> None:
        for one in named:
            signal.signal(one, signal.SIG_IGN)
        raise SystemExit(0)

    def insist(lost: "sys.UnraisableHookArgs") -> None:
        if lost.exc_type is SystemExit:
            signal.setitimer(signal.ITIMER_REAL, TICK_S)
        else:
            hook(lost)

    hook, sys.unraisablehook = sys.unraisablehook, insist
    before = {one: signal.signal(one, leave) for one in (*named, signal.SIGALRM)}
    try:
        yield
    finally:
        sys.unraisablehook = hook
        for one, handler in before.items():
            signal.signal(one, handler)


def _stop(one: _Running) -> None:
    for sign, patience_s in one.child.goodbyes:
        if one.process.poll() is not None:
            break
        one.process.send_signal(sign)
        try:
            one.process.wait(patience_s)
        except subprocess.TimeoutExpired:
            log.warning("%s does not leave on %s", one.child.name, sign.name)
    _sweep(one)


def _sweep(one: _Running) -> None:
    """End what a dead child has left behind: it led a process group of its own."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(one.process.pid, signal.SIGKILL)
