"""Double entry: what the books say when money is held, taken, let go, given back or disputed.

Holds are promises, not money, so they live in two memo accounts that mirror each other.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from .dispute import Dispute, DisputeState
from .errors import BadAmount, Unbalanced
from .hold import Hold, HoldState, Refund, RefundState
from .money import Money


class Account(StrEnum):
    """Where a line is written."""

    PROVIDER_BALANCE = "provider_balance"
    """Money the provider owes us: grows with captures, shrinks with refunds."""
    SALES = "sales"
    REFUNDS = "refunds"
    """Sales taken back; kept apart so that both can be read."""
    DISPUTED = "disputed"
    """Taken back by a bank for as long as it asks; ours again when we win."""
    DISPUTES_LOST = "disputes_lost"
    """Taken back by a bank for good."""
    DISPUTE_FEES = "dispute_fees"
    """What the provider takes from us for a dispute, in the currency of our balance there."""
    HELD = "memo:held"
    """Set aside on clients' cards. Memo: no money of ours."""
    HELD_CONTRA = "memo:held_contra"


class Side(StrEnum):
    """Left or right of the line."""

    DEBIT = "debit"
    CREDIT = "credit"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a journal. `amount` is positive; the side says which way it counts."""

    account: Account
    side: Side
    amount: Money

    @property
    def signed(self) -> Money:
        """The amount with debits positive and credits negative, as a column that sums to zero."""
        return self.amount if self.side is Side.DEBIT else self.amount * -1


class Movement(StrEnum):
    """A fact about money that the books must show."""

    AUTHORISED = "authorised"
    CAPTURED = "captured"
    RELEASED = "released"
    REFUNDED = "refunded"
    REFUND_FAILED = "refund_failed"
    """Money that was given back did not reach her, and is with us again."""
    DISPUTED = "disputed"
    DISPUTE_WON = "dispute_won"
    DISPUTE_LOST = "dispute_lost"
    DISPUTE_FEE = "dispute_fee"
    DISPUTE_FEE_BACK = "dispute_fee_back"


PAIRS: dict[Movement, tuple[tuple[Account, Account], ...]] = {
    Movement.AUTHORISED: ((Account.HELD, Account.HELD_CONTRA),),
    Movement.CAPTURED: (
        (Account.PROVIDER_BALANCE, Account.SALES),
        (Account.HELD_CONTRA, Account.HELD),
    ),
    Movement.RELEASED: ((Account.HELD_CONTRA, Account.HELD),),
    Movement.REFUNDED: ((Account.REFUNDS, Account.PROVIDER_BALANCE),),
    Movement.REFUND_FAILED: ((Account.PROVIDER_BALANCE, Account.REFUNDS),),
    Movement.DISPUTED: ((Account.DISPUTED, Account.PROVIDER_BALANCE),),
    Movement.DISPUTE_WON: ((Account.PROVIDER_BALANCE, Account.DISPUTED),),
    Movement.DISPUTE_LOST: ((Account.DISPUTES_LOST, Account.DISPUTED),),
    Movement.DISPUTE_FEE: ((Account.DISPUTE_FEES, Account.PROVIDER_BALANCE),),
    Movement.DISPUTE_FEE_BACK: ((Account.PROVIDER_BALANCE, Account.DISPUTE_FEES),),
}
"""For each fact the accounts it debits and credits."""


OF_A_HOLD = (Movement.AUTHORISED, Movement.CAPTURED, Movement.RELEASED)
"""What can happen to a hold, in the order in which it does."""


def entries(movement: Movement, amount: Money) -> tuple[Entry, ...]:
    """The journal of one fact; its debits are its credits.

    Raises:
        BadAmount: the amount is not positive: nothing moved, so there is nothing to write.
    """
    if amount.minor <= 0:
        raise BadAmount(f"Nothing to write for {amount} {movement}.")
    return tuple(
        Entry(account, side, amount)
        for debit, credit in PAIRS[movement]
        for account, side in ((debit, Side.DEBIT), (credit, Side.CREDIT))
    )


def movements(before: Hold | None, after: Hold) -> tuple[tuple[Movement, Money], ...]:
    """What happened between two readings of one hold; nothing when nothing did.

    Reading the same state twice writes nothing twice, whatever told us to read it.

    Raises:
        BadAmount: the two are different holds, or the later one has un-happened something.
    """
    if before is not None and before.id != after.id:
        raise BadAmount(f"{before.id} and {after.id} are two holds.")
    was = _so_far(before) if before is not None else {}
    now = _so_far(after)
    nothing = Money(0, after.amount.currency)
    steps = {kind: now.get(kind, nothing) - was.get(kind, nothing) for kind in OF_A_HOLD}
    if any(step.minor < 0 for step in steps.values()):
        raise BadAmount(f"Hold {after.id} cannot go back from {was} to {now}.")
    return tuple((kind, step) for kind, step in steps.items() if step)


def refund_movements(before: Refund | None, after: Refund) -> tuple[Movement, ...]:
    """What happened between two readings of one refund, each for its amount.

    Money on its way back has left us; one that fails later comes back to us.

    Raises:
        BadAmount: the two are different refunds.
    """
    if before is not None and (before.id, before.amount) != (after.id, after.amount):
        raise BadAmount(f"{before.id} and {after.id} are two refunds.")
    left = before is not None and before.state is not RefundState.FAILED
    leaves = after.state is not RefundState.FAILED
    if before is not None and not left and leaves:
        raise BadAmount(f"Refund {after.id} failed and cannot succeed any more.")
    if left is leaves:
        return ()
    return (Movement.REFUNDED,) if leaves else (Movement.REFUND_FAILED,)


def dispute_movements(
    before: Dispute | None, after: Dispute
) -> tuple[tuple[Movement, Money], ...]:
    """What happened between two readings of one dispute, and the provider's fee for it.

    A question alone moves nothing. One read for the first time when it is over is written in
    full: taken back, then won or lost.

    Raises:
        BadAmount: the two are different disputes, or the later one has un-happened something.
    """
    if before is not None and (before.id, before.amount) != (after.id, after.amount):
        raise BadAmount(f"{before.id} and {after.id} are two disputes.")
    was = _course(before) if before is not None else {}
    now = _course(after)
    if any(now.get(fact) != amount for fact, amount in was.items()):
        raise BadAmount(f"Dispute {after.id} cannot go back from {was} to {now}.")
    return tuple((fact, amount) for fact, amount in now.items() if fact not in was)


ENDS = {
    DisputeState.WON: Movement.DISPUTE_WON,
    DisputeState.LOST: Movement.DISPUTE_LOST,
}


def _course(dispute: Dispute) -> dict[Movement, Money]:
    if not dispute.taken:
        return {}
    course = {Movement.DISPUTED: dispute.amount}
    if dispute.fee is not None:
        course[Movement.DISPUTE_FEE] = dispute.fee
    if dispute.state in ENDS:
        course[ENDS[dispute.state]] = dispute.amount
    if dispute.fee_back is not None:
        course[Movement.DISPUTE_FEE_BACK] = dispute.fee_back
    return course


RANK = {
    HoldState.PENDING: 0,
    HoldState.HELD: 1,
    HoldState.CAPTURED: 2,
    HoldState.RELEASED: 2,
    RefundState.PENDING: 0,
    RefundState.DONE: 1,
    RefundState.FAILED: 2,
    DisputeState.ASKED: 0,
    DisputeState.NEEDS_EVIDENCE: 1,
    DisputeState.UNDER_REVIEW: 2,
    DisputeState.WON: 3,
    DisputeState.LOST: 3,
}
"""How far each has come: it never goes back."""


def is_stale(known: Hold | Refund | Dispute, seen: Hold | Refund | Dispute) -> bool:
    """Whether a reading is older than what is known, however late it came."""
    return RANK[seen.state] < RANK[known.state]


def _so_far(hold: Hold) -> dict[Movement, Money]:
    """All that has happened to a hold. One given back before it held anything never moved."""
    if hold.state is HoldState.PENDING or not hold.ever_held:
        return {}
    return {
        Movement.AUTHORISED: hold.amount,
        Movement.CAPTURED: hold.captured,
        Movement.RELEASED: hold.released,
    }


def check(journal: Iterable[Entry]) -> None:
    """See that debits are credits in every currency, in the books and in the memo accounts apart.

    Raises:
        Unbalanced: they are not.
    """
    sums: Counter[tuple[str, bool]] = Counter()
    for entry in journal:
        memo = entry.account.startswith("memo:")
        sums[entry.amount.currency, memo] += entry.signed.minor
    wrong = {key: value for key, value in sums.items() if value}
    if wrong:
        raise Unbalanced(f"Debits are not credits: {wrong}.")
