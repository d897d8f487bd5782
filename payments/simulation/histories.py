"""One order's history from a seed: what she does, what time does, what goes wrong meanwhile."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import payments
import payments.calendar
import payments.notices
from payments.sandbox import disputes, intents
from payments.sandbox.store import Doc

from .after import MOST_LINKS
from .books import Books
from .checks import violations
from .house import House
from .provider import Hands, Provider
from .rows import COMING, LINK_LIVES, RETURNED, Killed
from .rules import RULES, Rules

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
WINDOW = timedelta(hours=2)
CARDS = {
    "ok": 52,
    "mastercard": 14,
    "amex": 8,
    "asks": 10,
    "asks_always": 7,
    "fails_later": 5,
    "asks_then_no_funds": 2,
    "generic_decline": 2,
    "capture_fails": 4,
    "capture_fails_broke": 3,
    "disputes": 2,
    "inquires": 1,
    "refund_pends": 4,
    "refund_fails": 4,
}
GOOD = {"ok", "mastercard", "amex", "asks", "refund_pends", "refund_fails"}
"""Cards whose bank says yes whenever it is asked."""
CURRENCIES = {"SEK": 100, "EUR": 10, "JPY": 1, "KWD": 10}
"""What a price is a multiple of, in minor units: card networks settle no finer."""
LEAST = 400
"""What every piece costs at least, in minor units: less is none that a card network settles."""
LOST_FOR = (5, 30, 120, 600)
"""How many seconds pass, at most, before what failed is tried again."""
ROUNDS = 400


@dataclass(frozen=True, slots=True)
class Mix:
    """How much goes wrong, at most; each history draws its own part of it."""

    faults: float = 0.35
    crashes: float = 0.12
    outages: float = 0.02
    """How often, between two rounds, everything is down for hours."""
    longest_outage: timedelta = timedelta(hours=40)
    dark: float = 0.03
    """How often the provider fails every call for hours."""
    lets_go: float = 0.12
    """How often a bank gives a hold back by itself before the visit."""
    cancels: float = 0.08
    offline: float = 0.04
    """How often the list comes days late, perhaps after the hold is gone."""
    refunds: float = 0.35
    moved: float = 0.15
    """How often her hour turns out to be some days later than the first it might have been."""
    absent: float = 0.05
    """How often nobody opens the door: a fee is due, if she agreed to one."""
    credits: float = 0.1
    """How often something is taken off, as a gesture."""
    signal: float = 0.8
    """How often there is signal at her door, so that more can be held."""
    disputes: float = 0.06
    """How often her bank questions a charge, besides the cards that always do."""
    by_hand: float = 0.04
    """How often somebody gives a hold back at the provider's own desk, just before we do."""


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


def tell(
    seed: int,
    mix: Mix = Mix(),
    rules: Rules = RULES,
    say: Callable[[str], None] | None = None,
) -> Ending:
    """Live through one history and judge its end. The same seed is the same history."""
    history = _History(seed, mix, rules, say or _nothing)
    try:
        history.live()
        history.come_to_rest()
        history.ending.wrong += violations(history.house)
        history.hear_everything_again()
    except payments.PaymentsError as refusal:
        history.ending.wrong.append(f"no_rule_is_broken: {type(refusal).__name__}: {refusal}")
    ending = history.ending
    ending.state, ending.standing = history.house.state, str(history.house.standing)
    ending.ledger = history.house.books.ledger_hash()
    return ending


def _nothing(words: str) -> None:
    del words


class _History:
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
        self.fee = self._some(0, 2_000) if self._happens(0.4) else None
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

    def live(self) -> None:
        """From her order to the last refund."""
        house, opens = self.house, self.coming.opens
        self.say(f"{house.asked} for {opens:%a %d %H:%M}, card {self.card}")
        if not self._she_orders():
            return
        self._look_a_day_before()  # for a visit booked later than that
        calls_off = self._happens(self.mix.cancels)
        off_at = MONDAY + (opens - MONDAY) * self.chance.random()
        if self._happens(0.5):  # while her bank is being asked
            off_at = self.coming.first_try + timedelta(seconds=self.chance.randint(1, 40))
        lets_go_at = opens - timedelta(hours=self.chance.uniform(8, 44))
        plan: list[tuple[datetime, Callable[[], None]]] = [
            *((off_at, house.call_off) for _ in range(calls_off)),
            *((lets_go_at, self._bank_lets_go) for _ in range(self._happens(self.mix.lets_go))),
            *((opens - timedelta(hours=hours), self._she_reads) for hours in (45, 40, 20, 12, 3)),
            *(
                (self.first.opens - timedelta(hours=20), self._her_hour)
                for _ in range(self.first != self.coming)
            ),
            *(
                (self.first.first_try - timedelta(seconds=30), self._go_dark)
                for _ in range(self._happens(self.mix.dark))
            ),
            (opens - payments.calendar.SECOND_TRY + timedelta(minutes=1), self._look_a_day_before),
        ]
        for moment, happens in sorted(plan, key=lambda one: one[0]):
            if moment > self.clock.moment:
                self._pass_time(moment)
                happens()
        self._pass_time(opens - timedelta(minutes=30))
        if house.state == COMING:
            self._depart()

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
            style += self._happens(0.7)
            pieces.append(payments.Piece(f"style {style}", line.price))
        policy = self.chance.choice(list(payments.HoldPolicy))
        return rules.to_hold(policy, pieces, (self.fee,) if self.fee else ())

    def _some(self, least: int, most: int) -> payments.Money:
        """Some money in her currency."""
        currency = self.lines_currency
        return payments.Money(self.chance.randint(least, most) * CURRENCIES[currency], currency)

    def _first_hour(self) -> payments.Coming:
        """The first of the hours she would accept; most often there is only one."""
        days = timedelta(days=self.chance.randint(1, 4))
        if not self._happens(self.mix.moved) or self.coming.opens - days < MONDAY + WINDOW * 15:
            return self.coming
        return payments.Coming(self.coming.opens - days, self.coming.closes - days)

    def _her_hour(self) -> None:
        if self.house.state == COMING:
            self.say(f"her hour is {self.coming.opens:%a %d %H:%M}")
            self.house.choose_hour(self.coming)

    def _go_dark(self) -> None:
        """The provider fails every call for some hours."""
        was, self.provider.troubled = self.provider.troubled, 1.0
        self.provider.silent = self._happens(0.5)
        self.say("nothing is heard" if self.provider.silent else "the provider goes dark")
        until = self.clock.moment + timedelta(hours=self.chance.uniform(0.5, 8))
        self._pass_time(until)
        self.provider.troubled, self.provider.silent = was, False

    def _happens(self, often: float) -> bool:
        return self.chance.random() < often

    # She

    def _she_orders(self) -> bool:
        """She goes to the card page, and perhaps gives a card; whether the order stands."""
        house = self.house
        until = MONDAY + timedelta(minutes=44)
        if self._try_to(house.open_card_page, until):
            page = house.pages[0]
            last_second = self._happens(0.1)
            if last_second:
                self._pass_time(until)
            if page.id is not None and self._happens(0.96):
                given = self.provider.give_card(page.id, self.card)
                if not given and self._happens(0.7):
                    self.card, self.ending.good = "ok", True
                    given = self.provider.give_card(page.id, "ok")
                self.say(f"her card is {'taken' if given else 'refused'}")
            if not last_second and self._happens(0.7):
                self._try_to(lambda: house.check_page(page), until)
        self._pass_time(until + timedelta(minutes=2))
        if house.standing is payments.Standing.DRAFT:
            self.say("her time is over")
            self._try_to(house.give_up, self.clock.moment + timedelta(hours=48))
        return house.state == COMING

    def _she_reads(self) -> None:
        """She finds a letter that no money is held, and perhaps does something about it."""
        house = self.house
        new = house.letters[self.letters_read :]
        self.letters_read = len(house.letters)
        if "not held" not in new or house.state != COMING or self._happens(0.15):
            return
        if house.standing not in {payments.Standing.ACTION_REQUIRED, payments.Standing.DECLINED}:
            return
        self.say("she follows the link in her letter")
        if self._try_to(house.open_card_page, self.clock.moment + timedelta(minutes=30)):
            page = next((page for page in house.pages if not page.over), None)
            if page is not None and page.id is not None:
                self.provider.give_card(page.id, self.card if self._happens(0.5) else "ok")

    # Her bank

    def _bank_lets_go(self) -> None:
        for intent in self.provider.intents():
            if intent["status"] == "requires_capture" and self.house.state == COMING:
                self.say(f"her bank lets {intent['id']} go")
                intents.lapse(self.provider.world, intent)

    # The visit

    def _look_a_day_before(self) -> None:
        self.ending.held_in_time = self.house.covered

    def _depart(self) -> None:
        house = self.house
        self.ending.booked = True
        self.ending.warned = "not held" in house.letters
        if not house.covered:
            self.say("it does not depart")
            tried = house.count(payments.OperationKind.AUTHORISE) > 0
            if not house.cases and not tried:
                self.ending.wrong.append("everybody_is_warned: nobody knows why it stays")
            house.call_off()
            self._by_hand()
            return
        self.say("it departs")
        self.ending.departed = True
        truly = [
            intent["amount"]
            for intent in self.provider.intents()
            if intent["status"] == "requires_capture"
            and (self.provider.lasts_until(intent["id"]) or MONDAY) > self.coming.needed_until
        ]
        if sum(truly) < house.asked.minor:
            self.ending.wrong.append("nothing_departs_unheld: its money does not outlast it")
        late = (
            timedelta(days=self.chance.uniform(0.5, 6))
            if self._happens(self.mix.offline)
            else None
        )
        self._pass_time(self.coming.opens + timedelta(hours=1))
        outcome = self._at_the_door()
        if late is not None:
            self._pass_time(self.clock.moment + late)
        house.record(*outcome)
        self._by_hand()
        if self._happens(self.mix.dark):
            self._go_dark()
        self._collect()
        self._refunds()
        self._disputes()

    def _at_the_door(
        self,
    ) -> tuple[tuple[payments.Line, ...], tuple[payments.Money, ...], tuple[payments.Money, ...]]:
        """What she keeps, the fees she owes and what is taken off: never more than is held."""
        house = self.house
        house.arrive()
        if self._happens(self.mix.absent):
            self.say("nobody opens")
            return house.lines, (self.fee,) if self.fee else (), ()
        off = (self._some(0, 300),) if self._happens(self.mix.credits) else ()
        keen = self.chance.choice((0.2, 0.5, 0.95))
        kept = [self._happens(keen) for _ in house.lines]
        lost = [self._happens(0.03) for _ in house.lines]
        lines = self._outcome(kept, lost)
        short = self._short(lines, off)
        if short.minor >= LEAST and self._happens(self.mix.signal):
            self._holds_more(short)
        while self._short(lines, off):
            kept[kept.index(True)] = False
            self.say("she gives a piece back that is not held")
            lines = self._outcome(kept, lost)
        self._judge_door(lines, off)
        return lines, (), off

    def _outcome(self, kept: list[bool], lost: list[bool]) -> tuple[payments.Line, ...]:
        return tuple(
            payments.Line(line.price, kept=keeps, disputed=disputed)
            for line, keeps, disputed in zip(self.house.lines, kept, lost, strict=True)
        )

    def _short(
        self, lines: tuple[payments.Line, ...], off: tuple[payments.Money, ...]
    ) -> payments.Money:
        due = self.house.rules.due(lines, (), off)
        return self.house.rules.short_of(due, self.house.books.live())

    def _holds_more(self, short: payments.Money) -> None:
        """She confirms a second hold on her phone, before the piece is hers."""
        house, until = self.house, self.clock.moment + timedelta(minutes=10)
        self.say(f"{short} more is to be held")
        if not self._try_to(lambda: house.ask_for_more(short), until):
            return
        page = house.pages[-1]
        if page.id is not None and self._happens(0.9):
            self.provider.give_card(page.id, self.card if self._happens(0.5) else "ok")
        self._try_to(lambda: house.check_page(page), until)
        self._try_to(house.close_pages, until)

    def _judge_door(
        self, lines: tuple[payments.Line, ...], off: tuple[payments.Money, ...]
    ) -> None:
        """Nothing leaves her door that is not held, the provider itself says."""
        due = payments.due(lines, (), off).minor
        if due > sum(intent["amount_capturable"] for intent in self.provider.intents()):
            self.ending.wrong.append(f"nothing_leaves_unheld: {due} is not held")

    def _collect(self) -> None:
        """What her holds do not give: she may follow the link in her letter, or not."""
        house, read = self.house, 0
        self._pass_time(self.clock.moment + timedelta(hours=1))
        for _ in range(5):
            if house.state != RETURNED or (house.idle() and not house.pay_pages()):
                return
            self._pass_time(self.clock.moment + timedelta(hours=self.chance.uniform(1, 20)))
            for page in house.pay_pages()[read:]:
                read += 1
                if page.id is not None and self._happens(0.6):
                    self.say("she follows the link to pay")
                    self.provider.give_card(page.id, self.card if self._happens(0.3) else "ok")
        self._pass_time(self.clock.moment + MOST_LINKS * LINK_LIVES)

    def _disputes(self) -> None:
        """Her bank questions what was taken; it decides, or time does."""
        taken = [one for one in self.provider.intents() if one["amount_received"]]
        world = self.provider.world
        for intent in taken:
            if self._happens(self.mix.disputes) and not disputes.of(world, intent["id"]):
                part = self.chance.randint(1, intent["amount_received"])
                amount = part if self._happens(0.2) else None
                disputes.begin(
                    world, intent, "fraudulent", amount=amount, inquiry=self._happens(0.2)
                )
                self.say(f"her bank questions {intent['id']}")
        begun = self.provider.store.find("dispute")
        if not begun:
            return
        self._pass_time(self.clock.moment + timedelta(days=self.chance.uniform(0.1, 5)))
        for dispute in self.provider.store.find("dispute"):
            if dispute["status"] in disputes.OPEN and self._happens(0.7):
                disputes.decide(world, dispute, self.chance.choice(disputes.OUTCOMES))
        self._pass_time(self.clock.moment + timedelta(days=10))

    def _by_hand(self) -> None:
        """Somebody at the provider's own desk gives back what we are about to give back."""
        planned = [
            row.stored.hold
            for row in self.house.rows.values()
            if row.open and row.stored.kind is payments.OperationKind.RELEASE
        ]
        for intent in self.provider.intents():
            live = intent["status"] == "requires_capture" and intent["id"] in planned
            if live and self._happens(self.mix.by_hand):
                self.say(f"{intent['id']} is given back by hand")
                intents.close(self.provider.world, intent, "requested_by_customer")

    def _refunds(self) -> None:
        if not self._happens(self.mix.refunds):
            return
        self._pass_time(self.clock.moment + timedelta(days=self.chance.uniform(0.1, 3)))
        captured = [h for h in self.house.books.holds.values() if h.captured]
        for seq in range(1, self.chance.randint(1, 3) + 1):
            for hold in captured:
                minor = self.chance.randint(1, hold.captured.minor)
                minor = hold.captured.minor if self._happens(0.2) else minor
                minor -= minor % CURRENCIES[hold.amount.currency]
                number = seq * 10 + captured.index(hold)
                if minor:
                    self.house.refund(hold, number, payments.Money(minor, hold.amount.currency))
        self._pass_time(self.clock.moment + timedelta(hours=60))

    # Time

    def _try_to(self, what: Callable[[], object], until: datetime) -> bool:
        """Try until it is done or the time is over, as a browser or a job does."""
        while self.clock.moment < until:
            try:
                what()
            except (Killed, payments.Unreachable):
                self.clock.pass_by(timedelta(seconds=self.chance.randint(1, 20)))
                continue
            return True
        return False

    def _pass_time(self, until: datetime) -> None:
        """Let time pass, with a round of work whenever there is something to do."""
        for number in range(ROUNDS):
            self._deliver()
            self.house.work()
            if self.clock.moment >= until:
                return
            self.clock.moment = min(until, self._next_moment(number, until))
        self.clock.moment = max(self.clock.moment, until)

    def _next_moment(self, number: int, until: datetime) -> datetime:
        now = self.clock.moment
        lost = any(row.state == "sent" for row in self.house.rows.values())
        if self._happens(self.mix.outages * (10 if lost else 1)):
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

    def _deliver(self) -> None:
        """The post: late, twice, in any order."""
        for notice, payload in self.provider.events(self.heard):
            self.heard += 1
            for _ in range(2 if self._happens(0.2) else 1):
                slow = 7200 if self._happens(0.1) else 20
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
            self._deliver()
            self.house.work()
            if not self.post and self.house.idle() and len(self.provider.store.told) == self.heard:
                return
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
