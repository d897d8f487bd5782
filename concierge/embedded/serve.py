"""`python -m concierge serve`: the pages and the API, over one database."""

import argparse
import os
from collections.abc import Sequence

import uvicorn

from .house import opened
from .ports import LOOPBACK
from .supervisor import told_to_stop

PARTING_S = 5
"""How long an open page may hold us when we are told to stop."""


def main(words: Sequence[str]) -> int:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m concierge serve", description=__doc__)
    parser.add_argument("--host", default=LOOPBACK)
    parser.add_argument("--port", type=int, default=8000)
    asked = parser.parse_args(words)
    with told_to_stop(), opened() as given:
        os.environ.update(given)
        uvicorn.run(
            "concierge.app:create_app",
            factory=True,
            host=asked.host,
            port=asked.port,
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=PARTING_S,
        )
    return 0
