"""What the boutique's rails, occasions and colours are called; English, for translation."""

from collections.abc import Mapping

from concierge.desk.browse import Sorting
from concierge.desk.show_order import Stage

FAMILIES: Mapping[str, str] = {
    "coats": "Coats and jackets",
    "tailoring": "Tailoring",
    "dresses": "Dresses",
    "tops": "Blouses and shirts",
    "knitwear": "Knitwear",
    "skirts": "Skirts and denim",
    "shoes": "Shoes",
    "bags": "Bags",
    "accessories": "Accessories",
}
OCCASIONS: Mapping[str, str] = {
    "day": "For the day",
    "evening": "For the evening",
    "work": "For work",
    "weekend": "For the weekend",
    "travel": "For travelling",
}
SORTINGS: Mapping[str, str] = {
    Sorting.OURS: "As we hung them",
    Sorting.CHEAPEST: "Lowest price first",
    Sorting.DEAREST: "Highest price first",
}
STAGES: Mapping[Stage, str] = {
    Stage.PLACED: "Waiting for your card",
    Stage.FLEXIBLE: "Booked, hour to come",
    Stage.CONFIRMED: "Booked",
    Stage.ON_THE_WAY: "On the way",
    Stage.AT_THE_DOOR: "With you now",
    Stage.RETURNED: "Being settled",
    Stage.SETTLED: "Settled",
    Stage.EXPIRED: "Expired",
    Stage.CANCELLED: "Cancelled",
}
COLLECTING: Mapping[Stage, str] = {
    Stage.CONFIRMED: "Collection booked",
    Stage.ON_THE_WAY: "On the way",
    Stage.AT_THE_DOOR: "With you now",
    Stage.RETURNED: "Collected",
    Stage.SETTLED: "Collected",
    Stage.CANCELLED: "Called off",
}
"""A visit that fetches pieces; there is no card to wait for."""
SOURCES: Mapping[str, str] = {
    "client": "You told us",
    "concierge": "Your concierge noticed",
    "order": "From an order",
}


def occasion(name: str) -> str:
    """What an occasion is called."""
    return OCCASIONS.get(name, name.capitalize())


def source(name: str) -> str:
    """Who told us something: `concierge:Amélie` is your concierge."""
    return SOURCES.get(name.partition(":")[0].lower(), name)
