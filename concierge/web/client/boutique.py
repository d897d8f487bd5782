"""The boutique's pages: the rail, and each piece."""

from urllib.parse import urlencode
from uuid import UUID

import msgspec
from litestar import Response, get
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, FromQuery

from concierge.desk.browse import LookedFor, Shelf, Sorting, browse
from concierge.desk.choose_pieces import chosen_variants
from concierge.desk.show_style import ColourInStock, StyleShown, show_style
from concierge.desk.unfinished_order import UnfinishedOrder, unfinished_order
from concierge.store.clock import now
from concierge.store.transaction import transaction
from concierge.web.doors import Asked, doors
from concierge.web.garments import address
from concierge.web.session import me
from concierge.web.show import show

from . import labels

LONGEST = 80


class BoutiquePage(msgspec.Struct, frozen=True):
    """A rail, and how it was narrowed. `unfinished` is an order she left at the card page."""

    chosen: int
    unfinished: UnfinishedOrder | None
    shelf: Shelf
    looked_for: LookedFor
    families: dict[str, str]
    occasions: dict[str, str]
    sortings: dict[str, str]

    def leading(self, **change: object) -> str:
        """The address of the same rail with something changed; page one, unless it is that."""
        words = msgspec.to_builtins(self.looked_for) | {"page": 1} | change
        said = {
            name: value
            for name, value in words.items()
            if value not in (None, "", 1, Sorting.OURS.value)
        }
        return f"/?{urlencode(said)}" if said else "/"


class PiecePage(msgspec.Struct, frozen=True):
    """A style in one of its colours. `word` is what just happened: `added`, `choose`, or none."""

    chosen: int
    style: StyleShown
    colour: ColourInStock
    family: str
    mine: frozenset[UUID]
    word: str

    @property
    def has_mine(self) -> bool:
        """Whether a size of this colour is in her selection."""
        return any(size.variant in self.mine for size in self.colour.sizes)


@get("/", include_in_schema=False)
async def boutique(
    request: Asked,
    words: FromQuery[str] = "",
    family: FromQuery[str] = "",
    occasion: FromQuery[str] = "",
    size: FromQuery[str] = "",
    colour: FromQuery[str] = "",
    least: FromQuery[str] = "",
    most: FromQuery[str] = "",
    sorting: FromQuery[str] = "",
    page: FromQuery[str] = "",
) -> Response[str]:
    """The rail. Whatever cannot be read in its address is left aside: links grow old."""
    looked_for = LookedFor(
        words=words.strip()[:LONGEST],
        family=family if family in labels.FAMILIES else "",
        occasion=occasion[:LONGEST],
        size=size[:LONGEST],
        colour=colour[:LONGEST],
        least=_whole(least),
        most=_whole(most),
        sorting=Sorting(sorting) if sorting in set(Sorting) else Sorting.OURS,
        page=_whole(page) or 1,
    )
    async with transaction(doors(request).engine) as session:
        shelf = await browse(session, looked_for, picture=address)
        chosen = await chosen_variants(session, me(request).selection_id)
        unfinished = await unfinished_order(session, me(request).client_id, now=await now(session))
    return show(
        request,
        "client/boutique.html",
        BoutiquePage(
            chosen=len(chosen),
            unfinished=unfinished,
            shelf=shelf,
            looked_for=looked_for,
            families=dict(labels.FAMILIES),
            occasions={name: labels.occasion(name) for name in shelf.choices.occasions},
            sortings=dict(labels.SORTINGS),
        ),
    )


@get("/pieces/{slug:str}", include_in_schema=False)
async def piece(
    request: Asked, slug: FromPath[str], colour: FromQuery[str] = "", word: FromQuery[str] = ""
) -> Response[str]:
    """A piece, in the colour she looks at."""
    async with transaction(doors(request).engine) as session:
        chosen = await chosen_variants(session, me(request).selection_id)
        style = await show_style(session, slug, picture=address, beside=chosen)
    shown = next((one for one in style.colours if one.name == colour), style.colours[0])
    page = PiecePage(
        chosen=len(chosen),
        style=style,
        colour=shown,
        family=labels.FAMILIES.get(style.family, ""),
        mine=frozenset(chosen),
        word=word if word in {"added", "choose"} else "",
    )
    return show(request, "client/piece.html", page)


def _whole(text: str) -> int | None:
    """A whole number she typed, if it is one worth looking for."""
    return int(text) if text.isdecimal() and len(text) < 8 else None


handlers: list[BaseRouteHandler] = [boutique, piece]
