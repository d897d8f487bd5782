"""Plans days of home visits: a `Problem` goes in, a `Plan` comes out. No database, no clock."""

from .errors import BadPlan, BadProblem, NoPlan, RoutingError
from .place import Place
from .plan import BreakTaken, Cost, Plan, Reason, Route, Stop, Unplanned
from .problem import Break, Hub, Lock, Problem, Shift, Visit, Weights, Window
from .travel import TravelTimes, estimate

__all__ = [
    "BadPlan",
    "BadProblem",
    "Break",
    "BreakTaken",
    "Cost",
    "Hub",
    "Lock",
    "NoPlan",
    "Place",
    "Plan",
    "Problem",
    "Reason",
    "Route",
    "RoutingError",
    "Shift",
    "Stop",
    "TravelTimes",
    "Unplanned",
    "Visit",
    "Weights",
    "Window",
    "estimate",
]
