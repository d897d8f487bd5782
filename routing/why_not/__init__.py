"""What would make a visit fit that found no place: the smallest change of each kind, in words."""

from .minutes import MINUTE
from .suggestion import Ease, Suggestion
from .why_not import why_not

__all__ = ["MINUTE", "Ease", "Suggestion", "why_not"]
