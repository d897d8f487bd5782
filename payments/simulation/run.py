"""`python -m payments simulate` and `year`: many histories, or one of them step by step."""

import argparse
import os
import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial

from .histories import Mix, tell
from .year import departures

AT_ONCE = 250
"""Histories a worker is given at a time."""


@dataclass(slots=True)
class Found:
    """What became of many histories: how they ended, and by name what was wrong, seed by seed."""

    histories: int = 0
    ends: Counter[str] = field(default_factory=Counter[str])
    wrong: dict[int, list[str]] = field(default_factory=dict[int, list[str]])

    def add(self, other: "Found") -> None:
        """Take others in."""
        self.histories += other.histories
        self.ends.update(other.ends)
        self.wrong.update(other.wrong)


def simulate(histories: int, *, seed: int, workers: int, mix: Mix | None = None) -> Found:
    """Live through so many histories, each from a seed of its own."""
    first = seed * 1_000_000
    parts = [
        (first + start, first + min(start + AT_ONCE, histories))
        for start in range(0, histories, AT_ONCE)
    ]
    found = Found()
    live = partial(_live, mix=mix or Mix())
    if workers == 1:
        for part in parts:
            found.add(live(part))
        return found
    with ProcessPoolExecutor(workers) as pool:
        for one in pool.map(live, parts):
            found.add(one)
    return found


def _live(part: tuple[int, int], *, mix: Mix) -> Found:
    found = Found()
    for seed in range(*part):
        ending = tell(seed, mix)
        found.histories += 1
        found.ends[f"{ending.state} {ending.standing}"] += 1
        if ending.wrong:
            found.wrong[seed] = ending.wrong
    return found


def main(words: Sequence[str]) -> int:
    """Do what the command line says; 0 only if nothing is wrong."""
    parser = argparse.ArgumentParser(prog="python -m payments", description=__doc__)
    commands = parser.add_subparsers(required=True, dest="command")
    many = commands.add_parser("simulate", help="histories with everything that can go wrong")
    many.add_argument("--histories", type=int, default=10_000)
    many.add_argument("--seed", type=int, default=1)
    many.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    many.add_argument("--faults", type=float, default=Mix().faults, help="of all calls, at most")
    many.add_argument("--replay", type=int, metavar="SEED", help="one history, step by step")
    year = commands.add_parser("year", help="a year of departures")
    year.add_argument("--visits", type=int, default=14_600)
    year.add_argument("--seed", type=int, default=1)
    said = parser.parse_args(words)
    if said.command == "year":
        return _year(said.visits, said.seed)
    if said.replay is not None:
        return _replay(said.replay, Mix(faults=said.faults))
    return _many(said)


def _say(words: str) -> None:
    sys.stdout.write(f"{words}\n")


def _many(said: argparse.Namespace) -> int:
    began = time.monotonic()
    mix = Mix(faults=said.faults)
    found = simulate(said.histories, seed=said.seed, workers=said.workers, mix=mix)
    for end, times in found.ends.most_common():
        _say(f"{times:8}  {end}")
    for seed, wrong in sorted(found.wrong.items())[:20]:
        _say(f"WRONG in {seed}: {'; '.join(wrong)}")
    _say(
        f"{found.histories} histories in {time.monotonic() - began:.1f} s, "
        f"{len(found.wrong)} of them wrong."
    )
    return 1 if found.wrong else 0


def _replay(seed: int, mix: Mix) -> int:
    ending = tell(seed, mix, say=_say)
    _say(f"It ended {ending.state}, its money {ending.standing}.")
    for words in ending.wrong or ["Nothing is wrong."]:
        _say(words)
    return 1 if ending.wrong else 0


def _year(visits: int, seed: int) -> int:
    seen = departures(visits=visits, seed=seed)
    _say(f"{seen.visits} visits in a year, {seen.departed} departed.")
    _say(f"{seen.unheld} departed without a hold that outlasts the visit.")
    _say(f"{seen.good_in_time} of {seen.good} with good cards were held a day before and departed")
    _say(f"({100 * seen.good_in_time / max(1, seen.good):.2f} %).")
    _say(f"{seen.silent} stayed and nobody was warned.")
    return 1 if seen.unheld or seen.silent or seen.wrong else 0
