"""The supervisor: children come back when they die, and never outlive us."""

import os
import signal
import subprocess
import sys
import time
import weakref
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from concierge.embedded.errors import NotReady
from concierge.embedded.supervisor import Child, Supervisor, told_to_stop

CLONE = Path(__file__).resolve().parents[2]
SLEEPER = "import time; time.sleep(60)"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SLEEPER}"
PARENT = f"""
import subprocess, sys, time
print(subprocess.Popen([sys.executable, "-c", "{SLEEPER}"]).pid, flush=True)
time.sleep(60)
"""


def python(words: str, name: str = "child", **more: object) -> Child:
    argv = [sys.executable, "-c", words]
    return Child(**{"name": name, "argv": argv, "ready": lambda _pid: True, **more})


def lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def soon(question: Callable[[], object], meanwhile: Callable[[], None] = lambda: None) -> None:
    deadline = time.monotonic() + 15
    while not question():
        assert time.monotonic() < deadline, "it never came to be"
        meanwhile()
        time.sleep(0.05)


def first_line(path: Path) -> str:
    soon(lambda: path.exists() and path.read_text().strip())
    return path.read_text().split()[0]


def test_a_killed_child_comes_back(tmp_path: Path) -> None:
    with Supervisor(tmp_path) as supervisor:
        supervisor.start(python(SLEEPER))
        first = supervisor.pids()["child"]
        os.kill(first, signal.SIGKILL)
        soon(lambda: supervisor.pids()["child"] != first, meanwhile=supervisor.tend)
        assert lives(supervisor.pids()["child"])


def test_a_child_that_keeps_dying_is_started_less_and_less_often(tmp_path: Path) -> None:
    starts = tmp_path / "starts"
    note = f"open({str(starts)!r}, 'a').write('.')"
    with Supervisor(tmp_path) as supervisor:
        supervisor.start(python(note))
        until = time.monotonic() + 2.5
        while time.monotonic() < until:
            supervisor.tend()
            time.sleep(0.02)
    # Pauses of 0.2, 0.4, 0.8 and 1.6 s leave room for five starts at most.
    assert 2 <= len(starts.read_text()) <= 5


def test_a_child_that_does_not_start_is_told_with_its_last_words(tmp_path: Path) -> None:
    cries = python("import sys; sys.exit('the bell is broken')", ready=lambda _pid: False)
    with Supervisor(tmp_path) as supervisor, pytest.raises(NotReady, match="the bell is broken"):
        supervisor.start(cries)


def test_a_child_that_is_too_slow_is_not_waited_for_and_not_left_behind(tmp_path: Path) -> None:
    slow = python(SLEEPER, ready=lambda _pid: False, patience_s=0.3)
    with Supervisor(tmp_path) as supervisor:
        with pytest.raises(NotReady, match="took too long"):
            supervisor.start(slow)
        pid = supervisor.pids()["child"]
    assert not lives(pid)


def test_a_child_that_ignores_its_goodbye_is_ended(tmp_path: Path) -> None:
    goodbyes = ((signal.SIGTERM, 0.3), (signal.SIGKILL, 5.0))
    with Supervisor(tmp_path) as supervisor:
        supervisor.start(python(STUBBORN, goodbyes=goodbyes))
        pid = supervisor.pids()["child"]
        time.sleep(0.3)  # let it turn its deaf ear
    assert not lives(pid)


def test_what_a_killed_child_had_started_goes_with_it(tmp_path: Path) -> None:
    with Supervisor(tmp_path) as supervisor:
        supervisor.start(python(PARENT))
        grandchild = int(first_line(tmp_path / "child.log"))
        assert lives(grandchild)
        os.kill(supervisor.pids()["child"], signal.SIGKILL)
        soon(lambda: not lives(grandchild), meanwhile=supervisor.tend)


def run_supervisor(logs: Path, children: Sequence[str]) -> subprocess.Popen[str]:
    words = f"""
import sys, time
from pathlib import Path
from concierge.embedded.supervisor import Child, Supervisor, told_to_stop
with told_to_stop(), Supervisor(Path({str(logs)!r})) as supervisor:
    for name in {list(children)!r}:
        argv = [sys.executable, "-c", "{SLEEPER}"]
        supervisor.start(Child(name=name, argv=argv, ready=lambda _pid: True))
    print(*supervisor.pids().values(), flush=True)
    while True:
        supervisor.tend()
        time.sleep(0.1)
"""
    return subprocess.Popen(
        [sys.executable, "-c", words], cwd=CLONE, stdout=subprocess.PIPE, text=True
    )


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_no_child_outlives_us_however_we_are_told_to_go(
    tmp_path: Path, sign: signal.Signals
) -> None:
    with run_supervisor(tmp_path, ["one", "two"]) as us:
        assert us.stdout is not None
        pids = [int(word) for word in us.stdout.readline().split()]
        assert len(pids) == 2
        assert all(lives(pid) for pid in pids)
        us.send_signal(sign)
        code = us.wait(15)
    assert code == (-signal.SIGKILL if sign == signal.SIGKILL else 0)
    soon(lambda: not any(lives(pid) for pid in pids))


def told_to_stop_while_something_goes() -> None:
    class Thing:
        """Goes, and its going is when we are told."""

    thing = Thing()
    farewell = weakref.ref(thing, lambda _: signal.raise_signal(signal.SIGTERM))
    with told_to_stop():
        del thing
        assert farewell() is None
        time.sleep(10)


def test_being_told_to_stop_is_heard_even_while_python_clears_something_away() -> None:
    with pytest.raises(SystemExit):
        told_to_stop_while_something_goes()
