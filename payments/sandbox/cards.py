"""The test cards, what each of them does, and the checks a card form makes.

Numbers and their meaning are Stripe's own, so that what works here works there; Stripe has no
card whose capture fails, so the two ending 5886 and 5894 are ours.
Source: Stripe, "Test card numbers", read November 2026.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

DECLINES: dict[str, tuple[str, str | None, str, str]] = {
    "generic_decline": (
        "card_declined",
        "generic_decline",
        "Your card was declined.",
        "try_again_later",
    ),
    "insufficient_funds": (
        "card_declined",
        "insufficient_funds",
        "Your card has insufficient funds.",
        "try_again_later",
    ),
    "expired_card": ("expired_card", None, "Your card has expired.", "do_not_try_again"),
    "incorrect_cvc": (
        "incorrect_cvc",
        None,
        "Your card's security code is incorrect.",
        "confirm_card_data",
    ),
    "processing_error": (
        "processing_error",
        None,
        "An error occurred while processing your card.",
        "try_again_later",
    ),
    "authentication_required": (
        "authentication_required",
        "authentication_required",
        "Your card was declined. This transaction requires authentication.",
        "do_not_try_again",
    ),
}
"""For each refusal: code, decline code, sentence, advice."""


@dataclass(frozen=True, slots=True)
class Card:
    """One test card. A refusal is named as in `DECLINES`; None is a yes."""

    number: str
    word: str
    """Names the card in a link and in the page's words."""
    token: str
    """Names the card where Stripe takes a ready-made payment method."""
    brand: str = "visa"
    hold: str | None = None
    """Refusal when money is held while she is there."""
    save: str | None = None
    """Refusal when the card is only kept."""
    later: str | None = None
    """Refusal when money is held without her, after the card was kept."""
    charge: str | None = None
    """Refusal when an amount is taken at once without her, besides `later`."""
    asks: bool = False
    """Whether her bank asks her first, while she is there."""
    lapses: bool = False
    """Whether the hold is gone when it is to be captured."""
    dispute: str | None = None
    """What she does about a charge: `dispute` it, or have her bank make an `inquiry`."""
    refund: str = "succeeded"
    """How a refund ends: `pending` for an hour and then well, or `failed` after an hour."""

    @property
    def shows_later(self) -> bool:
        """Whether what is special about it is seen only once the page is done."""
        return self.lapses or self.dispute is not None or self.refund != "succeeded"

    @property
    def last4(self) -> str:
        """What may be shown of the number."""
        return self.number[-4:]

    @property
    def grouped(self) -> str:
        """The number as it is embossed."""
        cuts = (4, 10) if self.brand == "amex" else (4, 8, 12)
        starts = (0, *cuts)
        return " ".join(self.number[a:b] for a, b in zip(starts, (*cuts, None), strict=True))


def _refusing(number: str, code: str, token: str) -> Card:
    return Card(number, code, token, hold=code, save=code, later=code)


CARDS = (
    Card("4242424242424242", "ok", "pm_card_visa"),
    Card("5555555555554444", "mastercard", "pm_card_mastercard", brand="mastercard"),
    Card("378282246310005", "amex", "pm_card_amex", brand="amex"),
    Card("4000002500003155", "asks", "pm_card_authenticationRequiredOnSetup", asks=True),
    Card(
        "4000002760003184",
        "asks_always",
        "pm_card_authenticationRequired",
        asks=True,
        later="authentication_required",
    ),
    Card(
        "4000008260003178",
        "asks_then_no_funds",
        "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds",
        asks=True,
        hold="insufficient_funds",
        later="insufficient_funds",
    ),
    _refusing("4000000000000002", "generic_decline", "pm_card_visa_chargeDeclined"),
    _refusing(
        "4000000000009995", "insufficient_funds", "pm_card_visa_chargeDeclinedInsufficientFunds"
    ),
    _refusing("4000000000000069", "expired_card", "pm_card_chargeDeclinedExpiredCard"),
    _refusing("4000000000000127", "incorrect_cvc", "pm_card_chargeDeclinedIncorrectCvc"),
    _refusing("4000000000000119", "processing_error", "pm_card_chargeDeclinedProcessingError"),
    Card(
        "4000000000000341",
        "fails_later",
        "pm_card_chargeCustomerFail",
        hold="generic_decline",
        later="generic_decline",
    ),
    Card("4000000000005886", "capture_fails", "pm_sandbox_captureFails", lapses=True),
    Card(
        "4000000000005894",
        "capture_fails_broke",
        "pm_sandbox_captureFailsChargeDeclined",
        charge="insufficient_funds",
        lapses=True,
    ),
    Card("4000000000000259", "disputes", "pm_card_createDispute", dispute="dispute"),
    Card("4000000000001976", "inquires", "pm_card_createDisputeInquiry", dispute="inquiry"),
    Card("4000000000007726", "refund_pends", "pm_card_pendingRefund", refund="pending"),
    Card("4000000000005126", "refund_fails", "pm_card_refundFail", refund="failed"),
)
BY_NUMBER = {card.number: card for card in CARDS}
BY_WORD = {card.word: card for card in CARDS}
BY_TOKEN = {card.token: card for card in CARDS}


def problem(refusal: str) -> dict[str, Any]:
    """A refusal as Stripe's error object."""
    code, decline_code, words, advice = DECLINES[refusal]
    more = {"decline_code": decline_code} if decline_code else {}
    return {
        "type": "card_error",
        "code": code,
        "message": words,
        "advice_code": advice,
        **more,
    }


@dataclass(frozen=True, slots=True)
class Typed:
    """A card as she typed it, already found to be good."""

    card: Card
    exp_month: int
    exp_year: int
    name: str
    email: str | None


def read(
    form: Mapping[str, str], today: tuple[int, int], *, email_known: bool
) -> Typed | dict[str, str]:
    """The card she typed, or for each wrong field the name of what is wrong with it.

    `today` is (year, month): a card is good to the end of its last month.
    """
    number = re.sub(r"[ -]", "", form.get("number", ""))
    wrong: dict[str, str] = {}
    if problem_word := _number_problem(number):
        wrong["number"] = problem_word
    month, year, expiry_word = _expiry(form.get("expiry", ""), today)
    if expiry_word:
        wrong["expiry"] = expiry_word
    card = BY_NUMBER.get(number)
    digits = 4 if card is not None and card.brand == "amex" else 3
    cvc = form.get("cvc", "").strip()
    if not cvc:
        wrong["cvc"] = "cvc_missing"
    elif not re.fullmatch(rf"[0-9]{{{digits}}}", cvc):
        wrong["cvc"] = "cvc_digits_4" if digits == 4 else "cvc_digits"
    name = form.get("name", "").strip()[:200]
    if not name:
        wrong["name"] = "name_missing"
    email = form.get("email", "").strip()[:200]
    if not email_known and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", email):
        wrong["email"] = "email_missing"
    if wrong or card is None:
        return wrong
    return Typed(card, month, year, name, email or None)


def _number_problem(number: str) -> str | None:
    if not number:
        return "number_missing"
    if not re.fullmatch(r"[0-9]{12,19}", number):
        return "number_digits"
    if not luhn(number):
        return "number_luhn"
    return None if number in BY_NUMBER else "number_not_test"


def luhn(number: str) -> bool:
    """Whether the last digit agrees with the others. Source: ISO/IEC 7812-1, annex B."""
    total = 0
    for place, digit in enumerate(reversed(number)):
        doubled = int(digit) * (1 + place % 2)
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


def _expiry(text: str, today: tuple[int, int]) -> tuple[int, int, str | None]:
    if not text.strip():
        return 0, 0, "expiry_missing"
    found = re.fullmatch(r"\s*([0-9]{1,2})\s*[/ .-]?\s*((?:20)?[0-9]{2})\s*", text)
    if found is None or not 1 <= int(found[1]) <= 12:
        return 0, 0, "expiry_shape"
    month, year = int(found[1]), 2000 + int(found[2]) % 100
    if (year, month) < today:
        return month, year, "expiry_past"
    return month, year, "expiry_far" if year > today[0] + 50 else None
