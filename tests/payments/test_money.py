"""Amounts alone."""

import pytest

import payments

from .sandboxed import sek


def test_two_currencies_neither_add_nor_compare() -> None:
    crowns, euros = sek(100), payments.Money(100, "EUR")
    with pytest.raises(payments.CurrencyMismatch):
        _ = crowns + euros
    with pytest.raises(payments.CurrencyMismatch):
        _ = crowns - euros
    with pytest.raises(payments.CurrencyMismatch):
        _ = crowns < euros
    with pytest.raises(payments.CurrencyMismatch):
        max(crowns, euros)
    assert crowns != euros


@pytest.mark.parametrize("minor", [1.0, "1", True, None])
def test_only_whole_numbers_are_amounts(minor: int) -> None:
    with pytest.raises(payments.BadAmount):
        payments.Money(minor, "SEK")


@pytest.mark.parametrize("currency", ["sek", "XXX", ""])
def test_only_currencies_we_trade_in_are_money(currency: str) -> None:
    with pytest.raises(payments.BadAmount):
        payments.Money(1, currency)


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (payments.Money(1_840_050, "SEK"), "18400.50 SEK"),
        (payments.Money(-5, "EUR"), "-0.05 EUR"),
        (payments.Money(500, "JPY"), "500 JPY"),
        (payments.Money(12, "BHD"), "0.012 BHD"),
    ],
)
def test_an_amount_says_itself_in_its_own_decimals(amount: payments.Money, words: str) -> None:
    assert str(amount) == words


def test_a_hold_cannot_be_captured_beyond_what_was_held() -> None:
    with pytest.raises(payments.BadAmount):
        payments.Hold("pi_1", payments.HoldState.CAPTURED, sek(100), sek(101))
