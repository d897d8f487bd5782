"""What needs a person is told in the reader's language; what was written before, in English."""

import ast
import importlib
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

import payments
from concierge.model import (
    Case,
    Condition,
    Decision,
    OrderState,
    ReturnReason,
    Verdict,
    new_id,
)
from concierge.model.told import Hour, Moment, Term, plainly, says, term
from concierge.settings import PACKAGE
from payments.ledger import Movement
from tests.concierge.test_web_words import speaking, spoken

AT = datetime(2026, 11, 26, 14, 5, tzinfo=ZoneInfo("Europe/Stockholm"))
NAMED_BY_TERM = (
    payments.Standing, payments.OperationKind, Movement, Decision, OrderState, Verdict,
    ReturnReason, Condition,
)  # fmt: skip
BY_THE_DOOR = {"Refund", "Dispute", "Payment", "Whoever is on duty"}


def sentences() -> Iterator[str]:
    """Every sentence our code can keep."""
    for file in sorted(PACKAGE.rglob("*.py")):
        if "node_modules" in file.parts or file.name == "told.py":
            continue
        tree = ast.parse(file.read_text(encoding="utf-8"))
        module = ".".join(file.relative_to(PACKAGE.parent).with_suffix("").parts)
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "says":
                yield from _texts(module, call.args[0])


def _texts(module: str, said: ast.expr) -> Iterator[str]:
    match said:
        case ast.Constant(value=str(text)):
            yield text
        case ast.IfExp(body=one, orelse=other):
            yield from _texts(module, one)
            yield from _texts(module, other)
        case ast.Subscript(value=among):
            yield from _texts(module, among)
        case ast.Call(func=ast.Attribute(value=among, attr="get"), args=[_, other]):
            yield from _texts(module, among)
            yield from _texts(module, other)
        case ast.Name(id=name):
            found = getattr(importlib.import_module(module), name)
            yield from found.values() if isinstance(found, dict) else [found]
        case _:
            pytest.fail(f"{module}:{said.lineno} tells what nobody can translate.")


@pytest.mark.parametrize("language", ["sv", "fr", "ar"])
def test_everything_told_is_spoken(language: str) -> None:
    told = set(sentences())
    assert len(told) > 40
    terms = {term(member).word for kind in NAMED_BY_TERM for member in kind}
    assert (told | terms | BY_THE_DOOR) - spoken(language) == set()


def test_a_case_is_told_with_amounts_and_times_as_each_reader_writes_them() -> None:
    case = Case(hub_id=new_id(), kind="not_paid", opened_at=AT)
    case.tell([
        says(
            "Call %(client)s, %(hour)s: we come about %(begins)s.",
            client="Lova", hour=Hour(AT), begins=Hour(AT),
        ),
        says(
            "%(amount)s of order %(order)s is not paid.",
            amount=payments.Money(1_250_500, "KWD"), order="MO-1",
        ),
    ])  # fmt: skip
    assert case.words == (
        "Call Lova, 14:05: we come about 14:05. 1250.500 KWD of order MO-1 is not paid."
    )
    assert speaking("sv").told(case) == (
        "Ring Lova, 14:05: vi kommer omkring 14:05. "
        "1\u00a0250,500\u00a0KWD i order MO-1 \u00e4r inte betalt."
    )
    arabic = speaking("ar").told(case)
    assert "\u0661\u0664:\u0660\u0665" in arabic
    assert "\u2068MO-1\u2069" in arabic


def test_words_lists_and_days_are_said_too() -> None:
    case = Case(hub_id=new_id(), kind="books_differ", opened_at=AT)
    part = says("%(amount)s %(fact)s", amount=payments.Money(1_200, "JPY"), fact=Term("captured"))
    case.tell([
        says("Look the evidence over and hand it in until %(until)s.", until=Moment(AT)),
        says("%(what)s %(name)s:", what=Term("Refund"), name="re_1"),
        says("%(parts)s", parts=[part]),
    ])  # fmt: skip
    assert case.words.endswith("until 2026-11-26 14:05. Refund re_1: 1200 JPY captured")
    assert "tors 26 nov. 14:05" in speaking("sv").told(case)
    assert "Återbetalning re_1: 1\u00a0200\u00a0JPY" in speaking("sv").told(case)


def test_what_was_written_in_english_alone_still_reads() -> None:
    old = Case(hub_id=new_id(), kind="not_paid", words="100 % is not paid.", opened_at=AT)
    assert speaking("ar").told(old) == old.words == "100 % is not paid."
    assert old.sentences is None


def test_a_sentence_is_itself_in_english() -> None:
    assert plainly([says("Release it at the provider.")]) == "Release it at the provider."
