"""Garments, drawn by us: one SVG per category, cut and colour."""

from .drawing import CATEGORIES, WORDS, UnknownGarment, draw
from .shade import BadColour

__all__ = ["CATEGORIES", "WORDS", "BadColour", "UnknownGarment", "draw"]
