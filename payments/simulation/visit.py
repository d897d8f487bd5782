"""The visit: whether it departs, and what she keeps at her door."""

from datetime import timedelta

import payments
from payments.sandbox import intents

from .aftermath import collect, disputed, refunded
from .history import MONDAY, History


def look_a_day_before(history: History) -> None:
    """Whether its money is held by then."""
    history.ending.held_in_time = history.house.covered


def depart(history: History) -> None:
    """It departs if its money outlasts it, and all that follows; or it stays."""
    house = history.house
    history.ending.booked = True
    history.ending.warned = "not held" in house.letters
    if not house.covered:
        history.say("it does not depart")
        tried = house.count(payments.OperationKind.AUTHORISE) > 0
        if not house.cases and not tried:
            history.ending.wrong.append("everybody_is_warned: nobody knows why it stays")
        house.call_off()
        _by_hand(history)
        return
    history.say("it departs")
    history.ending.departed = True
    truly = [
        intent["amount"]
        for intent in history.provider.intents()
        if intent["status"] == "requires_capture"
        and (history.provider.lasts_until(intent["id"]) or MONDAY) > history.coming.needed_until
    ]
    if sum(truly) < house.asked.minor:
        history.ending.wrong.append("nothing_departs_unheld: its money does not outlast it")
    late = (
        timedelta(days=history.chance.uniform(0.5, 6))
        if history.happens(history.mix.offline)
        else None
    )
    history.pass_time(history.coming.opens + timedelta(hours=1))
    outcome = _at_the_door(history)
    if late is not None:
        history.pass_time(history.clock.moment + late)
    house.record(*outcome)
    _by_hand(history)
    if history.happens(history.mix.dark):
        history.go_dark()
    collect(history)
    refunded(history)
    disputed(history)


def _at_the_door(
    history: History,
) -> tuple[tuple[payments.Line, ...], tuple[payments.Money, ...], tuple[payments.Money, ...]]:
    """What she keeps, the fees she owes and what is taken off: never more than is held."""
    house = history.house
    house.arrive()
    if history.happens(history.mix.absent):
        history.say("nobody opens")
        return house.lines, (history.fee,) if history.fee else (), ()
    off = (history.some(0, 300),) if history.happens(history.mix.credits) else ()
    keen = history.chance.choice((0.2, 0.5, 0.95))
    kept = [history.happens(keen) for _ in house.lines]
    lost = [history.happens(0.03) for _ in house.lines]
    lines = _outcome(history, kept, lost)
    short = _short(history, lines, off)
    if short and history.happens(history.mix.signal):
        _holds_more(history, short)
    while _short(history, lines, off):
        kept[kept.index(True)] = False
        history.say("she gives a piece back that is not held")
        lines = _outcome(history, kept, lost)
    _judge_door(history, lines, off)
    return lines, (), off


def _outcome(history: History, kept: list[bool], lost: list[bool]) -> tuple[payments.Line, ...]:
    return tuple(
        payments.Line(line.price, kept=keeps, disputed=disputed)
        for line, keeps, disputed in zip(history.house.lines, kept, lost, strict=True)
    )


def _short(
    history: History, lines: tuple[payments.Line, ...], off: tuple[payments.Money, ...]
) -> payments.Money:
    due = history.house.rules.due(lines, (), off)
    return history.house.rules.short_of(due, history.house.books.live())


def _holds_more(history: History, short: payments.Money) -> None:
    """She confirms a second hold on her phone, before the piece is hers."""
    house, until = history.house, history.clock.moment + timedelta(minutes=10)
    history.say(f"{short} more is to be held")
    if not history.try_to(lambda: house.ask_for_more(short.askable()), until):
        return
    page = house.pages[-1]
    if page.id is not None and history.happens(0.9):
        history.provider.give_card(page.id, history.card if history.happens(0.5) else "ok")
    history.try_to(lambda: house.check_page(page), until)
    history.try_to(house.close_pages, until)


def _judge_door(
    history: History, lines: tuple[payments.Line, ...], off: tuple[payments.Money, ...]
) -> None:
    """Nothing leaves her door that is not held, the provider itself says."""
    due = payments.due(lines, (), off).minor
    if due > sum(intent["amount_capturable"] for intent in history.provider.intents()):
        history.ending.wrong.append(f"nothing_leaves_unheld: {due} is not held")


def _by_hand(history: History) -> None:
    """Somebody at the provider's own desk gives back what we are about to give back."""
    planned = [
        row.stored.hold
        for row in history.house.rows.values()
        if row.open and row.stored.kind is payments.OperationKind.RELEASE
    ]
    for intent in history.provider.intents():
        live = intent["status"] == "requires_capture" and intent["id"] in planned
        if live and history.happens(history.mix.by_hand):
            history.say(f"{intent['id']} is given back by hand")
            intents.close(history.provider.world, intent, "requested_by_customer")
