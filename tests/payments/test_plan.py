"""What is due, which holds pay it, and what to do next."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

import payments

from .sandboxed import sek

NOW = datetime(2026, 11, 25, 14, 0, tzinfo=UTC)
HELD, CAPTURED = payments.HoldState.HELD, payments.HoldState.CAPTURED
RELEASED, PENDING = payments.HoldState.RELEASED, payments.HoldState.PENDING

prices = st.integers(0, 5_000_000)
lines = st.builds(
    lambda price, kept, disputed: payments.Line(sek(price), kept, disputed),
    prices,
    st.booleans(),
    st.booleans(),
)


def hold(name: str, minor: int, state: payments.HoldState = HELD, taken: int = 0) -> payments.Hold:
    return payments.Hold(name, state, sek(minor), sek(taken))


LEAST = payments.LEAST["SEK"]
amounts = st.one_of(st.integers(LEAST, 3 * LEAST), st.integers(LEAST, 5_000_000))
dues = st.one_of(st.integers(0, 5 * LEAST), st.integers(0, 20_000_000))
holds = st.lists(st.tuples(amounts, st.sampled_from([HELD, RELEASED, PENDING])))


def as_holds(drawn: list[tuple[int, payments.HoldState]]) -> list[payments.Hold]:
    return [hold(f"pi_{place}", *each) for place, each in enumerate(drawn)]


def test_a_client_owes_only_what_she_keeps() -> None:
    coat, blouse = payments.Line(sek(900_000), kept=True), payments.Line(sek(400_000), kept=False)
    assert payments.due([coat, blouse]) == sek(900_000)


def test_a_disputed_piece_waits_for_her_consent() -> None:
    torn = payments.Line(sek(900_000), kept=True, disputed=True)
    assert payments.due([torn], [sek(10_000)]) == sek(10_000)


def test_a_credit_larger_than_the_sum_owes_nothing_and_pays_nothing_out() -> None:
    line = payments.Line(sek(900_000), kept=True)
    assert payments.due([line], [sek(50_000)], [sek(2_000_000)]) == sek(0)


@pytest.mark.parametrize("wrong", [{"fees": [sek(-1)]}, {"credits_": [sek(-1)]}])
def test_fees_and_credits_are_never_negative(wrong: dict[str, list[payments.Money]]) -> None:
    with pytest.raises(payments.BadAmount):
        payments.due([payments.Line(sek(1), kept=True)], **wrong)


def test_an_order_without_lines_or_in_two_currencies_is_not_settled() -> None:
    with pytest.raises(payments.BadAmount):
        payments.due([])
    with pytest.raises(payments.CurrencyMismatch):
        payments.due([payments.Line(sek(1), kept=True)], [payments.Money(1, "EUR")])


@given(st.lists(lines, min_size=1), st.lists(prices), st.lists(prices))
def test_due_is_never_negative_and_no_returned_piece_adds_to_it(
    pieces: list[payments.Line], fees: list[int], credits_: list[int]
) -> None:
    kept = [piece for piece in pieces if piece.kept and not piece.disputed]
    owed = payments.due(pieces, list(map(sek, fees)), list(map(sek, credits_)))

    assert owed.minor == max(
        0, sum(piece.price.minor for piece in kept) + sum(fees) - sum(credits_)
    )


@given(dues, holds)
def test_a_settlement_takes_exactly_what_is_due_and_never_more_than_is_held(
    minor: int, drawn: list[tuple[int, payments.HoldState]]
) -> None:
    all_holds = as_holds(drawn)
    live = {each.id: each for each in all_holds if each.state is HELD}
    reach = sum(each.amount.minor for each in live.values())
    if reach < minor:
        with pytest.raises(payments.NotCovered) as short:
            payments.settle("order-1", sek(minor), all_holds)
        assert short.value.missing == sek(minor - reach)
        return

    minor = takeable(minor, all_holds)
    planned = payments.settle("order-1", sek(minor), all_holds)

    captures = [each for each in planned if each.kind is payments.OperationKind.CAPTURE]
    releases = [each for each in planned if each.kind is payments.OperationKind.RELEASE]
    assert sum(each.amount.minor for each in captures) == minor
    assert all(each.hold and each.amount <= live[each.hold].amount for each in captures)
    assert not any(each.amount.too_little for each in captures)
    assert sorted(str(each.hold) for each in planned) == sorted(live)
    assert len({each.key for each in planned}) == len(planned)
    if minor == 0:
        assert captures == []
        assert len(releases) == len(live)


def takeable(minor: int, of: list[payments.Hold]) -> int:
    """What is taken of it: all, or all but what no card takes."""
    left = sek(0)
    try:
        payments.settle("order-1", sek(minor), of)
    except payments.NotCovered as short:
        left = short.missing
    assert payments.let_off(left) == left
    return minor - left.minor


def test_what_is_too_little_for_one_hold_another_leaves_it() -> None:
    both = [hold("pi_1", 1_000), hold("pi_2", 300)]
    taken = [each.amount for each in payments.settle("order-1", sek(1_019), both)]
    assert taken == [sek(719), sek(300)]


@pytest.mark.parametrize(("due", "held"), [(19, [1_000]), (319, [310, 400])])
def test_what_no_hold_can_give_is_missing_and_let_off(due: int, held: list[int]) -> None:
    both = [hold(f"pi_{number}", minor) for number, minor in enumerate(held)]
    with pytest.raises(payments.NotCovered) as short:
        payments.settle("order-1", sek(due), both)
    assert payments.let_off(short.value.missing) == short.value.missing
    assert payments.let_off(sek(300)) == sek(0)


@given(dues, holds)
def test_a_settlement_carried_out_asks_for_nothing_more(
    minor: int, drawn: list[tuple[int, payments.HoldState]]
) -> None:
    all_holds = as_holds(drawn)
    reach = sum(each.amount.minor for each in all_holds if each.state is HELD)
    minor = takeable(min(minor, reach), all_holds)
    planned = {each.hold: each for each in payments.settle("order-1", sek(minor), all_holds)}

    def done(each: payments.Hold) -> payments.Hold:
        match planned.get(each.id):
            case payments.Operation(kind=payments.OperationKind.CAPTURE, amount=amount):
                return payments.Hold(each.id, CAPTURED, each.amount, amount)
            case payments.Operation():
                return payments.Hold(each.id, RELEASED, each.amount, sek(0))
            case _:
                return each

    assert payments.settle("order-1", sek(minor), [done(each) for each in all_holds]) == ()


def test_half_a_settlement_is_finished_with_the_keys_it_began_with() -> None:
    both = [hold("pi_1", 1_000), hold("pi_2", 1_000)]
    first, second = payments.settle("order-1", sek(1_500), both)

    resumed = payments.settle(
        "order-1", sek(1_500), [hold("pi_1", 1_000, CAPTURED, 1_000), both[1]]
    )

    assert resumed == (second,)
    assert (first.key, second.key) == ("order-1:capture:1:1", "order-1:capture:2:1")


def test_more_captured_than_due_is_never_planned_over() -> None:
    with pytest.raises(payments.BadAmount):
        payments.settle("order-1", sek(500), [hold("pi_1", 1_000, CAPTURED, 600)])


@pytest.mark.parametrize("kind", [payments.OperationKind.CAPTURE, payments.OperationKind.REFUND])
def test_nothing_is_neither_captured_nor_refunded(kind: payments.OperationKind) -> None:
    with pytest.raises(payments.BadAmount):
        payments.operation(kind, "order-1", 1, sek(0), hold="pi_1")


def test_a_fresh_key_is_still_the_same_operation() -> None:
    first = payments.operation(payments.OperationKind.REFUND, "order-1", 2, sek(100), hold="pi_1")
    again = first.with_fresh_key()

    assert first.key == "order-1:refund:2:1"
    assert again.key == "order-1:refund:2:2"
    assert first.op == again.op == "order-1:refund:2"


@pytest.mark.parametrize(
    ("sent", "broke", "attempts", "step"),
    [
        (None, False, 0, payments.Step.SEND),
        (timedelta(hours=22, minutes=59), False, 1, payments.Step.REPLAY),
        (timedelta(hours=23), False, 1, payments.Step.LOOK_UP),
        (timedelta(seconds=1), True, 1, payments.Step.LOOK_UP),
        (timedelta(seconds=1), False, 12, payments.Step.HAND_OVER),
        (None, False, 12, payments.Step.HAND_OVER),
    ],
)
def test_what_to_do_next_follows_from_what_is_stored(
    sent: timedelta | None, *, broke: bool, attempts: int, step: payments.Step
) -> None:
    sent_at = None if sent is None else NOW - sent
    assert payments.next_step(NOW, sent_at=sent_at, broke=broke, attempts=attempts) is step


def test_a_hold_outlasts_a_visit_only_while_it_is_held_and_by_the_providers_word() -> None:
    good = payments.Hold("pi_1", HELD, sek(1), sek(0), capture_before=NOW + timedelta(days=2))
    assert good.outlasts(NOW + timedelta(days=1))
    assert not good.outlasts(NOW + timedelta(days=2))
    assert not hold("pi_1", 1).outlasts(NOW)
    assert not payments.Hold(
        "pi_1", RELEASED, sek(1), sek(0), capture_before=NOW + timedelta(days=2)
    ).outlasts(NOW)
