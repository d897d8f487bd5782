"""What she does before the visit: she orders, gives a card, and reads her letters."""

from datetime import timedelta

import payments

from .history import MONDAY, History
from .rows import COMING


def she_orders(history: History) -> bool:
    """She goes to the card page, and perhaps gives a card; whether the order stands."""
    house = history.house
    until = MONDAY + timedelta(minutes=44)
    if history.try_to(house.open_card_page, until):
        page = house.pages[0]
        last_second = history.happens(0.1)
        if last_second:
            history.pass_time(until)
        if page.id is not None and history.happens(0.96):
            given = history.provider.give_card(page.id, history.card)
            if not given and history.happens(0.7):
                history.card, history.ending.good = "ok", True
                given = history.provider.give_card(page.id, "ok")
            history.say(f"her card is {'taken' if given else 'refused'}")
        if not last_second and history.happens(0.7):
            history.try_to(lambda: house.check_page(page), until)
    history.pass_time(until + timedelta(minutes=2))
    if house.standing is payments.Standing.DRAFT:
        history.say("her time is over")
        history.try_to(house.give_up, history.clock.moment + timedelta(hours=48))
    return house.state == COMING


def she_reads(history: History) -> None:
    """She finds a letter that no money is held, and perhaps does something about it."""
    house = history.house
    new = house.letters[history.letters_read :]
    history.letters_read = len(house.letters)
    if "not held" not in new or house.state != COMING or history.happens(0.15):
        return
    if house.standing not in {payments.Standing.ACTION_REQUIRED, payments.Standing.DECLINED}:
        return
    history.say("she follows the link in her letter")
    if history.try_to(house.open_card_page, history.clock.moment + timedelta(minutes=30)):
        page = next((page for page in house.pages if not page.over), None)
        if page is not None and page.id is not None:
            history.provider.give_card(page.id, history.card if history.happens(0.5) else "ok")
