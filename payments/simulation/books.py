"""The books of a simulated house: what was read of her money, and the journals of it."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256

import payments

from .rules import Rules


@dataclass
class Books:
    """Every reading is written down once, however often and however late it comes."""

    rules: Rules
    holds: dict[str, payments.Hold] = field(default_factory=dict[str, payments.Hold])
    held_at: dict[str, datetime] = field(default_factory=dict[str, datetime])
    refunds: dict[str, payments.Refund] = field(default_factory=dict[str, payments.Refund])
    disputes: dict[str, payments.Dispute] = field(default_factory=dict[str, payments.Dispute])
    journals: dict[str, tuple[payments.Entry, ...]] = field(
        default_factory=dict[str, tuple[payments.Entry, ...]]
    )

    def book(self, seen: payments.Hold, now: datetime) -> None:
        """Take over what was read of a hold or charge."""
        before = self.holds.get(seen.id)
        if before is not None and payments.is_stale(before, seen):
            return
        for movement, amount in self.rules.movements(before, seen):
            self._post(f"{seen.id}:{movement}", movement, amount)
        self.holds[seen.id] = replace(
            seen, capture_before=seen.capture_before or (before and before.capture_before)
        )
        self.held_at.setdefault(seen.id, now)

    def book_refund(self, seen: payments.Refund) -> None:
        """Take over what was read of a refund; one that fails is written back."""
        before = self.refunds.get(seen.id)
        if before is not None and payments.is_stale(before, seen):
            return
        for movement in self.rules.refund_movements(before, seen):
            self._post(f"{seen.id}:{movement}", movement, seen.amount)
        self.refunds[seen.id] = seen

    def book_dispute(self, seen: payments.Dispute) -> None:
        """Take over what was read of a dispute."""
        before = self.disputes.get(seen.id)
        if before is not None and payments.is_stale(before, seen):
            return
        for movement, amount in self.rules.dispute_movements(before, seen):
            self._post(f"{seen.id}:{movement}", movement, amount)
        self.disputes[seen.id] = seen

    def _post(self, journal: str, movement: payments.Movement, amount: payments.Money) -> None:
        if journal in self.journals:
            raise payments.BadAmount(f"Journal {journal} is written twice.")
        self.journals[journal] = self.rules.entries(movement, amount)

    def live(self) -> list[payments.Hold]:
        """Money set aside now."""
        return [hold for hold in self.holds.values() if hold.state is payments.HoldState.HELD]

    def captured(self, currency: str) -> payments.Money:
        """What was taken so far."""
        return payments.Money.total((hold.captured for hold in self.holds.values()), currency)

    def given_back(self, currency: str) -> payments.Money:
        """What was given back, or is on its way."""
        return payments.Money.total(
            (
                refund.amount
                for refund in self.refunds.values()
                if refund.state is not payments.RefundState.FAILED
            ),
            currency,
        )

    def balances(self) -> Counter[str]:
        """Each account's sum, debits less credits."""
        sums: Counter[str] = Counter()
        for entries in self.journals.values():
            for entry in entries:
                sums[entry.account] += entry.signed.minor
        return sums

    def ledger_hash(self) -> str:
        """One word for the whole ledger, whatever the order it was written in."""
        lines = sorted(
            f"{journal} {entry.account} {entry.signed}"
            for journal, entries in self.journals.items()
            for entry in entries
        )
        return sha256("\n".join(lines).encode()).hexdigest()
