"""The ways a plan can be wrong, each made from a plan that is right.

A mutation takes a good plan and answers a bad one, or None where that plan gives no occasion for
it. What makes the answer bad is in its own lines; none of them asks `check`.
"""

from . import answers, clock, rests
from .made import MUTATIONS, mutants

__all__ = ["MUTATIONS", "answers", "clock", "mutants", "rests"]
