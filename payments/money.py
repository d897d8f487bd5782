"""Amounts, in whole minor units of one currency."""

from collections.abc import Iterable
from dataclasses import dataclass

from .errors import BadAmount, CurrencyMismatch

EXPONENTS = {
    **dict.fromkeys(("CHF", "DKK", "EUR", "GBP", "NOK", "SEK", "USD"), 2),
    **dict.fromkeys(("JPY", "KRW"), 0),
    **dict.fromkeys(("BHD", "KWD", "TND"), 3),
}
"""Decimal places of the currencies we trade in. Source: ISO 4217."""
LEAST = {
    **dict.fromkeys(("CHF", "EUR", "JPY", "USD"), 50),
    **dict.fromkeys(("NOK", "SEK"), 300),
    "DKK": 250,
    "GBP": 30,
}
"""The least that is asked of a card, in minor units; of other currencies any amount. Source:
Stripe, "Minimum and maximum charge amounts", November 2026; it refuses a smaller capture, too."""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount of one currency, never a float.

    Units: `minor` is whole minor units (öre, cents); `currency` an ISO 4217 code, upper case.

    Raises:
        BadAmount: the amount is not a whole number, or the currency is unknown.
        CurrencyMismatch: two currencies are added, subtracted or compared.
    """

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.minor) is not int:
            raise BadAmount(f"{self.minor!r} is not a whole number of minor units.")
        if self.currency not in EXPONENTS:
            raise BadAmount(f"{self.currency!r} is not a currency we trade in.")

    def __add__(self, other: "Money") -> "Money":
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.minor - self._same(other), self.currency)

    def __mul__(self, times: int) -> "Money":
        return Money(self.minor * times, self.currency)

    def __lt__(self, other: "Money") -> bool:
        return self.minor < self._same(other)

    def __le__(self, other: "Money") -> bool:
        return self.minor <= self._same(other)

    def __gt__(self, other: "Money") -> bool:
        return self.minor > self._same(other)

    def __ge__(self, other: "Money") -> bool:
        return self.minor >= self._same(other)

    def __bool__(self) -> bool:
        """Whether there is any money at all."""
        return self.minor != 0

    def __str__(self) -> str:
        """The amount for people who read logs: `124.50 SEK`."""
        sign, digits = "-" if self.minor < 0 else "", str(abs(self.minor))
        if not self.exponent:
            return f"{sign}{digits} {self.currency}"
        digits = digits.rjust(self.exponent + 1, "0")
        whole, part = digits[: -self.exponent], digits[-self.exponent :]
        return f"{sign}{whole}.{part} {self.currency}"

    @property
    def exponent(self) -> int:
        """Decimal places of the currency."""
        return EXPONENTS[self.currency]

    @property
    def payable(self) -> bool:
        """Whether a card can pay it: of three decimals the last is always 0.

        Source: Stripe, "Supported currencies", three-decimal currencies, November 2026.
        """
        return self.exponent < 3 or self.minor % 10 == 0

    @property
    def too_little(self) -> bool:
        """Whether it is something, and less than a card can be asked for."""
        return 0 < self.minor < LEAST.get(self.currency, 1)

    def askable(self) -> "Money":
        """The amount, or the least that can be asked of a card where it is less."""
        return Money(LEAST[self.currency], self.currency) if self.too_little else self

    @classmethod
    def total(cls, amounts: Iterable["Money"], currency: str) -> "Money":
        """The sum of `amounts`, zero of `currency` when there are none."""
        return sum(amounts, cls(0, currency))

    def _same(self, other: "Money") -> int:
        if other.currency != self.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency} do not add up.")
        return other.minor
