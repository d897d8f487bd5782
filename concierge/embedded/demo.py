"""`python -m concierge demo`: the whole house on this machine, a day in progress inside it."""

import argparse
import asyncio
import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from concierge.maps.city import current_city

from .house import opened
from .migrate import migrate
from .opening import Login, is_empty, open_city
from .ports import LOOPBACK, PAGES, accepts, answers, free_port, remembered_port
from .prepare import prepare
from .progress import say
from .running import announce, the_only_one
from .state import CLONE, State, state
from .supervisor import TICK_S, Child, Supervisor, told_to_stop
from .ui import UI

WEBHOOKS = "/webhooks/stripe"
TYPE = UI / "dist"
"""Where the house's own type lies once its pages are built: the card page wears it too."""


def main(words: Sequence[str]) -> int:
    """Make everything that is missing, open the house, and stay until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m concierge demo", description=__doc__)
    parser.add_argument(
        "--port", type=int, default=PAGES, help=f"of the pages; {PAGES} if not given"
    )
    parser.add_argument("--city", type=Path, help="drive in the city of this .osm.pbf")
    asked = parser.parse_args(words)
    logging.basicConfig(format="%(message)s")
    where = state()
    with told_to_stop(), the_only_one(where):
        prepare(where, city=asked.city)
        port = free_port(asked.port)
        if port != asked.port:
            say(f"Port {asked.port} is taken; using {port}")
        say("Opening the database and the roads")
        with (
            _saying("The house is closed."),
            opened() as given,
            _saying("Closing the roads and the database"),
        ):
            migrate(given["DATABASE_URL"])
            _run(where, port, given)
    return 0


def _run(where: State, port: int, given: Mapping[str, str]) -> None:
    base = f"http://{LOOPBACK}:{port}"
    env = {**os.environ, **given, "CONCIERGE_DEMO": "1", "CONCIERGE_BASE_URL": base}
    with Supervisor(where.logs) as supervisor, _saying("Closing the pages and the worker"):
        if not env.get("STRIPE_SECRET_KEY"):
            env["CONCIERGE_SANDBOX_URL"] = _start_sandbox(supervisor, where, env)
        say("Opening the shop: its people, its pieces, a day in progress")
        logins = asyncio.run(open_city(env, city=current_city(where.roads)))
        say("Opening the pages and the worker")
        serve = ["concierge", "serve", "--port", str(port)]
        supervisor.start(
            _program("worker", ["concierge", "work"], env, lambda: True),
            _program("web", serve, env, lambda: answers(f"{base}/ready")),
        )
        announce(where, base)
        _welcome(base, env, where, logins)
        while True:
            supervisor.tend()
            time.sleep(TICK_S)


def _start_sandbox(supervisor: Supervisor, where: State, env: Mapping[str, str]) -> str:
    home = where.home("demo")
    memory = home / "sandbox.db"
    if asyncio.run(is_empty(env["DATABASE_URL"])):
        for left in home.glob(f"{memory.name}*"):  # what it remembers is of a house that is gone
            left.unlink()
    port = remembered_port(home)
    words = ["sandbox", "--port", str(port), "--state", str(memory)]
    words += ["--webhook", env["CONCIERGE_BASE_URL"] + WEBHOOKS, "--fonts", str(TYPE)]
    supervisor.start(_program("sandbox", ["payments", *words], env, lambda: accepts(port)))
    return f"http://{LOOPBACK}:{port}"


def _program(
    name: str, module: Sequence[str], env: Mapping[str, str], ready: Callable[[], bool]
) -> Child:
    return Child(
        name=name,
        argv=[sys.executable, "-m", *module],
        env=env,
        cwd=CLONE,
        ready=lambda _pid: ready(),
        last_will=signal.SIGTERM,  # they have children of their own to see off
    )


@contextmanager
def _saying(parting: str) -> Generator[None]:
    """Say so when we leave, however that happens."""
    try:
        yield
    finally:
        say(parting)


def _welcome(base: str, env: Mapping[str, str], where: State, logins: Sequence[Login]) -> None:
    say("")
    if "OSRM_URL" not in env:
        say("No road engine could be had: travel times are estimates, and marked so.")
    if sandbox := env.get("CONCIERGE_SANDBOX_URL"):
        say(f"No money moves: cards are held by a stand-in for Stripe, {sandbox}")
    say(f"Logs are in {where.logs}\n")
    say(f"  {base}/          for clients")
    say(f"  {base}/field     for concierges, on a phone")
    say(f"  {base}/dispatch  for dispatchers, on a desk")
    say(f"  {base}/demo      to be anybody, and to move the clock\n")
    for login in logins:
        say(f"  {login.role.value:<11} {login.email}  {login.password}")
    say("\nMaison Orane is open. Ctrl-C closes the house.")
