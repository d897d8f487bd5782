"""Drawings of garments, each at an address that says everything about it, for ever."""

from collections.abc import Mapping
from functools import lru_cache

from litestar import Response, get
from litestar.params import FromPath

from concierge.model import garments
from concierge.model.refusals import Missing

from .wire import no

SVG = "image/svg+xml"
FOREVER = "public, max-age=31536000, immutable"


def address(drawing: Mapping[str, str], shade: str) -> str:
    """Where a style's drawing is, in a variant's shade.

    `drawing` is `Style.drawing`, `{"category": …, "cut": …}`; `shade` is `#rrggbb`.
    """
    cut = drawing.get("cut") or "plain"
    return f"/garments/{drawing['category']}/{cut}/{shade.removeprefix('#')}.svg"


@get(
    "/garments/{category:str}/{cut:str}/{file:str}",
    operation_id="Garment",
    tags=["boutique"],
    media_type=SVG,
    responses={404: no("No such drawing.")},
    sync_to_thread=False,
)
def garment(category: FromPath[str], cut: FromPath[str], file: FromPath[str]) -> Response[str]:
    """One garment's drawing.

    Raises:
        Missing: we have no pattern for it, or the colour is none.
    """
    colour, dot, kind = file.partition(".")
    if (dot, kind) != (".", "svg") or colour != colour.lower():
        raise Missing("We have no such drawing.")
    try:
        drawn = _drawn(category, cut, colour)
    except (garments.UnknownGarment, garments.BadColour):
        raise Missing("We have no such drawing.") from None
    return Response(drawn, media_type=SVG, headers={"cache-control": FOREVER})


@lru_cache(maxsize=2_048)
def _drawn(category: str, cut: str, colour: str) -> str:
    return garments.draw(category, cut, colour)
