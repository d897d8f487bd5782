"""Stripe's way of saying no: a status, a type, a code and a sentence."""

from typing import Any


class Refusal(Exception):
    """An error answer. `stored` tells whether the idempotency key remembers it.

    Source: Stripe, "Idempotent requests": answers are kept once the endpoint began its work, not
    when the parameters made no sense. Read November 2026.
    """

    def __init__(self, status: int, words: str, *, stored: bool = True, **more: Any) -> None:
        super().__init__(words)
        self.status = status
        self.stored = stored
        self.body: dict[str, Any] = {
            "error": {"type": "invalid_request_error", "message": words, **more}
        }


def invalid(words: str, param: str, code: str = "parameter_invalid") -> Refusal:
    """The parameters made no sense; nothing was begun."""
    return Refusal(400, words, stored=False, param=param, code=code)


def missing(kind: str, name: str) -> Refusal:
    """There is no such object."""
    words = f"No such {kind}: '{name}'"
    return Refusal(404, words, stored=False, param=kind, code="resource_missing")


def unexpected(intent: dict[str, Any], verb: str, allowed: str) -> Refusal:
    """The intent has moved on."""
    words = (
        f"This PaymentIntent could not be {verb} because it has a status of {intent['status']}. "
        f"Only a PaymentIntent with one of the following statuses may be {verb}: {allowed}."
    )
    return Refusal(400, words, code="payment_intent_unexpected_state", payment_intent=intent)


def card_error(problem: dict[str, Any], **more: Any) -> Refusal:
    """The card said no."""
    refusal = Refusal(402, problem["message"])
    refusal.body = {"error": {**problem, **more}}
    return refusal
