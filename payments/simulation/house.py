"""A house in memory: the calendar, the door, and what is heard of her money.

What happens after the outcome, from settling to the last refund, is `after.py`'s.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import payments
import payments.notices
from payments.sandbox.store import Doc

from .after import After
from .desk import ASKED
from .rows import (
    AT_DOOR,
    CALLED_OFF,
    COMING,
    LINK_LIVES,
    PAGE_LIVES,
    RETURNED,
    SETTLED,
    Killed,
    Page,
    Row,
)

REFUSED = (payments.Standing.ACTION_REQUIRED, payments.Standing.DECLINED)
KINDS = payments.notices.NoticeKind


@dataclass
class House(After):
    """One order and all that hangs on it."""

    coming: payments.Coming = field(kw_only=True)
    last_closes: datetime = field(kw_only=True)
    """When the last window she would accept closes."""
    asked: payments.Money = field(kw_only=True)
    """What is held for the visit."""
    hold_due: datetime | None = None
    notices: dict[str, bool] = field(default_factory=dict[str, bool])
    """By id: whether it was handled."""
    inbox: dict[str, tuple[payments.notices.Notice, Doc]] = field(
        default_factory=dict[str, tuple[payments.notices.Notice, Doc]]
    )

    @property
    def covered(self) -> bool:
        """Whether, as far as we know, it may depart."""
        holds = list(self.books.holds.values())
        return self.rules.covers(holds, self.asked, self.coming.needed_until)

    def work(self) -> None:
        """One round of everything that lies there to be done; what fails is done next time."""
        for page in [page for page in self.pages if not page.over and page.id]:
            self._try(lambda page=page: self.check_page(page))
        if self.hold_due and self.hold_due <= self.now:
            self._try(self.look)
        for row in [row for row in self.rows.values() if row.open]:
            self._try(lambda row=row: self.run(row))
        for name in [name for name, done in self.notices.items() if not done]:
            self._try(lambda name=name: self.read(name))
        if self.wants_link:
            self._try(self.send_link)

    def _try(self, job: Any) -> None:
        try:
            job()
        except Killed:
            return
        except payments.Unreachable as silence:
            self.say(f"  no answer: {silence}")

    def idle(self) -> bool:
        """Whether nothing is left to be done by itself."""
        waiting = any(
            not page.over and page.id and page.kind is not payments.OperationKind.PAY_PAGE
            for page in self.pages
        )
        due = self.hold_due is not None and self.hold_due <= self.now
        open_rows = any(row.open for row in self.rows.values())
        return not (waiting or due or open_rows or self.wants_link) and all(self.notices.values())

    # Her card

    def open_card_page(self) -> Page:
        """Send her to a card page: it holds, or when her visit is far only keeps her card."""
        kind = payments.OperationKind.OPEN_PAGE
        if self.standing is payments.Standing.DRAFT and self._is_far():
            kind = payments.OperationKind.SAVE_CARD
        return self.open_page(kind, self.asked, PAGE_LIVES)

    def _is_far(self) -> bool:
        return self.rules.at_order(self.now, self.last_closes) is payments.AtOrder.SAVE

    def take_over(self, page: Page, seen: payments.CardPageState) -> None:
        """Write down how far she got; what she paid or held is booked."""
        newly = not page.over and seen.status is payments.CardPageStatus.COMPLETE
        page.over = page.over or seen.status is not payments.CardPageStatus.OPEN
        if seen.hold is not None and seen.hold.began:
            self.book(seen.hold)
        if not newly:
            self.page_is_over(page)
            return
        self.say("  she gave her card")
        self.payer = seen.customer or self.payer
        self.card = seen.payment_method or self.card
        if page.kind is payments.OperationKind.PAY_PAGE:
            self.finish(payments.By.CLIENT)
            return
        if seen.hold is None and self.standing is payments.Standing.DRAFT:
            self.stand(payments.Standing.CARD_SAVED, payments.By.CLIENT)
        self._money_came(payments.By.CLIENT)

    def give_up(self) -> None:
        """Her time is over: close the page, and free her place only if she did not pay."""
        self.close_pages()
        if self.standing is payments.Standing.DRAFT:
            self.call_off()

    # The calendar

    def choose_hour(self, coming: payments.Coming) -> None:
        """Her hour is another one than the first it might have been: look at its money."""
        self.coming, self.hold_due = coming, self.now

    def look(self) -> None:
        """Do what the calendar says."""
        self.hold_due = None
        if self.state != COMING or self.standing in {*ASKED, payments.Standing.DRAFT}:
            return
        holds = list(self.books.holds.values())
        seen = self.rules.look(self.now, self.coming, self.asked, holds, self._tries())
        self.hold_due = seen.again
        if seen.do is payments.Do.HOLD and self.card:
            renews = self.standing is payments.Standing.AUTHORISED
            self.stand(
                payments.Standing.REAUTHORISING if renews else payments.Standing.AUTHORISING,
                payments.By.CALENDAR,
            )
            kind = payments.OperationKind.AUTHORISE
            self.plan(payments.operation(kind, self.order, 1 + self.count(kind), self.asked))
            self.hold_due = None
        elif seen.do is not payments.Do.NOTHING and self.standing not in REFUSED:
            self.stand(payments.Standing.ACTION_REQUIRED, payments.By.CALENDAR)
            self._warn("her bank must hear from her")

    def _tries(self) -> list[payments.Try]:
        refused = [row for row in self.rows.values() if row.advice is not None]
        short = {row.result for row in refused}
        good = [at for name, at in self.books.held_at.items() if name not in short]
        since = max(good, default=None)
        return [
            payments.Try(row.done_at, row.advice)
            for row in refused
            if row.done_at and row.advice and (since is None or row.done_at > since)
        ]

    def _money_came(self, by: payments.By) -> None:
        """A hold was read: say where the money stands, and give back what is too much."""
        if self.state in {CALLED_OFF, SETTLED}:
            if self.rules.releases_when_called_off:
                self.release_all()
            return
        if self.state == RETURNED:
            self.settle()
            return
        if self.state == AT_DOOR:
            return
        if self.covered:
            was = self.standing
            self.stand(payments.Standing.AUTHORISED, by)
            extra = self.rules.surplus(
                list(self.books.holds.values()), self.asked, self.coming.needed_until
            )
            for hold in extra:
                self.let_go(hold)
            if was is not self.standing and was is not payments.Standing.DRAFT:
                self.letters.append("renewed" if extra else "held")
            self.cases = [case for case in self.cases if not case.startswith("not held")]
        elif self.standing is payments.Standing.AUTHORISED and not self.books.live():
            self.stand(payments.Standing.CARD_SAVED, payments.By.BANK)
        self.look()

    def said_no(self, row: Row, words: str, advice: payments.Advice) -> None:
        """Her bank said no: another try, a letter, or a link to pay."""
        if row.state != "done":
            row.state, row.done_at = "failed", self.now
        row.advice = advice
        if row.kind is payments.OperationKind.CHARGE:
            self.charge_refused(words)
            return
        if self.state != COMING or self.standing not in ASKED:
            return
        her = advice is payments.Advice.HER
        self.stand(
            payments.Standing.ACTION_REQUIRED if her else payments.Standing.DECLINED,
            payments.By.BANK,
        )
        self.look()
        self._warn(words)

    def _warn(self, words: str) -> None:
        self.say(f"  not held: {words}")
        self.cases.append(f"not held: {words}")
        self.letters.append("not held")

    def apply(self, row: Row, seen: payments.Hold | payments.Refund) -> None:
        """It is done: book it, and go on."""
        if isinstance(seen, payments.Refund):
            self.books.book_refund(seen)
            self.done(row, seen.id)
            self.refund_told()
            return
        self.book(seen)
        first = row.state != "done"
        self.done(row, seen.id)
        row.done_at = row.done_at or self.now
        if row.kind is not payments.OperationKind.AUTHORISE:
            self.finish(payments.By.BANK)
            return
        until = self.coming.needed_until
        if first and self.standing in ASKED and not self.rules.covers([seen], self.asked, until):
            self.said_no(row, "the hold ends too early", payments.Advice.LATER)
        self._money_came(payments.By.BANK)

    # The door

    def arrive(self) -> None:
        """She tries her pieces: what is held stays as it is until she has chosen."""
        self.state = AT_DOOR

    def ask_for_more(self, short: payments.Money) -> Page:
        """A second hold, confirmed on her phone before the piece changes hands."""
        return self.open_page(payments.OperationKind.OPEN_PAGE, short, PAGE_LIVES)

    def call_off(self) -> None:
        """The visit will not be: nothing stays held."""
        if self.state != COMING:
            return
        self.state = CALLED_OFF
        live = self.release_all()
        self.stand(
            payments.Standing.RELEASING if live else payments.Standing.RELEASED, payments.By.DESK
        )

    def send_link(self) -> None:
        """Write her a letter with a link to pay what is due."""
        missing = self.missing()
        self.open_page(payments.OperationKind.PAY_PAGE, missing, LINK_LIVES)
        self.wants_link = False
        self.letters.append("to pay")

    # Notices

    def hear(self, notice: payments.notices.Notice, payload: Doc) -> None:
        """Keep a notice, once."""
        if notice.id not in self.notices:
            self.notices[notice.id] = self.rules.handled_on_receipt
            self.inbox[notice.id] = notice, payload
            if self.rules.handled_on_receipt:
                self._try(lambda: self._read_notice(notice.id))

    def read(self, name: str) -> None:
        """Ask how the thing stands that a notice is about; then it is handled."""
        self._read_notice(name)
        self.killed()
        self.notices[name] = True

    def _read_notice(self, name: str) -> None:
        notice, payload = self.inbox[name]
        self.killed()
        match notice.kind:
            case KINDS.CARD_PAGE:
                for page in self.pages:
                    if page.id == notice.object_id:
                        self.check_page(page)
            case KINDS.HOLD:
                self._take_over_hold(notice.object_id, payload)
            case KINDS.REFUND:
                self._take_over_refund(self.provider.fetch_refund(notice.object_id))
            case KINDS.DISPUTE:
                seen = self.provider.fetch_dispute(notice.object_id)
                self.killed()
                self.take_over_dispute(seen)
            case _:
                pass

    def _take_over_hold(self, name: str, payload: dict[str, Any]) -> None:
        seen = self.rules.believed(payload, lambda: self.provider.fetch_hold(name))
        self.killed()
        if name in self.books.holds:
            self.book(seen)
            if self.state == COMING:
                self._money_came(payments.By.BANK)
            self.finish(payments.By.BANK)
            return
        row = self.rows.get(seen.op or "")
        if row is not None and payments.judge(row.kind, row.stored.amount, seen) is (
            payments.Finding.DONE
        ):
            self.apply(row, seen)

    def _take_over_refund(self, seen: payments.Refund) -> None:
        self.killed()
        row = self.rows.get(seen.op or "")
        if seen.id in self.books.refunds or seen.state is payments.RefundState.FAILED:
            self.books.book_refund(seen)
            self.refund_told()
        elif row is not None:
            self.apply(row, seen)
