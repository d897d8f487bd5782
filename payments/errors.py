"""What can go wrong with money.

PaymentsError
├── BadAmount          an amount that cannot be: negative, fractional, more than is held
├── CurrencyMismatch   two currencies in one sum
├── Declined           the card said no; carries the provider's code and advice
├── WrongState         the provider's object is no longer in a state that allows this
├── KeyReused          an idempotency key came again with other content
└── Unreachable        nobody answered, or broke while answering: try again with the same key
"""


class PaymentsError(Exception):
    """Something is wrong with money, said in a sentence."""


class BadAmount(PaymentsError):
    """The amount cannot be: negative, fractional, or more than is held."""


class CurrencyMismatch(PaymentsError):
    """Two currencies met in one sum."""


class Declined(PaymentsError):
    """The card was refused. `code` is the provider's, `advice` what it says to do next."""

    def __init__(self, words: str, *, code: str, advice: str | None = None) -> None:
        super().__init__(words)
        self.code = code
        self.advice = advice


class WrongState(PaymentsError):
    """The provider's object has moved on: captured, cancelled or expired already."""


class KeyReused(PaymentsError):
    """An idempotency key came again with other content; nothing was done."""


class Unreachable(PaymentsError):
    """No answer, or a broken one. The outcome is unknown: ask again with the same key."""
