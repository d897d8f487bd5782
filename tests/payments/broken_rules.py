"""The rules of money, each broken on purpose, and the assertions that have to notice."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import payments
import payments.steps
from payments.simulation import RULES, Mix, Rules

STORMY = Mix(faults=0.7, cancels=0.6, outages=0.03)
LOSING = Mix(faults=0.6, outages=0.08, refunds=0.9)
DARK = Mix(dark=0.8)
MOVING = Mix(moved=0.8)
AWAY = Mix(absent=0.6)
CHEAP = Mix(absent=0.6, fees_up_to=5)
GIVING = Mix(refunds=0.95)
ASKING = Mix(disputes=0.8)
UNSTEADY = Mix(lets_go=0.7, crashes=0.3)


def nothing_is_let_off(missing: payments.Money) -> payments.Money:
    return missing * 0


def everything_is_let_off(missing: payments.Money) -> payments.Money:
    return missing


def fresh_key_on_retry(
    stored: payments.Stored, now: datetime, *, undone: bool = False
) -> tuple[payments.Step | None, payments.Stored]:
    step, after = payments.begin(stored, now, undone=undone)
    if step is payments.Step.REPLAY:
        after = replace(after, key=payments.next_key(after.key))
    return step, after


def no_read_back_after_a_500(
    stored: payments.Stored, now: datetime, *, undone: bool = False
) -> tuple[payments.Step | None, payments.Stored]:
    return payments.begin(replace(stored, broke=False), now, undone=undone)


def no_read_back_of_an_old_key(
    stored: payments.Stored, now: datetime, *, undone: bool = False
) -> tuple[payments.Step | None, payments.Stored]:
    step, after = payments.begin(stored, now, undone=undone)
    if step is payments.Step.LOOK_UP and not stored.broke and stored.wanted:
        return payments.Step.REPLAY, replace(stored, attempts=stored.attempts + 1)
    return step, after


def for_ever(
    stored: payments.Stored, now: datetime, *, undone: bool = False
) -> tuple[payments.Step | None, payments.Stored]:
    step, after = payments.begin(replace(stored, attempts=0), now, undone=undone)
    return step, replace(after, attempts=stored.attempts + after.attempts)


def whole_hold(
    order: str, due: payments.Money, holds: Sequence[payments.Hold]
) -> tuple[payments.Operation, ...]:
    return tuple(
        replace(each, amount=next(hold.amount for hold in holds if hold.id == each.hold))
        for each in payments.settle(order, due, holds)
    )


def in_two_captures(
    order: str, due: payments.Money, holds: Sequence[payments.Hold]
) -> tuple[payments.Operation, ...]:
    """One hold, captured a little at a time."""
    asked = payments.settle(order, due, holds)
    first = [each for each in asked if each.kind is payments.OperationKind.CAPTURE][:1]
    more = [replace(each, seq=99, key=f"{order}:capture:99:1") for each in first]
    return (*asked, *more)


def captures_alone(
    order: str, due: payments.Money, holds: Sequence[payments.Hold]
) -> tuple[payments.Operation, ...]:
    capture = payments.OperationKind.CAPTURE
    return tuple(each for each in payments.settle(order, due, holds) if each.kind is capture)


def disputed_too(
    lines: Sequence[payments.Line],
    fees: Sequence[payments.Money],
    credits_: Sequence[payments.Money],
) -> payments.Money:
    return payments.due([replace(line, disputed=False) for line in lines], fees, credits_)


def returned_too(
    lines: Sequence[payments.Line],
    fees: Sequence[payments.Money],
    credits_: Sequence[payments.Money],
) -> payments.Money:
    return payments.due([replace(line, kept=True) for line in lines], fees, credits_)


def no_fees(
    lines: Sequence[payments.Line],
    fees: Sequence[payments.Money],
    credits_: Sequence[payments.Money],
) -> payments.Money:
    return payments.due(lines, [fee * 0 for fee in fees], credits_)


def no_credits(
    lines: Sequence[payments.Line],
    fees: Sequence[payments.Money],
    credits_: Sequence[payments.Money],
) -> payments.Money:
    return payments.due(lines, fees, [each * 0 for each in credits_])


def never_short(due: payments.Money, holds: Sequence[payments.Hold]) -> payments.Money:
    del holds
    return due * 0


def any_refund(
    order: str,
    seq: int,
    amount: payments.Money,
    hold: payments.Hold,
    refunds: Sequence[payments.Refund],
) -> payments.Operation:
    del refunds
    return payments.operation(payments.OperationKind.REFUND, order, seq, amount, hold=hold.id)


def a_refund_is_for_ever(
    before: payments.Refund | None, after: payments.Refund
) -> tuple[payments.Movement, ...]:
    return payments.refund_movements(before, after) if before is None else ()


def a_dispute_is_a_question(
    before: payments.Dispute | None, after: payments.Dispute
) -> tuple[tuple[payments.Movement, payments.Money], ...]:
    del before, after
    return ()


def a_dispute_is_free(
    before: payments.Dispute | None, after: payments.Dispute
) -> tuple[tuple[payments.Movement, payments.Money], ...]:
    fees = {payments.Movement.DISPUTE_FEE, payments.Movement.DISPUTE_FEE_BACK}
    return tuple(each for each in payments.dispute_movements(before, after) if each[0] not in fees)


def debits_alone(
    movement: payments.Movement, amount: payments.Money
) -> tuple[payments.Entry, ...]:
    lines = payments.entries(movement, amount)
    return tuple(line for line in lines if line.side is payments.Side.DEBIT)


def held_is_held(holds: Sequence[payments.Hold], asked: payments.Money, until: datetime) -> bool:
    del until
    live = (hold.amount for hold in holds if hold.state is payments.HoldState.HELD)
    return payments.Money.total(live, asked.currency) >= asked


def computed_not_read(
    holds: Sequence[payments.Hold], asked: payments.Money, until: datetime
) -> bool:
    """Every hold lasts seven days, somebody thought."""
    week = [
        replace(hold, capture_before=hold.capture_before + timedelta(days=3))
        if hold.capture_before
        else hold
        for hold in holds
    ]
    return payments.covers(week, asked, until)


def believing(
    covers: Callable[[Sequence[payments.Hold], payments.Money, datetime], bool],
) -> Rules:
    """A house that goes by a wrong idea of what is covered, everywhere."""

    def look(
        now: datetime,
        coming: payments.Coming,
        asked: payments.Money,
        holds: Sequence[payments.Hold],
        tries: Sequence[payments.Try],
    ) -> payments.Look:
        if covers(holds, asked, coming.needed_until):
            return payments.Look(payments.Do.NOTHING)
        return payments.look(now, coming, asked, holds, tries)

    return replace(RULES, covers=covers, look=look)


def never_looks(*_: Any) -> payments.Look:
    return payments.Look(payments.Do.NOTHING)


def asks_for_ever(
    now: datetime,
    coming: payments.Coming,
    asked: payments.Money,
    holds: Sequence[payments.Hold],
    tries: Sequence[payments.Try],
) -> payments.Look:
    del tries
    return payments.look(now, coming, asked, holds, [])


def everything_again(
    before: payments.Hold | None, after: payments.Hold
) -> tuple[tuple[payments.Movement, payments.Money], ...]:
    del before
    return payments.movements(None, after)


def refund_by_event(payload: dict[str, Any], fetch: Callable[[], payments.Hold]) -> payments.Hold:
    """`charge.refunded` says it was given back; it also says so of a capture's rest."""
    seen = fetch()
    if payload["object"] == "charge" and payload["amount_refunded"]:
        nothing = payments.Money(0, seen.amount.currency)
        return replace(seen, state=payments.HoldState.RELEASED, captured=nothing)
    return seen


def moved_on_is_an_error() -> payments.steps.Steps:
    """ "Already captured" is taken for a failure."""
    script = payments.carry_out()
    reply: payments.steps.Reply = None
    while True:
        try:
            ask = script.send(reply)
        except StopIteration:
            return
        reply = yield ask
        if isinstance(ask, payments.steps.Call) and isinstance(reply, payments.WrongState):
            yield payments.steps.HandOver(ask.stored, str(reply))
            return


def silence_is_a_no() -> payments.steps.Steps:
    """No answer is taken for a failed call, and the call is forgotten."""
    script = payments.carry_out()
    reply: payments.steps.Reply = None
    while True:
        try:
            ask = script.send(reply)
        except StopIteration:
            return
        reply = yield ask
        if isinstance(ask, payments.steps.Call) and isinstance(reply, payments.Unreachable):
            yield payments.steps.HandOver(ask.stored, str(reply))
            return


def broken(mix: Mix, *noticed_by: str, **changed: Any) -> tuple[Rules, Mix, set[str]]:
    """Rules but for one, the histories it shows in, and the names of what may notice."""
    return replace(RULES, **changed), mix, set(noticed_by)


BUGS: dict[str, tuple[Rules, Mix, set[str]]] = {
    "a fresh key on every retry": broken(
        LOSING, "refunds_are_those_planned", "ledger_is_the_provider_s", begin=fresh_key_on_retry
    ),
    "no read-back after a 500": broken(
        STORMY, "nobody_is_called_for_nothing", begin=no_read_back_after_a_500
    ),
    "no read-back of an old key": broken(
        LOSING,
        "refunds_are_those_planned",
        "ledger_is_the_provider_s",
        begin=no_read_back_of_an_old_key,
    ),
    "tries without end": broken(DARK, "tries_are_bounded", begin=for_ever),
    "the whole hold captured": broken(Mix(), "captured_is_due", settle=whole_hold),
    "a hold captured twice": broken(Mix(), "a_hold_is_captured_once", settle=in_two_captures),
    "nothing released": broken(Mix(), "no_orphan_hold", "every_order_ends", settle=captures_alone),
    "a fee forgotten": broken(AWAY, "captured_is_due", due=no_fees),
    "a card is asked for too little": broken(
        CHEAP, "no_rule_is_broken", let_off=nothing_is_let_off
    ),
    "whatever is missing is let off": broken(
        DARK, "captured_is_due", let_off=everything_is_let_off
    ),
    "a credit forgotten": broken(Mix(), "captured_is_due", due=no_credits),
    "she keeps what is not held": broken(Mix(), "nothing_leaves_unheld", short_of=never_short),
    "her card is charged while a capture may have paid": broken(
        DARK, "captured_is_due", collects_when_all_is_known=False
    ),
    "more is asked back than was taken": broken(
        GIVING, "refunds_stay_within_the_capture", refund=any_refund
    ),
    "a refund that fails stays in the books": broken(
        GIVING, "ledger_is_the_provider_s", refund_movements=a_refund_is_for_ever
    ),
    "a dispute moves nothing": broken(
        ASKING, "ledger_is_the_provider_s", dispute_movements=a_dispute_is_a_question
    ),
    "the fee of a dispute is forgotten": broken(
        ASKING, "ledger_is_the_provider_s", dispute_movements=a_dispute_is_free
    ),
    "debits without credits": broken(Mix(), "ledger_is_the_provider_s", entries=debits_alone),
    "a disputed piece charged": broken(Mix(), "captured_is_due", due=disputed_too),
    "a returned piece charged": broken(Mix(), "captured_is_due", due=returned_too),
    "any hold is enough to depart": (believing(held_is_held), MOVING, {"nothing_departs_unheld"}),
    "how long a hold lasts is computed": (
        believing(computed_not_read),
        MOVING,
        {"nothing_departs_unheld"},
    ),
    "the calendar never looks": broken(Mix(), "everybody_is_warned", look=never_looks),
    "her bank is asked for ever": broken(Mix(), "tries_are_bounded", look=asks_for_ever),
    "a movement booked again": broken(
        Mix(), "no_rule_is_broken", "ledger_is_the_provider_s", movements=everything_again
    ),
    "a payload believed": broken(
        Mix(), "no_rule_is_broken", "ledger_is_the_provider_s", believed=refund_by_event
    ),
    "a notice handled on receipt": broken(
        UNSTEADY, "nothing_departs_unheld", "ledger_is_the_provider_s", handled_on_receipt=True
    ),
    "already given back is an error": broken(
        Mix(by_hand=0.5), "nobody_is_called_for_nothing", carry_out=moved_on_is_an_error
    ),
    "silence is a no": broken(Mix(), "nobody_is_called_for_nothing", carry_out=silence_is_a_no),
    "money that comes after the visit was called off is kept": broken(
        STORMY, "no_orphan_hold", releases_when_called_off=False
    ),
}
