"""Every sentence of the phone, in every language it speaks."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

CONCIERGE = Path(__file__).resolve().parents[2] / "concierge"
ARABIC_FORMS = {"zero", "one", "two", "few", "many", "other"}
FORMS = {"sv": {"one", "other"}, "fr": {"one", "many", "other"}, "ar": ARABIC_FORMS}
PLACE = re.compile(r"\{\w+\}")


def sentences(verb: str) -> set[str]:
    """What the phone's sources hand to `say(…)` or, in its first form, to `count(…)`."""
    sources = [*CONCIERGE.glob("ui/phone/*.ts"), *CONCIERGE.glob("ui/phone/*.svelte")]
    call = re.compile(rf"\b{verb}\(\s*'([^']+)'")
    return {found for source in sources for found in call.findall(source.read_text())}


def words(language: str) -> dict[str, Any]:
    return json.loads((CONCIERGE / "locales" / language / "phone.json").read_text())


@pytest.mark.parametrize("language", FORMS)
def test_the_phone_speaks_without_gaps(language: str) -> None:
    said = words(language)
    assert set(said) == sentences("say") | sentences("count")
    for sentence in sentences("say"):
        assert set(PLACE.findall(said[sentence])) == set(PLACE.findall(sentence)), sentence


@pytest.mark.parametrize("language", FORMS)
def test_counted_sentences_have_every_form_their_language_needs(language: str) -> None:
    said = words(language)
    for sentence in sentences("count"):
        assert set(said[sentence]) == FORMS[language], sentence
        assert "{n}" in said[sentence]["other"], sentence
