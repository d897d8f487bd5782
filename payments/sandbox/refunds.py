"""Captured money given back, never more than was captured."""

from . import shapes
from .params import Params
from .refusals import Refusal, invalid, unexpected
from .store import Doc
from .world import World

REASONS = ("duplicate", "fraudulent", "requested_by_customer")


def create(world: World, params: Params) -> Doc:
    """Give captured money back.

    Raises:
        Refusal: nothing was captured, or less is left than asked for.
    """
    params.only(("amount", "payment_intent", "reason", "metadata", "expand"))
    intent = world.fetch("payment_intent", params.must("payment_intent"))
    asked, reason = params.integer("amount"), params.choice("reason", REASONS)
    metadata = params.metadata()
    if intent["status"] != "succeeded":
        raise unexpected(intent, "refunded", "succeeded")
    left = intent["amount_received"] - given_back(world, intent["id"])
    if not left:
        raise Refusal(
            400,
            f"Charge {intent['latest_charge']} has already been refunded.",
            code="charge_already_refunded",
        )
    amount = left if asked is None else asked
    if amount < 1:
        raise invalid("Invalid positive integer.", "amount", "parameter_invalid_integer")
    if amount > left:
        words = f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})."
        raise Refusal(400, words, param="amount")
    refund = shapes.refund(world.name("re"), world.clock.now(), intent, amount)
    refund |= {"metadata": metadata, "reason": reason}
    world.store.put(refund)
    charge = world.fetch("charge", intent["latest_charge"])
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    world.tell("charge.refunded", world.store.put(charge))
    world.tell("refund.created", refund)
    return refund


def given_back(world: World, intent: str) -> int:
    """How much of an intent was given back so far."""
    refunds = world.store.find("refund", {"payment_intent": intent})
    return sum(refund["amount"] for refund in refunds if refund["status"] == "succeeded")
