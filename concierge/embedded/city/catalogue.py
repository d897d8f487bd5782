"""The catalogue of the demo: houses, styles, variants and each tagged piece."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from concierge.model import House, Hub, Piece, PieceMove, PieceState, Style, Variant
from concierge.model.street import fold

from .chance import Chance
from .story import OPENED
from .words import HOUSES, LOADS, MATERIALS, SHADES, lines, sizes_of

CURRENCY = "SEK"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All that may be tried, and where each piece came in."""

    houses: list[House]
    styles: list[Style]
    variants: list[Variant]
    pieces: list[Piece]
    moves: list[PieceMove]

    def by_variant(self, hub: Hub) -> dict[UUID, list[Piece]]:
        """A hub's pieces, by variant, in order of tag."""
        found: dict[UUID, list[Piece]] = {}
        for piece in sorted(self.pieces, key=lambda each: each.tag):
            if piece.hub_id == hub.id:
                found.setdefault(piece.variant_id, []).append(piece)
        return found


def catalogue(seed: int, hubs: Sequence[Hub]) -> Catalogue:
    """The catalogue, its stock spread over two hubs: the first has every style."""
    chance = Chance(seed, "catalogue")
    houses = {
        mark: House(id=chance.id(OPENED), name=name, line=line)
        for mark, (name, line) in HOUSES.items()
    }
    found = Catalogue(list(houses.values()), [], [], [], [])
    for number, words in enumerate(lines("styles.txt")):
        style = _style(chance, number, words, houses)
        found.styles.append(style)
        for rank, colour in enumerate(words[6].split(",")):
            _stock(chance, found, style, number, (rank, colour), hubs)
    return found


def _style(
    chance: Chance, number: int, words: Sequence[str], houses: Mapping[str, House]
) -> Style:
    mark, category, name, cut, material, kronor, colours, occasions, sentence = words
    house = houses[mark]
    made_of, care = MATERIALS[material]
    told = (house.name, name, category, material, sentence, colours, occasions)
    return Style(
        id=chance.id(OPENED + timedelta(seconds=number)),
        house_id=house.id,
        slug=fold(f"{house.name} {name}").replace(" ", "-"),
        name=name,
        description=f"{sentence} {made_of}",
        category=category,
        occasions=occasions.split(","),
        material=made_of,
        care=care,
        price_minor=int(kronor) * 100,
        currency=CURRENCY,
        load=2 if "evening-" in cut else LOADS.get(category, 1),
        drawing={"category": category, "cut": cut},
        search=fold(f"{' '.join(told)} {cut}"),
    )


def _stock(
    chance: Chance,
    found: Catalogue,
    style: Style,
    number: int,
    colour: tuple[int, str],
    hubs: Sequence[Hub],
) -> None:
    """The variants of one colour and their pieces: the middle sizes are there twice."""
    rank, name = colour
    scale = sizes_of(style.category)
    keeps = _kept_sizes(chance, len(scale), first=rank == 0)
    for place in keeps:
        size = scale[place]
        variant = Variant(
            id=chance.id(OPENED),
            style_id=style.id,
            sku=f"{style.slug}-{name.replace(' ', '-')}-{fold(size).replace(' ', '-')}",
            colour=name,
            shade=SHADES[name],
            size=size,
            size_rank=place,
        )
        found.variants.append(variant)
        for hub in _homes(chance, number, rank, hubs):
            piece = Piece(
                id=chance.id(OPENED),
                hub_id=hub.id,
                variant_id=variant.id,
                tag=chance.tag(5),
                state=PieceState.SHELF,
                holder=f"hub:{hub.id}",
            )
            found.pieces.append(piece)
            found.moves.append(_arrival(piece))


def _arrival(piece: Piece) -> PieceMove:
    return PieceMove(
        piece_id=piece.id, state=piece.state, holder=piece.holder, at=OPENED, by="house"
    )


def _kept_sizes(chance: Chance, count: int, *, first: bool) -> list[int]:
    """Which places of a size scale are in stock: a run about the middle, wider in one colour."""
    if count == 1:
        return [0]
    run = min(count, chance.number(3, 4) if first else chance.number(1, 2))
    start = min(max(0, (count - run) // 2 + chance.number(-2, 2)), count - run)
    return list(range(start, start + run))


def _homes(chance: Chance, number: int, rank: int, hubs: Sequence[Hub]) -> list[Hub]:
    """The hubs that have a piece of a variant; the second colour is at one of them only."""
    first, second = hubs[0], hubs[1]
    if rank == 0:
        return [first, second] if number % 5 < 2 else [first]
    return [chance.weighed((first, second), (2, 1))]
