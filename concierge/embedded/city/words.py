"""What the city's text files say: colours, sizes, houses and materials, and how lines are read."""

from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent

SHADES = {
    "black": "#1d1b1e", "blush": "#d9a5a0", "bordeaux": "#7d3a3f", "camel": "#b99568",
    "chalk": "#f2eee6", "champagne": "#d9c6a4", "charcoal": "#3b3a3c", "chocolate": "#4a2f26",
    "cognac": "#9a5f35", "cream": "#efe6d4", "denim": "#4d6a8c", "emerald": "#1f6b52",
    "forest": "#2f4d46", "gold": "#c8a45c", "grey": "#8f8f92", "indigo": "#1f2b45",
    "ink": "#26303f", "ivory": "#f4efe4", "lilac": "#b9a9c9", "midnight": "#1c2440",
    "mint": "#bcd3c4", "navy": "#24344f", "olive": "#6b6a45", "pale denim": "#8fa9c4",
    "petrol": "#24505a", "plum": "#5a3148", "ruby": "#a12e3a", "rust": "#a55a3a",
    "saffron": "#d39b2f", "sage": "#8a9a7f", "sand": "#d8c7a8", "silver": "#c6c6c9",
    "sky": "#c9d8e6", "stone": "#c9b79c", "taupe": "#8a8378", "terracotta": "#b8674a",
    "white": "#fdfcf9",
}  # fmt: skip
"""Every colour a style comes in."""

HOUSES = {
    "vy": ("Atelier Veyrand", "Tailors in Lyon since 1931; coats that need no lining."),
    "nd": ("Nordanvik", "Knitters on the Bohuslän coast; wool that remembers the sea."),
    "mi": ("Casa Mirelle", "Silk, printed and cut under one roof near Como."),
    "hv": ("Hollis Vane", "London evening wear, drawn by hand and fitted on people."),
    "au": ("Séverine Aubrac", "Paris; blouses and dresses for days that run long."),
    "te": ("Tessarin", "Shoes and bags from a family of Venetian saddlers."),
    "ka": ("Ito Kaplan", "Tokyo pattern cutting, Japanese denim, paper-light cotton."),
    "fj": ("Fjällgård", "Outerwear from Jämtland, made for weather and for town."),
    "or": ("Maison Orane", "Our own table: quiet pieces, cut in small numbers."),
    "lu": ("Lumen & Rye", "Linen and cotton from Flanders, washed until it is soft."),
}
"""The houses we carry, by their mark in `styles.txt`: name and history. All invented."""

BRUSH = "Brush after wearing; dry-clean once a season."
COLD = "Hand wash cold, dry flat."
CLEAN = "Dry-clean only."
WIPE = "Wipe with a dry cloth; feed twice a year; keep from rain."
WASH = "Machine wash at 30°, hang to dry."
MATERIALS = {
    "alpaca": ("78 % baby alpaca, 22 % wool.", BRUSH),
    "boiled wool": ("100 % virgin wool, boiled.", BRUSH),
    "bouclé": ("Wool bouclé with a silver thread, silk lining.", CLEAN),
    "calf leather": ("Vegetable-tanned calf leather, leather lining.", WIPE),
    "cashmere": ("100 % Mongolian cashmere.", COLD),
    "cotton": ("100 % long-staple cotton.", WASH),
    "cotton gabardine": ("100 % cotton gabardine, water-repellent.", WASH),
    "crepe": ("Matte crepe, 68 % triacetate, 32 % recycled polyester.", CLEAN),
    "double wool": ("100 % virgin wool, double-faced, hand-closed seams.", BRUSH),
    "down": ("Recycled shell, certified duck down.", WASH),
    "duchesse satin": ("Silk duchesse satin, boned bodice.", CLEAN),
    "felt": ("100 % wool felt.", "Brush with a soft brush; steam to shape."),
    "flannel": ("Brushed cotton flannel.", WASH),
    "japanese denim": ("Selvedge denim, 13 oz, woven in Okayama.", "Wash rarely, inside out."),
    "jersey": ("Heavy viscose jersey that keeps its shape.", WASH),
    "lace": ("Calais lace, silk lining.", CLEAN),
    "lamb leather": ("Lamb leather, cupro lining.", WIPE),
    "lambswool": ("100 % Swedish lambswool.", COLD),
    "linen": ("100 % European linen, garment-washed.", WASH),
    "merino": ("100 % extra-fine merino.", COLD),
    "mohair": ("Kid mohair and silk.", COLD),
    "organic cotton": ("100 % organic cotton, heavy jersey.", WASH),
    "patent leather": ("Patent calf leather.", WIPE),
    "pleated silk": ("Silk, pleated by hand in paper moulds.", CLEAN),
    "satin": ("Heavy viscose satin.", COLD),
    "satin wool": ("Barathea wool, silk satin facings.", CLEAN),
    "sequins": ("Recycled sequins on silk tulle, lined.", CLEAN),
    "shearling": ("Merino shearling, one skin inside and out.", WIPE),
    "silk": ("100 % mulberry silk.", COLD),
    "silk cashmere": ("70 % silk, 30 % cashmere.", COLD),
    "silk twill": ("100 % silk twill, hand-rolled edges.", CLEAN),
    "suede": ("Calf suede, brushed.", "Brush dry; protect before first wear."),
    "tweed": ("Wool tweed of four yarns, silk lining.", CLEAN),
    "velvet": ("Cotton and silk velvet.", "Steam from the back; never iron."),
    "waxed cotton": ("British waxed cotton.", "Sponge cold; wax again each autumn."),
    "wool": ("100 % virgin wool.", BRUSH),
    "wool crepe": ("Virgin wool crepe, silk lining.", CLEAN),
}
"""What each material is, in words, and its care."""

NUMBERED = ("34", "36", "38", "40", "42", "44", "46")
LETTERED = ("XS", "S", "M", "L", "XL")
SHOES = ("36", "37", "38", "38½", "39", "39½", "40", "41")
WAISTS = ("25", "26", "27", "28", "29", "30", "32")
ONE_SIZE = ("One size",)
SIZES = {
    **dict.fromkeys(("knit", "tshirt"), LETTERED),
    **dict.fromkeys(("loafer", "pump", "boot", "sneaker", "sandal"), SHOES),
    **dict.fromkeys(("bag", "scarf"), ONE_SIZE),
    "jeans": WAISTS,
    "belt": ("75", "80", "85", "90"),
    "hat": ("S", "M", "L"),
    "gloves": ("6½", "7", "7½", "8"),
}
"""Sizes by category; what is not named here is numbered like a dress."""
LOADS = {"coat": 2, "bag": 2}
"""Garment-rail units by category, when not one; a gown takes two as well."""


def lines(name: str) -> Iterator[list[str]]:
    """A text file's lines, split at the bars; what starts with `#` is for the reader."""
    for line in (HERE / name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line.split("|")


def sizes_of(category: str) -> tuple[str, ...]:
    """The sizes a category is made in, smallest first."""
    return SIZES.get(category, NUMBERED)


def size_for(category: str, dress: str, shoe: str) -> str:
    """Her size in a category, from her dress and shoe size."""
    scale = sizes_of(category)
    if scale is SHOES:
        return shoe
    if len(scale) == 1:
        return scale[0]
    step = NUMBERED.index(dress) / (len(NUMBERED) - 1)
    return scale[round(step * (len(scale) - 1))]
