"""A house's desk in memory: what it has committed survives a crash, what it was doing does not.

It does what `concierge/desk` does, over dictionaries instead of tables: each step is one
transaction, and between any two of them, or around any call, it may be killed. Here an operation
is carried out and a card page opened; what follows from them is the house's.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import payments
import payments.steps

from .books import Books
from .provider import Provider
from .rows import COMING, Killed, Page, Row
from .rules import Rules

SHORTEST = timedelta(minutes=31)
"""The provider opens no page for less, and a little."""
ASKED = (payments.Standing.AUTHORISING, payments.Standing.REAUTHORISING)
ON_A_CARD = (payments.OperationKind.AUTHORISE, payments.OperationKind.CHARGE)
"""What is asked of a saved card, without her."""


@dataclass
class Desk:
    """One order and what is written down of its money."""

    rules: Rules
    provider: Provider
    chance: random.Random
    say: Callable[[str], None]
    books: Books
    crashes: float = 0.0
    """How often it is killed, of all the places where it can be."""
    kills: int = 0
    """How often it was."""
    order: str = "order"
    state: str = COMING
    standing: payments.Standing = payments.Standing.DRAFT
    payer: str = ""
    card: str = ""
    pages: list[Page] = field(default_factory=list[Page])
    rows: dict[str, Row] = field(default_factory=dict[str, Row])
    cases: list[str] = field(default_factory=list[str])
    letters: list[str] = field(default_factory=list[str])

    @property
    def now(self) -> datetime:
        """What time it is."""
        return self.provider.clock.moment

    def killed(self) -> None:
        """A place where the process may be killed.

        Raises:
            Killed: it was.
        """
        if self.crashes and self.chance.random() < self.crashes:
            self.say("  killed")
            self.kills += 1
            raise Killed

    def count(self, kind: payments.OperationKind) -> int:
        """How many operations of a kind there are."""
        return sum(row.kind is kind for row in self.rows.values())

    def stand(self, to: payments.Standing, by: payments.By) -> None:
        """Say where the money stands now."""
        if to is not self.standing:
            self.say(f"  money: {self.standing} to {to}")
        self.standing = payments.move(self.standing, to, by)

    # Card pages

    def open_page(
        self, kind: payments.OperationKind, amount: payments.Money, lives: timedelta
    ) -> Page:
        """The page she is sent to; asking again gives the same one.

        Raises:
            Unreachable: it does not open just now.
        """
        page = next((page for page in self.pages if not page.over), None)
        if page is not None and page.id is None and page.until - self.now < SHORTEST:
            page.over, page = True, None  # too late to open it; nobody was sent there
        if page is None:
            seq = len(self.pages) + 1
            key = payments.operation(kind, self.order, seq, amount).key
            page = Page(kind, amount, key, self.now + lives)
            self.pages.append(page)
        if page.id is not None:
            return page
        if page.broke:
            page.key, page.broke = payments.next_key(page.key), False
        self.killed()
        fact = page.key.rpartition(":")[0]
        try:
            opened = self.provider.open_page(
                page.kind, page.amount, self.order, fact, page.key, page.until
            )
        except payments.Unreachable as silence:
            page.broke = page.broke or silence.stored
            raise
        self.killed()
        page.id = opened
        return page

    def check_page(self, page: Page) -> None:
        """Ask how far she got."""
        if page.id is None or page.over:
            return
        self.killed()
        seen = self.provider.fetch_page(page.id)
        self.killed()
        self.take_over(page, seen)

    def close_pages(self) -> None:
        """Close every open page, so that nobody can pay on it any more; what was paid is ours."""
        for page in self.pages:
            if page.id is None or page.over:
                continue
            self.killed()
            try:
                seen = self.provider.expire_page(page.id, f"{page.id}:expire:{self.now}")
            except payments.WrongState:
                seen = self.provider.fetch_page(page.id)
            self.take_over(page, seen)

    def take_over(self, page: Page, seen: payments.CardPageState) -> None:
        """Write down how far she got."""
        raise NotImplementedError

    # Operations

    def plan(self, asked: payments.Operation) -> None:
        """Write an operation down, once."""
        if asked.op in self.rows:
            return
        stored = payments.Stored(asked.kind, asked.key, asked.hold, asked.amount)
        self.rows[asked.op] = Row(stored, asked.op, asked.seq, self.now)
        self.say(f"  planned {asked.op} of {asked.amount}")

    def run(self, row: Row) -> None:
        """Carry an operation out, by the production's own steps.

        Raises:
            Unreachable: the outcome is unknown.
            Killed: on the way.
        """
        tries, troubles = row.stored.attempts, self.provider.troubles + self.kills
        try:
            self._carry_out(row)
        finally:
            in_vain = self.provider.troubles + self.kills > troubles
            row.troubles += in_vain and row.stored.attempts > tries

    def _carry_out(self, row: Row) -> None:
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
                return self._heard(row, self._call)
            case payments.steps.Read():
                return self._heard(row, self._read)
            case payments.steps.Apply():
                self.apply(row, ask.seen)
            case payments.steps.Refused():
                self.said_no(row, ask.words, ask.advice)
            case payments.steps.Note():
                row.stored = replace(row.stored, broke=row.stored.broke or ask.silence.stored)
            case payments.steps.CallOff():
                row.state = "called off"
            case payments.steps.HandOver():
                self.hand_over(row, ask)
        return None

    def _begin(self, row: Row, *, undone: bool) -> payments.steps.Begun | None:
        stored = replace(row.stored, over=not row.open, wanted=self._wanted(row))
        step, after = self.rules.begin(stored, self.now, undone=undone)
        if step is None:
            return None
        self.say(f"  {row.fact} {step}, key {after.key}, attempt {after.attempts}")
        row.state = "sent" if after.attempts > row.stored.attempts else row.state
        row.stored = after
        return payments.steps.Begun(step, after)

    def _wanted(self, row: Row) -> bool:
        return row.kind is not payments.OperationKind.AUTHORISE or (
            self.state == COMING and self.standing in ASKED
        )

    @staticmethod
    def _heard(
        row: Row, ask: Callable[[payments.Stored], payments.Hold | payments.Refund | None]
    ) -> payments.steps.Reply:
        row.unread = False
        try:
            return ask(row.stored)
        except payments.PaymentsError as error:
            row.unread = isinstance(error, payments.Unreachable)
            return error

    def _call(self, stored: payments.Stored) -> payments.Hold | payments.Refund:
        hold, amount, key, fact = stored.hold or "", stored.amount, stored.key, stored.fact
        match stored.kind:
            case payments.OperationKind.AUTHORISE | payments.OperationKind.CHARGE:
                return self.provider.ask_card(
                    stored.kind, amount, self.order, fact, key, self.payer, self.card
                )
            case payments.OperationKind.CAPTURE:
                return self.provider.capture(hold, amount, key, fact)
            case payments.OperationKind.REFUND:
                return self.provider.refund(hold, amount, key, fact)
            case _:
                return self.provider.release(hold, key)

    def _read(self, stored: payments.Stored) -> payments.Hold | payments.Refund | None:
        if stored.kind in ON_A_CARD:
            return self.provider.find_hold(stored.fact, self.payer)
        if stored.kind is payments.OperationKind.REFUND:
            return self.provider.find_refund(stored.hold or "", stored.fact)
        return self.provider.fetch_hold(stored.hold or "")

    def apply(self, row: Row, seen: payments.Hold | payments.Refund) -> None:
        """It is done: what follows."""
        raise NotImplementedError

    def said_no(self, row: Row, words: str, advice: payments.Advice) -> None:
        """Her bank said no: what follows."""
        raise NotImplementedError

    def hand_over(self, row: Row, ask: payments.steps.HandOver) -> None:
        """It cannot be done: call a person."""
        raise NotImplementedError
