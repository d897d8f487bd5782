"""Reads what the provider tells us. A notice is a hint of what to fetch, never a fact."""

import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any

import stripe

from .errors import BadSignature

TOLERANCE_S = 300
"""How old a signature may be. Source: Stripe, "Receive Stripe events", read November 2026."""


class NoticeKind(StrEnum):
    """What to look at again."""

    CARD_PAGE = "card_page"
    HOLD = "hold"
    REFUND = "refund"
    DISPUTE = "dispute"
    OTHER = "other"
    """Nothing we keep: acknowledge and forget."""


KINDS = {
    "checkout.session": NoticeKind.CARD_PAGE,
    "payment_intent": NoticeKind.HOLD,
    "charge": NoticeKind.HOLD,
    "refund": NoticeKind.REFUND,
    "dispute": NoticeKind.DISPUTE,
}
"""By the type of the object a notice carries, so that new events of known objects are heeded."""


EVENTS = (
    "checkout.session.completed",
    "checkout.session.expired",
    "payment_intent.amount_capturable_updated",
    "payment_intent.canceled",
    "payment_intent.payment_failed",
    "payment_intent.succeeded",
    "refund.created",
    "refund.updated",
    "refund.failed",
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.dispute.closed",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated",
)
"""What to enable at the provider: all that hastens us. More does no harm."""

API_VERSION: str = stripe.api_version
"""The version we speak, and the shapes in which notices should come."""


@dataclass(frozen=True, slots=True)
class Notice:
    """The provider says that something changed: fetch `object_id` and see.

    `id` is the notice's own: seen and *handled* before, it changes nothing. `word` is the
    provider's name for what happened, for the log alone. A charge is told as its hold.
    """

    id: str
    kind: NoticeKind
    object_id: str
    at: datetime
    word: str


def read_notice(body: bytes, signature: str | None, *, secret: str) -> Notice:
    """Check who wrote a notice and when, then say what it is about.

    `body` is the raw request body, `signature` its `Stripe-Signature` header, `secret` the signing
    secret from our settings and from nowhere else. Age is judged by the wall clock, as the
    provider's signatures are written by it.

    Raises:
        BadSignature: not signed with our secret, older than 300 s, or not a notice at all.
    """
    if not secret:
        raise BadSignature("There is no signing secret, so no notice can be believed.")
    try:
        check: Any = stripe.WebhookSignature.verify_header  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        check(body, signature, secret, TOLERANCE_S)
        return told_by(json.loads(body))
    except stripe.SignatureVerificationError as refusal:
        raise BadSignature(
            refusal.user_message or "The signature is not the provider's."
        ) from None
    except (ValueError, KeyError, TypeError) as nonsense:
        raise BadSignature("This is not a notice.") from nonsense


def signed(body: bytes, *, secret: str, at: datetime) -> str:
    """The header with which a notice of our own passes `read_notice`: for trying a secret."""
    stamp = int(at.timestamp())
    digest = hmac.new(secret.encode(), f"{stamp}.".encode() + body, sha256)
    return f"t={stamp},v1={digest.hexdigest()}"


def told_by(event: dict[str, Any]) -> Notice:
    """What an event is about: where to look, nothing else of it is believed."""
    told = event["data"]["object"]
    kind = KINDS.get(told["object"], NoticeKind.OTHER)
    about = told.get("id") or ""
    if told["object"] == "charge":
        about = told.get("payment_intent") or ""
        kind = kind if about else NoticeKind.OTHER
    return Notice(
        id=event["id"],
        kind=kind,
        object_id=about,
        at=datetime.fromtimestamp(event["created"], UTC),
        word=event["type"],
    )
