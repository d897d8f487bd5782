"""What must hold when a history is over, each by its name, judged against the provider itself."""

from collections import Counter
from collections.abc import Callable, Iterator

import payments
from payments.plan import MOST_ATTEMPTS
from payments.sandbox import intents
from payments.sandbox import refunds as sandbox_refunds
from payments.sandbox.totals import COLUMNS, totals

from .after import MOST_LINKS
from .house import House
from .rows import CALLED_OFF, RETURNED, SETTLED

MOST_HOLDS = 8
"""Holds asked for without her, for one visit: two tries, renewals, and a bank that lets go."""

Check = Callable[[House], Iterator[str]]


def captured_is_due(house: House) -> Iterator[str]:
    """Exactly what she keeps is taken, once; nothing from an order that never was.

    What the provider takes from no card may be let off.
    """
    taken = sum(intent["amount_received"] for intent in house.provider.intents())
    kept = sum(line.price.minor for line in house.lines if line.kept and not line.disputed)
    more = sum(fee.minor for fee in house.fees) - sum(each.minor for each in house.credits)
    owed = max(0, kept + more)
    if (off := house.let_off) is not None:
        owed -= off.minor
        if owed < 0 or not 0 < off.minor < intents.LEAST.get(off.currency.lower(), 1):
            yield f"{off} is not asked of her"
    if house.state == SETTLED and taken != owed:
        yield f"{taken} was captured, {owed} is due"
    if house.state == CALLED_OFF and taken:
        yield f"{taken} was captured of an order called off"
    if house.state == RETURNED and taken > owed:
        yield f"{taken} was captured, only {owed} is due"


def a_hold_is_captured_once(house: House) -> Iterator[str]:
    """One hold, one capture; nobody even plans a second."""
    planned = Counter(
        row.stored.hold
        for row in house.rows.values()
        if row.kind is payments.OperationKind.CAPTURE
    )
    for hold, captures in planned.items():
        if captures > 1:
            yield f"{hold} was to be captured {captures} times"


def no_orphan_hold(house: House) -> Iterator[str]:
    """Nothing stays held once an order has ended, unless a person was called for it."""
    for intent in house.provider.intents():
        named = any(case.startswith("failed") for case in house.cases)
        if intent["status"] == "requires_capture" and not named:
            yield f"{intent['id']} still holds {intent['amount']}"


def refunds_are_those_planned(house: House) -> Iterator[str]:
    """Each planned refund is there once, for its amount, and no other."""
    made: dict[str, list[int]] = {}
    for refund in house.provider.refunds():
        if refund["status"] != "failed" or refund["id"] in house.books.refunds:
            made.setdefault(refund["metadata"].get("op", ""), []).append(refund["amount"])
    for fact, row in house.rows.items():
        if row.kind is payments.OperationKind.REFUND and row.state == "done":
            amounts = made.pop(fact, [])
            if amounts != [row.stored.amount.minor]:
                yield f"{fact} of {row.stored.amount} was made as {amounts}"
    for fact, amounts in made.items():
        row = house.rows.get(fact)
        if row is None or row.state != "failed" or len(amounts) > 1:
            yield f"{fact or 'nobody'} gave {amounts} back"


def refunds_stay_within_the_capture(house: House) -> Iterator[str]:
    """No more goes back than was taken, nor is ever asked to."""
    for intent in house.provider.intents():
        back = sandbox_refunds.given_back(house.provider.world, intent["id"])
        if back > intent["amount_received"]:
            yield f"{back} of {intent['amount_received']} went back"
    for hold in house.books.holds.values():
        failed = {
            refund.op
            for refund in house.books.refunds.values()
            if refund.state is payments.RefundState.FAILED
        }
        asked = sum(
            row.stored.amount.minor
            for row in house.rows.values()
            if row.kind is payments.OperationKind.REFUND
            and row.stored.hold == hold.id
            and row.state != "failed"
            and row.fact not in failed
        )
        if asked > hold.captured.minor:
            yield f"{asked} of {hold.captured} was asked back"
    yield from (case for case in house.cases if "greater than unrefunded" in case)


def ledger_is_the_provider_s(house: House) -> Iterator[str]:
    """Our books and the provider's own sums agree to the last minor unit."""
    sums, theirs = house.books.balances(), totals(house.provider.world)["currencies"]
    said: dict[str, int] = next(iter(theirs.values()), dict.fromkeys(COLUMNS, 0))
    ours = {
        "captured": -sums[payments.Account.SALES],
        "held": sums[payments.Account.HELD],
        "refunded": sums[payments.Account.REFUNDS],
        "disputed": sums[payments.Account.DISPUTED] + sums[payments.Account.DISPUTES_LOST],
        "fees": sums[payments.Account.DISPUTE_FEES],
    }
    for name, amount in ours.items():
        if amount != said[name]:
            yield f"our books say {amount} {name}, the provider says {said[name]}"
    if sum(sums.values()):
        yield f"debits are not credits: {dict(sums)}"


def every_order_ends(house: House) -> Iterator[str]:
    """Captured, released, or a named person's case; and nothing is left to be done."""
    ends = {
        payments.Standing.CAPTURED,
        payments.Standing.PART_REFUNDED,
        payments.Standing.REFUNDED,
        payments.Standing.CHARGED_BACK,
        payments.Standing.RELEASED,
    }
    if house.standing not in ends and not house.cases:
        yield f"it ended {house.state} with its money {house.standing} and nobody knows"
    if not house.idle():
        waiting = [row.fact for row in house.rows.values() if row.open]
        yield f"it never came to rest: {waiting or 'notices or pages wait'}"


def nobody_is_called_for_nothing(house: House) -> Iterator[str]:
    """What a person is called for did not happen at the provider; what did, nobody waits for."""
    intents = {intent["id"]: intent for intent in house.provider.intents()}
    refunded = {
        refund["metadata"].get("op")
        for refund in house.provider.refunds()
        if refund["status"] != "failed"
    }
    for row in house.rows.values():
        waits = any(case.startswith(f"failed: {row.fact}:") for case in house.cases)
        if row.state == "done" and waits:
            yield f"a person still waits for {row.fact}, which is done"
        if row.state != "failed":
            continue
        if row.unread:
            if row.stored.attempts < MOST_ATTEMPTS:
                yield f"{row.fact} was given up in silence after {row.stored.attempts} tries"
            continue
        if row.stored.attempts >= MOST_ATTEMPTS and row.troubles < MOST_ATTEMPTS - 1:
            yield f"{row.fact} was given up, it met trouble only {row.troubles} times"
        if row.advice is not None:
            continue
        intent = intents.get(row.stored.hold or "", {})
        amount = row.stored.amount.minor
        made = [each for each in intents.values() if each["metadata"].get("op") == row.fact]
        happened = {
            payments.OperationKind.CHARGE: any(each["status"] == "succeeded" for each in made),
            payments.OperationKind.CAPTURE: intent.get("status") == "succeeded"
            and intent.get("amount_received") == amount,
            payments.OperationKind.RELEASE: intent.get("status") == "canceled",
            payments.OperationKind.REFUND: row.fact in refunded,
        }
        if happened.get(row.kind):
            yield f"a person was called for {row.fact}, which is done"


def tries_are_bounded(house: House) -> Iterator[str]:
    """Neither an operation nor her bank is asked for ever."""
    for row in house.rows.values():
        if row.stored.attempts > MOST_ATTEMPTS:
            yield f"{row.fact} was tried {row.stored.attempts} times"
    asked = house.count(payments.OperationKind.AUTHORISE)
    if asked > MOST_HOLDS:
        yield f"her bank was asked {asked} times"
    if house.count(payments.OperationKind.CHARGE) > 1 or house.links > MOST_LINKS:
        yield f"she was asked to pay by {house.links} links"


CHECKS: tuple[Check, ...] = (
    captured_is_due,
    a_hold_is_captured_once,
    no_orphan_hold,
    refunds_are_those_planned,
    refunds_stay_within_the_capture,
    ledger_is_the_provider_s,
    every_order_ends,
    nobody_is_called_for_nothing,
    tries_are_bounded,
)


def violations(house: House) -> list[str]:
    """Everything that does not hold, `name: what`."""
    return [f"{check.__name__}: {words}" for check in CHECKS for words in check(house)]
