"""The door to Typst: a paper's own template, filled with words, becomes a tagged PDF.

Nothing of the machine is used: no system fonts, no packages, no network. What is said travels as
data and is never read as markup.
"""

from datetime import datetime
from functools import cache
from pathlib import Path

import msgspec
import typst

from concierge.settings import PACKAGE

FONTS = PACKAGE / "ui" / "dist" / "print"
"""Made at set-up beside the pages."""
STANDARD = "ua-1"
"""PDF/UA-1: whoever listens to a page hears its headings, tables and language."""


class FontsMissing(Exception):
    """The fonts of print were not made; the sentence says how."""


def typeset(paper: str, said: msgspec.Struct, *, at: datetime) -> bytes:
    """The paper as PDF; the same words at the same moment are the same bytes.

    Takes a tenth of a second or so of one core: call it from a thread.

    Raises:
        FontsMissing: set-up has not made the fonts.
    """
    return typst.compile(
        _template(paper),
        font_paths=_fonts(),
        sys_inputs={"said": msgspec.json.encode(said).decode()},
        pdf_standards=STANDARD,
        timestamp=int(at.timestamp()),
    )


@cache
def _template(paper: str) -> bytes:
    return Path(__file__).with_name(f"{paper}.typ").read_bytes()


@cache
def _fonts() -> typst.Fonts:
    if not FONTS.is_dir():
        raise FontsMissing("Build the pages first: python -m concierge.embedded.ui build.")
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)]
    )
