"""What the ledger must say of each thing at the provider, line by line, and where it does not.

A line is named by its journal and its account: `pi_1:captured` and `sales`. Every journal is named
after the provider's object and the fact, so what should be written follows from the object alone.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from .dispute import Dispute
from .hold import Hold, Refund, RefundState
from .ledger import (
    Account,
    Movement,
    dispute_movements,
    entries,
    movements,
    refund_movements,
)
from .money import Money

Seen = Hold | Refund | Dispute


@dataclass(frozen=True, slots=True)
class BookLine:
    """One line of the ledger. Units: `amount` is debit when positive, credit when negative."""

    journal: str
    account: str
    amount: Money


def facts_of(seen: Seen, *, left: bool = False) -> tuple[tuple[Movement, Money], ...]:
    """All that has happened to an object at the provider, each with its amount.

    `left` tells of a failed refund that its money had been on its way: it went and came back.
    """
    match seen:
        case Hold():
            return movements(None, seen)
        case Refund():
            if left and seen.state is RefundState.FAILED:
                course = (Movement.REFUNDED, Movement.REFUND_FAILED)
            else:
                course = refund_movements(None, seen)
        case Dispute():
            return dispute_movements(None, seen)
    return tuple((each, seen.amount) for each in course)


def lines_of(seen: Seen, *, left: bool = False) -> frozenset[BookLine]:
    """Every line the ledger must have of an object at the provider, and no other."""
    return frozenset(
        BookLine(f"{seen.id}:{movement}", entry.account, entry.signed)
        for movement, amount in facts_of(seen, left=left)
        for entry in entries(movement, amount)
    )


@dataclass(frozen=True, slots=True)
class Compared:
    """What the ledger says of one object beside what it must: `missing` lines, and `surplus`."""

    name: str
    missing: frozenset[BookLine]
    surplus: frozenset[BookLine]

    @property
    def agrees(self) -> bool:
        """Whether there is no difference."""
        return not (self.missing or self.surplus)

    @property
    def apart(self) -> Money:
        """How far the money with the provider is apart, or what is held; else any account.

        Positive when our books say too little.
        """
        lines = [*((each, 1) for each in self.missing), *((each, -1) for each in self.surplus)]
        sums: Counter[str] = Counter()
        for line, sign in lines:
            sums[line.account] += sign * line.amount.minor
        currency = lines[0][0].amount.currency
        for account in (Account.PROVIDER_BALANCE, Account.HELD):
            if sums[account]:
                return Money(sums[account], currency)
        return Money(max(sums.values(), key=abs), currency)


def compare(seen: Seen | None, name: str, ours: Iterable[BookLine]) -> Compared:
    """Compare the ledger's lines of one object with the provider's word; None: there is none."""
    written = frozenset(ours)
    left = any(line.journal == f"{name}:{Movement.REFUNDED}" for line in written)
    asked = lines_of(seen, left=left) if seen is not None else frozenset[BookLine]()
    return Compared(name, asked - written, written - asked)


SUMS: Mapping[str, tuple[Movement, Account]] = {
    "authorised": (Movement.AUTHORISED, Account.HELD),
    "captured": (Movement.CAPTURED, Account.SALES),
    "released": (Movement.RELEASED, Account.HELD_CONTRA),
    "refunded": (Movement.REFUNDED, Account.REFUNDS),
    "refunds failed": (Movement.REFUND_FAILED, Account.PROVIDER_BALANCE),
    "disputed": (Movement.DISPUTED, Account.DISPUTED),
    "disputes won": (Movement.DISPUTE_WON, Account.PROVIDER_BALANCE),
    "disputes lost": (Movement.DISPUTE_LOST, Account.DISPUTES_LOST),
    "dispute fees": (Movement.DISPUTE_FEE, Account.DISPUTE_FEES),
    "dispute fees back": (Movement.DISPUTE_FEE_BACK, Account.DISPUTE_FEES),
}
"""What is added up on both sides, and the account on which our ledger shows it."""


def sums_of(lines: Iterable[BookLine]) -> dict[str, Counter[str]]:
    """Lines added up by currency and by what happened. Units: minor, positive."""
    shown = {(movement, account): name for name, (movement, account) in SUMS.items()}
    sums: dict[str, Counter[str]] = {}
    for line in lines:
        movement = Movement(line.journal.rpartition(":")[2])
        name = shown.get((movement, Account(line.account)))
        if name is not None:
            currency = sums.setdefault(line.amount.currency, Counter())
            currency[name] += abs(line.amount.minor)
    return sums
