"""python -m payments: the stand-in for Stripe in a process of its own, and the simulation."""

import argparse
import sys

from .sandbox.app import Settings, run
from .simulation import run as simulation

SIMULATED = ("simulate", "year")


def main(words: list[str]) -> None:
    """Do what the command line says."""
    if words[:1] and words[0] in SIMULATED:
        raise SystemExit(simulation.main(words))
    parser = argparse.ArgumentParser(prog="python -m payments", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="{sandbox,simulate,year}")
    sandbox = commands.add_parser("sandbox", help="serve a stand-in for Stripe; no money moves")
    sandbox.add_argument("--port", type=int, required=True)
    sandbox.add_argument("--host", default="127.0.0.1", help="default: this machine alone")
    sandbox.add_argument("--public", metavar="URL", help="where browsers reach the card page")
    sandbox.add_argument("--state", metavar="FILE", help="remember everything here (default: not)")
    sandbox.add_argument("--webhook", metavar="URL", help="tell this address what happens")
    sandbox.add_argument("--webhook-secret", metavar="SECRET", default="whsec_sandbox")
    sandbox.add_argument("--fonts", metavar="DIR", help="a folder with the house's own type")
    sandbox.add_argument(
        "--strict",
        action="store_true",
        help="hold all traffic to the SDK's types (needs the development dependencies)",
    )
    said = parser.parse_args(words)
    run(
        Settings(
            port=said.port,
            host=said.host,
            public=said.public,
            state=said.state,
            webhook_url=said.webhook,
            webhook_secret=said.webhook_secret,
            strict=said.strict,
            fonts=said.fonts,
        )
    )


if __name__ == "__main__":
    main(sys.argv[1:])
