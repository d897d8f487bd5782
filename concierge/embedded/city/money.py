"""The money of the story: holds, what became of them, the books, and what the sandbox is told."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import payments
from concierge.model import Hold, LedgerEntry, Operation, OperationState

from .booked import Booking
from .chance import Chance
from .story import STORY_NOW

HOLD_LASTS, SHORT_HOLD_LASTS = timedelta(days=7), timedelta(days=4, hours=18)
"""How long a bank keeps a hold; the short one is a Visa hold made without her."""
VISA = "pm_card_visa"
CARDS = (VISA, VISA, "pm_card_mastercard", "pm_card_amex")
SETTLED_AFTER = timedelta(seconds=2)


@dataclass(slots=True)
class Money:
    """Rows, and beside them the same facts as the payments provider must know them."""

    chance: Chance
    holds: list[Hold] = field(default_factory=list[Hold])
    operations: list[Operation] = field(default_factory=list[Operation])
    entries: list[LedgerEntry] = field(default_factory=list[LedgerEntry])
    told: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    cards: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])

    def take_card(self, booking: Booking) -> None:
        """She gave her card when she confirmed: held at once, or kept until it is due."""
        order, client = booking.order, booking.client
        at = order.confirmed_at or order.placed_at
        windows = [(each.opens, each.closes) for each in booking.wishes]
        if order.opens is not None and order.closes is not None:
            windows = [(order.opens, order.closes)]
        coming = payments.Coming(*min(windows))
        kind = self.chance.one(CARDS)
        order.payer, order.card = client.payments_customer, f"pm_{self.chance.code(24)}"
        self.cards[order.card] = {
            "id": order.card,
            "customer": client.payments_customer,
            "email": client.email,
            "name": client.shown_as,
            "card": kind,
            "saved_at": at.isoformat(),
        }
        last = max(closes for _, closes in windows)
        if payments.at_order(at, last) is payments.AtOrder.HOLD:
            self._hold(booking, kind, at, off_session=False)
            return
        nothing = payments.Money(0, order.currency)
        asked = payments.operation(payments.OperationKind.SAVE_CARD, str(order.id), 1, nothing)
        self._done(booking, asked, None, at)
        order.stand(payments.Standing.CARD_SAVED, payments.By.CLIENT)
        if coming.first_try <= STORY_NOW:
            order.stand(payments.Standing.AUTHORISING, payments.By.CALENDAR)
            self._hold(booking, kind, coming.first_try, off_session=True)
        else:
            order.hold_due = coming.first_try

    def _hold(self, booking: Booking, kind: str, at: datetime, *, off_session: bool) -> None:
        """Set aside on her card what the hub's policy asks for her pieces."""
        order, client = booking.order, booking.client
        asked = payments.operation(
            payments.OperationKind.AUTHORISE, str(order.id), 1, booking.held
        )
        total = booking.held.minor
        short = off_session and kind == VISA
        hold = Hold(
            id=self.chance.id(at),
            order_id=order.id,
            provider_id=f"pi_{self.chance.code(24)}",
            state=payments.HoldState.HELD,
            amount_minor=total,
            currency=order.currency,
            capture_before=at + (SHORT_HOLD_LASTS if short else HOLD_LASTS),
            held_at=at,
        )
        self.holds.append(hold)
        self._done(booking, asked, hold, at)
        self._post(booking, None, _read(hold), at)
        by = payments.By.BANK if off_session else payments.By.CLIENT
        order.stand(payments.Standing.AUTHORISED, by)
        self.told[hold.provider_id] = {
            "id": hold.provider_id,
            "order": str(order.id),
            "op": asked.op,
            "customer": client.payments_customer,
            "email": client.email,
            "name": client.shown_as,
            "card": kind,
            "payment_method": order.card,
            "off_session": off_session,
            "amount": total,
            "currency": order.currency,
            "description": f"Home visit {order.reference}",
            "held_at": at.isoformat(),
        }

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
        follows = payments.Standing.CAPTURING if due else payments.Standing.RELEASING
        order.stand(follows, payments.By.DOOR)
        order.settle(due, at)
        self.told[hold.provider_id] |= {
            "captured": due.minor, "settled_at": at.isoformat(), "settled_op": asked.op,
        }  # fmt: skip

    def _done(
        self, booking: Booking, asked: payments.Operation, hold: Hold | None, at: datetime
    ) -> None:
        row = Operation(
            id=self.chance.id(at),
            order_id=booking.order.id,
            hold_id=hold.id if hold else None,
            kind=asked.kind,
            seq=asked.seq,
            key=asked.key,
            amount_minor=asked.amount.minor,
            currency=asked.amount.currency,
            state=OperationState.PLANNED,
            planned_at=at,
        )
        row.send(at)
        row.finish(at, hold.provider_id if hold else booking.order.card or "")
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
