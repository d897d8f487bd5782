"""What can be wrong with a question or an answer.

RoutingError
├── BadProblem   the day asked about is nonsense; the sentence names the field
└── BadPlan      a plan offered as an answer is not one; the sentence names the stop
"""


class RoutingError(Exception):
    """Something is broken in a question to the planner, or in its answer."""


class BadProblem(RoutingError):
    """The problem cannot be asked: a field is missing, contradictory or out of range."""


class BadPlan(RoutingError):
    """A plan does not answer its problem: a rule is broken or a visit is not accounted for."""
