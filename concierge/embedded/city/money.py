"""The money of the story: holds, what became of them, the books, and what the sandbox is told."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import payments
from concierge.model import Hold, LedgerEntry, Operation, OperationState

from .booked import Booking
from .chance import Chance

HOLD_LASTS = timedelta(days=7)
"""How long a bank keeps a hold made on the card page."""
CARDS = ("pm_card_visa", "pm_card_visa", "pm_card_mastercard", "pm_card_amex")
SETTLED_AFTER = timedelta(seconds=2)


@dataclass(slots=True)
class Money:
    """Rows, and beside them the same facts as the payments provider must know them."""

    chance: Chance
    holds: list[Hold] = field(default_factory=list[Hold])
    operations: list[Operation] = field(default_factory=list[Operation])
    entries: list[LedgerEntry] = field(default_factory=list[LedgerEntry])
    told: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])

    def hold(self, booking: Booking) -> Hold:
        """Set the price of every piece aside on her card, at the moment she confirmed."""
        order, client = booking.order, booking.client
        at = order.confirmed_at or order.placed_at
        total = sum(line.price_minor for line in booking.lines)
        asked = payments.operation(
            payments.OperationKind.AUTHORISE,
            str(order.id),
            1,
            payments.Money(total, order.currency),
        )
        hold = Hold(
            id=self.chance.id(at),
            order_id=order.id,
            provider_id=f"pi_{self.chance.code(24)}",
            state=payments.HoldState.HELD,
            amount_minor=total,
            currency=order.currency,
            capture_before=at + HOLD_LASTS,
            held_at=at,
        )
        self.holds.append(hold)
        self._done(booking, asked, hold, at)
        self._post(booking, None, _read(hold), at)
        self.told[hold.provider_id] = {
            "id": hold.provider_id,
            "order": str(order.id),
            "op": asked.op,
            "customer": client.payments_customer,
            "email": client.email,
            "name": client.shown_as,
            "card": self.chance.one(CARDS),
            "amount": total,
            "currency": order.currency,
            "description": f"Home visit {order.reference}",
            "held_at": at.isoformat(),
        }
        return hold

    def settle(self, booking: Booking, hold: Hold, recorded: datetime) -> None:
        """Take exactly what is due, give the rest back; the order is settled."""
        order = booking.order
        lines = [
            payments.Line(payments.Money(line.price_minor, order.currency), kept=line.kept)
            for line in booking.lines
        ]
        due = payments.due(lines)
        before = _read(hold)
        (asked,) = payments.settle(str(order.id), due, [before])
        at = recorded + SETTLED_AFTER
        state = payments.HoldState.CAPTURED if due else payments.HoldState.RELEASED
        after = payments.Hold(hold.provider_id, state, hold.amount, due, hold.capture_before)
        hold.read(after)
        self._done(booking, asked, hold, at)
        self._post(booking, before, after, at)
        order.settle(due, at)
        self.told[hold.provider_id] |= {
            "captured": due.minor, "settled_at": at.isoformat(), "settled_op": asked.op,
        }  # fmt: skip

    def _done(self, booking: Booking, asked: payments.Operation, hold: Hold, at: datetime) -> None:
        row = Operation(
            id=self.chance.id(at),
            order_id=booking.order.id,
            hold_id=hold.id,
            kind=asked.kind,
            seq=asked.seq,
            key=asked.key,
            amount_minor=asked.amount.minor,
            currency=asked.amount.currency,
            state=OperationState.PLANNED,
            planned_at=at,
        )
        row.send(at)
        row.finish(at, hold.provider_id)
        self.operations.append(row)

    def _post(
        self, booking: Booking, before: payments.Hold | None, after: payments.Hold, at: datetime
    ) -> None:
        for movement, amount in payments.movements(before, after):
            for entry in payments.entries(movement, amount):
                self.entries.append(
                    LedgerEntry(
                        journal=f"{after.id}:{movement}", order_id=booking.order.id,
                        account=entry.account, amount_minor=entry.signed.minor,
                        currency=entry.amount.currency, at=at,
                    )
                )  # fmt: skip


def _read(hold: Hold) -> payments.Hold:
    return payments.Hold(
        hold.provider_id, hold.state, hold.amount, hold.captured, hold.capture_before
    )
