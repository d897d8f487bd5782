"""What is due, which holds pay it, and what to do next about an operation. Pure rules.

Source: rules 1, 2, 3 and 7 of the house's payments rules.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from .errors import BadAmount, NotCovered
from .hold import Hold, HoldState, Refund, RefundState
from .money import Money

KEY_LIFE = timedelta(hours=23)
"""How long a key is surely remembered; the provider may forget it after 24 h."""

MOST_ATTEMPTS = 12
"""After so many tries an operation becomes a person's case."""


@dataclass(frozen=True, slots=True)
class Line:
    """One piece of a final outcome. A disputed piece is settled later, with her consent."""

    price: Money
    kept: bool
    disputed: bool = False

    def __post_init__(self) -> None:
        if self.price.minor < 0:
            raise BadAmount(f"A piece cannot cost {self.price}.")


def due(
    lines: Sequence[Line], fees: Sequence[Money] = (), credits_: Sequence[Money] = ()
) -> Money:
    """What she owes: undisputed kept pieces and fees, less credits, never below zero.

    Raises:
        BadAmount: there are no lines, or a fee or credit is negative.
        CurrencyMismatch: the amounts are not all of one currency.
    """
    if not lines:
        raise BadAmount("An order without lines has nothing to settle.")
    if any(amount.minor < 0 for amount in (*fees, *credits_)):
        raise BadAmount("Fees and credits are written as positive amounts.")
    nothing = Money(0, lines[0].price.currency)
    kept = (line.price if line.kept and not line.disputed else line.price * 0 for line in lines)
    owed = sum(kept, nothing) + sum(fees, nothing) - sum(credits_, nothing)
    return max(nothing, owed)


def allocate(due: Money, holds: Sequence[Hold]) -> tuple[tuple[Hold, Money], ...]:
    """Share what is still due over the holds in their order, each part within what is held.

    What a hold has already paid counts; released and pending holds pay nothing. No part is less
    than a card can be asked for: an earlier hold then pays so much less.

    Raises:
        BadAmount: `due` is negative, or more than that was captured already.
        NotCovered: the live holds together do not reach, or what is left is too little to take.
    """
    if due.minor < 0:
        raise BadAmount(f"{due} cannot be due.")
    rest = due - Money.total((hold.captured for hold in holds), due.currency)
    if rest.minor < 0:
        raise BadAmount(f"{due} is due and {rest * -1} more than that was captured already.")
    live = [hold for hold in holds if hold.state is HoldState.HELD]
    shares = _shares(rest, [hold.amount for hold in live])
    missing = rest - Money.total(shares, due.currency)
    if missing:
        raise NotCovered(f"{due} is due and no hold covers {missing} of it.", missing=missing)
    return tuple(zip(live, shares, strict=True))


def _shares(rest: Money, held: Sequence[Money]) -> list[Money]:
    """Each hold's share. Where one is too little to take, an earlier hold leaves it more."""
    shares: list[Money] = []
    for place, most in enumerate(held):
        share = min(rest, most)
        rest -= share
        if share.too_little:
            least = share.askable()
            more = least - share
            lender = next((at for at in range(place) if shares[at] - more >= least), None)
            if lender is None or least > most:
                share *= 0
            else:
                shares[lender], share = shares[lender] - more, least
        shares.append(share)
    return shares


MOST = 99_999_999
"""The most that one hold or charge may be, in minor units. Source: Stripe, "Minimum and maximum
charge amounts", November 2026."""


class OperationKind(StrEnum):
    """The one external effect an operation has."""

    OPEN_PAGE = "open_page"
    SAVE_CARD = "save_card"
    AUTHORISE = "authorise"
    CAPTURE = "capture"
    RELEASE = "release"
    REFUND = "refund"
    CHARGE = "charge"
    """Take an amount at once from a card she left with us, without her."""
    PAY_PAGE = "pay_page"
    """A card page on which she pays an amount at once."""


TAKES = frozenset(
    {
        OperationKind.CAPTURE,
        OperationKind.REFUND,
        OperationKind.CHARGE,
        OperationKind.PAY_PAGE,
    }
)
"""Kinds that move money for good: there is no such operation of nothing."""

ASKS_A_CARD = frozenset(OperationKind) - {
    OperationKind.SAVE_CARD,
    OperationKind.RELEASE,
    OperationKind.REFUND,
}
"""Kinds that ask a card for their amount, or take it: none does so for too little."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing to do at the provider, once: the stored key makes every retry the same act.

    `seq` numbers the operations of one kind within an order, from 1; `hold` is None while there is
    none yet. `amount` is what is captured, refunded, held or given back.

    Raises:
        BadAmount: the amount is negative, more than a card takes at once, less than it can be
            asked for, finer than one pays, or money would move for good and it is nothing.
    """

    kind: OperationKind
    seq: int
    key: str
    hold: str | None
    amount: Money

    def __post_init__(self) -> None:
        least = 1 if self.kind in TAKES else 0
        if not (least <= self.amount.minor <= MOST and self.amount.payable):
            raise BadAmount(f"Cannot {self.kind} {self.amount}.")
        if self.kind in ASKS_A_CARD and self.amount.too_little:
            raise BadAmount(f"{self.amount} is too little to {self.kind}.")

    @property
    def op(self) -> str:
        """The fact itself, whatever the attempt: what we write on the provider's object."""
        return self.key.rpartition(":")[0]

    def with_fresh_key(self) -> "Operation":
        """The same operation under its next key: only after it is proved that nothing was done."""
        return replace(self, key=next_key(self.key))


def next_key(key: str) -> str:
    """The key of the same fact's next attempt."""
    op, _, attempt = key.rpartition(":")
    return f"{op}:{int(attempt) + 1}"


def operation(
    kind: OperationKind, order: str, seq: int, amount: Money, *, hold: str | None = None
) -> Operation:
    """An operation with the key that its fact gives it: the same fact, the same key."""
    return Operation(kind, seq, f"{order}:{kind}:{seq}:1", hold, amount)


def settle(order: str, due: Money, holds: Sequence[Hold]) -> tuple[Operation, ...]:
    """Capture exactly what is due and give every other hold back.

    `holds` are all of the order's holds, oldest first, so that a settlement planned twice has the
    same keys; a settlement already carried out asks for nothing more.

    Raises:
        BadAmount: more was captured already than is due, or a hold is another order's.
        NotCovered: the live holds together do not reach, or what is left is too little to take.
    """
    _own(order, holds)
    places = {hold.id: place for place, hold in enumerate(holds, start=1)}
    return tuple(
        operation(OperationKind.CAPTURE, order, places[hold.id], part, hold=hold.id)
        if part
        else operation(OperationKind.RELEASE, order, places[hold.id], hold.amount, hold=hold.id)
        for hold, part in allocate(due, holds)
    )


def _own(order: str, holds: Iterable[Hold]) -> None:
    for hold in holds:
        if hold.order is not None and hold.order != order:
            raise BadAmount(f"{hold.id} is held for order {hold.order}, not for {order}.")


def refundable(hold: Hold, refunds: Iterable[Refund]) -> Money:
    """What is left of a capture to give back: what is on its way counts as gone."""
    gone = (
        refund.amount
        for refund in refunds
        if refund.hold == hold.id and refund.state is not RefundState.FAILED
    )
    return hold.captured - Money.total(gone, hold.captured.currency)


def refund(
    order: str, seq: int, amount: Money, hold: Hold, refunds: Iterable[Refund] = ()
) -> Operation:
    """Give some of what a hold or charge took back. `refunds` are all there were of it so far.

    Raises:
        BadAmount: it is nothing, more than is left of the capture, or the hold is another order's.
        CurrencyMismatch: it is of another currency than the capture.
    """
    _own(order, [hold])
    left = refundable(hold, refunds)
    if amount > left:
        raise BadAmount(f"{amount} is more than the {left} left of {hold.id} to give back.")
    return operation(OperationKind.REFUND, order, seq, amount, hold=hold.id)


class Step(StrEnum):
    """What to do next about an operation that is not applied yet."""

    SEND = "send"
    """Mark it sent, commit, then call with its key."""
    REPLAY = "replay"
    """Call again with the very same key."""
    LOOK_UP = "look_up"
    """Read the object first: by its state, or by what we wrote on it. Found: apply it. Proved
    absent: take a fresh key, then send."""
    CALL_OFF = "call_off"
    """Nobody wants it any more, and nothing was done."""
    HAND_OVER = "hand_over"
    """Stop; it is a person's case now."""


def next_step(
    now: datetime, *, sent_at: datetime | None, broke: bool = False, attempts: int = 0
) -> Step:
    """Decide from what is stored of an operation: when its key was first sent and what came back.

    `broke` tells that the provider answered with a failure of its own, which it gives again to the
    same key; a key older than 23 h may be forgotten, so replaying it could do the thing twice.
    """
    if attempts >= MOST_ATTEMPTS:
        return Step.HAND_OVER
    if sent_at is None:
        return Step.SEND
    if broke or now - sent_at >= KEY_LIFE:
        return Step.LOOK_UP
    return Step.REPLAY
