"""The rows of the table: one file for each goal, or for a few that are measured together."""

from collections.abc import Mapping

from routing.bench.finding import Row

from .arrival_ranges import arrival_ranges
from .bookings import random_bookings
from .concierge_day import concierge_day_beside_peers
from .deep_look import deep_look
from .first_plan import first_plan
from .gaps import FOUR_HUNDRED, HUNDRED, TWO_HUNDRED, gaps
from .peak_travel import peak_travel
from .published import published_plans
from .same_day import same_day_repair
from .slots import slot_query
from .suggestions import suggestions
from .windows_offered import windows_offered

ROWS: Mapping[str, Row] = {
    "solomon-100": gaps(HUNDRED),
    "homberger-200": gaps(TWO_HUNDRED),
    "homberger-400": gaps(FOUR_HUNDRED),
    "day": concierge_day_beside_peers,
    "peak": peak_travel,
    "first-plan": first_plan,
    "slots": slot_query,
    "offers": windows_offered,
    "deep-look": deep_look,
    "why-not": suggestions,
    "bookings": random_bookings,
    "repair": same_day_repair,
    "arrivals": arrival_ranges,
    "published": published_plans,
}
"""Every row by the name it is asked for with, in the order of the table."""
