"""What the sandbox itself says became of the money: the other side of every ledger."""

from collections import defaultdict
from typing import Any

from . import disputes, refunds
from .store import Doc
from .world import World

COLUMNS = ("authorised", "captured", "released", "held", "refunded", "disputed", "fees")


def totals(world: World, order: str | None = None) -> dict[str, Any]:
    """Sums by currency and by order; in each, authorised = captured + released + held.

    `disputed` is what banks have taken back of the captures, for now or for good, and `fees` what
    that cost us.
    """
    currencies: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(COLUMNS, 0))
    orders: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(COLUMNS, 0))
    for intent in world.store.find("payment_intent", {"metadata.order": order}):
        for column, amount in _of(world, intent).items():
            currencies[intent["currency"].upper()][column] += amount
            orders[intent["metadata"].get("order", "")][column] += amount
    return {"currencies": currencies, "orders": orders}


def _of(world: World, intent: Doc) -> dict[str, int]:
    """What became of one intent. One that no card ever said yes to held nothing."""
    if intent["latest_charge"] is None:
        return {}
    received, live = intent["amount_received"], intent["amount_capturable"]
    return {
        "authorised": intent["amount"],
        "captured": received,
        "released": intent["amount"] - received - live,
        "held": live,
        "refunded": refunds.given_back(world, intent["id"]),
        "disputed": sum(map(disputes.taken_back, disputes.of(world, intent["id"]))),
        "fees": sum(map(disputes.cost_of, disputes.of(world, intent["id"]))),
    }
