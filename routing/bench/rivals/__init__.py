"""The peers measured beside us, each handed the same day; one file each.

PyVRP and VROOM come with the group `bench` of `pyproject.toml`; without it their columns are
missing and the rest is measured.
"""

from .answer import Cannot
from .rival import RIVALS, Asked, Rival, installed

__all__ = ["RIVALS", "Asked", "Cannot", "Rival", "installed"]
