"""What a client's bank does when she does not know a charge: it asks, or takes the money back.

Source: Stripe, "How disputes work", "Respond to disputes" and "Testing disputes", November 2026: a
dispute takes the money at once, a mere inquiry takes nothing; evidence is most often handed in
once; who does not answer in time has lost. In a test the words `winning_evidence` and
`losing_evidence` decide by themselves; here others wait until the admin door says what the bank
thinks.

Source of the fee: Stripe, "Dispute fees" and the balance transaction of a dispute, November 2026:
it comes in one balance transaction with the money taken, differs by country, and since June 2025
is not given back by winning; before, and by some agreements, it is.

Source of the fee for answering: Stripe, "June 2025 pricing updates for disputes" and "Respond to
disputes", November 2026: asked everywhere but in Mexico and Japan, given back by winning. How it
is booked Stripe does not say; Polar's `processor_fee.py` meets it as a `stripe_fee` of its own
that names no dispute. So no order could be told of it, and it is not kept here.
"""

from typing import Any

from payments.dispute import EVIDENCE_FILES, EVIDENCE_TEXTS

from . import shapes
from .files import PURPOSE
from .params import Params
from .refusals import Refusal, invalid
from .store import Doc
from .world import World

ANSWER_WITHIN_S = 9 * 86_400
REASONS = (
    "credit_not_processed",
    "duplicate",
    "fraudulent",
    "general",
    "product_not_received",
    "product_unacceptable",
    "unrecognized",
)
OUTCOMES = ("won", "lost")
DECIDED_BY_WORDS = {"winning_evidence": "won", "losing_evidence": "lost"}
WAITING = {"needs_response", "warning_needs_response"}
FEES = {
    **dict.fromkeys(("chf", "eur", "usd"), 1_500),
    **dict.fromkeys(("nok", "sek"), 15_000),
    **dict.fromkeys(("bhd", "kwd", "tnd"), 5_000),
    "dkk": 11_000,
    "gbp": 2_000,
    "jpy": 1_300,
    "krw": 15_000,
}
"""What a dispute costs the house, in minor units; Stripe's own figure is the account's."""
OPEN = {*WAITING, "under_review", "warning_under_review"}


def begin(
    world: World, intent: Doc, reason: str, *, amount: int | None = None, inquiry: bool = False
) -> Doc:
    """Her bank questions a charge; unless it only asks, the money is taken back at once.

    Raises:
        Refusal: nothing was captured, or less than this, or it is disputed already.
    """
    if reason not in REASONS:
        raise invalid(f"Invalid reason: must be one of {', '.join(REASONS)}", "reason")
    disputed = intent["amount_received"] if amount is None else amount
    if not 0 < disputed <= intent["amount_received"]:
        raise Refusal(400, "Only captured money can be disputed.", stored=False)
    if any(one["status"] in OPEN for one in of(world, intent["id"])):
        raise Refusal(400, "This charge is disputed already.", stored=False)
    charge = world.fetch("charge", intent["latest_charge"])
    charge["disputed"] = True
    world.store.put(charge)
    now = world.clock.now()
    dispute = shapes.dispute(world.name("du"), now, charge, disputed, reason, inquiry=inquiry)
    dispute["evidence_details"]["due_by"] = now + ANSWER_WITHIN_S
    if not inquiry:
        dispute["balance_transactions"] = [_taken(world, dispute)]
    world.store.put(dispute, due=now + ANSWER_WITHIN_S)
    world.tell("charge.dispute.created", dispute)
    if not inquiry:
        world.tell("charge.dispute.funds_withdrawn", dispute)
    return dispute


def answer(world: World, name: str, params: Params) -> Doc:
    """Keep evidence, or hand it in.

    Raises:
        Refusal: it takes no evidence any more, or a file is none of ours.
    """
    params.only(("evidence", "submit", "metadata", "expand"))
    dispute = world.fetch("dispute", name)
    shown = params.inner("evidence").only(EVIDENCE_FILES | EVIDENCE_TEXTS)
    told = {field: shown.text(field) for field in shown.root}
    hands_in = params.flag("submit") if "submit" in params.root else True
    metadata = params.metadata()
    if dispute["status"] not in WAITING:
        raise Refusal(
            400,
            f"This dispute can no longer be updated: it has a status of {dispute['status']}.",
            code="dispute_evidence_closed",
        )
    for field in EVIDENCE_FILES & told.keys():
        if told[field] and world.fetch("file", told[field] or "")["purpose"] != PURPOSE:
            raise invalid(f"The file of {field} was not uploaded as evidence.", field)
    dispute["evidence"] |= told
    dispute["metadata"] |= metadata
    details = dispute["evidence_details"]
    details["has_evidence"] = any(value for value in dispute["evidence"].values())
    if not hands_in:
        world.tell("charge.dispute.updated", world.store.put(dispute, due=details["due_by"]))
        return dispute
    details |= {"submission_count": details["submission_count"] + 1, "submission_method": "manual"}
    dispute["status"] = "warning_under_review" if _is_inquiry(dispute) else "under_review"
    world.tell("charge.dispute.updated", world.store.put(dispute))
    decided = DECIDED_BY_WORDS.get((told.get("uncategorized_text") or "").strip())
    return decide(world, dispute, decided) if decided else dispute


def accept(world: World, name: str, params: Params) -> Doc:
    """Give in.

    Raises:
        Refusal: it is over, the bank is reading our evidence, or only asks.
    """
    params.only(("expand",))
    dispute = world.fetch("dispute", name)
    if dispute["status"] != "needs_response":
        words = f"This dispute cannot be closed: it has a status of {dispute['status']}."
        raise Refusal(400, words, code="dispute_closed")
    return decide(world, dispute, "lost")


def decide(world: World, dispute: Doc, outcome: str, *, fee_back: bool = False) -> Doc:
    """Her bank has made up its mind. An inquiry that comes to nothing is closed.

    `fee_back` tells that Stripe gives its fee back to who wins.

    Raises:
        Refusal: it had before.
    """
    if outcome not in OUTCOMES:
        raise invalid(f"Invalid outcome: must be one of {', '.join(OUTCOMES)}", "outcome")
    if dispute["status"] not in OPEN:
        words = f"This dispute is over: it has a status of {dispute['status']}."
        raise Refusal(400, words, stored=False)
    inquiry, won = _is_inquiry(dispute), outcome == "won"
    if inquiry and not won:
        dispute["balance_transactions"] = [_taken(world, dispute)]
        world.tell("charge.dispute.funds_withdrawn", dispute)
    if won and not inquiry:
        fee = -cost_of(dispute) if fee_back else 0
        dispute["balance_transactions"].append(_moved(world, dispute, dispute["amount"], fee))
        world.tell("charge.dispute.funds_reinstated", dispute)
    dispute["status"] = "warning_closed" if inquiry and won else outcome
    dispute["is_charge_refundable"] = won
    world.tell("charge.dispute.closed", world.store.put(dispute))
    return dispute


def lapse(world: World, dispute: Doc) -> None:
    """Nobody answered in time."""
    decide(world, dispute, "won" if _is_inquiry(dispute) else "lost")


def of(world: World, intent: str) -> list[Doc]:
    """Every dispute of an intent."""
    return world.store.find("dispute", {"payment_intent": intent})


def taken_back(dispute: Doc) -> int:
    """How much of our money her bank has now."""
    return -sum(each["amount"] for each in dispute["balance_transactions"])


def cost_of(dispute: Doc) -> int:
    """What it costs us, whoever wins."""
    return sum(each["fee"] for each in dispute["balance_transactions"])


def _is_inquiry(dispute: Doc) -> bool:
    return dispute["status"].startswith("warning_")


def _taken(world: World, dispute: Doc) -> dict[str, Any]:
    return _moved(world, dispute, -dispute["amount"], FEES[dispute["currency"]])


def _moved(world: World, dispute: Doc, amount: int, fee: int) -> dict[str, Any]:
    name = world.name("txn")
    return shapes.balance_transaction(name, world.clock.now(), dispute, amount, fee)
