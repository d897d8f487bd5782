# pyright: basic
# fontTools has no types.
"""The house's fonts as print wants them: plain TrueType, made from the web fonts of the pages.

A web font is squeezed (WOFF2), holds every weight at once and is cut into parts by alphabet. What
sets our papers reads one weight a file, so each part becomes a small family of its own, and the
paper names them one after the other.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

WEIGHTS = {400: "Regular", 500: "Medium", 600: "SemiBold"}
FAMILY, STYLE, FULL, POSTSCRIPT, TYPOGRAPHIC_FAMILY, TYPOGRAPHIC_STYLE = 1, 2, 4, 6, 16, 17
"""Numbers of the names a font gives itself. Source: OpenType, the `name` table."""


@dataclass(frozen=True, slots=True)
class Family:
    """A family of the pages' fonts: its package, the parts print needs, and at which weights."""

    name: str
    package: str
    parts: tuple[str, ...]
    weights: tuple[int, ...]


FAMILIES = (
    Family("Cormorant Garamond", "cormorant-garamond", ("latin",), (500,)),
    Family("Hanken Grotesk", "hanken-grotesk", ("latin", "latin-ext"), (400, 600)),
    Family("Noto Sans Arabic", "noto-sans-arabic", ("arabic",), (400, 600)),
    Family("Noto Naskh Arabic", "noto-naskh-arabic", ("arabic",), (500,)),
)


def make(modules: Path, into: Path) -> None:
    """Make every font file that print needs, from the packages under `modules`."""
    into.mkdir(parents=True, exist_ok=True)
    for family in FAMILIES:
        for part, file in _parts(modules, family):
            for weight in family.weights:
                with TTFont(file) as web:
                    font = instantiateVariableFont(web, {"wght": weight})
                    name = f"{family.name} Ext" if part == "latin-ext" else family.name
                    _call(font, name, weight)
                    font.flavor = None
                    font.save(into / f"{family.package}-{part}-{weight}.ttf")


def _parts(modules: Path, family: Family) -> Iterator[tuple[str, Path]]:
    folder = modules / "@fontsource-variable" / family.package / "files"
    for part in family.parts:
        yield part, folder / f"{family.package}-{part}-wght-normal.woff2"


def _call(font: Any, family: str, weight: int) -> None:
    """Give a font its family, its weight and the names that follow from them."""
    style = WEIGHTS[weight]
    names = {
        FAMILY: family if style == "Regular" else f"{family} {style}",
        STYLE: "Regular",
        FULL: f"{family} {style}",
        POSTSCRIPT: f"{family.replace(' ', '')}-{style}",
        TYPOGRAPHIC_FAMILY: family,
        TYPOGRAPHIC_STYLE: style,
    }
    table = font["name"]
    table.names = []
    for number, words in names.items():
        table.setName(words, number, 3, 1, 0x409)
    font["OS/2"].usWeightClass = weight
