"""Histories of orders, thousands of them, with everything that can go wrong.

The production's rules over a house in memory and the sandbox's own provider, from a seed.
"""

from .histories import Ending, Mix, tell
from .rules import RULES, Rules

__all__ = ["RULES", "Ending", "Mix", "Rules", "tell"]
