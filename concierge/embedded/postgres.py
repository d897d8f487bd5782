"""PostgreSQL 18 under our own keeper, for whoever has none.

As root it runs as `nobody`. It answers on loopback only, on a port it remembers, to a password
made for it. It is killed freely and comes back with every committed row.
"""

import os
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from . import engines, processes
from .errors import NotReady
from .ports import LOOPBACK, remembered_port
from .shared import shared
from .state import State, engine_user, state
from .supervisor import Child

USER, DATABASE = "concierge", "concierge"
PLAIN = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "password_encryption": "scram-sha-256",
    "idle_in_transaction_session_timeout": "5min",
}
FAST = {"fsync": "off", "full_page_writes": "off", "wal_level": "minimal", "max_wal_senders": "0"}
"""For tests: survives its own death, not the machine's."""
EVICTION_S = 8.0


@contextmanager
def database_url(env: Mapping[str, str] = os.environ) -> Generator[str]:
    """The database of this house: `DATABASE_URL` if it is set, otherwise the embedded one.

    Raises:
        EmbeddedError: the embedded one cannot be had.
    """
    if given := env.get("DATABASE_URL"):
        yield given
        return
    with embedded_postgres(state(env)) as url:
        yield url


@contextmanager
def embedded_postgres(
    where: State, *, name: str = "postgres", fast: bool = False
) -> Generator[str]:
    """A libpq URL of the server `name` kept in `where`, running for as long as we stay.

    Started if nobody runs it, shared if somebody does, stopped when the last one leaves. `fast`
    gives up surviving a power cut: for tests, under a name of their own.

    Raises:
        NoEngine, WrongEngine: PostgreSQL cannot be had for this machine.
        NotReady: it does not start.
    """
    engines.ensure(engines.pinned("postgresql"), where)
    words = [str(where.root), "postgres", name, *(["fast"] if fast else [])]
    with shared(where.home(name), words) as server:
        yield _with_database(server)


@dataclass(frozen=True, slots=True)
class Cluster:
    """The server's files, and how to start it on them."""

    where: State
    name: str
    fast: bool

    @property
    def home(self) -> Path:
        """Where its locks, its port and its data are."""
        return self.where.home(self.name)

    def open(self) -> tuple[Child, str]:
        """Make the data directory if it is new; the server as a child, and its address.

        Raises:
            NotReady: the data directory cannot be made, or is of another PostgreSQL.
        """
        engine = engines.ensure(engines.pinned("postgresql"), self.where)
        closed = self._closed()
        data = closed / "data"
        password = self._password(closed)
        if not data.exists():
            self._initdb(engine, data, password)
        made_by = (data / "PG_VERSION").read_text().strip()
        if made_by != engines.pinned("postgresql").version.split(".")[0]:
            raise NotReady(f"{data} was made by PostgreSQL {made_by}; move it away or restore it.")
        port = remembered_port(self.home)
        settings = {**PLAIN, "port": str(port), **(FAST if self.fast else {})}
        argv = [str(engine / "bin" / "postgres"), "-D", str(data)]
        for name, value in settings.items():
            argv += ["-c", f"{name}={value}"]
        child = Child(
            name=self.name,
            argv=argv,
            env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
            cwd=Path("/"),
            user=engine_user(),
            before=lambda: clear_the_way(data),
            ready=lambda pid: _serves(data, pid),
            # SIGINT ends sessions and closes cleanly; SIGTERM would wait for idle clients.
            goodbyes=((signal.SIGINT, 10.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)),
            last_will=signal.SIGINT,
        )
        return child, f"postgresql://{USER}:{password}@{LOOPBACK}:{port}/postgres"

    def _closed(self) -> Path:
        closed = self.home / "cluster"
        closed.mkdir(mode=0o700, exist_ok=True)
        closed.chmod(0o700)
        if user := engine_user():
            os.chown(closed, user.pw_uid, user.pw_gid)
        return closed

    def _password(self, closed: Path) -> str:
        note = closed / "password"
        if not note.exists():
            note.touch(mode=0o600)
            note.write_text(secrets.token_urlsafe(24))
            if user := engine_user():
                os.chown(note, user.pw_uid, user.pw_gid)
        return note.read_text()

    def _initdb(self, engine: Path, data: Path, password: str) -> None:
        new = data.with_name("data.new")
        shutil.rmtree(new, ignore_errors=True)  # an earlier attempt was cut short
        command = [str(engine / "bin" / "initdb"), "-D", str(new), "-U", USER, "-E", "UTF8"]
        command += ["--locale-provider=builtin", "--locale=C.UTF-8", "-A", "scram-sha-256"]
        command += [f"--pwfile={data.with_name('password')}", *(["--no-sync"] * self.fast)]
        user = engine_user()
        done = subprocess.run(  # noqa: S603 - our own engine
            command,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
            cwd="/",
            env={"PATH": os.defpath, "LC_ALL": "C"},
            user=None if user is None else user.pw_uid,
            group=None if user is None else user.pw_gid,
            extra_groups=None if user is None else [],
        )
        if done.returncode != 0 or not password:
            raise NotReady(f"initdb failed: {(done.stderr or done.stdout).strip()}")
        new.rename(data)


def clear_the_way(data: Path) -> None:
    """Make sure that no other server works on `data`, and that no stale pid file forbids ours.

    A pid in `postmaster.pid` may since have been given to anybody: the file is removed unless that
    pid is a PostgreSQL on this very directory. One that is was orphaned (we hold the keeper's
    lock), so it is told to leave; its last processes are waited for, since they hold its memory.
    """
    note = data / "postmaster.pid"
    deadline = time.monotonic() + EVICTION_S
    sign = signal.SIGINT
    pid = _noted_pid(note)
    while pid is not None and processes.works_in(pid, data, program="postgres"):
        processes.tell(pid, sign)
        if time.monotonic() > deadline:
            sign, deadline = signal.SIGQUIT, deadline + EVICTION_S
        time.sleep(0.2)
    deadline = time.monotonic() + EVICTION_S
    while left := processes.working_in(data, program="postgres"):
        if time.monotonic() > deadline:
            for one in left:
                processes.tell(one, signal.SIGKILL)
        time.sleep(0.1)
    note.unlink(missing_ok=True)


def _noted_pid(note: Path) -> int | None:
    try:
        return int(note.read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None


def _serves(data: Path, pid: int) -> bool:
    """What pg_ctl asks: the pid file is this process's and its eighth line says ready."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return False
    return len(lines) >= 8 and lines[0] == str(pid) and lines[7].strip() == "ready"


def _with_database(server: str) -> str:
    with (
        psycopg.connect(server, autocommit=True) as connection,
        # It was there, or another program makes it at this moment.
        suppress(psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation),
    ):
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
    return server.removesuffix("/postgres") + f"/{DATABASE}"
