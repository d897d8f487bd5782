"""Stripe's answers, said in our words.

Answers are read as plain mappings: Stripe leaves out what does not apply, and a card without a
`capture_before` is not a reason to fail.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, cast

from .account import Endpoint, ProviderAccount
from .card_page import CardPageState, CardPageStatus
from .dispute import Dispute, DisputeState
from .errors import (
    BadAmount,
    Declined,
    KeyReused,
    PaymentsError,
    Rejected,
    Unknown,
    Unreachable,
    WrongState,
)
from .hold import Hold, HoldState, Refund, RefundState, Refusal
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

DISPUTE_STATES = {
    "warning_needs_response": DisputeState.ASKED,
    "warning_under_review": DisputeState.ASKED,
    "warning_closed": DisputeState.WON,
    "prevented": DisputeState.WON,
    "needs_response": DisputeState.NEEDS_EVIDENCE,
    "under_review": DisputeState.UNDER_REVIEW,
    "appeal_needs_response": DisputeState.NEEDS_EVIDENCE,
    "appeal_under_review": DisputeState.UNDER_REVIEW,
    "won": DisputeState.WON,
    "lost": DisputeState.LOST,
}

AMOUNT_PARAMS = {"amount", "amount_to_capture"}
AMOUNT_CODES = {"amount_too_large", "amount_too_small", "parameter_invalid_integer"}
STATE_CODES = {
    "charge_already_captured",
    "charge_already_refunded",
    "charge_disputed",
    "charge_expired_for_capture",
    "payment_intent_unexpected_state",
    "setup_intent_unexpected_state",
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
        refusal=_refusal(_part(intent, "last_payment_error")),
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


def dispute(answer: Answer) -> Dispute:
    """A Dispute object as a dispute. Its fee comes with the money that was moved for it."""
    details = _part(answer, "evidence_details")
    moved = cast("list[Answer]", answer.get("balance_transactions") or [])
    return Dispute(
        id=answer["id"],
        hold=_id(answer.get("payment_intent")) or "",
        amount=Money(answer["amount"], answer["currency"].upper()),
        state=DISPUTE_STATES[answer["status"]],
        reason=answer["reason"],
        taken=bool(moved),
        answer_by=moment(details["due_by"]) if details.get("due_by") else None,
        answered=details.get("submission_count") or 0,
        fee=_fees(each for each in moved if each["fee"] > 0),
        fee_back=_fees(each for each in moved if each["fee"] < 0),
    )


def _fees(moved: Iterable[Answer]) -> Money | None:
    """The provider's fees of what it moved, added up; None where it asked none."""
    fees = [Money(abs(each["fee"]), each["currency"].upper()) for each in moved]
    return Money.total(fees, fees[0].currency) if fees else None


def account(answer: Answer) -> ProviderAccount:
    """An Account object as our account."""
    currency = answer.get("default_currency")
    return ProviderAccount(
        id=answer["id"],
        country=answer.get("country"),
        currency=currency and currency.upper(),
        may_charge=bool(answer.get("charges_enabled")),
        may_pay_out=bool(answer.get("payouts_enabled")),
        details_given=bool(answer.get("details_submitted")),
    )


def endpoint(answer: Answer) -> Endpoint:
    """A WebhookEndpoint object as an endpoint."""
    return Endpoint(
        id=answer["id"],
        url=answer["url"],
        words=tuple(answer["enabled_events"]),
        version=answer.get("api_version"),
        enabled=answer["status"] == "enabled",
        live=answer["livemode"],
    )


def error(status: int, said: Answer) -> PaymentsError:
    """An error answer: `said` is what stands under `error` in its body.

    Source: Stripe, "Errors" and "Idempotent requests", read November 2026: the codes of a refused
    request are not raised again for a call that was merely busy, limited or broken.
    """
    words = said.get("message") or "The provider gave no reason."
    if said.get("type") == "card_error":
        return _declined(said, words)
    if said.get("type") == "idempotency_error":
        return KeyReused(words)
    if status in {401, 403}:
        return Rejected(words)
    if status in {400, 402, 404} and said.get("code") != "rate_limit":
        return _invalid(status, said, words)
    return Unreachable(words, stored=status >= 500)


def _declined(said: Answer, words: str) -> Declined:
    code = said.get("decline_code") or said.get("code") or "card_declined"
    return Declined(words, code=code, advice=said.get("advice_code"))


def _invalid(status: int, said: Answer, words: str) -> PaymentsError:
    code = said.get("code")
    if status == 404 or code == "resource_missing":
        return Unknown(words)
    if code in STATE_CODES or "status of" in words:
        return WrongState(words)
    too_much = "amount" in words and "greater than" in words
    if too_much or code in AMOUNT_CODES or said.get("param") in AMOUNT_PARAMS:
        return BadAmount(words)
    return Rejected(words)


def _refusal(said: Answer) -> Refusal | None:
    if said.get("type") != "card_error":
        return None
    no = _declined(said, said.get("message") or "")
    return Refusal(str(no), no.code, no.advice)


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
