"""The VAT inside a bill, for every amount that can be thought of."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

import payments
from concierge.model import Rated, vat_by_rate
from concierge.model.refusals import BadRequest

RATES = (0, 600, 1_200, 2_500, 2_550)
BILLS = st.lists(
    st.tuples(st.integers(0, 99_999_999), st.sampled_from(RATES)), min_size=1, max_size=40
)


def sek(minor: int) -> payments.Money:
    return payments.Money(minor, "SEK")


def sold(bill: Sequence[tuple[int, int]], currency: str = "SEK") -> list[Rated]:
    return [Rated(payments.Money(minor, currency), rate) for minor, rate in bill]


@given(BILLS, st.integers(0, 10**10), st.sampled_from(("SEK", "JPY", "KWD")))
def test_net_and_vat_add_up_to_what_is_paid(
    bill: list[tuple[int, int]], off: int, currency: str
) -> None:
    lines = vat_by_rate(sold(bill, currency), payments.Money(off, currency))
    paid = max(0, sum(minor for minor, _ in bill) - off)
    assert sum(line.gross.minor for line in lines) == paid
    for line in lines:
        assert line.net + line.vat == line.gross
        assert line.gross.minor > 0
        whole = 10_000 + line.vat_bp
        assert abs(line.vat.minor * whole - line.gross.minor * line.vat_bp) <= whole / 2
    assert [line.vat_bp for line in lines] == sorted({x.vat_bp for x in lines}, reverse=True)


@given(BILLS, st.data())
def test_no_rate_pays_more_of_a_credit_than_its_share_and_one_unit(
    bill: list[tuple[int, int]], data: st.DataObject
) -> None:
    total = sum(minor for minor, _ in bill)
    off = data.draw(st.integers(0, total))
    left = {line.vat_bp: line.gross.minor for line in vat_by_rate(sold(bill), sek(off))}
    for line in vat_by_rate(sold(bill)):
        share = line.gross.minor * off / total
        assert abs(line.gross.minor - left.get(line.vat_bp, 0) - share) < 1


def test_vat_is_rounded_half_up_once_for_each_rate() -> None:
    (line,) = vat_by_rate(sold([(1, 10_000)]))
    assert (line.net.minor, line.vat.minor) == (0, 1)
    (line,) = vat_by_rate(sold([(2, 2_500), (2, 2_500), (1, 2_500)]))
    assert (line.net.minor, line.vat.minor) == (4, 1)


def test_a_free_visit_has_no_vat() -> None:
    assert vat_by_rate([]) == ()
    assert vat_by_rate([], sek(100)) == ()
    assert vat_by_rate(sold([(5_000, 2_500)]), sek(5_000)) == ()


def test_nonsense_is_no_bill() -> None:
    with pytest.raises(BadRequest):
        Rated(sek(-1), 2_500)
    with pytest.raises(BadRequest):
        Rated(sek(1), -1)
    with pytest.raises(BadRequest):
        vat_by_rate(sold([(100, 2_500)]), sek(-1))
    with pytest.raises(payments.CurrencyMismatch):
        vat_by_rate([*sold([(100, 2_500)]), *sold([(100, 600)], "JPY")], sek(1))
    with pytest.raises(payments.CurrencyMismatch):
        vat_by_rate([*sold([(100, 2_500)]), *sold([(100, 600)], "JPY")])
