"""After the visit: she pays what is missing, money goes back, her bank questions it."""

from datetime import timedelta

import payments
from payments.sandbox import disputes

from .after import MOST_LINKS
from .history import History
from .mix import CURRENCIES
from .rows import LINK_LIVES, RETURNED


def collect(history: History) -> None:
    """What her holds do not give: she may follow the link in her letter, or not."""
    house, read = history.house, 0
    history.pass_time(history.clock.moment + timedelta(hours=1))
    for _ in range(5):
        if house.state != RETURNED or (house.idle() and not house.pay_pages()):
            return
        history.pass_time(history.clock.moment + timedelta(hours=history.chance.uniform(1, 20)))
        for page in house.pay_pages()[read:]:
            read += 1
            if page.id is not None and history.happens(0.6):
                history.say("she follows the link to pay")
                history.provider.give_card(page.id, history.card if history.happens(0.3) else "ok")
    history.pass_time(history.clock.moment + MOST_LINKS * LINK_LIVES)


def refunded(history: History) -> None:
    """Some of what was taken is paid back, in one part or several."""
    if not history.happens(history.mix.refunds):
        return
    history.pass_time(history.clock.moment + timedelta(days=history.chance.uniform(0.1, 3)))
    captured = [h for h in history.house.books.holds.values() if h.captured]
    for seq in range(1, history.chance.randint(1, 3) + 1):
        for hold in captured:
            minor = history.chance.randint(1, hold.captured.minor)
            minor = hold.captured.minor if history.happens(0.2) else minor
            minor -= minor % CURRENCIES[hold.amount.currency]
            number = seq * 10 + captured.index(hold)
            if minor:
                history.house.refund(hold, number, payments.Money(minor, hold.amount.currency))
    history.pass_time(history.clock.moment + timedelta(hours=60))


def disputed(history: History) -> None:
    """Her bank questions what was taken; it decides, or time does."""
    taken = [one for one in history.provider.intents() if one["amount_received"]]
    world = history.provider.world
    for intent in taken:
        if history.happens(history.mix.disputes) and not disputes.of(world, intent["id"]):
            part = history.chance.randint(1, intent["amount_received"])
            amount = part if history.happens(0.2) else None
            disputes.begin(
                world, intent, "fraudulent", amount=amount, inquiry=history.happens(0.2)
            )
            history.say(f"her bank questions {intent['id']}")
    begun = history.provider.store.find("dispute")
    if not begun:
        return
    history.pass_time(history.clock.moment + timedelta(days=history.chance.uniform(0.1, 5)))
    for dispute in history.provider.store.find("dispute"):
        if dispute["status"] in disputes.OPEN and history.happens(0.7):
            outcome, fee_back = history.chance.choice(disputes.OUTCOMES), history.happens(0.3)
            disputes.decide(world, dispute, outcome, fee_back=fee_back)
    history.pass_time(history.clock.moment + timedelta(days=10))
