"""The VAT inside prices, rate by rate: net, VAT and gross add up to the last minor unit.

Prices include VAT. What is sold under one rate is added up first and its VAT taken out once,
rounded half up to the minor unit; the net is the rest. So each rate adds up, and all of them to
what was charged. What is taken off a whole bill, a credit or a refund, comes off every rate by its
share of the bill; the units left over by rounding go to the largest remainders, the higher rate
first.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import payments

from .refusals import BadRequest

WHOLE_BP = 10_000
"""A rate is written in hundredths of a percent: 25 % is 2,500."""


@dataclass(frozen=True, slots=True)
class Rated:
    """Something sold, VAT included, and its rate.

    Raises:
        BadRequest: the amount or the rate is negative.
    """

    gross: payments.Money
    vat_bp: int

    def __post_init__(self) -> None:
        if self.gross.minor < 0 or self.vat_bp < 0:
            raise BadRequest("What is sold, and its VAT, is written as positive amounts.")


@dataclass(frozen=True, slots=True)
class VatLine:
    """What was sold under one rate. `net + vat == gross`."""

    vat_bp: int
    net: payments.Money
    vat: payments.Money
    gross: payments.Money


def vat_by_rate(sold: Iterable[Rated], off: payments.Money | None = None) -> tuple[VatLine, ...]:
    """The VAT of a bill by rate, the highest rate first; `off` is what was taken off the whole.

    More taken off than there is leaves nothing. A rate under which nothing is left has no line.

    Raises:
        payments.CurrencyMismatch: the amounts are not all of one currency.
        BadRequest: less than nothing was taken off.
    """
    gross: dict[int, payments.Money] = {}
    for each in sold:
        before = gross.get(each.vat_bp)
        gross[each.vat_bp] = each.gross if before is None else before + each.gross
    if gross:
        some = next(iter(gross.values()))
        total = payments.Money.total(gross.values(), some.currency)
        gross = _less(gross, total, some * 0 if off is None else off)
    return tuple(_line(gross[rate], rate) for rate in sorted(gross, reverse=True) if gross[rate])


def vat_within(gross: payments.Money, vat_bp: int) -> payments.Money:
    """The VAT inside an amount, rounded half up to the minor unit."""
    whole = WHOLE_BP + vat_bp
    return payments.Money((2 * gross.minor * vat_bp + whole) // (2 * whole), gross.currency)


def _line(gross: payments.Money, vat_bp: int) -> VatLine:
    vat = vat_within(gross, vat_bp)
    return VatLine(vat_bp, gross - vat, vat, gross)


def _less(
    gross: dict[int, payments.Money], total: payments.Money, off: payments.Money
) -> dict[int, payments.Money]:
    """Take an amount off every rate by its share."""
    if off.minor < 0:
        raise BadRequest("What is taken off is written as a positive amount.")
    taken, whole = min(off, total).minor, max(total.minor, 1)
    shares = {rate: each.minor * taken // whole for rate, each in gross.items()}
    rest = taken - sum(shares.values())
    by_remainder = sorted(
        gross, key=lambda rate: (gross[rate].minor * taken % whole, rate), reverse=True
    )
    for rate in by_remainder[:rest]:
        shares[rate] += 1
    return {
        rate: each - payments.Money(shares[rate], off.currency) for rate, each in gross.items()
    }
