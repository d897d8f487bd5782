"""A browser without JavaScript: it reads forms off a page, fills them in and presses buttons."""

import re
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser

import httpx

from tests.concierge.web_house import BASE, Browser

HTML = {"accept": "text/html"}


@dataclass
class Control:
    """A form's field or button, as the page has it now."""

    kind: str
    name: str
    value: str
    on: bool = True
    enabled: bool = True
    words: str = ""


@dataclass
class Form:
    """A form of a page."""

    action: str
    method: str
    controls: list[Control] = field(default_factory=list[Control])

    def named(self, name: str) -> list[Control]:
        return [each for each in self.controls if each.name == name]

    def button(self, name: str, value: str | None = None) -> Control:
        return next(
            each
            for each in self.controls
            if each.kind == "button" and each.name == name and value in (None, each.value)
        )

    def fill(self, **typed: str) -> None:
        for name, value in typed.items():
            self.named(name)[0].value = value

    def tick(self, name: str, value: str) -> None:
        """Tick one; of radios with this name, only that one stays ticked."""
        for each in self.named(name):
            if each.value == value:
                assert each.enabled, f"{name} {value} cannot be ticked."
                each.on = True
            elif each.kind == "radio":
                each.on = False

    def sent(self, pressed: Control | None) -> list[tuple[str, str]]:
        fields = [
            (each.name, each.value)
            for each in self.controls
            if each.kind != "button" and each.on and each.enabled and each.name
        ]
        return [*fields, (pressed.name, pressed.value)] if pressed and pressed.name else fields


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.open: Form | None = None
        self.select: str | None = None
        self.area: Control | None = None
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.open = Form(has.get("action", ""), has.get("method", "get"))
            self.forms.append(self.open)
        elif self.open is None:
            return
        elif tag == "input":
            kind = has.get("type", "text")
            self.open.controls.append(
                Control(
                    kind, has.get("name", ""), has.get("value", ""),
                    on=kind not in {"radio", "checkbox"} or "checked" in has,
                    enabled="disabled" not in has, words=has.get("data-said", ""),
                )
            )  # fmt: skip
        elif tag == "button":
            self.open.controls.append(Control("button", has.get("name", ""), has.get("value", "")))
        elif tag == "textarea":
            self.area = Control("textarea", has.get("name", ""), "")
            self.open.controls.append(self.area)
        elif tag == "select":
            self.select = has.get("name", "")
            self.open.controls.append(Control("select", self.select, ""))
        elif tag == "option" and self.select and "selected" in has:
            self.open.controls[-1].value = has.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.open = None
        elif tag == "textarea":
            self.area = None
        elif tag == "select":
            self.select = None

    def handle_data(self, data: str) -> None:
        self.words.append(data)
        if self.area is not None:
            self.area.value += data


@dataclass
class Page:
    """A page as it was answered."""

    answer: httpx.Response
    forms: list[Form]
    words: str

    def form(self, action: str) -> Form:
        return next(form for form in self.forms if form.action.endswith(action))


@dataclass
class Plain:
    """Somebody with such a browser."""

    browser: Browser

    async def open(self, path: str) -> Page:
        return await self._follow(await self.browser.get(path, headers=HTML))

    async def press(self, form: Form, button: Control | None = None) -> Page:
        """Send a form; redirects inside the house are followed, others are left to the caller."""
        data: dict[str, list[str]] = {}
        for name, value in form.sent(button):
            data.setdefault(name, []).append(value)
        answer = await self.browser.post(form.action, data=data, headers={**HTML, "origin": BASE})
        return await self._follow(answer)

    async def _follow(self, answer: httpx.Response) -> Page:
        while answer.is_redirect:
            to = answer.headers["location"]
            if not to.startswith(("/", BASE)):
                return Page(answer, [], "")
            answer = await self.browser.get(to, headers=HTML)
        return read(answer)


def beside(page: Page) -> str:
    """The word beside the one field that is marked wrong."""
    html = page.answer.text
    assert page.answer.status_code == 422
    assert html.count('aria-invalid="true"') == 1
    [(name, word)] = re.findall(
        r'class="field-wrong" id="([^"]+)-wrong" role="alert">([^<]+)', html
    )
    assert f'aria-describedby="{name}-wrong"' in html
    return f"{name}: {unescape(word)}"


def read(answer: httpx.Response) -> Page:
    """A page's forms and words."""
    reader = _Reader()
    reader.feed(answer.text)
    return Page(answer, reader.forms, " ".join(" ".join(reader.words).split()))
