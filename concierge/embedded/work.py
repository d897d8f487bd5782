"""`python -m concierge work`: hands that do what was asked for, as many as wanted."""

import argparse
import asyncio
import logging
import os
from collections.abc import Sequence

from concierge.settings import from_environment
from concierge.worker.run import HANDS, run_worker

from .house import opened
from .supervisor import told_to_stop


def main(words: Sequence[str]) -> int:
    """Work until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m concierge work", description=__doc__)
    parser.add_argument(
        "--hands", type=int, default=HANDS, help=f"jobs in hand at a time; {HANDS} if not given"
    )
    asked = parser.parse_args(words)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    with told_to_stop(), opened() as given:
        os.environ.update(given)
        asyncio.run(run_worker(from_environment(), hands=asked.hands))
    return 0
