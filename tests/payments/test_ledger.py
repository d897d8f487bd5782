"""The books: debits are credits, and the memo accounts know what is held."""

from collections import Counter
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

import payments
from payments.ledger import check

from .sandboxed import sek

BEFORE = datetime(2026, 12, 1, tzinfo=UTC)
H = payments.HoldState


def balances(journal: list[payments.Entry]) -> Counter[payments.Account]:
    found: Counter[payments.Account] = Counter()
    for entry in journal:
        found[entry.account] += entry.signed.minor
    return found


def written(*readings: payments.Hold) -> list[payments.Entry]:
    """The journal of a hold read again and again, as notices, polls and pages make us do."""
    journal: list[payments.Entry] = []
    before: payments.Hold | None = None
    for reading in readings:
        for movement, amount in payments.movements(before, reading):
            journal += payments.entries(movement, amount)
        before = reading
    return journal


def hold(state: H, minor: int, taken: int = 0, *, ever_held: bool = True) -> payments.Hold:
    return payments.Hold(
        "pi_1", state, sek(minor), sek(taken), capture_before=BEFORE, ever_held=ever_held
    )


@pytest.mark.parametrize("movement", list(payments.Movement))
def test_every_fact_is_written_twice_and_balances(movement: payments.Movement) -> None:
    journal = payments.entries(movement, sek(1_000))

    check(journal)
    assert {entry.side for entry in journal} == {payments.Side.DEBIT, payments.Side.CREDIT}


def test_a_journal_that_does_not_balance_is_found() -> None:
    whole = payments.entries(payments.Movement.CAPTURED, sek(1_000))
    with pytest.raises(payments.Unbalanced):
        check(whole[:-1])
    with pytest.raises(payments.Unbalanced):
        check(
            [
                payments.Entry(payments.Account.SALES, payments.Side.CREDIT, sek(100)),
                payments.Entry(payments.Account.HELD, payments.Side.DEBIT, sek(100)),
            ]
        )


def test_nothing_is_not_written() -> None:
    with pytest.raises(payments.BadAmount):
        payments.entries(payments.Movement.CAPTURED, sek(0))


@given(st.integers(1, 10_000_000), st.data())
def test_after_a_capture_nothing_is_held_and_the_provider_owes_what_was_taken(
    minor: int, data: st.DataObject
) -> None:
    taken = data.draw(st.integers(1, minor))
    seen = [hold(H.PENDING, minor), hold(H.HELD, minor), hold(H.CAPTURED, minor, taken)]
    repeated = [each for each in seen for _ in range(data.draw(st.integers(1, 3)))]

    journal = written(*repeated)

    check(journal)
    assert journal == written(*seen)
    assert +balances(journal) == +Counter({payments.Account.PROVIDER_BALANCE: taken})
    assert balances(journal)[payments.Account.SALES] == -taken
    assert balances(journal)[payments.Account.HELD] == 0


@given(st.integers(1, 10_000_000))
def test_a_step_that_was_never_seen_is_still_written(minor: int) -> None:
    assert written(hold(H.CAPTURED, minor, minor)) == written(
        hold(H.HELD, minor), hold(H.CAPTURED, minor, minor)
    )


def test_while_money_is_held_the_memo_accounts_say_how_much() -> None:
    journal = written(hold(H.HELD, 1_000))
    assert balances(journal) == {
        payments.Account.HELD: 1_000,
        payments.Account.HELD_CONTRA: -1_000,
    }


def test_a_hold_given_back_leaves_the_books_empty() -> None:
    journal = written(hold(H.HELD, 1_000), hold(H.RELEASED, 1_000))
    assert set(balances(journal).values()) == {0}


def test_a_hold_no_card_said_yes_to_was_never_in_the_books() -> None:
    assert written(hold(H.PENDING, 1_000), hold(H.RELEASED, 1_000, ever_held=False)) == []


def test_what_happened_does_not_unhappen() -> None:
    with pytest.raises(payments.BadAmount):
        payments.movements(hold(H.CAPTURED, 1_000, 900), hold(H.CAPTURED, 1_000, 800))
    with pytest.raises(payments.BadAmount):
        payments.movements(hold(H.CAPTURED, 1_000, 900), hold(H.HELD, 1_000))
