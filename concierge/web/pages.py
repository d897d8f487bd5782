"""Pages: a template, a small page struct, and the words of the reader's language.

What every template may use, besides `page`:

    _("A sentence, %(name)s.", name=…)      count("%(n)s piece", "%(n)s pieces", n)
    size_of(label)  colour_of(name)         a garment's, as a catalogue calls them
    money(amount)  day(when)  time(when)  moment(when)  span(opens, closes)
                                            in her language, our clock
    comma                                   between the parts of a list
    told(row)                               what a case or a difference tells
    icon("map-pin")  asset("client")  csrf_field()
    me, language, direction, path, demo, sandbox
"""

import json
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote
from zoneinfo import ZoneInfo

import jinja2
from markupsafe import Markup, escape

import payments
from concierge.model import LANGUAGES
from concierge.settings import PACKAGE, Settings
from concierge.words import Words

BUILT = PACKAGE / "ui" / "dist"
LANGUAGE_NAMES = {"en": "English", "sv": "Svenska", "fr": "Français", "ar": "العربية"}
UTC = ZoneInfo("UTC")


class NotBuilt(Exception):
    """The pages' scripts and styles were not built; the sentence says how."""


@dataclass(frozen=True)
class Assets:
    """What the build made of `concierge/ui`: names with hashes in them, and drawn icons."""

    folder: Path

    @cached_property
    def _entries(self) -> dict[str, dict[str, object]]:
        return cast("dict[str, dict[str, object]]", self._read("manifest.json"))

    @cached_property
    def _icons(self) -> dict[str, str]:
        return cast("dict[str, str]", self._read("icons.json"))

    def tags(self, entry: str) -> Markup:
        """The `<link>` and `<script>` elements of an entry: `base`, `client`, `phone`, `board`."""
        source = "base.ts" if entry == "base" else f"{entry}/main.ts"
        chunk = self._entries[source]
        needs = [self._entries[name] for name in cast("list[str]", chunk.get("imports", []))]
        styles = [
            sheet for part in (*needs, chunk) for sheet in cast("list[str]", part.get("css", []))
        ]
        lines = [f'<link rel="stylesheet" href="/assets/{escape(sheet)}">' for sheet in styles]
        if entry != "base":
            lines += [
                f'<link rel="modulepreload" href="/assets/{escape(part["file"])}">'
                for part in needs
            ]
            lines.append(f'<script type="module" src="/assets/{escape(chunk["file"])}"></script>')
        return Markup("\n").join(Markup(line) for line in lines)  # noqa: S704 - made here, escaped

    def icon(self, name: str, *, turns: bool = False) -> Markup:
        """A drawing from Lucide; `turns` for arrows and roads, which point the way one reads.

        Raises:
            KeyError: the icon is not on the list in `ui/icons.ts`.
        """
        kind = "icon icon-turns" if turns else "icon"
        drawing = Markup(self._icons[name])  # noqa: S704 - our own build's file
        return Markup('<svg class="{}" viewBox="0 0 24 24" aria-hidden="true">{}</svg>').format(
            kind, drawing
        )

    def _read(self, name: str) -> object:
        try:
            return json.loads((self.folder / name).read_bytes())
        except FileNotFoundError as missing:
            raise NotBuilt(
                "Build the pages first: in concierge/ui, npm ci and npm run build."
            ) from missing


class Pages:
    """Renders templates. One per application."""

    def __init__(self, settings: Settings, *, built: Path = BUILT) -> None:
        self._settings = settings
        self._assets = Assets(built)
        self._environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(PACKAGE / "web" / "templates"),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        shared: dict[str, Any] = {
            "asset": self._assets.tags,
            "icon": self._assets.icon,
            "demo": settings.demo,
            "sandbox": settings.sandbox,
            "languages": {code: LANGUAGE_NAMES[code] for code in LANGUAGES},
            "quote": quote,
        }
        self._environment.globals.update(shared)

    def render(self, template: str, words: Words, **values: object) -> str:
        """The page as HTML."""
        return self._environment.get_template(template).render(**_voice(words), **values)


def _voice(words: Words) -> dict[str, object]:
    def span(opens: datetime, closes: datetime) -> Markup:
        return Markup('<bdi dir="{}" class="num">{}</bdi>').format(
            words.direction, words.span(opens, closes)
        )

    def time(moment: datetime) -> Markup:
        return Markup('<bdi class="num">{}</bdi>').format(words.time(moment))

    def moment(when: datetime, *, year: bool = False, short: bool = False) -> Markup:
        said = f"{words.day(when, year=year, short=short)}{words.comma}"
        return Markup("{}{}").format(said, time(when))

    def money(amount: payments.Money) -> Markup:
        return Markup('<bdi class="num">{}</bdi>').format(words.money(amount))

    def day(when: date | datetime, *, year: bool = False, short: bool = False) -> str:
        return words.day(when, year=year, short=short)

    return {
        "_": words.say,
        "count": words.count,
        "told": words.told,
        "number": words.number,
        "size_of": words.size,
        "colour_of": words.colour,
        "span": span,
        "time": time,
        "moment": moment,
        "comma": words.comma,
        "money": money,
        "day": day,
        "language": words.language,
        "direction": words.direction,
        "zone": words.zone.key,
    }
