"""The only door to OR-Tools, which makes a day's first plan and has the last word on every plan.

Loading this package loads OR-Tools: import it where plans are made, and nowhere else.
"""

from .as_shipped import plan_as_shipped, plan_by_iterated_search
from .last_word import accept
from .planning import Engine, plan_day

__all__ = ["Engine", "accept", "plan_as_shipped", "plan_by_iterated_search", "plan_day"]
