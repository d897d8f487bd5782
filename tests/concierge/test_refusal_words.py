"""Every no is said in the reader's language."""

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

import payments
from concierge.model import refusals
from concierge.model.refusals import OverLimit, TooLate
from concierge.model.told import told_of
from concierge.settings import PACKAGE
from concierge.web import problems
from tests.concierge.test_web_words import speaking, spoken

NOES = {name for name, kind in vars(refusals).items() if isinstance(kind, type)}
THE_PLANNERS_OWN = {"BreaksPromise"}
"""Its words are the planner's, which speaks English to dispatchers."""
STATUSES = (*range(400, 430), 500, 503)


def noes() -> Iterator[tuple[str, ast.Call]]:
    """Every no our code can say, and the module it is said in."""
    for file in sorted(PACKAGE.rglob("*.py")):
        if "node_modules" in file.parts:
            continue
        module = ".".join(file.relative_to(PACKAGE.parent).with_suffix("").parts)
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _name(node) in NOES - THE_PLANNERS_OWN:
                yield module, node


def _name(call: ast.Call) -> str:
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


def sentence(module: str, call: ast.Call) -> str:
    """What is said: a text, or a constant of the module."""
    match call.args:
        case [ast.Constant(value=str(text))]:
            return text
        case [ast.Name(id=name)]:
            return str(getattr(importlib.import_module(module), name))
        case _:
            pytest.fail(f"{module}:{call.lineno} says what nobody can translate.")


def of_the_web() -> set[str]:
    """What the pages say about errors."""
    constants = {problems.MISSING, problems.UNREADABLE, problems.BROKEN, problems.UNREACHABLE}
    return constants | {problems.NOT_FITTING} | {problems.title_of(each) for each in STATUSES}


@pytest.mark.parametrize("language", ["sv", "fr", "ar"])
def test_every_no_is_spoken(language: str) -> None:
    said = {sentence(module, call) for module, call in noes()}
    assert len(said) > 60
    assert sorted((said | of_the_web()) - spoken(language)) == []


def test_values_are_put_into_the_sentence_in_every_language() -> None:
    no = TooLate("Order %(order)s was given up; nothing is charged.", order="MO-17")
    assert str(no) == "Order MO-17 was given up; nothing is charged."
    for language in ("sv", "fr", "ar"):
        assert "MO-17" in speaking(language).refusal(no)
        assert speaking(language).refusal(no) != str(no)


def test_amounts_in_a_no_are_written_as_each_language_writes_them() -> None:
    no = OverLimit(
        "At one visit you may give away at most %(limit)s.", limit=payments.Money(30_050, "SEK")
    )
    for language in ("en", "sv", "fr", "ar"):
        words = speaking(language)
        shown = words.money(payments.Money(30_050, "SEK"))
        assert shown in words.refusal(no)
        assert shown in words.sentence(told_of(no))
    assert "\u0663\u0660\u0660" in speaking("ar").refusal(no), "in its own digits"


def test_a_sentence_names_only_values_that_it_is_given() -> None:
    for module, call in noes():
        given = {keyword.arg: "" for keyword in call.keywords}
        text = sentence(module, call)
        assert not given or text % given, f"{Path(module)}:{call.lineno}"
