"""The judge of any plan, from the problem alone: it shares no code with what makes plans."""

from .check import check
from .judged import Violation

__all__ = ["Violation", "check"]
