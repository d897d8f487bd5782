"""What clients choose to try: pieces in their sizes that their hub has free that day."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from concierge.model import Client, Hub, Piece, Style, Variant

from .catalogue import Catalogue
from .chance import Chance
from .words import size_for, sizes_of

OUTFIT = ("coat", "jacket", "blazer", "knit", "blouse", "shirt", "dress", "dress", "skirt",
          "trousers", "jeans", "loafer", "pump", "boot", "bag", "scarf", "tshirt", "jumpsuit",
          "sandal", "hat")  # fmt: skip
TWO_SIZES = 0.28
"""How often she takes a piece in two sizes."""


class Wardrobe:
    """A hub's stock as it is promised and sold, day by day."""

    def __init__(self, found: Catalogue, hub: Hub) -> None:
        self._styles = {style.id: style for style in found.styles}
        self._variants = {variant.id: variant for variant in found.variants}
        self._pieces = found.by_variant(hub)
        self._taken: dict[UUID, set[date]] = defaultdict(set)
        self._gone: set[UUID] = set()
        self._by_category: dict[str, list[Style]] = defaultdict(list)
        self._of_style: dict[UUID, list[Variant]] = defaultdict(list)
        for variant in found.variants:
            if variant.id in self._pieces:
                self._of_style[variant.style_id].append(variant)
        for style in found.styles:
            if self._of_style[style.id]:
                self._by_category[style.category].append(style)

    def style_of(self, piece: Piece) -> Style:
        """What a piece is."""
        return self._styles[self._variants[piece.variant_id].style_id]

    def choose(self, client: Client, day: date, count: int, chance: Chance) -> list[Piece]:
        """About that many free pieces for her, some of them in two sizes."""
        chosen: list[Piece] = []
        for category in chance.mixed(OUTFIT):
            if len(chosen) >= count:
                break
            styles = self._by_category[category]
            if not styles:
                continue
            style = chance.one(styles)
            sizes = self._sizes(client, style, chance)
            found = [self._free(style, size, day, chosen) for size in sizes]
            chosen += [piece for piece in found if piece is not None]
        return chosen[:count]

    def set_aside(self, pieces: Iterable[Piece], day: date) -> None:
        """These are promised that day."""
        for piece in pieces:
            self._taken[piece.id].add(day)

    def lose(self, piece: Piece) -> None:
        """This one is sold, or may be: it is promised to nobody any more."""
        self._gone.add(piece.id)

    def _sizes(self, client: Client, style: Style, chance: Chance) -> Sequence[str]:
        """Her size, and now and then the next one as well."""
        mine = size_for(style.category, client.sizes["dress"], client.sizes["shoe"])
        scale = sizes_of(style.category)
        if len(scale) == 1 or chance.share() > TWO_SIZES:
            return (mine,)
        place = scale.index(mine)
        return (mine, scale[place + 1 if place + 1 < len(scale) else place - 1])

    def _free(self, style: Style, size: str, day: date, chosen: Sequence[Piece]) -> Piece | None:
        for variant in self._of_style[style.id]:
            if variant.size != size:
                continue
            for piece in self._pieces[variant.id]:
                taken = piece.id in self._gone or day in self._taken[piece.id]
                if not taken and piece not in chosen:
                    return piece
        return None
