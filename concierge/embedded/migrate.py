"""`python -m concierge migrate`: the schema, brought in step with the model."""

import argparse
import os
import sys
from collections.abc import Sequence
from urllib.parse import urlsplit

import psycopg
from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from psycopg import sql

from .postgres import database_url
from .state import CLONE

SCRATCH = "concierge_check"


def main(words: Sequence[str]) -> int:
    """Migrate the database to `--to`, or only `--check` that models and migrations agree."""
    parser = argparse.ArgumentParser(prog="python -m concierge migrate", description=__doc__)
    parser.add_argument("--to", default="head", metavar="REVISION", help="`head` if not given")
    parser.add_argument(
        "--check", action="store_true", help="change nothing; fail if the models have moved on"
    )
    asked = parser.parse_args(words)
    with database_url() as url:
        if asked.check:
            return check(url)
        migrate(url, to=asked.to)
    return 0


def migrate(url: str, *, to: str = "head") -> None:
    """Bring the database to a revision, forwards or back."""
    os.environ["DATABASE_URL"] = url  # where migrations/env.py looks
    if to == "base" or to.startswith("-"):
        command.downgrade(_config(), to)
    else:
        command.upgrade(_config(), to)


def check(server: str) -> int:
    """Whether a database migrated from nothing is what the models say; 0 if so."""
    name = f"{SCRATCH}_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as connection:
        scratch = sql.Identifier(name)
        connection.execute(sql.SQL("CREATE DATABASE {}").format(scratch))
        try:
            migrate(urlsplit(server)._replace(path=f"/{name}").geturl())
            command.check(_config())
        except CommandError as problem:
            sys.stderr.write(f"{problem}\n")
            return 1
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(scratch))
    return 0


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(CLONE / "migrations").replace("%", "%%"))
    return config
