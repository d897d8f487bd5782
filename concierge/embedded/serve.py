"""`python -m concierge serve`: the pages and the API, over one database."""

import argparse
import os
from collections.abc import Callable, Sequence
from types import FrameType

import uvicorn

from concierge.app import create_app, end_streams

from .house import opened
from .ports import LOOPBACK, PAGES
from .supervisor import told_to_stop

PARTING_S = 5
"""How long an open page may hold us when we are told to stop."""


class Serving(uvicorn.Server):
    """A server that first says goodbye to open streams; it would wait for them, then cut them."""

    def __init__(self, config: uvicorn.Config, *, part: Callable[[], None]) -> None:
        super().__init__(config)
        self._part = part

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Part, then stop as ever."""
        self._part()
        super().handle_exit(sig, frame)


def main(words: Sequence[str]) -> int:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m concierge serve", description=__doc__)
    parser.add_argument("--host", default=LOOPBACK)
    parser.add_argument("--port", type=int, default=PAGES)
    asked = parser.parse_args(words)
    with told_to_stop(), opened() as given:
        os.environ.update(given)
        app = create_app()
        Serving(
            uvicorn.Config(
                app,
                host=asked.host,
                port=asked.port,
                log_config=None,
                access_log=False,
                timeout_graceful_shutdown=PARTING_S,
            ),
            part=lambda: end_streams(app),
        ).run()
    return 0
