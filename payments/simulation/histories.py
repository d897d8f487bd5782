"""One order's history from a seed: what she does, what time does, what goes wrong meanwhile."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import payments
import payments.calendar
from payments.sandbox import intents

from .checks import violations
from .her import she_orders, she_reads
from .history import MONDAY, Ending, History
from .mix import USUAL, Mix
from .rows import COMING
from .rules import RULES, Rules
from .visit import depart, look_a_day_before

__all__ = ["Ending", "Mix", "tell"]


def tell(
    seed: int,
    mix: Mix = USUAL,
    rules: Rules = RULES,
    say: Callable[[str], None] | None = None,
) -> Ending:
    """Live through one history and judge its end. The same seed is the same history."""
    history = History(seed, mix, rules, say or _nothing)
    try:
        _live(history)
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


def _live(history: History) -> None:
    """From her order to the last refund."""
    house, opens = history.house, history.coming.opens
    history.say(f"{house.asked} for {opens:%a %d %H:%M}, card {history.card}")
    if not she_orders(history):
        return
    look_a_day_before(history)  # for a visit booked later than that
    calls_off = history.happens(history.mix.cancels)
    off_at = MONDAY + (opens - MONDAY) * history.chance.random()
    if history.happens(0.5):  # while her bank is being asked
        off_at = history.coming.first_try + timedelta(seconds=history.chance.randint(1, 40))
    lets_go_at = opens - timedelta(hours=history.chance.uniform(8, 44))
    plan: list[tuple[datetime, Callable[[], None]]] = [
        *((off_at, house.call_off) for _ in range(calls_off)),
        *(
            (lets_go_at, partial(_bank_lets_go, history))
            for _ in range(history.happens(history.mix.lets_go))
        ),
        *(
            (opens - timedelta(hours=hours), partial(she_reads, history))
            for hours in (45, 40, 20, 12, 3)
        ),
        *(
            (history.first.opens - timedelta(hours=20), partial(_her_hour, history))
            for _ in range(history.first != history.coming)
        ),
        *(
            (history.first.first_try - timedelta(seconds=30), history.go_dark)
            for _ in range(history.happens(history.mix.dark))
        ),
        (
            opens - payments.calendar.SECOND_TRY + timedelta(minutes=1),
            partial(look_a_day_before, history),
        ),
    ]
    for moment, happens in sorted(plan, key=lambda one: one[0]):
        if moment > history.clock.moment:
            history.pass_time(moment)
            happens()
    history.pass_time(opens - timedelta(minutes=30))
    if house.state == COMING:
        depart(history)


def _her_hour(history: History) -> None:
    if history.house.state == COMING:
        history.say(f"her hour is {history.coming.opens:%a %d %H:%M}")
        history.house.choose_hour(history.coming)


def _bank_lets_go(history: History) -> None:
    for intent in history.provider.intents():
        if intent["status"] == "requires_capture" and history.house.state == COMING:
            history.say(f"her bank lets {intent['id']} go")
            intents.lapse(history.provider.world, intent)
