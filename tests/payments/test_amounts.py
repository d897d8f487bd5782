"""Amounts that cannot be are refused, nothing written; every currency has its decimals."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

import payments
from payments.sandbox import words

from .sandboxed import OK, Client, fresh, sek

EUR, HUGE = payments.Money(100, "EUR"), payments.Money(10**12, "SEK")
HOLD = payments.Hold("pi_1", payments.HoldState.CAPTURED, sek(50_000), sek(30_000), order="hers")
REFUND = payments.OperationKind.REFUND
PAID = payments.RefundState.DONE
OF_HERS = [payments.Refund("re_1", "pi_1", sek(20_000), PAID)]

REFUSED: dict[str, Callable[[], object]] = {
    "a fraction": lambda: payments.Money(1.5, "SEK"),  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    "a negative price": lambda: payments.Line(sek(-1), kept=True),
    "a negative piece": lambda: payments.Piece("coat", sek(-1)),
    "a negative fee": lambda: payments.due([payments.Line(sek(1), kept=True)], [sek(-1)]),
    "a negative agreed fee": lambda: payments.to_hold(
        payments.HoldPolicy.EVERY_PIECE, [payments.Piece("coat", sek(1))], [sek(-1)]
    ),
    "a fee of another currency": lambda: payments.due([payments.Line(sek(1), kept=True)], [EUR]),
    "a negative refund": lambda: payments.refund("hers", 1, sek(-1), HOLD),
    "a refund of nothing": lambda: payments.refund("hers", 1, sek(0), HOLD),
    "a refund above the capture": lambda: payments.refund("hers", 1, sek(30_001), HOLD),
    "a refund above what is left": lambda: payments.refund("hers", 2, sek(10_001), HOLD, OF_HERS),
    "a refund of another currency": lambda: payments.refund("hers", 1, EUR, HOLD),
    "a refund of another order": lambda: payments.refund("his", 1, sek(1), HOLD),
    "a settlement with another's hold": lambda: payments.settle("his", sek(30_000), [HOLD]),
    "a settlement of another currency": lambda: payments.settle("hers", EUR, [HOLD]),
    "a negative settlement": lambda: payments.settle("hers", sek(-1), [HOLD]),
    "a huge hold": lambda: payments.operation(payments.OperationKind.AUTHORISE, "hers", 1, HUGE),
    "a huge charge": lambda: payments.operation(payments.OperationKind.CHARGE, "hers", 1, HUGE),
    "a charge of nothing": lambda: payments.operation(
        payments.OperationKind.CHARGE, "hers", 1, sek(0)
    ),
    "a hold too little for any card": lambda: payments.operation(
        payments.OperationKind.AUTHORISE, "hers", 1, sek(299)
    ),
    "a capture too little for any card": lambda: payments.operation(
        payments.OperationKind.CAPTURE, "hers", 1, payments.Money(49, "JPY"), hold="pi_1"
    ),
    "a negative shortfall": lambda: payments.short_of(sek(-1), [HOLD]),
    "no pieces to hold": lambda: payments.to_hold(payments.HoldPolicy.EVERY_PIECE, []),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_is_refused(case: str) -> None:
    with pytest.raises((payments.BadAmount, payments.CurrencyMismatch)):
        REFUSED[case]()


async def test_what_cannot_be_leaves_no_trace_at_the_provider(client: Client) -> None:
    hold = await client.held(50_000)
    await client.gateway.capture(hold.id, sek(30_000), key=fresh(), op=fresh())
    before = await client.sandbox.look("totals")
    kept = await client.kept(OK)
    for amount in (sek(-1), sek(0), sek(100_000_000), payments.Money(49, "EUR"),
                   payments.Money(12_345, "KWD")):  # fmt: skip
        with pytest.raises(payments.BadAmount):
            await client.gateway.charge_off_session(
                amount=amount, order=fresh(), op=fresh(), key=fresh(), description="Visit",
                customer=kept.customer or "", payment_method=kept.payment_method or "",
            )  # fmt: skip
        with pytest.raises(payments.PaymentsError):
            await client.gateway.refund(hold.id, amount * 1_000, key=fresh(), op=fresh())
    stolen = await client.kept(OK)
    with pytest.raises(payments.Rejected):
        await client.gateway.charge_off_session(
            amount=sek(5_000), order=fresh(), op=fresh(), key=fresh(), description="Visit",
            customer=kept.customer or "", payment_method=stolen.payment_method or "",
        )  # fmt: skip
    assert await client.sandbox.look("totals") == before


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        (payments.Money(12_345, "JPY"), "12,345"),
        (payments.Money(12_340, "KWD"), "12.340"),
        (payments.Money(1_234_050, "SEK"), "12,340.50"),
    ],
)
async def test_a_charge_and_its_refund_keep_the_decimals_of_their_currency(
    client: Client, amount: payments.Money, shown: str
) -> None:
    order = fresh()
    page = await client.page(order=order, amount=amount)
    assert shown in await client.read(page)
    await client.give(page, OK)
    seen = await client.gateway.fetch_card_page(page.id)
    assert seen.hold is not None
    taken = await client.gateway.charge_off_session(
        amount=amount, order=order, op=fresh(), key=fresh(), customer=seen.customer or "",
        payment_method=seen.payment_method or "", description="Home visit",
    )  # fmt: skip
    refund = await client.gateway.refund(taken.id, amount, key=fresh(), op=fresh())
    assert (taken.captured, refund.amount) == (amount, amount)


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 10**6)), min_size=1, max_size=12),
    st.lists(st.integers(0, 10**5), max_size=3),
)
def test_what_is_held_covers_one_of_each_style_and_no_more_than_every_piece(
    pieces: list[tuple[str, int]], fees: list[int]
) -> None:
    travelling = [payments.Piece(style, sek(price)) for style, price in pieces]
    agreed = [sek(fee) for fee in fees]
    every, dearest = (
        payments.to_hold(policy, travelling, agreed) for policy in payments.HoldPolicy
    )
    largest = max([0, *fees])
    assert every == sek(sum(price for _, price in pieces) + largest)
    assert sek(max(price for _, price in pieces) + largest) <= dearest <= every
    one_each = dict(pieces)
    assert dearest >= sek(sum(one_each.values()) + largest)
    if len(one_each) == len(pieces):
        assert dearest == every


@given(st.integers(0, 10**6), st.lists(st.integers(300, 10**6), max_size=4))
def test_what_is_short_is_what_a_settlement_would_miss(due: int, held: list[int]) -> None:
    holds = [
        payments.Hold(f"pi_{number}", payments.HoldState.HELD, sek(minor), sek(0))
        for number, minor in enumerate(held)
    ]
    short = payments.short_of(sek(due), holds)
    assert short == sek(max(0, due - sum(held)))
    missed = sek(0)
    try:
        payments.allocate(sek(due), holds)
    except payments.NotCovered as refusal:
        missed = refusal.missing
    assert missed == short or (missed.too_little and not short)


@pytest.mark.parametrize("language", words.LANGUAGES)
@pytest.mark.parametrize("currency", payments.EXPONENTS)
def test_every_currency_is_written_on_the_card_page(language: str, currency: str) -> None:
    written = words.amount(123_450, currency, language)
    plain = "".join(str(int(char)) for char in written if char.isdecimal())
    digits = {0: "123450", 2: "123450", 3: "123450"}[payments.EXPONENTS[currency]]
    assert plain == digits
