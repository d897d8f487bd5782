"""The card page: a plain form that works without JavaScript, and the bank's question."""

from collections.abc import Callable
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jinja2
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from . import cards, sessions, words
from .passing import pass_time
from .refusals import Refusal
from .store import Doc
from .world import World

HERE = files("payments.sandbox")
TEMPLATES = jinja2.Environment(
    loader=jinja2.PackageLoader("payments.sandbox"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
FONTS = (
    "cormorant-garamond-latin-wght-normal",
    "cormorant-garamond-latin-ext-wght-normal",
    "hanken-grotesk-latin-wght-normal",
    "hanken-grotesk-latin-ext-wght-normal",
    "noto-naskh-arabic-arabic-wght-normal",
    "noto-sans-arabic-arabic-wght-normal",
)
FIELDS = ("number", "expiry", "cvc", "name", "email")


class CardPages:
    """The routes below `/pay`."""

    def __init__(self, world: World, fonts: Path | None = None) -> None:
        self._world, self._fonts = world, fonts

    def routes(self) -> list[Route]:
        """Every address of the page."""
        return [
            Route("/pay/pay.css", self._style, methods=["GET"]),
            Route("/pay/fonts/{font}.woff2", self._font, methods=["GET"]),
            Route("/pay/{name}", self._show, methods=["GET"]),
            Route("/pay/{name}", self._give, methods=["POST"]),
            Route("/pay/{name}/bank", self._ask, methods=["GET"]),
            Route("/pay/{name}/bank", self._answer, methods=["POST"]),
        ]

    async def _style(self, _: Request) -> Response:
        text = HERE.joinpath("pay.css").read_text("utf-8")
        headers = {"Cache-Control": "max-age=300", "X-Content-Type-Options": "nosniff"}
        return Response(text, media_type="text/css", headers=headers)

    async def _font(self, request: Request) -> Response:
        """A face of the house's own type; without one the reader's own is used."""
        font = request.path_params["font"]
        if self._fonts is None or font not in FONTS:
            return Response(status_code=404)
        found = sorted(self._fonts.glob(f"{font}-*.woff2"))
        if not found:
            return Response(status_code=404)
        headers = {"Cache-Control": "max-age=86400", "X-Content-Type-Options": "nosniff"}
        return Response(found[0].read_bytes(), media_type="font/woff2", headers=headers)

    async def _show(self, request: Request) -> Response:
        return self._while_open(
            request, lambda session: self._form(request, session, self._example(request))
        )

    async def _give(self, request: Request) -> Response:
        form = await request.form()
        typed = {field: str(form.get(field, "")) for field in FIELDS}

        def give(session: Doc) -> Response:
            known = session["customer_email"] is not None or session["customer"] is not None
            card = cards.read(typed, self._world.clock.month(), email_known=known)
            if isinstance(card, dict):
                return self._form(request, session, typed, card)
            return self._tried(session, card)

        return self._while_open(request, give)

    def _tried(self, session: Doc, card: cards.Typed) -> Response:
        try:
            sessions.give_card(self._world, session, card)
        except Refusal:
            return _see_other(f"/pay/{session['id']}#your-card")
        if session["status"] == "open":
            return _see_other(f"/pay/{session['id']}/bank")
        return _see_other(_success(session))

    async def _ask(self, request: Request) -> Response:
        def ask(session: Doc) -> Response:
            intent = sessions.asked_of(self._world, session)
            if intent is None or intent["status"] != "requires_action":
                return _see_other(f"/pay/{session['id']}")
            method = self._world.fetch("payment_method", intent["payment_method"])
            return self._page(request, session, "bank.html", last4=method["card"]["last4"])

        return self._while_open(request, ask)

    async def _answer(self, request: Request) -> Response:
        form = await request.form()
        approved = form.get("decision") == "approve"

        def answer(session: Doc) -> Response:
            try:
                sessions.bank_says(self._world, session, approved=approved)
            except Refusal:
                return _see_other(f"/pay/{session['id']}#your-card")
            is_done = session["status"] == "complete"
            return _see_other(_success(session) if is_done else f"/pay/{session['id']}")

        return self._while_open(request, answer)

    def _while_open(self, request: Request, then: Callable[[Doc], Response]) -> Response:
        """Do one thing with an open page in one transaction, or say why it is not open."""
        with self._world.store.transaction():
            pass_time(self._world)
            session = self._world.store.get("checkout.session", request.path_params["name"])
            if session is None:
                return self._page(request, None, "closed.html", 404, state="unknown", onward=None)
            return self._closed(request, session) or then(session)

    def _closed(self, request: Request, session: Doc) -> Response | None:
        """The page that says why there is no form, or None when there is one."""
        if session["status"] == "complete":
            onward = _success(session)
            return self._page(request, session, "closed.html", state="done", onward=onward)
        if session["status"] == "expired":
            onward = session["cancel_url"]
            return self._page(request, session, "closed.html", 410, state="expired", onward=onward)
        return None

    def _example(self, request: Request) -> dict[str, str]:
        """A test card to fill in, when a link asked for one."""
        card = cards.BY_WORD.get(request.query_params.get("card", ""))
        if card is None:
            return {}
        expiry = f"12 / {(self._world.clock.month()[0] + 3) % 100:02d}"
        cvc = "1234" if card.brand == "amex" else "123"
        return {"number": card.grouped, "expiry": expiry, "cvc": cvc, "name": "Test Client"}

    def _form(
        self,
        request: Request,
        session: Doc,
        typed: dict[str, str],
        wrong: dict[str, str] | None = None,
    ) -> Response:
        number = typed.get("number", "").replace(" ", "")
        kept = {**dict.fromkeys(FIELDS, ""), **typed}
        if wrong is not None:
            kept["cvc"] = ""
            kept["number"] = kept["number"] if number in cards.BY_NUMBER else ""
        return self._page(
            request,
            session,
            "card.html",
            422 if wrong else 200,
            typed=kept,
            wrong=wrong or {},
            cards=cards.CARDS,
            intent=sessions.asked_of(self._world, session),
        )

    def _page(
        self, request: Request, session: Doc | None, template: str, status: int = 200, **more: Any
    ) -> Response:
        accepted = request.headers.get("accept-language", "")
        said = words.choose(session["locale"] if session else None, accepted)
        inside = self._world.store.inside(session["id"]) if session else {"house": None}
        page = TEMPLATES.get_template(template).render(
            w=said,
            house=inside["house"] or said["this_house"],
            at_once=inside.get("capture") == "automatic",
            inside=inside,
            rtl=said["lang"] in words.RIGHT_TO_LEFT,
            session=session,
            money=partial(words.amount, language=said["lang"]),
            refusal=words.refusal(more.get("intent"), said),
            style="/pay/pay.css",
            **more,
        )
        return HTMLResponse(page, status, headers=_headers(session))


def _headers(session: Doc | None) -> dict[str, str]:
    """No script at all. Browsers hold the redirect after a form to `form-action` too."""
    url = urlsplit(str(session["success_url"])) if session else None
    onward = f" {url.scheme}://{url.netloc}" if url else ""
    policy = (
        "default-src 'none'; style-src 'self'; font-src 'self'; base-uri 'none'; "
        "frame-ancestors 'none'; "
        f"form-action 'self'{onward}"
    )
    return {
        "Cache-Control": "no-store",
        "Content-Security-Policy": policy,
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }


def _success(session: Doc) -> str:
    return session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"])


def _see_other(url: str) -> Response:
    return RedirectResponse(url, status_code=303)
