"""Searches for better routes by ruin and recreate, in machine code; it proposes, nothing more.

What it proposes is a plan only once `routing.solver` has had the last word. Loading this package
loads Numba: import it where plans are made, and nowhere else.

Source: J. Christiaens and G. Vanden Berghe, Slack Induction by String Removals for Vehicle
Routing Problems, Transportation Science 54(2), 2020 (SISR). Strings, adjacency, blinks and the
settings keep the paper's names; exact breaks, several windows, and a price for each visit with
each concierge are ours.
"""

from .propose import Proposal, propose
from .warm import warm

__all__ = ["Proposal", "propose", "warm"]
