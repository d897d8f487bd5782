"""The page the phone's app lives in, and what makes it an app on a phone."""

import msgspec
from litestar import Response, get
from litestar.handlers import BaseRouteHandler
from litestar.response import Redirect

from concierge.web.doors import Asked
from concierge.web.session import NO_SESSION
from concierge.web.show import show

MANIFEST = "application/manifest+json"
INK, PAPER = "#100f0d", "#faf8f4"
ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 512 512">'
    f'<rect width="512" height="512" fill="{INK}"/>'
    f'<g fill="none" stroke="{PAPER}" stroke-width="18" stroke-linecap="round" '
    'stroke-linejoin="round">'
    '<path d="M256 196c0-22 30-26 30-52a30 30 0 0 0-60 0"/>'
    '<path d="M256 196v24L116 330c-16 12-8 36 12 36h256c20 0 28-24 12-36L256 220"/>'
    "</g></svg>"
)
"""A hanger: what she carries to the door."""


class AppIcon(msgspec.Struct, frozen=True):
    """A drawing of the app."""

    src: str
    sizes: str
    type: str
    purpose: str


class Manifest(msgspec.Struct, frozen=True):
    """What a phone needs to know to keep the app beside its others."""

    name: str
    short_name: str
    start_url: str
    scope: str
    id: str
    display: str
    orientation: str
    background_color: str
    theme_color: str
    icons: list[AppIcon]


MANIFEST_OF_THE_APP = Manifest(
    name="Concierge, Maison Orane",
    short_name="Concierge",
    start_url="/field/",
    scope="/field/",
    id="/field/",
    display="standalone",
    orientation="portrait",
    background_color=INK,
    theme_color=INK,
    icons=[AppIcon("/field/icon.svg", "any", "image/svg+xml", "any maskable")],
)


@get("/field", include_in_schema=False, sync_to_thread=False)
def phone(request: Asked) -> Response[str]:
    """The app's page; the app itself fetches the day.

    Its worker looks after what is below `/field/`, so the page lives there too.
    """
    if not request.scope["raw_path"].endswith(b"/"):
        return Redirect("/field/", status_code=308)
    return show(request, "field.html")


@get(
    "/field/app.webmanifest",
    include_in_schema=False,
    opt={NO_SESSION: True},
    sync_to_thread=False,
)
def manifest() -> Response[bytes]:
    """The app's manifest."""
    return Response(msgspec.json.encode(MANIFEST_OF_THE_APP), media_type=MANIFEST)


@get("/field/icon.svg", include_in_schema=False, opt={NO_SESSION: True}, sync_to_thread=False)
def icon() -> Response[str]:
    """The app's icon."""
    headers = {"cache-control": "public, max-age=86400"}
    return Response(ICON, media_type="image/svg+xml", headers=headers)


handlers: list[BaseRouteHandler] = [phone, manifest, icon]
