"""How much goes wrong in a history, and what she may pay with."""

from dataclasses import dataclass
from datetime import timedelta

CARDS = {
    "ok": 52,
    "mastercard": 14,
    "amex": 8,
    "asks": 10,
    "asks_always": 7,
    "fails_later": 5,
    "asks_then_no_funds": 2,
    "generic_decline": 2,
    "capture_fails": 4,
    "capture_fails_broke": 3,
    "disputes": 2,
    "inquires": 1,
    "refund_pends": 4,
    "refund_fails": 4,
}
GOOD = {"ok", "mastercard", "amex", "asks", "refund_pends", "refund_fails"}
"""Cards whose bank says yes whenever it is asked."""
CURRENCIES = {"SEK": 100, "EUR": 10, "JPY": 1, "KWD": 10}
"""What a price is a multiple of, in minor units: card networks settle no finer."""
LEAST = 400
"""What every piece costs at least, in minor units: less is none that a card network settles."""


@dataclass(frozen=True, slots=True)
class Mix:
    """How much goes wrong, at most; each history draws its own part of it."""

    faults: float = 0.35
    crashes: float = 0.12
    outages: float = 0.02
    """How often, between two rounds, everything is down for hours."""
    longest_outage: timedelta = timedelta(hours=40)
    dark: float = 0.03
    """How often the provider fails every call for hours."""
    lets_go: float = 0.12
    """How often a bank gives a hold back by itself before the visit."""
    cancels: float = 0.08
    offline: float = 0.04
    """How often the list comes days late, perhaps after the hold is gone."""
    refunds: float = 0.35
    moved: float = 0.15
    """How often her hour turns out to be some days later than the first it might have been."""
    absent: float = 0.05
    """How often nobody opens the door: a fee is due, if she agreed to one."""
    fees_up_to: int = 2_000
    """The highest fee she may agree to, in what prices are multiples of."""
    credits: float = 0.1
    """How often something is taken off, as a gesture."""
    signal: float = 0.8
    """How often there is signal at her door, so that more can be held."""
    disputes: float = 0.06
    """How often her bank questions a charge, besides the cards that always do."""
    by_hand: float = 0.04
    """How often somebody gives a hold back at the provider's own desk, just before we do."""


USUAL = Mix()
"""What happens when nobody says otherwise."""
