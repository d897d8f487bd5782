"""Captured money given back, never more than was captured.

Source: Stripe, "Refund and cancel payments" and "Testing", read November 2026: a refund may be
pending for a while, and one that looked done may fail; then the money is ours again.
"""

from . import disputes, intents, shapes
from .params import Params
from .refusals import Refusal, invalid, unexpected
from .store import Doc
from .world import World

TAKES_S = 3_600
"""How long a pending refund is pending, and after how long a failing one fails."""
ON_THE_WAY = {"pending", "requires_action", "succeeded"}
REASONS = ("duplicate", "fraudulent", "requested_by_customer")


def create(world: World, params: Params) -> Doc:
    """Give captured money back.

    Raises:
        Refusal: nothing was captured, less is left than asked for, or her bank has it back.
    """
    params.only(("amount", "payment_intent", "reason", "metadata", "expand"))
    intent = world.fetch("payment_intent", params.must("payment_intent"))
    asked, reason = params.integer("amount"), params.choice("reason", REASONS)
    metadata = params.metadata()
    if intent["status"] != "succeeded":
        raise unexpected(intent, "refunded", "succeeded")
    if any(not one["is_charge_refundable"] for one in disputes.of(world, intent["id"])):
        words = f"Charge {intent['latest_charge']} has been charged back; cannot issue a refund."
        raise Refusal(400, words, code="charge_disputed")
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
    card = intents.card_of(world, world.fetch("payment_method", intent["payment_method"]))
    later = None if card.refund == "succeeded" else world.clock.now() + TAKES_S
    if card.refund == "pending":
        refund |= {"status": "pending", "pending_reason": "processing"}
    world.store.put(refund, due=later)
    charge = world.fetch("charge", intent["latest_charge"])
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    world.tell("charge.refunded", world.store.put(charge))
    world.tell("refund.created", refund)
    return refund


def end(world: World, refund: Doc, status: str) -> Doc:
    """What became of a refund at last. One that fails makes the money ours again.

    Raises:
        Refusal: that cannot become of it.
    """
    if status not in {"succeeded", "failed"} or refund["status"] not in ON_THE_WAY:
        words = f"A refund that is {refund['status']} cannot become {status}."
        raise Refusal(400, words, stored=False)
    refund |= {"status": status, "pending_reason": None}
    if status == "succeeded":
        world.tell("refund.updated", world.store.put(refund))
        return refund
    refund |= {
        "failure_balance_transaction": world.name("txn"),
        "failure_reason": "expired_or_canceled_card",
    }
    charge = world.fetch("charge", refund["charge"])
    charge["amount_refunded"] -= refund["amount"]
    charge["refunded"] = False
    world.store.put(charge)
    world.tell("refund.failed", world.store.put(refund))
    return refund


def lapse(world: World, refund: Doc) -> None:
    """Its hour is over."""
    end(world, refund, "succeeded" if refund["status"] == "pending" else "failed")


def given_back(world: World, intent: str) -> int:
    """How much of an intent was given back so far, or is on its way."""
    refunds = world.store.find("refund", {"payment_intent": intent})
    return sum(refund["amount"] for refund in refunds if refund["status"] in ON_THE_WAY)
