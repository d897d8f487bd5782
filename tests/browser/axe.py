"""Pages seen as somebody sees them who reads by ear, by key or with little sight: axe, by rule.

axe-core comes with the front ends' own packages. A page is looked at where it stands, in every
colour scheme asked for; what is serious or critical by WCAG 2.2 A or AA is a fault.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import BrowserContext, Page, Response

from concierge.web.guards import ACCESS
from tests.payments.sandboxed import CLONE

SOURCE = CLONE / "concierge" / "ui" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
GRAVE = {"serious", "critical"}
RUN = """async (tags) => {
  const answer = await axe.run(document, {
    runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'],
  });
  return answer.violations.map(({ id, impact, nodes }) => ({
    id, impact,
    at: nodes.slice(0, 4).map((node) => `${node.target.join(' ')}: ${node.any
      .concat(node.all, node.none).map(({ message }) => message).join('; ')}`),
  }));
}"""

LONG_WORDS = """() => {
  const words = [...document.querySelectorAll(
    'main.page :is(bdi:not(.num, [dir]), h1, h2, .lede, .notice span)'
  )].flatMap((each) => [...each.childNodes].filter((node) =>
    node.nodeType === Node.TEXT_NODE && node.data.trim()));
  const before = words.map((node) => node.data);
  for (const node of words) node.data = 'Rindfleischetikettierungsaufsicht'.repeat(3);
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  const out = wide <= 0 ? [] : [...document.querySelectorAll('main.page *')]
    .filter((each) => each.getBoundingClientRect().right > innerWidth + 1
      || each.getBoundingClientRect().left < -1)
    .slice(0, 4).map((each) => `${each.localName}.${each.className}`);
  words.forEach((node, at) => { node.data = before[at]; });
  return wide <= 0 ? '' : `${wide} px too wide: ${out.join(', ')}`;
}"""
"""Whatever names and sentences are on the page become very long words for a moment."""
A_PHONE = 400
"""Pages narrower than this are read on a phone: they never scroll sideways."""

NO_PAGE = frozenset(
    {
        "GET /assets/{file_path}",
        "GET /field/worker.js",
        "GET /field/app.webmanifest",
        "GET /field/icon.svg",
        "GET /tiles/city.json",
        "GET /tiles/city.pmtiles",
        "GET /garments/{category}/{cut}/{file}",
        "GET /health",
        "GET /ready",
        "GET /metrics",
        "GET /schema",
        "GET /schema/openapi.json",
        "GET /schema/{path}",
        "GET /session",
        "GET /live",
        "GET /orders/{order_id}/card/{page}",
        "GET /orders/{order_id}/visit.ics",
        "GET /orders/{order_id}/receipt.pdf",
        "GET /dispatch/books.csv",
        "GET /dispatch/disputes/{dispute_id}/receipt.pdf",
        "GET /dispatch/photographs/{photograph_id}",
    }
)
"""What answers with files, figures or another address. Whatever else is got is a page."""

PAGES = frozenset(
    row
    for row in ACCESS
    if row.startswith("GET ") and not row.startswith("GET /api/") and row not in NO_PAGE
)


@dataclass
class Eyes:
    """Looks at pages, and remembers which it saw and what was wrong with them."""

    base: str
    schemes: Sequence[str]
    seen: set[str] = field(default_factory=set[str])
    looks: int = 0
    faults: list[str] = field(default_factory=list[str])

    def follow(self, context: BrowserContext) -> None:
        """Take note of whatever this browser is answered with that calls itself a page."""
        context.on("response", self._heard)

    async def look(self, page: Page, name: str, *, anew: bool = False) -> None:
        """See the page as it stands, under the name the fault will have.

        An app that dresses only when it opens is opened `anew` in each scheme.
        """
        for scheme in self.schemes:
            await page.emulate_media(color_scheme=scheme)  # pyright: ignore[reportArgumentType]
            if anew:
                await page.reload()
                await page.get_by_role("heading").first.wait_for()
            await self._judge(page, f"{name}, {scheme}")
        if page.viewport_size and page.viewport_size["width"] < A_PHONE:
            wide = await page.evaluate(LONG_WORDS)
            self.faults += [f"{name}, very long words: {wide}"] if wide else []
        if page.url.startswith(self.base):
            self.seen.add(row_of_path(urlsplit(page.url).path))

    async def _judge(self, page: Page, name: str) -> None:
        if not await page.evaluate("'axe' in window"):
            await page.evaluate(_source())
        found: list[dict[str, Any]] = await page.evaluate(RUN, RULES)
        self.looks += 1
        self.faults += [
            f"{name}: {each['impact']} {each['id']} at\n    " + "\n    ".join(each["at"])
            for each in found
            if each["impact"] in GRAVE
        ]

    def _heard(self, answer: Response) -> None:
        if not answer.url.startswith(self.base) or answer.request.method != "GET":
            return
        row = row_of_path(urlsplit(answer.url).path)
        if row in NO_PAGE and answer.headers.get("content-type", "").startswith("text/html"):
            self.faults.append(f"{row} answers with a page; take it off NO_PAGE and look at it.")


@cache
def _source() -> str:
    return SOURCE.read_text()


@cache
def _shapes() -> list[tuple[re.Pattern[str], str]]:
    """The table's paths, the most particular first; what takes any path comes last."""
    rows = sorted(
        (row for row in ACCESS if row.startswith("GET ")),
        key=lambda row: ("{path}" in row, row.count("{"), -len(row)),
    )
    return [(_shape(row.removeprefix("GET ")), row) for row in rows]


def _shape(path: str) -> re.Pattern[str]:
    parts = (".+" if "path}" in part else "[^/]+" for part in re.findall(r"\{[^}]+\}", path))
    fixed = (re.escape(part) for part in re.split(r"\{[^}]+\}", path))
    return re.compile(
        "".join(word for pair in zip(fixed, [*parts, ""], strict=True) for word in pair)
    )


def row_of_path(path: str) -> str:
    """The table's row that a path belongs to."""
    plain = path.rstrip("/") or "/"
    return next(row for shape, row in _shapes() if shape.fullmatch(plain))
