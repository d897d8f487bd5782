"""The rows of the table: one file for each goal, or for a few that are measured together."""

from collections.abc import Mapping

from routing.bench.finding import Row

from .concierge_day import concierge_day_beside_peers
from .first_plan import first_plan
from .gaps import FOUR_HUNDRED, HUNDRED, TWO_HUNDRED, gaps

ROWS: Mapping[str, Row] = {
    "solomon-100": gaps(HUNDRED),
    "homberger-200": gaps(TWO_HUNDRED),
    "homberger-400": gaps(FOUR_HUNDRED),
    "day": concierge_day_beside_peers,
    "first-plan": first_plan,
}
"""Every row by the name it is asked for with, in the order of the table."""
