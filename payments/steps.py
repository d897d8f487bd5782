"""Carry out one operation, step by step: what to write, call and read, whatever went wrong.

The steps are a generator that touches nothing: it asks, its driver answers. The house drives it
over PostgreSQL and HTTP, the simulation in memory with a crash between any two steps; the rules
are these, once. A driver may drop the generator at any step and begin anew from what is stored.
"""

from collections.abc import Generator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from .calendar import Advice, advice_of
from .errors import Declined, PaymentsError, Unreachable, WrongState
from .hold import Hold, HoldState, Refund, RefundState
from .money import Money
from .plan import OperationKind, Step, next_key, next_step


@dataclass(frozen=True, slots=True)
class Stored:
    """An operation as it is written down.

    `over` when it is done or a person has it; `wanted` is false when its cause is gone: an order
    called off asks for no hold.
    """

    kind: OperationKind
    key: str
    hold: str | None
    amount: Money
    sent_at: datetime | None = None
    attempts: int = 0
    broke: bool = False
    over: bool = False
    wanted: bool = True

    @property
    def fact(self) -> str:
        """The operation's name at the provider, whatever the attempt."""
        return self.key.rpartition(":")[0]


@dataclass(frozen=True, slots=True)
class Begin:
    """Read what is stored, decide by `begin`, write the answer down, commit. Answer: `Begun`."""

    undone: bool = False


@dataclass(frozen=True, slots=True)
class Begun:
    """What was decided, and the operation as it is stored now."""

    step: Step
    stored: Stored


@dataclass(frozen=True, slots=True)
class Call:
    """Call the provider with this key. Answer: the hold or refund, or the error it raised."""

    stored: Stored


@dataclass(frozen=True, slots=True)
class Read:
    """Read the object back. Answer: the hold or refund, None when there is none, or the error."""

    stored: Stored


@dataclass(frozen=True, slots=True)
class Apply:
    """It is done: book it, mark the operation done, commit."""

    stored: Stored
    seen: Hold | Refund


@dataclass(frozen=True, slots=True)
class Refused:
    """Her bank said no: write down what it advises, commit."""

    stored: Stored
    words: str
    advice: Advice


@dataclass(frozen=True, slots=True)
class Note:
    """No answer: write down what is known, commit; the job comes again."""

    stored: Stored
    silence: Unreachable


@dataclass(frozen=True, slots=True)
class HandOver:
    """It cannot be done: book what was seen, call a person, commit."""

    stored: Stored
    words: str
    seen: Hold | Refund | None = None


@dataclass(frozen=True, slots=True)
class CallOff:
    """Nobody wants it any more and it was never done: close it, commit."""

    stored: Stored


Ask = Begin | Call | Read | Apply | Refused | Note | HandOver | CallOff
Reply = Begun | Hold | Refund | PaymentsError | None
Steps = Generator[Ask, Reply, None]


def begin(stored: Stored, now: datetime, *, undone: bool = False) -> tuple[Step | None, Stored]:
    """What to do about an operation now, and how it is stored before that is done.

    `undone` tells that a look at the provider has just proved that nothing was done. None: there
    is nothing to do.
    """
    if stored.over:
        return None, stored
    if undone:
        if not stored.wanted:
            return Step.CALL_OFF, stored
        return Step.SEND, _sent(_fresh(stored), now)
    if not stored.wanted:
        return (Step.LOOK_UP if stored.sent_at else Step.CALL_OFF), stored
    step = next_step(now, sent_at=stored.sent_at, broke=stored.broke, attempts=stored.attempts)
    if step in {Step.SEND, Step.REPLAY}:
        return step, _sent(stored, now)
    return step, stored


def _fresh(stored: Stored) -> Stored:
    """Under its next key: the provider has proved that the last one did nothing."""
    return replace(stored, key=next_key(stored.key), sent_at=None, broke=False)


def _sent(stored: Stored, now: datetime) -> Stored:
    return replace(stored, attempts=stored.attempts + 1, sent_at=stored.sent_at or now)


class Finding(StrEnum):
    """What a look at the provider proves about an operation."""

    DONE = "done"
    UNDONE = "undone"
    REFUSED = "refused"
    IMPOSSIBLE = "impossible"
    """Something else happened to the object, and this cannot happen any more."""


def judge(kind: OperationKind, amount: Money, seen: Hold | Refund | None) -> Finding:
    """What the object shows. "Already captured" is done only for exactly this amount."""
    if isinstance(seen, Refund):
        wrong = seen.state is RefundState.FAILED or seen.amount != amount
        return Finding.IMPOSSIBLE if wrong else Finding.DONE
    if seen is None:
        return Finding.UNDONE
    if kind is OperationKind.AUTHORISE:
        held = seen.state is not HoldState.PENDING and seen.ever_held
        return Finding.DONE if held else Finding.REFUSED
    if kind is OperationKind.CHARGE and not (seen.began or seen.captured):
        return Finding.REFUSED
    if seen.state is HoldState.HELD and kind is not OperationKind.CHARGE:
        return Finding.UNDONE
    if kind in {OperationKind.CAPTURE, OperationKind.CHARGE}:
        exact = seen.state is HoldState.CAPTURED and seen.captured == amount
        return Finding.DONE if exact else Finding.IMPOSSIBLE
    return Finding.DONE if seen.state is HoldState.RELEASED else Finding.IMPOSSIBLE


def came_about(kind: OperationKind, amount: Money, seen: Hold) -> bool:
    """Whether a capture or release that was given up is done after all, by what its hold shows."""
    of_a_hold = kind in {OperationKind.CAPTURE, OperationKind.RELEASE}
    return of_a_hold and judge(kind, amount, seen) is Finding.DONE


def carry_out() -> Steps:
    """Do one operation exactly once, however often this is begun and wherever it is dropped."""
    begun = yield from _begin(undone=False)
    if begun is None:
        return
    stored = begun.stored
    if begun.step is Step.CALL_OFF:
        yield CallOff(stored)
        return
    if begun.step in {Step.LOOK_UP, Step.HAND_OVER}:
        if not (yield from _look_first(stored, last=begun.step is Step.HAND_OVER)):
            return
        begun = yield from _begin(undone=True)
        if begun is None:
            return
        stored = begun.stored
        if begun.step is Step.CALL_OFF:
            yield CallOff(stored)
            return
    yield from _call(stored)


def _begin(*, undone: bool) -> Generator[Ask, Reply, Begun | None]:
    begun = yield Begin(undone=undone)
    return begun if isinstance(begun, Begun) else None


def _look_first(stored: Stored, *, last: bool) -> Generator[Ask, Reply, bool]:
    """Read back before anything else; whether it is proved that nothing was done, and may be."""
    seen = yield Read(stored)
    if isinstance(seen, PaymentsError):
        if isinstance(seen, Unreachable) and not last:
            yield Note(stored, seen)
        else:
            yield HandOver(stored, str(seen))
        return False
    assert not isinstance(seen, Begun)  # noqa: S101 - a reading is no decision
    if (yield from _conclude(stored, seen, "Something else happened to it.")):
        return False
    if last:
        yield HandOver(stored, "It did not go through in time.", seen)
        return False
    return True


def _call(stored: Stored) -> Generator[Ask, Reply, None]:
    answer = yield Call(stored)
    match answer:
        case Hold() | Refund():
            if not (yield from _conclude(stored, answer, "The provider did something else.")):
                yield HandOver(stored, "The provider did nothing.", answer)
        case Unreachable():
            yield Note(stored, answer)
        case Declined():
            yield Refused(stored, str(answer), advice_of(answer))
        case WrongState():
            seen = yield Read(stored)
            if isinstance(seen, Unreachable):
                yield Note(stored, seen)
            elif isinstance(seen, PaymentsError | Begun):
                yield HandOver(stored, str(answer))
            elif not (yield from _conclude(stored, seen, str(answer))):
                yield HandOver(stored, str(answer), seen)
        case _:
            yield HandOver(stored, str(answer))


def _conclude(
    stored: Stored, seen: Hold | Refund | None, words: str
) -> Generator[Ask, Reply, bool]:
    """Write down what a reading proves; whether it proves anything but that nothing was done."""
    finding = judge(stored.kind, stored.amount, seen)
    if finding is Finding.UNDONE or seen is None:
        return False
    if finding is Finding.DONE:
        yield Apply(stored, seen)
    elif finding is Finding.REFUSED and isinstance(seen, Hold):
        no = seen.refusal
        yield Refused(stored, no.words if no else words, advice_of(no) if no else Advice.LATER)
    else:
        yield HandOver(stored, words, seen)
    return True
