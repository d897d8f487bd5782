"""Every garment is drawn by us, whatever its cut and colour."""

import re
from xml.etree import ElementTree as ET

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from concierge.model import garments
from concierge.web.garments import address, garment

SVG = "{http://www.w3.org/2000/svg}"
COLOURS = ("f7f3ea", "7d3a3f", "16161a")


def _read(drawing: str) -> ET.Element:
    return ET.fromstring(drawing)  # noqa: S314 - our own drawing, just made


@pytest.mark.parametrize("category", sorted(garments.CATEGORIES))
@pytest.mark.parametrize("colour", COLOURS)
def test_every_category_has_a_drawing_in_light_and_dark(category: str, colour: str) -> None:
    drawing = garments.draw(category, "plain", colour)
    sheet = _read(drawing)
    assert sheet.find(f"{SVG}title") is not None
    assert len(drawing.encode()) < 8_000


def test_every_word_may_be_said_of_every_category() -> None:
    for category in garments.CATEGORIES:
        for word in garments.WORDS:
            _read(garments.draw(category, word, "b99568"))


def test_the_same_three_words_always_give_the_same_drawing() -> None:
    first = garments.draw("coat", "midi-notch-wool", "b99568")
    assert garments.draw("coat", "midi-notch-wool", "b99568") == first


def test_cut_and_colour_both_show() -> None:
    drawings = {
        garments.draw("dress", cut, colour)
        for cut in ("bias-midi", "shirt-midi", "evening-halter")
        for colour in COLOURS
    }
    assert len(drawings) == 9


def test_two_drawings_may_stand_in_one_page() -> None:
    ids = [
        re.findall(r' id="([^"]+)"', garments.draw("blazer", "notch", colour))
        for colour in COLOURS
    ]
    every = [each for drawing in ids for each in drawing]
    assert len(set(every)) == len(every)


def test_every_reference_in_a_drawing_leads_somewhere() -> None:
    drawing = garments.draw("coat", "trench-double-belted-check", "cbb491")
    ids = set(re.findall(r' id="([^"]+)"', drawing))
    named = set(re.findall(r"url\(#([^)]+)\)", drawing)) | set(
        re.findall(r'href="#([^"]+)"', drawing)
    )
    assert named
    assert named <= ids


def test_a_drawing_asks_nothing_of_the_outside() -> None:
    drawing = garments.draw("bag", "shoulder-quilted-leather", "1f1d1e")
    assert "<script" not in drawing
    assert re.findall(r'(?:href|src)="(?!#)', drawing) == []


@pytest.mark.parametrize(
    ("category", "cut", "colour", "refusal"),
    [
        ("spaceship", "plain", "b99568", garments.UnknownGarment),
        ("coat", "invisible", "b99568", garments.UnknownGarment),
        ("coat", "plain", "beige", garments.BadColour),
        ("coat", "plain", "b9956g", garments.BadColour),
    ],
)
def test_what_has_no_pattern_is_refused(
    category: str, cut: str, colour: str, refusal: type[ValueError]
) -> None:
    with pytest.raises(refusal):
        garments.draw(category, cut, colour)


def test_a_drawing_is_served_once_and_kept_for_ever() -> None:
    with TestClient(Litestar([garment])) as browser:
        answer = browser.get(address({"category": "coat", "cut": "midi-notch"}, "#b99568"))
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("image/svg+xml")
    assert "immutable" in answer.headers["cache-control"]
    _read(answer.text)
