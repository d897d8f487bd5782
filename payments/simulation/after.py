"""What a simulated house does once the outcome is known: settle, collect, refund, be disputed.

A failed capture is charged to her saved card, then a link to pay is sent, then a person is called.
Her card is charged anew only when every hold is known to be over: one whose capture nobody could
read may have paid.
"""

from dataclasses import dataclass, field, replace

import payments
import payments.steps

from .desk import ON_A_CARD, Desk
from .rows import RETURNED, SETTLED, Page, Row

MOST_LINKS = 2
TAKEN = (
    payments.Standing.CAPTURED,
    payments.Standing.PART_REFUNDED,
    payments.Standing.REFUNDED,
)


@dataclass
class After(Desk):
    """The part of the house that comes after the door."""

    lines: tuple[payments.Line, ...] = field(kw_only=True)
    fees: tuple[payments.Money, ...] = ()
    credits: tuple[payments.Money, ...] = ()
    due: payments.Money | None = None
    let_off: payments.Money | None = None
    """What is due and too little to ask a card for: it is not asked."""
    wants_link: bool = False
    """Whether a link to pay is to be sent."""
    links: int = 0

    def record(
        self,
        lines: tuple[payments.Line, ...],
        fees: tuple[payments.Money, ...] = (),
        credits_: tuple[payments.Money, ...] = (),
    ) -> None:
        """The visit is over: what she keeps, and what she agreed to pay besides, is settled."""
        self.lines, self.fees, self.credits = lines, fees, credits_
        self.state = RETURNED
        self._drop_unopened()
        self.settle()

    def settle(self) -> None:
        """Plan what the outcome asks for; again changes nothing."""
        off = (self.let_off,) if self.let_off else ()
        self.due = self.rules.due(self.lines, self.fees, (*self.credits, *off))
        if self.links or self.count(payments.OperationKind.CHARGE):
            self._release_late()
            return
        leaving = {
            row.stored.hold
            for row in self.rows.values()
            if row.kind is payments.OperationKind.RELEASE
        }
        staying = [
            replace(hold, state=payments.HoldState.RELEASED)
            if hold.id in leaving and hold.state is payments.HoldState.HELD
            else hold
            for hold in self.books.holds.values()
        ]
        try:
            asked = self.rules.settle(self.order, self.due, staying)
        except payments.NotCovered as short:
            self.say(f"  {short}")
            if off := self.rules.let_off(short.missing):
                self.say("  that is too little to ask for")
                self.let_off = off
                self.settle()
                return
            asked = self.rules.settle(self.order, self.due - short.missing, staying)
        for each in asked:
            self.plan(each)
        if asked and self.standing not in {
            payments.Standing.CAPTURE_FAILED,
            payments.Standing.COLLECTING,
        }:
            takes = any(each.kind is payments.OperationKind.CAPTURE for each in asked)
            self.stand(
                payments.Standing.CAPTURING
                if takes
                else payments.Standing.RELEASING
                if not self.due
                else payments.Standing.COLLECTING,
                payments.By.DOOR,
            )
        self.finish(payments.By.DOOR)

    def book(self, seen: payments.Hold) -> None:
        """Take over what was read of a hold; what a person was called for may be done by now."""
        self.books.book(seen, self.now)
        for row in self.rows.values():
            given_up = row.state == "failed" and row.stored.hold == seen.id
            if given_up and self.rules.came_about(row.kind, row.stored.amount, seen):
                self.done(row, row.result)

    def done(self, row: Row, result: str | None) -> None:
        """It is done; if a person was called for it, nobody waits any more."""
        if row.state == "failed":
            self.say(f"  {row.fact} is done after all")
        row.state, row.result = "done", result
        own = f"failed: {row.fact}:"
        self.cases = [case for case in self.cases if not case.startswith(own)]

    def release_all(self) -> bool:
        """Give back all that is held; whether anything was."""
        live = self.books.live()
        for hold in live:
            self.let_go(hold)
        return bool(live)

    def let_go(self, hold: payments.Hold) -> None:
        """Give one hold back whole."""
        seq = list(self.books.holds).index(hold.id) + 1
        kind = payments.OperationKind.RELEASE
        self.plan(payments.operation(kind, self.order, seq, hold.amount, hold=hold.id))

    def finish(self, by: payments.By) -> None:
        """Close what is closed: every hold captured or released, and exactly what is due."""
        pending = (payments.HoldState.PENDING, payments.HoldState.HELD)
        known = not any(hold.state in pending for hold in self.books.holds.values())
        if not known and (self.rules.collects_when_all_is_known or self.state != RETURNED):
            return
        if self.standing is payments.Standing.RELEASING and self.state not in {RETURNED, SETTLED}:
            self.stand(payments.Standing.RELEASED, payments.By.BANK)
        if self.state != RETURNED or self.due is None:
            return
        missing = self.missing()
        if missing.minor > 0:
            self._collect(by)
            return
        if missing.minor < 0:
            self._call_once("not settled", f"{self.due} is due, {missing * -1} too much was taken")
            return
        self.state = SETTLED
        self.wants_link = False
        self._drop_unopened()
        self._stand_settled(by)

    def _stand_settled(self, by: payments.By) -> None:
        if self.due:
            self.stand(
                payments.Standing.CAPTURED,
                by if by is payments.By.CLIENT else payments.By.BANK,
            )
            self.cases = [case for case in self.cases if not case.startswith("unpaid")]
            self._stand_after()
            return
        releasing = self.standing is payments.Standing.RELEASING
        self.stand(payments.Standing.RELEASED, payments.By.BANK if releasing else payments.By.DOOR)

    def pay_pages(self) -> list[Page]:
        """The links she was sent."""
        kind = payments.OperationKind.PAY_PAGE
        return [page for page in self.pages if page.kind is kind]

    def missing(self) -> payments.Money:
        """What is due and was not taken yet."""
        due = self.due or self.lines[0].price * 0
        return due - self.books.captured(due.currency)

    def _release_late(self) -> None:
        """A hold that comes when her card is asked another way pays nothing: once is enough."""
        paying = {
            row.stored.hold
            for row in self.rows.values()
            if row.kind is payments.OperationKind.CAPTURE
        }
        for hold in self.books.live():
            if hold.id not in paying:
                self.let_go(hold)
        self.finish(payments.By.BANK)

    # Collecting

    def _collect(self, by: payments.By) -> None:
        """Ask for what is missing another way, one way at a time."""
        busy = any(
            row.open and row.kind in {*ON_A_CARD, payments.OperationKind.CAPTURE}
            for row in self.rows.values()
        )
        if busy or self.wants_link or any(not page.over for page in self.pages):
            return
        if any(row.unread for row in self.rows.values() if row.kind in ON_A_CARD):
            self._call_once("unpaid", "nobody could read whether her card was charged")
            return
        was = self.standing
        if was is not payments.Standing.COLLECTING:
            by = payments.By.BANK if was in _FAILED else payments.By.DOOR
            self.stand(payments.Standing.COLLECTING, by)
        kind = payments.OperationKind.CHARGE
        if self.card and not self.count(kind):
            self.plan(payments.operation(kind, self.order, 1, self.missing()))
        elif self.links < MOST_LINKS:
            self.links += 1
            self.wants_link = True
        else:
            self.stand(payments.Standing.CAPTURE_FAILED, payments.By.DESK)
            self._call_once("unpaid", f"{self.missing()} is due and she did not pay")

    def charge_refused(self, words: str) -> None:
        """Her bank does not give it without her: send her a link."""
        self.say(f"  not charged: {words}")
        self.finish(payments.By.BANK)

    def page_is_over(self, page: Page) -> None:
        """Nobody can pay on it any more: what waited for that goes on."""
        if page.over and self.state == RETURNED:
            self.finish(payments.By.BANK)

    def _drop_unopened(self) -> None:
        """A page that never opened: nobody was sent there."""
        for page in self.pages:
            page.over = page.over or page.id is None

    def hand_over(self, row: Row, ask: payments.steps.HandOver) -> None:
        """It cannot be done: call a person, unless another way is known to be open."""
        if isinstance(ask.seen, payments.Hold):
            self.book(ask.seen)
        if isinstance(ask.seen, payments.Refund):
            self.books.book_refund(ask.seen)
        if row.kind is payments.OperationKind.AUTHORISE:
            self.said_no(row, ask.words, payments.Advice.NEVER)
        row.state = "failed"
        capture = row.kind is payments.OperationKind.CAPTURE
        if capture and self.standing is payments.Standing.CAPTURING:
            self.stand(payments.Standing.CAPTURE_FAILED, payments.By.BANK)
        gone = (
            isinstance(ask.seen, payments.Hold) and ask.seen.state is payments.HoldState.RELEASED
        )
        if not (capture and gone):
            self.say(f"  a person is called: {row.fact}: {ask.words}")
            self.cases.append(f"failed: {row.fact}: {ask.words}")
        self.finish(payments.By.BANK)

    # Refunds and disputes

    def refund(self, hold: payments.Hold, seq: int, amount: payments.Money) -> bool:
        """Give some of what was taken back; False when that much is not left."""
        booked = list(self.books.refunds.values())
        known = {refund.op for refund in booked}
        planned = [
            payments.Refund("", hold.id, row.stored.amount, payments.RefundState.PENDING)
            for row in self.rows.values()
            if row.open and row.stored.hold == hold.id and row.fact not in known
            if row.kind is payments.OperationKind.REFUND
        ]
        try:
            asked = self.rules.refund(self.order, seq, amount, hold, [*booked, *planned])
        except payments.BadAmount as no:
            self.say(f"  no refund: {no}")
            return False
        self.plan(asked)
        return True

    def refund_told(self) -> None:
        """A refund was read: say where the money stands; one that failed needs a person."""
        for refund in self.books.refunds.values():
            if refund.state is payments.RefundState.FAILED:
                self._call_once(f"refund failed: {refund.op}", f"{refund.amount} came back")
        if self.standing in TAKEN:
            self._stand_after()

    def take_over_dispute(self, seen: payments.Dispute) -> None:
        """A dispute was read: book what her bank took, and call a person to answer it."""
        if seen.hold not in self.books.holds:
            return
        self.books.book_dispute(seen)
        if not seen.over:
            self._call_once(f"disputed: {seen.id}", f"{seen.amount}, {seen.reason}")
        if self.standing in {*TAKEN, payments.Standing.DISPUTED}:
            self._stand_after()

    def _stand_after(self) -> None:
        """Where the money stands once it was taken, from what is booked alone."""
        disputes = self.books.disputes.values()
        taken = [each for each in disputes if each.taken]
        if any(not each.over for each in taken):
            self.stand(payments.Standing.DISPUTED, payments.By.BANK)
        elif any(each.state is payments.DisputeState.LOST for each in taken):
            self.stand(payments.Standing.CHARGED_BACK, payments.By.BANK)
        else:
            currency = self.lines[0].price.currency
            back, captured = self.books.given_back(currency), self.books.captured(currency)
            self.stand(
                payments.Standing.CAPTURED
                if not back
                else payments.Standing.REFUNDED
                if back == captured
                else payments.Standing.PART_REFUNDED,
                payments.By.BANK,
            )

    def _call_once(self, what: str, words: str) -> None:
        if not any(case.startswith(what) for case in self.cases):
            self.say(f"  a person is called: {what}: {words}")
            self.cases.append(f"{what}: {words}")


_FAILED = (payments.Standing.CAPTURING, payments.Standing.CAPTURE_FAILED)
