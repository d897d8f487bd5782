"""A house in memory: what it has committed survives a crash, what it was doing does not.

It does what the desk does (`concierge/desk`), over dictionaries instead of tables: each `_commit`
is one transaction, and between any two of them, or around any call, it may be killed.
"""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import payments
import payments.notices
import payments.steps
from payments.sandbox.store import Doc

from .provider import Provider
from .rules import Rules

ASKED = (payments.Standing.AUTHORISING, payments.Standing.REAUTHORISING)
REFUSED = (payments.Standing.ACTION_REQUIRED, payments.Standing.DECLINED)
PAGE_LIVES = timedelta(minutes=45)
COMING, CALLED_OFF, RETURNED, SETTLED = "coming", "called off", "returned", "settled"
"""Where the order itself is."""


class Killed(Exception):
    """The process is gone; what was committed stays."""


@dataclass
class Row:
    """An operation as it is written down."""

    stored: payments.Stored
    fact: str
    seq: int
    planned_at: datetime
    state: str = "planned"
    advice: payments.Advice | None = None
    done_at: datetime | None = None
    result: str | None = None
    troubles: int = 0
    """How often the provider failed while it was being called."""
    unread: bool = False
    """Whether it was handed over while nobody could know its outcome."""

    @property
    def open(self) -> bool:
        """Whether something is still to be done about it."""
        return self.state in {"planned", "sent"}


@dataclass
class Page:
    """A card page as it is written down."""

    key: str
    saves: bool
    until: datetime
    broke: bool = False
    id: str | None = None
    over: bool = False


@dataclass
class House:
    """One order and all that hangs on it."""

    rules: Rules
    provider: Provider
    chance: random.Random
    coming: payments.Coming
    last_closes: datetime
    """When the last window she would accept closes."""
    lines: tuple[payments.Line, ...]
    say: Callable[[str], None]
    crashes: float = 0.0
    """How often it is killed, of all the places where it can be."""
    order: str = "order"
    state: str = COMING
    standing: payments.Standing = payments.Standing.DRAFT
    hold_due: datetime | None = None
    due: payments.Money | None = None
    payer: str = ""
    card: str = ""
    pages: list[Page] = field(default_factory=list[Page])
    rows: dict[str, Row] = field(default_factory=dict[str, Row])
    holds: dict[str, payments.Hold] = field(default_factory=dict[str, payments.Hold])
    held_at: dict[str, datetime] = field(default_factory=dict[str, datetime])
    refunds: dict[str, payments.Refund] = field(default_factory=dict[str, payments.Refund])
    journals: dict[str, tuple[payments.Entry, ...]] = field(
        default_factory=dict[str, tuple[payments.Entry, ...]]
    )
    notices: dict[str, bool] = field(default_factory=dict[str, bool])
    """payments.By id: whether it was handled."""
    inbox: dict[str, tuple[payments.notices.Notice, Doc]] = field(
        default_factory=dict[str, tuple[payments.notices.Notice, Doc]]
    )
    cases: list[str] = field(default_factory=list[str])
    letters: list[str] = field(default_factory=list[str])

    @property
    def now(self) -> datetime:
        """What time it is."""
        return self.provider.clock.moment

    @property
    def asked(self) -> payments.Money:
        """The price of every travelling piece."""
        prices = (line.price for line in self.lines)
        return payments.Money.total(prices, self.lines[0].price.currency)

    @property
    def covered(self) -> bool:
        """Whether, as far as we know, it may depart."""
        return self.rules.covers(list(self.holds.values()), self.asked, self.coming.needed_until)

    def killed(self) -> None:
        """A place where the process may be killed.

        Raises:
            Killed: it was.
        """
        if self.crashes and self.chance.random() < self.crashes:
            self.say("  killed")
            raise Killed

    def work(self) -> None:
        """One round of everything that lies there to be done; what fails is done next time."""
        jobs: list[Callable[[], None]] = [
            *(lambda page=page: self.check_page(page) for page in self.pages if not page.over),
            *([self.look] if self.hold_due and self.hold_due <= self.now else []),
            *(lambda row=row: self.run(row) for row in self.rows.values() if row.open),
            *(
                lambda name=name: self.read(name)
                for name, done in self.notices.items()
                if not done
            ),
        ]
        for job in jobs:
            try:
                job()
            except Killed:
                continue
            except payments.Unreachable as silence:
                self.say(f"  no answer: {silence}")

    def idle(self) -> bool:
        """Whether nothing is left to be done by itself."""
        waiting = [page for page in self.pages if not page.over and page.id]
        due = self.hold_due is not None and self.hold_due <= self.now
        open_rows = any(row.open for row in self.rows.values())
        return not (waiting or due or open_rows or not all(self.notices.values()))

    # Her card

    def open_page(self) -> Page | None:
        """Send her to a card page; None when it does not open just now."""
        page = next((page for page in self.pages if not page.over), None)
        if page is None:
            kind = payments.OperationKind.OPEN_PAGE
            if self.standing is payments.Standing.DRAFT and self._is_far():
                kind = payments.OperationKind.SAVE_CARD
            seq = len(self.pages) + 1
            key = payments.operation(kind, self.order, seq, self.asked).key
            page = Page(key, kind is payments.OperationKind.SAVE_CARD, self.now + PAGE_LIVES)
            self.pages.append(page)
        if page.id is not None:
            return page
        if page.broke:
            page.key, page.broke = payments.next_key(page.key), False
        self.killed()
        fact = page.key.rpartition(":")[0]
        try:
            opened = self.provider.open_page(
                self.asked, self.order, fact, page.key, page.until, saves=page.saves
            )
        except payments.Unreachable as silence:
            page.broke = page.broke or silence.stored
            raise
        self.killed()
        page.id = opened
        return page

    def _is_far(self) -> bool:
        return self.rules.at_order(self.now, self.last_closes) is payments.AtOrder.SAVE

    def check_page(self, page: Page) -> None:
        """Ask how far she got."""
        if page.id is None or page.over:
            return
        self.killed()
        seen = self.provider.fetch_page(page.id)
        self.killed()
        self._take_over(page, seen)

    def _take_over(self, page: Page, seen: payments.CardPageState) -> None:
        newly = not page.over and seen.status is payments.CardPageStatus.COMPLETE
        page.over = page.over or seen.status is not payments.CardPageStatus.OPEN
        if seen.hold is not None and seen.hold.began:
            self._book(seen.hold)
        if not newly:
            return
        self.say("  she gave her card")
        self.payer = seen.customer or self.payer
        self.card = seen.payment_method or self.card
        if seen.hold is None and self.standing is payments.Standing.DRAFT:
            self._stand(payments.Standing.CARD_SAVED, payments.By.CLIENT)
        self._money_came(payments.By.CLIENT)

    def give_up(self) -> None:
        """Her time is over: close the page, and free her place only if she did not pay."""
        for page in self.pages:
            if page.id is None or page.over:
                continue
            self.killed()
            try:
                seen = self.provider.expire_page(page.id, f"{page.id}:expire:{self.now}")
            except payments.WrongState:
                seen = self.provider.fetch_page(page.id)
            self._take_over(page, seen)
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
        seen = self.rules.look(
            self.now, self.coming, self.asked, list(self.holds.values()), self._tries()
        )
        self.hold_due = seen.again
        if seen.do is payments.Do.HOLD and self.card:
            renews = self.standing is payments.Standing.AUTHORISED
            self._stand(
                payments.Standing.REAUTHORISING if renews else payments.Standing.AUTHORISING,
                payments.By.CALENDAR,
            )
            seq = 1 + sum(
                row.stored.kind is payments.OperationKind.AUTHORISE for row in self.rows.values()
            )
            self._plan(
                payments.operation(payments.OperationKind.AUTHORISE, self.order, seq, self.asked),
                seq,
            )
            self.hold_due = None
        elif seen.do is not payments.Do.NOTHING and self.standing not in REFUSED:
            self._stand(payments.Standing.ACTION_REQUIRED, payments.By.CALENDAR)
            self._warn("her bank must hear from her")

    def _tries(self) -> list[payments.Try]:
        refused = [row for row in self.rows.values() if row.advice is not None]
        short = {row.result for row in refused}
        good = [at for name, at in self.held_at.items() if name not in short]
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
                self._release_all()
            return
        if self.state == RETURNED:
            self.settle()
            return
        if self.covered:
            was = self.standing
            self._stand(payments.Standing.AUTHORISED, by)
            extra = self.rules.surplus(
                list(self.holds.values()), self.asked, self.coming.needed_until
            )
            for hold in extra:
                self._let_go(hold)
            if was is not self.standing and was is not payments.Standing.DRAFT:
                self.letters.append("renewed" if extra else "held")
            self.cases = [case for case in self.cases if not case.startswith("not held")]
        elif self.standing is payments.Standing.AUTHORISED and not self._live():
            self._stand(payments.Standing.CARD_SAVED, payments.By.BANK)
        self.look()

    def _said_no(self, row: Row, words: str, advice: payments.Advice) -> None:
        if row.state != "done":
            row.state, row.done_at = "failed", self.now
        row.advice = advice
        if self.state != COMING or self.standing not in ASKED:
            return
        her = advice is payments.Advice.HER
        self._stand(
            payments.Standing.ACTION_REQUIRED if her else payments.Standing.DECLINED,
            payments.By.BANK,
        )
        self.look()
        self._warn(words)

    def _warn(self, words: str) -> None:
        self.say(f"  not held: {words}")
        self.cases.append(f"not held: {words}")
        self.letters.append("not held")

    # Operations

    def run(self, row: Row) -> None:
        """Carry an operation out, by the production's own steps.

        Raises:
            Unreachable: the outcome is unknown.
            Killed: on the way.
        """
        script = self.rules.carry_out()
        reply: payments.steps.Reply = None
        while True:
            self.killed()
            try:
                ask = script.send(reply)
            except StopIteration:
                return
            self.killed()
            reply = self._answer(row, ask)
            if isinstance(ask, payments.steps.Note):
                raise ask.silence

    def _answer(self, row: Row, ask: payments.steps.Ask) -> payments.steps.Reply:
        match ask:
            case payments.steps.Begin():
                return self._begin(row, undone=ask.undone)
            case payments.steps.Call():
                before = self.provider.troubles
                heard = self._heard(lambda: self._call(ask.stored))
                row.troubles += self.provider.troubles - before
                return heard
            case payments.steps.Read():
                heard = self._heard(lambda: self._read(ask.stored))
                row.unread = isinstance(heard, payments.Unreachable)
                return heard
            case payments.steps.Apply(_, payments.Hold() as seen):
                self._apply(row, seen)
            case payments.steps.Apply(_, payments.Refund() as seen):
                self._book_refund(seen)
                row.state, row.result = "done", seen.id
            case payments.steps.Refused():
                self._said_no(row, ask.words, ask.advice)
            case payments.steps.Note():
                row.stored = replace(row.stored, broke=row.stored.broke or ask.silence.stored)
            case payments.steps.CallOff():
                row.state = "called off"
            case payments.steps.HandOver():
                self._hand_over(row, ask)
            case _:
                raise TypeError(ask)
        return None

    def _begin(self, row: Row, *, undone: bool) -> payments.steps.Begun | None:
        wanted = row.stored.kind is not payments.OperationKind.AUTHORISE or (
            self.state == COMING and self.standing in ASKED
        )
        stored = replace(row.stored, over=not row.open, wanted=wanted)
        step, after = self.rules.begin(stored, self.now, undone=undone)
        if step is None:
            return None
        self.say(f"  {row.fact} {step}, key {after.key}, attempt {after.attempts}")
        row.state = "sent" if after.attempts > row.stored.attempts else row.state
        row.stored = after
        return payments.steps.Begun(step, after)

    @staticmethod
    def _heard(
        ask: Callable[[], payments.Hold | payments.Refund | None],
    ) -> payments.steps.Reply:
        try:
            return ask()
        except payments.PaymentsError as error:
            return error

    def _call(self, stored: payments.Stored) -> payments.Hold | payments.Refund:
        hold, amount, key, fact = stored.hold or "", stored.amount, stored.key, stored.fact
        match stored.kind:
            case payments.OperationKind.AUTHORISE:
                return self.provider.hold_off_session(
                    amount, self.order, fact, key, self.payer, self.card
                )
            case payments.OperationKind.CAPTURE:
                return self.provider.capture(hold, amount, key, fact)
            case payments.OperationKind.REFUND:
                return self.provider.refund(hold, amount, key, fact)
            case _:
                return self.provider.release(hold, key)

    def _read(self, stored: payments.Stored) -> payments.Hold | payments.Refund | None:
        match stored.kind:
            case payments.OperationKind.AUTHORISE:
                return self.provider.find_hold(stored.fact, self.payer)
            case payments.OperationKind.REFUND:
                return self.provider.find_refund(stored.hold or "", stored.fact)
            case _:
                return self.provider.fetch_hold(stored.hold or "")

    def _apply(self, row: Row, seen: payments.Hold) -> None:
        self._book(seen)
        first, row.state, row.result = row.state != "done", "done", seen.id
        row.done_at = row.done_at or self.now
        if row.stored.kind is not payments.OperationKind.AUTHORISE:
            self._finish()
            return
        until = self.coming.needed_until
        if first and self.standing in ASKED and not self.rules.covers([seen], self.asked, until):
            self._said_no(row, "the hold ends too early", payments.Advice.LATER)
        self._money_came(payments.By.BANK)

    def _hand_over(self, row: Row, ask: payments.steps.HandOver) -> None:
        if isinstance(ask.seen, payments.Hold):
            self._book(ask.seen)
        if row.stored.kind is payments.OperationKind.AUTHORISE:
            self._said_no(row, ask.words, payments.Advice.NEVER)
        row.state = "failed"
        if (
            row.stored.kind is payments.OperationKind.CAPTURE
            and self.standing is payments.Standing.CAPTURING
        ):
            self._stand(payments.Standing.CAPTURE_FAILED, payments.By.BANK)
        self.say(f"  a person is called: {row.fact}: {ask.words}")
        self.cases.append(f"failed: {row.fact}: {ask.words}")

    def _plan(self, asked: payments.Operation, seq: int) -> None:
        if asked.op in self.rows:
            return
        stored = payments.Stored(asked.kind, asked.key, asked.hold, asked.amount)
        self.rows[asked.op] = Row(stored, asked.op, seq, self.now)
        self.say(f"  planned {asked.op} of {asked.amount}")

    # The outcome

    def record(self, lines: tuple[payments.Line, ...]) -> None:
        """The visit is over: what she keeps is settled."""
        self.lines, self.state = lines, RETURNED
        self.settle()

    def settle(self) -> None:
        """Plan what the outcome asks for; again changes nothing."""
        self.due = self.rules.due(self.lines)
        leaving = {
            row.stored.hold
            for row in self.rows.values()
            if row.stored.kind is payments.OperationKind.RELEASE
        }
        staying = [
            replace(hold, state=payments.HoldState.RELEASED)
            if hold.id in leaving and hold.state is payments.HoldState.HELD
            else hold
            for hold in self.holds.values()
        ]
        try:
            asked = self.rules.settle(self.order, self.due, staying)
        except payments.NotCovered as short:
            self.cases.append(f"not covered: {short}")
            return
        for each in asked:
            self._plan(each, each.seq)
        if asked:
            self._stand(
                payments.Standing.CAPTURING if self.due else payments.Standing.RELEASING,
                payments.By.DOOR,
            )
        self._finish()

    def call_off(self) -> None:
        """The visit will not be: nothing stays held."""
        if self.state != COMING:
            return
        self.state = CALLED_OFF
        live = self._release_all()
        self._stand(
            payments.Standing.RELEASING if live else payments.Standing.RELEASED, payments.By.DESK
        )

    def refund(self, hold: payments.Hold, seq: int, amount: payments.Money) -> None:
        """Give some of what was captured back."""
        self._plan(
            payments.operation(
                payments.OperationKind.REFUND, self.order, seq, amount, hold=hold.id
            ),
            seq,
        )

    def _release_all(self) -> bool:
        live = self._live()
        for hold in live:
            self._let_go(hold)
        return bool(live)

    def _let_go(self, hold: payments.Hold) -> None:
        seq = list(self.holds).index(hold.id) + 1
        asked = payments.operation(
            payments.OperationKind.RELEASE, self.order, seq, hold.amount, hold=hold.id
        )
        self._plan(asked, seq)

    def _finish(self) -> None:
        """Close what is closed: every hold captured or released, and exactly what is due."""
        if any(hold.state is payments.HoldState.PENDING for hold in self.holds.values()):
            return
        if self._live():
            return
        if self.state == CALLED_OFF and self.standing is payments.Standing.RELEASING:
            self._stand(payments.Standing.RELEASED, payments.By.BANK)
        if self.state != RETURNED or self.due is None:
            return
        captured = payments.Money.total(
            (hold.captured for hold in self.holds.values()), self.due.currency
        )
        if captured != self.due:
            self.cases.append(f"not settled: {self.due} is due, {captured} was captured")
            return
        self.state = SETTLED
        if captured:
            self._stand(payments.Standing.CAPTURED, payments.By.BANK)
        else:
            releasing = self.standing is payments.Standing.RELEASING
            self._stand(
                payments.Standing.RELEASED, payments.By.BANK if releasing else payments.By.DOOR
            )

    def _live(self) -> list[payments.Hold]:
        return [hold for hold in self.holds.values() if hold.state is payments.HoldState.HELD]

    def _stand(self, to: payments.Standing, by: payments.By) -> None:
        if to is not self.standing:
            self.say(f"  money: {self.standing} to {to}")
        self.standing = payments.move(self.standing, to, by)

    # Notices and books

    def hear(self, notice: payments.notices.Notice, payload: Doc) -> None:
        """Keep a notice, once."""
        if notice.id not in self.notices:
            self.notices[notice.id] = self.rules.handled_on_receipt
            self.inbox[notice.id] = notice, payload
        if self.rules.handled_on_receipt:
            self._try_once(notice.id)

    def _try_once(self, name: str) -> None:
        """What a house does that thinks a notice handled because it was received."""
        try:
            self._read_notice(name)
        except (Killed, payments.Unreachable):
            self.say("  the notice is lost")

    def read(self, name: str) -> None:
        """Ask how the thing stands that a notice is about; then it is handled."""
        self._read_notice(name)
        self.killed()
        self.notices[name] = True

    def _read_notice(self, name: str) -> None:
        notice, payload = self.inbox[name]
        self.killed()
        if notice.kind is payments.notices.NoticeKind.CARD_PAGE:
            for page in self.pages:
                if page.id == notice.object_id:
                    self.check_page(page)
        elif notice.kind is payments.notices.NoticeKind.HOLD:
            self._take_over_hold(notice.object_id, payload)

    def _take_over_hold(self, name: str, payload: dict[str, Any]) -> None:
        seen = self.rules.believed(payload, lambda: self.provider.fetch_hold(name))
        self.killed()
        if name in self.holds:
            self._book(seen)
            if self.state == COMING:
                self._money_came(payments.By.BANK)
            self._finish()
            return
        row = self.rows.get(seen.op or "")
        if row is None or row.stored.kind is not payments.OperationKind.AUTHORISE:
            return
        found = payments.judge(row.stored.kind, row.stored.amount, seen)
        if found is payments.Finding.DONE:
            self._apply(row, seen)

    def _book(self, seen: payments.Hold) -> None:
        before = self.holds.get(seen.id)
        if before is not None and payments.is_stale(before, seen):
            return
        for movement, amount in self.rules.movements(before, seen):
            self._post(f"{seen.id}:{movement}", payments.entries(movement, amount))
        self.holds[seen.id] = replace(
            seen, capture_before=seen.capture_before or (before and before.capture_before)
        )
        self.held_at.setdefault(seen.id, self.now)

    def _book_refund(self, seen: payments.Refund) -> None:
        if seen.id not in self.refunds:
            self.refunds[seen.id] = seen
            movement = payments.Movement.REFUNDED
            self._post(f"{seen.id}:{movement}", payments.entries(movement, seen.amount))

    def _post(self, journal: str, entries: tuple[payments.Entry, ...]) -> None:
        if journal in self.journals:
            raise payments.BadAmount(f"Journal {journal} is written twice.")
        self.journals[journal] = entries

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
