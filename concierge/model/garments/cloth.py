"""The sheet a garment is drawn on: shaded parts, soft folds, seams, buttons, the light behind."""

from collections.abc import Sequence
from html import escape

from .pen import Curve, ellipse, line, number, short
from .shade import Shades
from .weave import TEXTURES, pattern

SLIM = 5
"""Rims no wider are not worth their bytes."""
MIRRORED = 'transform="matrix(-1 0 0 1 800 0)"'
SHINY = frozenset({"satin", "silk", "leather", "patent", "velvet", "sequin", "down"})


class Cloth:
    """One drawing in the making. Parts are laid on top of one another, first ones beneath."""

    def __init__(self, key: str, tones: Shades, words: frozenset[str]) -> None:
        """`key` starts every id in the drawing, so that many can stand in one page."""
        self.tones = tones
        self.words = words
        self.shiny = bool(words & SHINY)
        self._key = key
        self._parts = 0
        self._defs: list[str] = []
        self._marks: list[str] = []
        self._floor = self._place = ""
        self._texture = [word for word in TEXTURES if word in words]
        for word in self._texture:
            self._defs.append(pattern(word, f"{key}{word}", tones))

    def part(
        self,
        shape: Curve,
        *,
        dark: Sequence[Curve] = (),
        light: Sequence[Curve] = (),
        fold: float = 8,
        tone: str = "body",
        rim: float = 13,
        plain: bool = False,
        lifted: bool = False,
        pair: bool = False,
    ) -> None:
        """A shaded piece of cloth with soft `dark` and `light` folds.

        `tone`: body, limb (a sleeve or a leg), flat, inside or trim. `rim` is how far its edges
        darken. `plain` leaves weave and print out. `lifted` throws a soft shadow beneath it.
        `pair` lays its mirror image too.
        """
        self._parts += 1
        tones, key = self.tones, self._key
        me, clip = f"{key}p{self._parts}", f"{key}c{self._parts}"
        use, line = f'<use href="#{me}"', ".4" if tones.pale else ".55"
        self._defs.append(f'<path id="{me}" d="{shape.path()}"/>')
        marks: list[str] = []
        if lifted:
            marks.append(
                f'{use} y="8" fill="{tones.deep}" stroke="none" opacity=".38" '
                f'filter="url(#{key}s)"/>'
            )
        inner: list[str] = []
        if not plain and tone != "inside":
            inner.extend(f'{use} fill="url(#{key}{word})"/>' for word in self._texture)
        if rim > SLIM:
            strength = ".3" if tones.pale else ".42"
            inner.append(
                f'{use} stroke-width="{number(rim)}" opacity="{strength}" filter="url(#{key}s)"/>'
            )
        inner.append(self._folds(dark, "", fold, ".24" if tones.pale else ".34"))
        inner.append(self._folds(light, tones.glow, fold, ".8" if self.shiny else ".42"))
        if any(inner):
            self._defs.append(f'<clipPath id="{clip}">{use}/></clipPath>')
            marks.append(f'<g clip-path="url(#{clip})">{use} fill="{self._fill(tone)}"/>')
            marks.extend([*inner, f'</g>{use} opacity="{line}"/>'])
        else:
            marks.append(f'{use} fill="{self._fill(tone)}" stroke-opacity="{line}"/>')
        drawn = "".join(marks)
        if pair:
            drawn = f'<g id="{key}m{self._parts}">{drawn}</g>'
            drawn += f'<use href="#{key}m{self._parts}" {MIRRORED}/>'
        self._marks.append(drawn)

    def seam(
        self,
        *lines: Curve,
        weight: float = 1.1,
        dash: bool = False,
        pair: bool = False,
        tone: str = "",
    ) -> None:
        """Sewn lines; dashed ones are top stitches; a `pair` is drawn on both sides."""
        drawn = "".join(each.path(closed=False) for each in lines)
        if pair:
            drawn += "".join(each.mirrored().path(closed=False) for each in lines)
        dashes = ' stroke-dasharray="6 4"' if dash else ""
        colour = f' stroke="{tone}"' if tone else ""
        self._marks.append(
            f'<path d="{drawn}"{colour} stroke-width="{weight * 2:g}" opacity=".6"{dashes}/>'
        )

    def patch(self, shape: Curve, colour: str, *, opacity: float = 1) -> None:
        """A flat piece of another colour: a sole, a buckle, a label."""
        faint = "" if opacity == 1 else f' opacity="{opacity:g}"'
        self._marks.append(f'<path d="{shape.path()}" fill="{colour}" stroke="none"{faint}/>')

    def buttons(self, *centres: tuple[float, float], size: float = 4, colour: str = "") -> None:
        """Sewn buttons, each with its own small light."""
        self._parts += 1
        me = f"{self._key}o{self._parts}"
        self._defs.append(
            f'<g id="{me}" stroke="none"><circle r="{number(size + 0.8)}" '
            f'fill="{self.tones.deep}" opacity=".5"/><circle r="{number(size)}" '
            f'fill="{colour or self.tones.deep}"/>'
            f'<circle cx="{number(-size / 3)}" cy="{number(-size / 3)}" r="{number(size / 3)}" '
            'fill="#fff" opacity=".4"/></g>'
        )
        self._marks.extend(
            f'<use href="#{me}" x="{number(x)}" y="{number(y)}"/>' for x, y in centres
        )

    def label(self, y: float) -> None:
        """The house's woven label, inside the back of the neck."""
        self.patch(
            line((191, y), (209, y), (209, y + 8), (191, y + 8), (191, y)), "#efe9dd", opacity=0.92
        )

    def stands(self, *, top: float, foot: float, half_width: float) -> None:
        """Place what was drawn on the sheet: as large as it may be, above its soft shadow."""
        scale = min(1.36, 386 / (foot - top), 176 / half_width)
        low = 452 if (foot - top) * scale > 330 else 250 + (foot - top) * scale / 2 + 18
        self._place = f"translate({number(200 - 200 * scale)} {number(low - foot * scale)})"
        self._place += f"scale({scale:.3f})"
        shadow = ellipse(200, low + 12, half_width * scale * 0.78, 7)
        self._floor = (
            f'<path d="{shadow.path()}" fill="{self.tones.deep}" opacity=".34" '
            f'filter="url(#{self._key}f)"/>'
        )

    def svg(self, title: str) -> str:
        """The finished drawing, 4 wide to 5 high."""
        tones, key = self.tones, self._key
        box = 'filterUnits="userSpaceOnUse" x="-50" y="-50" width="900" height="1300"'
        blurs = "".join(
            f'<filter id="{key}{name}" {box}><feGaussianBlur stdDeviation="{spread}"/></filter>'
            for name, spread in (("s", "7"), ("t", "12"), ("f", "14 8"))
        )
        body = ((0, tones.dark), (0.16, tones.base), (0.36, tones.light), (0.6, tones.base))
        lights = "".join(
            f'<linearGradient id="{key}{name}" x2="1" y2="{slope}">'
            + "".join(f'<stop offset="{short(at)}" stop-color="{tone}"/>' for at, tone in stops)
            + "</linearGradient>"
            for name, slope, stops in (
                ("b", ".22", (*body, (1, tones.dark))),
                ("l", ".1", ((0, tones.base), (0.38, tones.light), (1, tones.dark))),
            )
            if f"{key}{name})" in "".join(self._marks)
        )
        paper = (
            f'<stop stop-color="{tones.paper}"/><stop offset=".72" stop-color="{tones.paper}"/>'
            f'<stop offset="1" stop-color="{tones.floor}"/>'
        )
        return (
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 1000">'
            f"<title>{escape(title)}</title><defs>"
            f'<radialGradient id="{key}w" cx=".46" cy=".38" r=".85">{paper}</radialGradient>'
            f"{lights}{blurs}"
            f"{''.join(self._defs)}</defs>"
            f'<rect width="800" height="1000" fill="url(#{key}w)"/>{self._floor}'
            f'<g transform="{self._place}" fill="none" stroke="{tones.deep}" stroke-width="1.8" '
            f'stroke-linecap="round">{"".join(self._marks)}</g></svg>'
        )

    def _folds(self, folds: Sequence[Curve], colour: str, width: float, opacity: str) -> str:
        if not folds:
            return ""
        drawn = "".join(each.path(closed=False) for each in folds)
        blur, stroke = "s" if self.shiny else "t", f' stroke="{colour}"' if colour else ""
        return (
            f'<path d="{drawn}" filter="url(#{self._key}{blur})"{stroke} '
            f'stroke-width="{number(width)}" opacity="{opacity}"/>'
        )

    def _fill(self, tone: str) -> str:
        match tone:
            case "limb":
                return f"url(#{self._key}l)"
            case "inside":
                return self.tones.inside
            case "trim":
                return self.tones.light
            case "flat":
                return self.tones.base
            case _:
                return f"url(#{self._key}b)"
