"""How much of her money a visit asks to be held, and what is short of it. Pure rules.

Source: the house's payments rules, "When the card is held, and for how much".
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from .errors import BadAmount
from .hold import Hold, HoldState
from .money import Money


class HoldPolicy(StrEnum):
    """What of the travelling pieces is held."""

    EVERY_PIECE = "every_piece"
    DEAREST_PER_STYLE = "dearest_per_style"
    """Two sizes of one piece count once: she keeps one of them, or a second hold is asked for."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece that travels to her: its style, whatever the size or colour, and its price.

    Raises:
        BadAmount: the price is negative.
    """

    style: str
    price: Money

    def __post_init__(self) -> None:
        if self.price.minor < 0:
            raise BadAmount(f"A piece cannot cost {self.price}.")


def to_hold(policy: HoldPolicy, pieces: Sequence[Piece], fees: Iterable[Money] = ()) -> Money:
    """What a visit asks to be held: its pieces by the policy, and the largest fee she agreed to.

    Raises:
        BadAmount: there are no pieces, or a fee is negative.
        CurrencyMismatch: the amounts are not all of one currency.
    """
    if not pieces:
        raise BadAmount("A visit without pieces asks for no hold.")
    pays = every_piece if policy is HoldPolicy.EVERY_PIECE else dearest_per_style
    return pays(pieces) + _largest(fees, pieces[0].price.currency)


def every_piece(pieces: Sequence[Piece]) -> Money:
    """The price of all that travels."""
    return Money.total((piece.price for piece in pieces), pieces[0].price.currency)


def dearest_per_style(pieces: Sequence[Piece]) -> Money:
    """Of each style its dearest piece alone."""
    dearest: dict[str, Money] = {}
    for piece in pieces:
        known = dearest.get(piece.style, piece.price)
        dearest[piece.style] = max(known, piece.price)
    return Money.total(dearest.values(), pieces[0].price.currency)


def short_of(due: Money, holds: Iterable[Hold]) -> Money:
    """What is due and neither held now nor captured.

    A second hold brings it before she keeps what it pays for.

    Raises:
        BadAmount: what is due is negative.
    """
    if due.minor < 0:
        raise BadAmount(f"{due} cannot be due.")
    return max(Money(0, due.currency), due - Money.total(_reach(holds), due.currency))


def let_off(missing: Money) -> Money:
    """What of a missing amount is not asked of her: all of it, when no card takes so little."""
    return missing if missing.too_little else missing * 0


def _reach(holds: Iterable[Hold]) -> Iterable[Money]:
    return (hold.amount if hold.state is HoldState.HELD else hold.captured for hold in holds)


def _largest(fees: Iterable[Money], currency: str) -> Money:
    largest = Money(0, currency)
    for fee in fees:
        if fee.minor < 0:
            raise BadAmount("Fees are written as positive amounts.")
        largest = max(largest, fee)
    return largest
