"""Every sentence of the board is spoken in every language, with the same blanks to fill."""

import json
import re
from pathlib import Path

import pytest

ROOM = Path(__file__).resolve().parents[2] / "concierge"
SAID = re.compile(r"(?:say|count)\(\s*'((?:[^'\\]|\\.)*)'")
TABLE = re.compile(r"const [A-Z]+: Record<\w+, string> = \{(.*?)\n\};", re.DOTALL)
BLANK = re.compile(r"\{(\w+)\}")


def sentences() -> set[str]:
    files = sorted((ROOM / "ui" / "board").glob("text*.ts"))
    text = "\n".join(file.read_text(encoding="utf-8") for file in files)
    tables = [each for table in TABLE.findall(text) for each in re.findall(r": '([^']*)'", table)]
    return {*SAID.findall(text), *filter(None, tables)}


@pytest.mark.parametrize("language", ["sv", "fr", "ar"])
def test_every_sentence_of_the_board_is_spoken_in_every_language(language: str) -> None:
    spoken = json.loads((ROOM / "locales" / language / "board.json").read_text(encoding="utf-8"))
    assert set(spoken) == sentences()
    for sentence, translation in spoken.items():
        forms = translation if isinstance(translation, dict) else {"other": translation}
        assert set(BLANK.findall(forms["other"])) == set(BLANK.findall(sentence)), sentence
        for form in forms.values():
            assert set(BLANK.findall(form)) <= set(BLANK.findall(sentence)), sentence


def test_no_sentence_of_the_board_hides_in_a_component() -> None:
    """Sentences live in `text.ts` and its kin, where the translators' tools find them."""
    for component in (ROOM / "ui" / "board").glob("*.svelte"):
        whole = component.read_text(encoding="utf-8")
        markup = re.sub(r"<(script|style).*?</\1>", "", whole, flags=re.DOTALL)
        plain = re.sub(r"<[^>]*>", " ", _without_expressions(markup))
        words = set(re.findall(r"[A-Za-z]{2,}", plain))
        assert words <= {"Maison", "Orane", "Enter", "Esc"}, component.name


def _without_expressions(markup: str) -> str:
    """The markup with everything between braces left out."""
    depth, kept = 0, []
    for letter in markup:
        depth += letter == "{"
        if depth == 0:
            kept.append(letter)
        depth -= letter == "}"
    return "".join(kept)
