"""Plans days of home visits: a `Problem` goes in, a `Plan` comes out. No database, no clock.

OR-Tools is heavy, so it is not imported here: `import routing.solver` where plans are made.
"""

from .change import best_places, insert, remove, unassign
from .check import Violation, check
from .errors import BadPlan, BadProblem, RoutingError
from .move import move
from .offer import Offer, Offers, offers
from .place import Place
from .plan import BreakTaken, Cost, Plan, Reason, Route, Stop, Unplanned
from .problem import Break, Hub, Lock, Problem, Shift, Visit, Weights, Window
from .room import make_room, redriven
from .speeds import Speeds
from .timeline import price, time_route
from .travel import Drives, TravelTimes, estimate, estimate_around
from .under_way.alternative import Alternative, Way
from .under_way.arrival import Arrival, Noise, Span, arrivals
from .under_way.events import (
    Absent,
    Added,
    BrokenDown,
    Cancelled,
    Delayed,
    Event,
    RoadClosed,
    Sick,
)
from .under_way.retime import Late, Retimed, retime, time_late
from .why_not import Ease, Suggestion, why_not
from .words import preview, summary

__all__ = [
    "Absent",
    "Added",
    "Alternative",
    "Arrival",
    "BadPlan",
    "BadProblem",
    "Break",
    "BreakTaken",
    "BrokenDown",
    "Cancelled",
    "Cost",
    "Delayed",
    "Drives",
    "Ease",
    "Event",
    "Hub",
    "Late",
    "Lock",
    "Noise",
    "Offer",
    "Offers",
    "Place",
    "Plan",
    "Problem",
    "Reason",
    "Retimed",
    "RoadClosed",
    "Route",
    "RoutingError",
    "Shift",
    "Sick",
    "Span",
    "Speeds",
    "Stop",
    "Suggestion",
    "TravelTimes",
    "Unplanned",
    "Violation",
    "Visit",
    "Way",
    "Weights",
    "Window",
    "arrivals",
    "best_places",
    "check",
    "estimate",
    "estimate_around",
    "insert",
    "make_room",
    "move",
    "offers",
    "preview",
    "price",
    "redriven",
    "remove",
    "retime",
    "summary",
    "time_late",
    "time_route",
    "unassign",
    "why_not",
]
