"""The doors of the house: `python -m concierge COMMAND …`."""

import argparse
import importlib
import sys
from collections.abc import Sequence

from concierge.embedded.errors import EmbeddedError
from concierge.settings import BadSettings

COMMANDS = {
    "demo": "the whole house on this machine, a day in progress",
    "migrate": "bring the database's schema in step",
    "roads": "build a city's streets: roads build [CITY.osm.pbf]",
    "serve": "serve the pages and the API",
    "story": "one order from browsing to receipt, on the running demo",
    "stripe": "say whether a Stripe account is rightly connected: stripe check",
    "windows": "how soon a client is told her windows, by the running demo",
    "work": "do the jobs that were asked for",
}
"""Each is a module of `concierge.embedded` with a `main`, loaded only when asked for."""


def main(words: Sequence[str] | None = None) -> int:
    """Run the command; its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m concierge",
        description="Pieces brought home, tried, and only what is kept is charged.",
        epilog="\n".join(f"  {name:<8} {does}" for name, does in COMMANDS.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("command", choices=COMMANDS, metavar="COMMAND")
    parser.add_argument("words", nargs=argparse.REMAINDER, help="COMMAND --help explains them")
    asked = parser.parse_args(words)
    command = importlib.import_module(f"concierge.embedded.{asked.command}")
    try:
        return int(command.main(asked.words))
    except (EmbeddedError, BadSettings) as problem:
        sys.stderr.write(f"{problem}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
