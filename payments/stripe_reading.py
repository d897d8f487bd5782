"""Stripe's answers, said in our words.

Answers are read as plain mappings: Stripe leaves out what does not apply, and a card without a
`capture_before` is not a reason to fail.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, cast

from .card_page import CardPageState, CardPageStatus
from .hold import Hold, HoldState, Refund, RefundState
from .money import Money

Answer = Mapping[str, Any]

HOLD_STATES = {
    "requires_payment_method": HoldState.PENDING,
    "requires_confirmation": HoldState.PENDING,
    "requires_action": HoldState.PENDING,
    "processing": HoldState.PENDING,
    "requires_capture": HoldState.HELD,
    "succeeded": HoldState.CAPTURED,
    "canceled": HoldState.RELEASED,
}

REFUND_STATES = {
    "pending": RefundState.PENDING,
    "requires_action": RefundState.PENDING,
    "succeeded": RefundState.DONE,
    "failed": RefundState.FAILED,
    "canceled": RefundState.FAILED,
}

OUR_CANCELLATIONS = {"abandoned", "duplicate", "fraudulent", "requested_by_customer"}
"""Reasons only we give; Stripe's own mean that the hold lapsed. Source: PaymentIntent."""


def hold(intent: Answer) -> Hold:
    """A PaymentIntent, its latest charge expanded, as a hold."""
    currency = intent["currency"].upper()
    charge = _part(intent, "latest_charge")
    state = HOLD_STATES[intent["status"]]
    reason = intent.get("cancellation_reason")
    return Hold(
        id=intent["id"],
        state=state,
        amount=Money(intent["amount"], currency),
        captured=Money(intent.get("amount_received") or 0, currency),
        capture_before=_capture_before(charge),
        customer=_id(intent.get("customer")),
        payment_method=_id(intent.get("payment_method")),
        order=_written(intent, "order"),
        op=_written(intent, "op"),
        lapsed=state is HoldState.RELEASED
        and reason is not None
        and reason not in OUR_CANCELLATIONS,
        ever_held=state is not HoldState.RELEASED or charge.get("status") == "succeeded",
    )


def card_page(session: Answer) -> CardPageState:
    """A Checkout Session, its intents expanded, as a card page."""
    intent, saved = _part(session, "payment_intent"), _part(session, "setup_intent")
    held = hold(intent) if intent else None
    card = held.payment_method if held is not None else _id(saved.get("payment_method"))
    return CardPageState(
        id=session["id"],
        status=CardPageStatus(session["status"]),
        expires_at=moment(session["expires_at"]),
        order=session.get("client_reference_id"),
        op=_written(session, "op"),
        url=session.get("url"),
        hold=held,
        customer=_id(session.get("customer")),
        payment_method=card,
    )


def refund(answer: Answer) -> Refund:
    """A Refund object as a refund."""
    return Refund(
        id=answer["id"],
        hold=_id(answer.get("payment_intent")) or "",
        amount=Money(answer["amount"], answer["currency"].upper()),
        state=REFUND_STATES[answer["status"]],
        op=_written(answer, "op"),
    )


def moment(seconds: int) -> datetime:
    """Stripe's seconds since 1970 as a moment."""
    return datetime.fromtimestamp(seconds, UTC)


def _capture_before(charge: Answer) -> datetime | None:
    seconds = _part(_part(charge, "payment_method_details"), "card").get("capture_before")
    return moment(seconds) if seconds else None


def _part(answer: Answer, name: str) -> Answer:
    """A part that is there in full; nothing when it is absent or only named by its id."""
    part = answer.get(name)
    return cast("Answer", part) if isinstance(part, Mapping) else {}


def _id(reference: str | Answer | None) -> str | None:
    """The id of a reference, expanded or not."""
    return reference["id"] if isinstance(reference, Mapping) else reference


def _written(answer: Answer, word: str) -> str | None:
    return _part(answer, "metadata").get(word)
