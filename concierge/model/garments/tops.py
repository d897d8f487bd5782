"""Knits, blouses, shirts and T-shirts."""

from .cloth import Cloth
from .pen import Curve, left, line, smooth
from .torso import Torso, back_of_neck, neckline, sleeves

PEARL = "#efe9dc"
HEMS = {"cropped": 276.0, "hip": 340.0, "tunic": 392.0}
"""Where a top ends, by word."""


def both(*lines: Curve) -> list[Curve]:
    """Lines and their mirror images."""
    return [*lines, *(each.mirrored() for each in lines)]


def drape(hem: float, *, fluid: bool = False) -> list[Curve]:
    """How cloth hangs: in at the sides; fluid cloth also falls from the bust."""
    folds = [
        smooth(left(68, 190), left(50, 222), left(42, 284)),
        smooth(left(62, hem - 6), left(55, hem - 40), left(52, hem - 84)),
    ]
    if fluid:
        folds.append(smooth(left(18, 132), left(20, 210), left(27, hem - 4)))
    return both(*folds)


def shine(hem: float) -> list[Curve]:
    """Where the light lies on it."""
    return [
        smooth(left(36, 128), left(38, 190), left(36, hem - 30)),
        smooth(left(-46, 150), left(-40, 210), left(-44, hem - 40)),
    ]


def word(cloth: Cloth, *choices: str, default: str) -> str:
    """The one of these words the cut names."""
    return next((each for each in choices if each in cloth.words), default)


def knit(cloth: Cloth) -> None:
    """A jumper or a cardigan: ribbed at neck, wrist and hem."""
    roomy = "oversized" in cloth.words
    hem = HEMS[word(cloth, *HEMS, default="hip")] - 10
    torso = Torso(
        shoulder=96 if roomy else 84,
        chest=86 if roomy else 71,
        waist=84 if roomy else 64,
        hip=86 if roomy else 70,
        hem=hem,
        hem_width=80 if roomy else 69,
        dip=4,
    )
    cardigan, tall = "cardigan" in cloth.words, word(cloth, "turtle", "mock", default="")
    kind = "v" if cardigan else word(cloth, "v", "boat", default="crew")
    front = neckline(kind)
    if not tall:
        back_of_neck(cloth, front)
    length = word(cloth, "short", "bracelet", default="long")
    shape = word(cloth, "balloon", "bell", "wide", default="straight")
    low = sleeves(cloth, torso, length=length, shape=shape, cuff=22)
    cloth.part(torso.outline(front), dark=drape(hem), light=shine(hem)[:1], fold=10)
    if "cable" in cloth.words:
        _cables(cloth, hem)
    band, width = hem - 20, torso.hem_width
    cloth.seam(smooth(left(width, band), left(0, band + 5), left(-width, band)))
    cloth.seam(*_ribs(width, band, hem), weight=0.8)
    if tall:
        roll(cloth, tall=tall == "turtle")
    else:
        neck_band(cloth, kind)
    if cardigan:
        cloth.seam(line((191, 148), (191, hem + 4)), weight=0.9, pair=True)
        step = (hem - 160) / 4.4
        cloth.buttons(*((200, 160 + i * step) for i in range(5)), size=4)
    cloth.stands(top=36 if tall == "turtle" else 64, foot=max(hem + 6, low), half_width=136)


def blouse(cloth: Cloth) -> None:
    """A blouse: fluid, gathered, often with a bow or a stand collar."""
    hem = HEMS[word(cloth, *HEMS, default="hip")]
    torso = Torso(shoulder=82, chest=74, waist=71, hip=80, hem=hem, hem_width=84, dip=7)
    wrap = "wrap" in cloth.words
    kind = word(cloth, "v", "scoop", "boat", "square", default="v" if wrap else "crew")
    front = neckline(kind)
    back_of_neck(cloth, front)
    shape = word(cloth, "balloon", "bishop", "puff", "bell", "wide", default="bishop")
    length = word(cloth, "cap", "short", "elbow", "bracelet", default="long")
    low = 0.0
    if "sleeveless" not in cloth.words:
        cuff = 0 if length == "cap" else 16
        low = sleeves(cloth, torso, length=length, shape=shape, cuff=cuff)
    cloth.part(torso.outline(front), dark=drape(hem, fluid=True), light=shine(hem), fold=9)
    if wrap:
        cloth.seam(
            smooth(left(-36, 70), left(0, 146), left(52, 250)),
            smooth(left(52, 250), left(0, 255), left(-70, 248)),
            weight=1.5,
        )
    elif kind == "crew":
        cloth.seam(line(left(0, 100), left(0, hem + 6)))
        cloth.buttons(*((200, y) for y in range(124, int(hem) - 6, 36)), size=2.8, colour=PEARL)
    if "bow" in cloth.words:
        _bow(cloth)
    elif "ruffle" in cloth.words:
        _ruffle(cloth)
    elif kind == "crew":
        stand = smooth(left(0, 92), left(20, 86), left(36, 66))
        stand += line(left(36, 66), left(38, 71)) + smooth(
            left(38, 71), left(22, 95), left(0, 103)
        )
        cloth.part(stand, tone="trim", rim=5, lifted=True, pair=True)
    else:
        neck_band(cloth, kind, wide=5)
    cloth.stands(top=60, foot=max(hem + 8, low), half_width=140)


def shirt(cloth: Cloth) -> None:
    """A buttoned shirt: collar, placket, cuffs, curved tail."""
    roomy = "oversized" in cloth.words
    hem = HEMS[word(cloth, *HEMS, default="hip")] + 12
    torso = Torso(
        shoulder=94 if roomy else 84,
        chest=84 if roomy else 72,
        waist=82 if roomy else 66,
        hip=86 if roomy else 76,
        hem=hem - 18,
        hem_width=84 if roomy else 74,
        dip=26,
    )
    front = neckline("v" if "open" in cloth.words else "crew", 34)
    back_of_neck(cloth, front, label=False)
    length = word(cloth, "short", default="long")
    low = sleeves(cloth, torso, length=length, cuff=24 if length == "long" else 10)
    cloth.part(torso.outline(front), dark=drape(hem), light=shine(hem)[:1])
    cloth.seam(
        smooth(left(torso.shoulder - 4, 114), left(50, 118), left(30, 114)), weight=0.9, pair=True
    )
    cloth.seam(line((193, 104), (193, hem + 7)), weight=0.9, pair=True)
    cloth.buttons(
        *((200, y) for y in range(122, int(hem) - 4, 38)),
        size=2.8,
        colour="#d5cdbd" if cloth.tones.pale else PEARL,
    )
    if cloth.words & {"pocket", "denim"}:
        pocket = line(left(54, 150), left(22, 150), left(22, 182), left(38, 191), left(54, 182))
        cloth.part(pocket + line(left(54, 182), left(54, 150)), tone="flat", rim=5, pair=True)
        cloth.seam(pocket, dash=True, weight=0.9, pair=True)
    shirt_collar(cloth)
    cloth.stands(top=54, foot=max(hem + 9, low), half_width=140)


def tshirt(cloth: Cloth) -> None:
    """A T-shirt or a fine top."""
    roomy = "oversized" in cloth.words
    hem = HEMS[word(cloth, *HEMS, default="hip")] - 12
    torso = Torso(
        shoulder=90 if roomy else 80,
        chest=82 if roomy else 69,
        waist=80 if roomy else 63,
        hip=82 if roomy else 70,
        hem=hem,
        hem_width=82 if roomy else 71,
    )
    kind = word(cloth, "v", "scoop", "boat", "square", default="crew")
    front = neckline(kind)
    back_of_neck(cloth, front)
    low = 0.0
    if "sleeveless" not in cloth.words:
        length = word(cloth, "long", "elbow", default="elbow" if roomy else "short")
        low = sleeves(cloth, torso, length=length, cuff=8)
    cloth.part(torso.outline(front), dark=drape(hem), light=shine(hem)[:1], fold=10)
    width = torso.hem_width
    cloth.seam(smooth(left(width, hem - 9), left(0, hem - 4), left(-width, hem - 9)), weight=0.9)
    neck_band(cloth, kind, wide=8)
    cloth.stands(top=66, foot=max(hem + 6, low), half_width=128)


def shirt_collar(cloth: Cloth) -> None:
    """A turned-down collar on its stand."""
    stand = smooth(left(0, 56), left(20, 58), left(37, 65))
    stand += smooth(left(37, 65), left(20, 77), left(0, 80))
    cloth.part(stand.whole(), tone="inside", rim=5)
    cloth.label(66)
    leaf = smooth(left(37, 63), left(45, 84), left(48, 114))
    leaf += smooth(left(48, 114), left(24, 112), left(1, 101))
    leaf += smooth(left(1, 101), left(22, 84), left(37, 63))
    cloth.part(leaf, tone="trim", rim=5, lifted=True, pair=True)


def neck_band(cloth: Cloth, kind: str, *, wide: float = 11) -> None:
    """A band sewn along a neckline of that kind."""
    edge = neckline(kind)
    steps = len(edge.pieces) * 3
    aside = wide * (0.15 if kind == "boat" else 0.9)

    def lowered(point: tuple[float, float], along: int) -> tuple[float, float]:
        part = along / steps
        return (point[0] - aside * (1 - part), point[1] + wide * (0.25 + 0.75 * part))

    shifted = Curve(
        lowered(edge.start, 0),
        tuple(
            (lowered(a, 3 * i + 1), lowered(b, 3 * i + 2), lowered(c, 3 * i + 3))
            for i, (a, b, c) in enumerate(edge.pieces)
        ),
    )
    cloth.part((edge.backwards() + shifted).whole(), tone="trim", rim=4)


def _ribs(width: float, top: float, foot: float) -> list[Curve]:
    edges = [width * (2 * i / 22 - 1) for i in range(1, 22)]
    return [line((200 + x, top + 4), (200 + x, foot + 2)) for x in edges]


def roll(cloth: Cloth, *, tall: bool) -> None:
    """A rolled neck, high or half high."""
    top = 38 if tall else 58
    hole = smooth(left(0, top - 4), left(22, top - 3), left(36, top + 3))
    rim = smooth(left(36, top + 3), left(22, top + 8), left(0, top + 10))
    cloth.part((hole + rim).whole(), tone="inside", rim=4)
    wall = smooth(left(36, top + 3), left(37, 68), left(44, 84))
    foot = smooth(left(44, 84), left(24, 100), left(0, 105))
    cloth.part((rim.backwards() + wall + foot).whole(), rim=8, lifted=True)
    cloth.seam(
        *(line((200 + 4 * i, top + 9), (200 + 4.6 * i, 103 - i * i / 5)) for i in range(-8, 9)),
        weight=0.8,
    )


def _bow(cloth: Cloth) -> None:
    band = smooth(left(0, 88), left(20, 83), left(36, 66)) + line(left(36, 66), left(38, 70))
    cloth.part(
        band + smooth(left(38, 70), left(22, 93), left(0, 99)), tone="trim", rim=5, pair=True
    )
    tail = smooth((196, 104), (184, 160), (170, 224)) + smooth((170, 224), (184, 229), (196, 221))
    cloth.part(
        tail + smooth((196, 221), (204, 160), (206, 106)),
        tone="limb",
        rim=6,
        lifted=True,
        dark=[smooth((198, 112), (192, 160), (185, 216))],
        fold=4,
    )
    tail = smooth((200, 104), (218, 150), (234, 198)) + smooth((234, 198), (222, 209), (209, 208))
    cloth.part(tail + smooth((209, 208), (200, 160), (196, 106)), tone="limb", rim=6, lifted=True)
    loop = smooth((198, 102), (172, 80), (150, 88), (148, 114), (172, 120), (198, 106))
    cloth.part(
        loop,
        tone="trim",
        rim=8,
        lifted=True,
        dark=[smooth((194, 104), (180, 101), (166, 102))],
        fold=4,
        pair=True,
    )
    knot = smooth((191, 96), (200, 93), (209, 96), (210, 106), (200, 112), (190, 106), (191, 96))
    cloth.part(knot, tone="trim", rim=5, lifted=True)


def _ruffle(cloth: Cloth) -> None:
    for reach in (26, 15):
        waves = [(200.0 - (reach if i % 2 else reach - 7), 106 + i * 14.0) for i in range(11)]
        edge = smooth((200, 98), *waves, (200, 262)) + line((200, 262), (200, 98))
        cloth.part(edge, tone="trim", rim=6, lifted=True, pair=True)


def _cables(cloth: Cloth, hem: float) -> None:
    rows = int((hem - 150) / 15)
    for x in (160, 200, 240):
        strands = [
            smooth(*((x + side * (7 if i % 2 else -7), 126 + i * 15) for i in range(rows)))
            for side in (1, -1)
        ]
        cloth.seam(*strands, weight=2.4)
    edges = [line((x, 122), (x, hem - 26)) for x in (146, 174, 186, 214, 226, 254)]
    cloth.seam(*edges, weight=0.8)
