"""Measures the rows that are asked for, one after another, each with the core it was given."""

from collections.abc import Sequence
from pathlib import Path

from routing.errors import BadPlan, BadProblem
from routing.search import warm

from .finding import Conditions, Finding
from .instances import read_instances
from .machine import Stopwatch, machine
from .rivals import RIVALS, Rival, installed
from .rows import ROWS
from .table import Table, now, say

NOBODY = "none"
"""Whom to name as a peer to measure beside nobody."""


def bench(
    folder: Path | None,
    *,
    rows: Sequence[str] = (),
    peers: Sequence[str] | None = None,
    full: bool = False,
    seconds: float | None = None,
    seeds: int | None = None,
) -> None:
    """Print the table on standard output, and what is being measured on standard error.

    Without rows, all of them; without peers, all that are installed, and beside nobody if the one
    peer asked for is "none". `seconds` replaces the goals' own times to search, `seeds` is how
    many of each are taken: three of a full table, else one.

    Raises:
        BadProblem: the folder holds no instances that can be read, a row is unknown, or a peer is
            unknown or not installed.
    """
    for name in rows:
        if name not in ROWS:
            raise BadProblem(f"There is no row {name}; there are {', '.join(ROWS)}.")
    rivals = _asked_for(peers)
    conditions = Conditions(
        instances=None if folder is None else read_instances(folder),
        rivals=rivals,
        full=full,
        seeds=range(1, 1 + (seeds or (3 if full else 1))),
        seconds=seconds,
        doing=now,
    )
    packages = tuple(dict.fromkeys(each.package for each in rivals))
    say(machine((*packages, "numba", "numpy")))
    absent = [each.name for each in RIVALS if each not in installed()]
    if absent and peers is None:
        say(f"Without {' and '.join(absent)}, whose columns are missing: `make bench` has them.")
    say("")
    now("making the search ready")
    warm()
    table = Table([each.name for each in rivals])
    table.heading()
    whole = Stopwatch()
    for name in rows or ROWS:
        watch = Stopwatch()
        try:
            for finding in ROWS[name](conditions):
                table.row(finding, watch.share())
                watch = Stopwatch()
        except BadPlan as wrong:
            table.row(Finding(name, "no plan", met=False, notes=(str(wrong),)), watch.share())
    say(
        f"\n{whole.passed_s() / 60:.0f} min; of one core this run had {whole.share():.0%}. "
        'A "?" marks what was taken while others were at work on this machine.'
    )


def _asked_for(peers: Sequence[str] | None) -> tuple[Rival, ...]:
    """The peers of these names, in the order of the table."""
    there = installed()
    if peers is None:
        return there
    names = [each.name for each in there]
    for name in peers:
        if name not in (*names, NOBODY):
            raise BadProblem(
                f"There is no peer {name}; there are {', '.join(names)} and {NOBODY}."
            )
    return tuple(each for each in there if each.name in peers)
