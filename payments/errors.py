"""What can go wrong with money.

PaymentsError
├── BadAmount          an amount that cannot be: negative, fractional, more than is held
│   └── NotCovered     more is due than her holds can give; carries what is missing
├── CurrencyMismatch   two currencies in one sum
├── Declined           the card said no; carries the provider's code and advice
├── WrongMove          the money of an order cannot go from here to there, or not by them
├── WrongState         the provider's object is no longer in a state that allows this
├── KeyReused          an idempotency key came again with other content
├── Unreachable        nobody answered, or broke while answering: the outcome is unknown
├── Unknown            the provider knows no such object
├── Rejected           the provider did not understand, or does not let us: a person must look
├── BadSignature       a notice that the provider did not sign, or signed too long ago
└── Unbalanced         a journal whose debits are not its credits
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .money import Money


HER_BANK_ASKS = "authentication_required"
"""The code of a bank that wants to hear from her."""


class PaymentsError(Exception):
    """Something is wrong with money, said in a sentence."""


class BadAmount(PaymentsError):
    """The amount cannot be: negative, fractional, or more than is held."""


class NotCovered(BadAmount):
    """More is due than her holds can give. `missing` is what no hold covers."""

    def __init__(self, words: str, *, missing: "Money") -> None:
        super().__init__(words)
        self.missing = missing


class CurrencyMismatch(PaymentsError):
    """Two currencies met in one sum."""


class Declined(PaymentsError):
    """The card was refused. `code` is the provider's, `advice` what it says to do next."""

    def __init__(self, words: str, *, code: str, advice: str | None = None) -> None:
        super().__init__(words)
        self.code = code
        self.advice = advice

    @property
    def needs_her(self) -> bool:
        """Whether her bank asks for her: nothing but a card page on-session will do."""
        return self.code == HER_BANK_ASKS


class WrongMove(PaymentsError):
    """There is no such move from where the money stands, or it is not theirs to make."""


class WrongState(PaymentsError):
    """The provider's object has moved on: captured, cancelled or expired already."""


class KeyReused(PaymentsError):
    """An idempotency key came again with other content; nothing was done."""


class Unreachable(PaymentsError):
    """No answer, or a broken one. The outcome is unknown: ask again with the same key.

    `stored` tells that the provider did answer, with a failure of its own: it keeps that answer
    and gives it again to the same key, so read the object back before anything else.
    """

    def __init__(self, words: str, *, stored: bool = False) -> None:
        super().__init__(words)
        self.stored = stored


class Unknown(PaymentsError):
    """The provider knows no such object."""


class Rejected(PaymentsError):
    """The provider did not understand the request or does not let us: trying again is no use."""


class BadSignature(PaymentsError):
    """A notice the provider did not sign with our secret, or signed too long ago."""


class Unbalanced(PaymentsError):
    """A journal whose debits are not its credits, in one currency or more."""
