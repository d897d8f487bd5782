"""A program that uses the embedded PostgreSQL until its standard input closes."""

import sys

from concierge.embedded.postgres import embedded_postgres
from concierge.embedded.state import state

with embedded_postgres(state(), name=sys.argv[1], fast=True) as url:
    print(url, flush=True)  # noqa: T201 - the test reads it
    sys.stdin.read()
