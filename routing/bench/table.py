"""Prints the table: a goal to a line, ours first, then whether it is met, then each peer."""

import os
import sys
from collections.abc import Mapping, Sequence
from itertools import zip_longest
from textwrap import wrap

from .finding import Finding
from .machine import STARVED

GOAL, OURS, MET, PEER = 44, 24, 6, 18
"""Characters to a column."""


class Table:
    """The table on standard output, and what is being measured on standard error."""

    def __init__(self, peers: Sequence[str]) -> None:
        self._peers = tuple(peers)

    def heading(self) -> None:
        """The columns' names."""
        self._line("goal", "ours", "met", {peer: peer for peer in self._peers})

    def row(self, finding: Finding, share: float) -> None:
        """A finding, with a word if the machine was shared while it was taken."""
        met = {True: "yes", False: "NO", None: "-"}[finding.met]
        starved = share < STARVED
        self._line(finding.goal, finding.ours, met + "?" * starved, finding.peers)
        notes = finding.notes
        if starved:
            load = os.getloadavg()[0]
            notes += (
                f"Starved: {share:.0%} of a core, load average {load:.1f}; judge nothing by it.",
            )
        for note in notes:
            for line in wrap(note, GOAL + OURS + MET + PEER * len(self._peers) - 4):
                say(f"    {line}")

    def _line(self, goal: str, ours: str, met: str, peers: Mapping[str, str]) -> None:
        cells = [(goal, GOAL), (ours, OURS), (met, MET)]
        cells += [(peers.get(peer, ""), PEER) for peer in self._peers]
        columns = [wrap(text, width - 1) for text, width in cells]
        for parts in zip_longest(*columns, fillvalue=""):
            padded = (f"{part:<{width}}" for part, (_, width) in zip(parts, cells, strict=True))
            say("".join(padded).rstrip())


def say(line: str) -> None:
    """A line of the answer."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def now(doing: str) -> None:
    """What is being measured; on a screen it gives way to the next line."""
    on_screen = sys.stderr.isatty()
    sys.stderr.write(f"\r{doing} …\033[K\r" if on_screen else f"{doing} …\n")
    sys.stderr.flush()
