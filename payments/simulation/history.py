"""One order, its house, its provider, the post between them, and the time that passes."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import payments
import payments.notices
from payments.sandbox.store import Doc

from .books import Books
from .house import House
from .mix import CARDS, CURRENCIES, GOOD, LEAST, Mix
from .provider import Hands, Provider
from .rows import Killed
from .rules import Rules

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
WINDOW = timedelta(hours=2)
LOST_FOR = (5, 30, 120, 600)
"""How many seconds pass, at most, before what failed is tried again."""
ROUNDS = 400


@dataclass(slots=True)
class Ending:
    """How a history ended."""

    seed: int
    wrong: list[str] = field(default_factory=list[str])
    booked: bool = False
    """She gave a card, and neither she nor anybody else called it off in time."""
    good: bool = False
    held_in_time: bool = False
    departed: bool = False
    warned: bool = False
    state: str = ""
    standing: str = ""
    ledger: str = ""


class History:
    """One order, its house, its provider, and the post between them."""

    def __init__(self, seed: int, mix: Mix, rules: Rules, say: Callable[[str], None]) -> None:
        self.chance = random.Random(seed)  # noqa: S311 - a history, not a secret
        self.mix = mix
        self.clock = Hands(MONDAY)
        self.provider = Provider(self.clock, random.Random(self.chance.random()))  # noqa: S311
        self._say = say
        days = self.chance.choice((1, 2, 3, 4, 5, 7, 8, 10, 12, 13))
        opens = MONDAY + timedelta(days=days, hours=self.chance.randint(0, 9))
        self.coming = payments.Coming(opens, opens + WINDOW)
        self.first = self._first_hour()
        self.provider.troubled = mix.faults * self.chance.choice((0, 0, 0.1, 0.3, 1))
        lines = self._lines()
        self.lines_currency = lines[0].price.currency
        self.fee = self.some(0, mix.fees_up_to) if self.happens(0.4) else None
        self.house = House(
            rules, self.provider, random.Random(self.chance.random()), self.say, Books(rules),  # noqa: S311
            coming=self.first, last_closes=self.coming.closes, lines=lines,
            asked=self._to_hold(rules, lines),
        )  # fmt: skip
        self.house.crashes = mix.crashes * self.chance.choice((0, 0, 0.2, 1))
        self.ending = Ending(seed)
        self.post: list[tuple[datetime, payments.notices.Notice, Doc]] = []
        self.heard = 0
        self.letters_read = 0
        self.card = self.chance.choices(list(CARDS), list(CARDS.values()))[0]
        self.ending.good = self.card in GOOD

    def say(self, words: str) -> None:
        """One line of the story, with its moment."""
        self._say(f"{self.clock.moment:%a %d %H:%M:%S} {words}")

    def _lines(self) -> tuple[payments.Line, ...]:
        currency = self.chance.choices(list(CURRENCIES), (70, 20, 5, 5))[0]
        unit = CURRENCIES[currency]
        prices = (self.chance.randint(5, 20_000) * unit for _ in range(self.chance.randint(1, 5)))
        prices = [price + LEAST for price in prices]
        return tuple(
            payments.Line(payments.Money(price, currency), kept=False) for price in prices
        )

    def _to_hold(self, rules: Rules, lines: tuple[payments.Line, ...]) -> payments.Money:
        """What is held for her pieces: some are two sizes of one style."""
        style, pieces = 0, list[payments.Piece]()
        for line in lines:
            style += self.happens(0.7)
            pieces.append(payments.Piece(f"style {style}", line.price))
        policy = self.chance.choice(list(payments.HoldPolicy))
        return rules.to_hold(policy, pieces, (self.fee,) if self.fee else ())

    def some(self, least: int, most: int) -> payments.Money:
        """Some money in her currency."""
        currency = self.lines_currency
        return payments.Money(self.chance.randint(least, most) * CURRENCIES[currency], currency)

    def _first_hour(self) -> payments.Coming:
        """The first of the hours she would accept; most often there is only one."""
        days = timedelta(days=self.chance.randint(1, 4))
        if not self.happens(self.mix.moved) or self.coming.opens - days < MONDAY + WINDOW * 15:
            return self.coming
        return payments.Coming(self.coming.opens - days, self.coming.closes - days)

    def happens(self, often: float) -> bool:
        """Whether it happens this time."""
        return self.chance.random() < often

    # Time

    def try_to(self, what: Callable[[], object], until: datetime) -> bool:
        """Try until it is done or the time is over, as a browser or a job does."""
        while self.clock.moment < until:
            try:
                what()
            except (Killed, payments.Unreachable):
                self.clock.pass_by(timedelta(seconds=self.chance.randint(1, 20)))
                continue
            return True
        return False

    def pass_time(self, until: datetime) -> None:
        """Let time pass, with a round of work whenever there is something to do."""
        for number in range(ROUNDS):
            self.deliver()
            self.house.work()
            if self.clock.moment >= until:
                return
            self.clock.moment = min(until, self._next_moment(number, until))
        self.clock.moment = max(self.clock.moment, until)

    def _next_moment(self, number: int, until: datetime) -> datetime:
        now = self.clock.moment
        lost = any(row.state == "sent" for row in self.house.rows.values())
        if self.happens(self.mix.outages * (10 if lost else 1)):
            return now + self.mix.longest_outage * self.chance.random() ** 1.5
        if not self.house.idle():
            longest = LOST_FOR[min(number // 8, len(LOST_FOR) - 1)]
            return now + timedelta(seconds=self.chance.randint(1, longest))
        waits = [moment for moment, _, _ in self.post]
        if self.house.hold_due is not None:
            waits.append(self.house.hold_due)
        lapses = [kept.due for kept in self.provider.store.objects.values() if kept.due]
        waits += [datetime.fromtimestamp(due, UTC) for due in lapses]
        return max(now + timedelta(seconds=1), min([*waits, until]))

    def go_dark(self) -> None:
        """The provider fails every call for some hours."""
        was, self.provider.troubled = self.provider.troubled, 1.0
        self.provider.silent = self.happens(0.5)
        self.say("nothing is heard" if self.provider.silent else "the provider goes dark")
        until = self.clock.moment + timedelta(hours=self.chance.uniform(0.5, 8))
        self.pass_time(until)
        self.provider.troubled, self.provider.silent = was, False

    def deliver(self) -> None:
        """The post: late, twice, in any order."""
        for notice, payload in self.provider.events(self.heard):
            self.heard += 1
            for _ in range(2 if self.happens(0.2) else 1):
                slow = 7200 if self.happens(0.1) else 20
                late = timedelta(seconds=slow * self.chance.random())
                self.post.append((self.clock.moment + late, notice, payload))
        arrived = [one for one in self.post if one[0] <= self.clock.moment]
        self.post = [one for one in self.post if one[0] > self.clock.moment]
        self.chance.shuffle(arrived)
        for _, notice, payload in arrived:
            self.house.hear(notice, payload)

    # The end

    def come_to_rest(self) -> None:
        """Nothing goes wrong any more: let everything that is open end."""
        self.provider.troubled = self.house.crashes = 0.0
        for _ in range(ROUNDS):
            self.clock.pass_by(timedelta(minutes=1))
            self.deliver()
            self.house.work()
            if not self.post and self.house.idle() and len(self.provider.store.told) == self.heard:
                links = [page.until for page in self.house.pay_pages() if not page.over]
                if not links:
                    return
                self.clock.moment = max(self.clock.moment, *links)
            if not self.house.pages or all(page.over or page.id for page in self.house.pages):
                continue
            for page in self.house.pages:  # a page nobody opened ends by itself
                page.over = page.over or page.id is None

    def hear_everything_again(self) -> None:
        """Every event three times, shuffled: the ledger must not notice."""
        before = self.house.books.ledger_hash()
        told = self.provider.events(0) * 3
        self.chance.shuffle(told)
        for number, (notice, payload) in enumerate(told):
            again = payments.notices.Notice(
                f"{notice.id}#{number}", notice.kind, notice.object_id, notice.at, notice.word
            )
            self.house.hear(again, payload)
        self.house.work()
        if self.house.books.ledger_hash() != before:
            self.ending.wrong.append("events_thrice_change_nothing: the ledger is another")
