"""A day in VROOM's JSON: read, answered, judged and asked for one window more."""

from .answer import read_plan, write_plan
from .day import read_problem
from .offer import with_job, write_offers
from .steps import read_steps

__all__ = ["read_plan", "read_problem", "read_steps", "with_job", "write_offers", "write_plan"]
