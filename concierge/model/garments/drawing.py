"""One garment, drawn from three short words."""

import hashlib
from collections.abc import Callable

from . import bags, bottoms, dresses, extras, shoes, tailoring, tops
from .cloth import Cloth
from .shade import shades
from .weave import TEXTURES

CATEGORIES: dict[str, Callable[[Cloth], None]] = {
    "bag": bags.bag,
    "belt": extras.belt,
    "blazer": tailoring.blazer,
    "blouse": tops.blouse,
    "boot": shoes.boot,
    "coat": tailoring.coat,
    "dress": dresses.dress,
    "gloves": extras.gloves,
    "hat": extras.hat,
    "jacket": tailoring.jacket,
    "jeans": bottoms.jeans,
    "jumpsuit": dresses.jumpsuit,
    "knit": tops.knit,
    "loafer": shoes.loafer,
    "pump": shoes.pump,
    "sandal": shoes.sandal,
    "scarf": extras.scarf,
    "shirt": tops.shirt,
    "skirt": bottoms.skirt,
    "sneaker": shoes.sneaker,
    "trousers": bottoms.trousers,
    "tshirt": tops.tshirt,
}
"""Who draws what."""
_CUTS = """
    aline ankle ballet balloon beanie belted beret bell bias biker bishop bit block boat bomber
    bow boxy bracelet bucket button cable cap cape cardigan chelsea clutch cocoon column cotton
    cowl crew cropped denim double drawstring elbow evening fedora felt flare floor full funnel
    gilt gum halter heel high hip jersey kitten knee lace leather linen long maxi mermaid midi
    mini mock notch open oversized palazzo patch patent peak pencil penny plain pleated pleats
    pocket puff puffer round ruffle satin scoop shawl sheath shirt short shorts shoulder silk
    sleeveless slim slip slit square stand straight strapless suede tapered tassel tiered top
    tote trench tunic turtle tuxedo utility v velvet wide wool wrap zip
"""
WORDS = frozenset(TEXTURES) | frozenset(_CUTS.split())
"""Every word a cut may be described with; what a family has no use for, it leaves."""


class UnknownGarment(ValueError):
    """We have no pattern for this category or cut."""


def draw(category: str, cut: str, colour: str) -> str:
    """The drawing, as SVG text: always the same for the same three words.

    `category` is one of `CATEGORIES`; `cut` is words of `WORDS` joined by hyphens, for example
    `midi-notch-belted-wool`; `colour` is `rrggbb`.

    Raises:
        UnknownGarment: there is no pattern for it.
        BadColour: the colour is not six hexadecimal digits.
    """
    words = cut.split("-") if cut else []
    if category not in CATEGORIES or not WORDS.issuperset(words):
        raise UnknownGarment(f"There is no pattern for a {category} cut {cut}.")
    name = hashlib.sha256(f"{category}/{cut}/{colour}".encode()).hexdigest()
    cloth = Cloth(f"g{name[:4]}", shades(colour), frozenset(words))
    CATEGORIES[category](cloth)
    return cloth.svg(", ".join([category.capitalize(), *words]))
