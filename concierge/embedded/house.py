"""What the house is given on this machine, for whatever the environment does not name."""

import os
from collections.abc import Generator, Mapping
from contextlib import contextmanager

from .postgres import database_url


@contextmanager
def opened(env: Mapping[str, str] = os.environ) -> Generator[dict[str, str]]:
    """The settings to add to the environment; what they name runs for as long as we stay.

    Raises:
        EmbeddedError: `DATABASE_URL` is not set and the embedded PostgreSQL cannot be had.
    """
    with database_url(env) as url:
        yield {"DATABASE_URL": url}
