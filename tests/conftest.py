"""What every test may ask for: a PostgreSQL, and a migrated database of its own.

The server is the house's own, kept between runs, or `DATABASE_URL`. A database is a copy of a
template that is migrated once for each state of `migrations/`.
"""

import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from hypothesis import settings
from psycopg import sql

import tests.examples  # noqa: F401 - its profiles are there before pytest chooses one
from concierge.embedded.postgres import embedded_postgres
from concierge.embedded.state import state

pytest_plugins = ["tests.streets"]
settings.load_profile("house")

CLONE = Path(__file__).resolve().parents[1]
TEMPLATE, OURS = "concierge_template", "concierge_test"
TEMPLATE_LOCK = 7_301_942


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--no-skips", action="store_true", help="a skipped test is a failed run")


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    left_out = [one for kind in ("skipped", "xfailed") for one in reporter.stats.get(kind, [])]
    if session.config.getoption("--no-skips") and left_out and exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if shutil.which("chromium"):
        return
    reason = "No Chromium on this machine (Debian: apt-get install chromium)."
    for item in items:
        if item.path.is_relative_to(config.rootpath / "tests" / "browser"):
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A libpq URL of a server where databases may be made."""
    if given := os.environ.get("DATABASE_URL"):
        yield given
        return
    with embedded_postgres(state(), name="postgres-tests", fast=True) as url:
        _drop_what_dead_runs_left(url)
        yield url


@pytest.fixture(scope="session")
def template(postgres: str) -> str:
    """The name of a database migrated to head, which nobody connects to."""
    name = f"{TEMPLATE}_{_digest(CLONE / 'migrations')}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", (TEMPLATE_LOCK,))
        if name not in _databases(connection, TEMPLATE):
            half = f"{OURS}_{os.getpid()}_template"
            _create(connection, half)
            _migrate(_sibling(postgres, half))
            connection.execute(
                sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
                    sql.Identifier(half), sql.Identifier(name)
                )
            )
    return name


@pytest.fixture
def database(postgres: str, template: str) -> Iterator[str]:
    """A libpq URL of a fresh database, migrated and empty, gone after the test."""
    with fresh_database(postgres, template) as url:
        yield url


@contextlib.contextmanager
def fresh_database(postgres: str, template: str) -> Iterator[str]:
    """The same for a fixture of another scope."""
    name = f"{OURS}_{os.getpid()}_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        _create(connection, name, template)
        try:
            yield _sibling(postgres, name)
        finally:
            _drop(connection, name)


def _create(connection: psycopg.Connection, name: str, template: str = "template1") -> None:
    # Three times as fast as through the log, on a server that does not wait for its disk.
    statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")
    connection.execute(statement.format(sql.Identifier(name), sql.Identifier(template)))


def _drop(connection: psycopg.Connection, name: str) -> None:
    connection.execute(
        sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    )


def _databases(connection: psycopg.Connection, prefix: str) -> list[str]:
    found = connection.execute(
        "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", (prefix,)
    )
    return [str(name) for (name,) in found]


def _drop_what_dead_runs_left(url: str) -> None:
    """Databases carry their run's pid; a template of other migrations serves nobody any more."""
    with psycopg.connect(url, autocommit=True) as connection:
        for name in _databases(connection, OURS):
            try:
                os.kill(int(name.split("_")[2]), 0)
            except ProcessLookupError:
                _drop(connection, name)


def _sibling(url: str, name: str) -> str:
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def _digest(folder: Path) -> str:
    files = sorted(folder.rglob("*.py"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:12]


def _migrate(url: str) -> None:
    """In a process of its own: migrations run a loop, and so does pytest."""
    done = subprocess.run(
        [sys.executable, "-m", "concierge", "migrate"],
        cwd=CLONE,
        env={**os.environ, "DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    if done.returncode != 0:
        pytest.fail(f"The migrations fail:\n{done.stderr}", pytrace=False)
