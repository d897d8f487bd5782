"""Dresses and jumpsuits."""

from .bottoms import legs
from .cloth import Cloth
from .pen import Curve, left, line, smooth
from .tailoring import GILT
from .tops import both, neck_band, roll, shirt_collar, word
from .torso import Torso, back_of_neck, neckline, sleeves

DRESS_HEMS = {"mini": 356.0, "knee": 410.0, "midi": 468.0, "maxi": 524.0, "floor": 566.0}
WAIST = 232.0


def dress(cloth: Cloth) -> None:
    """A dress: `bias`, `slip`, `shirt`, `wrap`, `evening`, `halter`, `knit`, or sleeved."""
    words = cloth.words
    hem = DRESS_HEMS[word(cloth, *DRESS_HEMS, default="floor" if "evening" in words else "midi")]
    if words & {"slip", "bias", "evening", "halter", "strapless"}:
        _bare(cloth, hem)
    else:
        _covered(cloth, hem)


def jumpsuit(cloth: Cloth) -> None:
    """Trousers and a bodice in one."""
    kind = word(cloth, "v", "halter", "shirt", default="v")
    neck = neckline("crew" if kind == "shirt" else "v")
    torso = Torso(shoulder=80, chest=68, waist=58, hip=62, hem=236, hem_width=57, dip=2)
    back_of_neck(cloth, neck)
    if "sleeveless" not in cloth.words:
        sleeves(cloth, torso, length=word(cloth, "short", default="long"), cuff=14)
    legs(
        cloth,
        top=232,
        waist=58,
        hip=78,
        foot=540,
        shape=word(cloth, "wide", "tapered", "flare", default="straight"),
    )
    cloth.part(
        torso.outline(neck),
        dark=both(smooth(left(54, 180), left(40, 206), left(34, 236))),
        light=[smooth(left(30, 140), left(34, 180), left(30, 226))],
    )
    _waist(cloth, 59, belt=True)
    if kind == "shirt":
        shirt_collar(cloth)
        cloth.buttons(*((200, 118 + 28 * i) for i in range(4)), size=3, colour=GILT)
    else:
        neck_band(cloth, "v", wide=6)
    cloth.stands(top=62, foot=540, half_width=132)


def _covered(cloth: Cloth, hem: float) -> None:
    words = cloth.words
    shirt, wrap, knitted = "shirt" in words, "wrap" in words, "knit" in words
    kind = "v" if wrap else word(cloth, "v", "boat", "square", "scoop", default="crew")
    flare = word(
        cloth, "sheath", "column", "aline", "full", default="sheath" if knitted else "aline"
    )
    width = {"sheath": 70, "column": 84, "aline": 104, "full": 134}[flare] + (hem - 410) * 0.1
    neck = neckline(kind)
    rolled = word(cloth, "turtle", "mock", default="")
    if not rolled:
        back_of_neck(cloth, neck, label=not shirt)
    trunk = Torso(shoulder=80, chest=68)
    if "sleeveless" not in words:
        length = word(cloth, "cap", "short", "elbow", "bracelet", default="long")
        shape = word(cloth, "puff", "balloon", "bishop", "bell", default="straight")
        sleeves(cloth, trunk, length=length, shape=shape, cuff=0 if length == "cap" else 14)
    half = neck.backwards() + smooth(
        neck.start, left((200 - neck.start[0] + 80) / 2, 81), trunk.shoulder_tip
    )
    half += trunk.armhole() + smooth(
        trunk.underarm,
        left(60, 206),
        left(57, WAIST),
        left(57 + (width - 57) * 0.5, 312),
        left(width, hem),
    )
    half += smooth(left(width, hem), left(width * 0.5, hem + 7), left(0, hem + 9))
    _skirted(cloth, half, width, hem, gathered=flare in {"aline", "full"})
    if "pleated" in words:
        _pleats(cloth, 57, WAIST + 8, width, hem)
    if "tiered" in words:
        for part in (0.4, 0.7):
            y, w = WAIST + (hem - WAIST) * part, 57 + (width - 57) * part
            cloth.seam(smooth(left(w + 3, y), left(0, y + 9), left(-w - 3, y)), weight=1.6)
    if shirt:
        cloth.seam(line((193, 100), (193, hem + 8)), weight=0.9, pair=True)
        cloth.buttons(
            *((200, y) for y in range(122, int(hem) - 30, 34)), size=2.8, colour="#efe9dc"
        )
        shirt_collar(cloth)
    elif wrap:
        cloth.seam(
            smooth(left(-36, 70), left(-4, 146), left(44, WAIST)),
            smooth(left(44, WAIST), left(8, 350), left(-10, hem + 8)),
            weight=1.6,
        )
    elif rolled:
        roll(cloth, tall=rolled == "turtle")
    else:
        neck_band(cloth, kind, wide=12 if knitted else 5)
    if flare != "column" and not knitted:
        _waist(cloth, 58, belt=bool(words & {"belted", "shirt", "wrap"}))
    half_width = max(134 if "sleeveless" not in words else 96, width)
    cloth.stands(top=36 if rolled == "turtle" else 58, foot=hem + 8, half_width=half_width)


BUSTS = {
    "strapless": smooth(left(0, 128), left(18, 116), left(40, 112), left(58, 122)),
    "halter": smooth(left(0, 108), left(8, 76), left(18, 62))
    + smooth(left(18, 62), left(34, 66), left(44, 118), left(60, 152)),
    "cowl": smooth(left(0, 138), left(20, 130), left(42, 100))
    + smooth(left(42, 100), left(50, 124), left(58, 146)),
    "v": smooth(left(0, 152), left(22, 124), left(42, 98))
    + smooth(left(42, 98), left(48, 124), left(58, 146)),
}
"""The left half of a dress's upper edge, from the middle to under the arm."""


def _behind(cloth: Cloth, kind: str) -> None:
    """The back of a bare dress, and its straps."""
    if kind in {"v", "cowl"}:
        back = smooth(left(0, 140), left(30, 142), left(57, 146))
        back += smooth(left(57, 146), left(40, 158), left(0, 162))
        cloth.part(back.whole(), tone="inside", rim=6)
        strap = smooth(left(41, 101), left(36, 70), left(33, 52))
        cloth.seam(strap, weight=4.5, pair=True, tone=cloth.tones.dark)
        behind = smooth(left(33, 52), left(36, 90), left(45, 142))
        cloth.seam(behind, weight=3, pair=True, tone=cloth.tones.inside)
    elif kind == "halter":
        collar = smooth(left(0, 56), left(14, 57), left(19, 64))
        collar += smooth(left(19, 64), left(10, 70), left(0, 72))
        cloth.part(collar.whole(), tone="inside", rim=4)


def _bare(cloth: Cloth, hem: float) -> None:
    words = cloth.words
    width = 62 + (hem - 300) * (0.3 if words & {"bias", "evening"} else 0.18)
    if "mermaid" in words:
        width += 30
    kind = word(cloth, *BUSTS, default="strapless" if "evening" in words else "v")
    _behind(cloth, kind)
    top = BUSTS[kind]
    side = [top.end, left(51, 198), left(50, WAIST), left(70, 300)]
    if "mermaid" in words:
        side += [left(66, 400), left(64, hem - 110)]
    half = top + smooth(*side, left(width, hem))
    half += smooth(left(width, hem), left(width * 0.5, hem + 8), left(0, hem + 10))
    _skirted(cloth, half, width, hem, gathered="bias" in words or "evening" in words)
    if kind == "cowl":
        for low in (0, 11, 22):
            cloth.seam(
                smooth(left(44 - low, 106 + low * 1.6), left(22, 140 + low), left(0, 150 + low)),
                weight=1.4,
                pair=True,
            )
    if kind == "strapless":
        cloth.seam(
            smooth(left(26, 118), left(30, 160), left(24, WAIST)),
            smooth(left(0, 128), left(0, 180), left(0, WAIST)),
            weight=0.9,
            pair=True,
        )
        _waist(cloth, 51, belt=False)
    elif "bias" in words:
        cloth.seam(smooth(left(47, 250), left(0, 236), left(-52, 214)), weight=0.9)
    _trims(cloth, width, hem)
    cloth.stands(top=50 if kind != "strapless" else 108, foot=hem + 10, half_width=max(width, 90))


def _trims(cloth: Cloth, width: float, hem: float) -> None:
    if "lace" in cloth.words:
        points = [left(width - 2 * width * i / 16, hem - (6 if i % 2 else 18)) for i in range(17)]
        cloth.seam(smooth(*points), weight=1.6)
    if "slit" in cloth.words:
        slit = smooth(left(-24, 340), left(-34, 430), left(-40, hem + 8)) + smooth(
            left(-40, hem + 8), left(-50, 440), left(-24, 340)
        )
        cloth.part(slit, tone="inside", rim=5)


def _skirted(cloth: Cloth, half: Curve, width: float, hem: float, *, gathered: bool) -> None:
    falls = (0.2, 0.55, 0.86) if gathered else (0.72,)
    dark = both(
        *(
            smooth(left(46 * part, WAIST + 10), left(56 * part, 320), left(width * part, hem + 2))
            for part in falls
        )
    )
    dark += both(smooth(left(56, 190), left(40, 208), left(34, 228)))
    light = [
        smooth(
            left(width * x * 0.5, WAIST + 24),
            left(width * x * 0.7, 330),
            left(width * x, hem - 10),
        )
        for x in ((0.38, -0.38, 0.72) if gathered else (0.34,))
    ]
    light.append(smooth(left(28, 150), left(32, 180), left(28, 222)))
    cloth.part(half.whole(), dark=dark, light=light, fold=10)


def _pleats(cloth: Cloth, top_width: float, top: float, width: float, hem: float) -> None:
    for i in range(1, 8):
        part = i / 8
        cloth.seam(
            line(left(top_width * part, top), left(width * part, hem + 8 - part * 6)),
            weight=1.2,
            pair=True,
        )
    cloth.seam(line((200, top), (200, hem + 8)), weight=1.2)


def _waist(cloth: Cloth, width: float, *, belt: bool) -> None:
    high = 15 if belt else 5
    band = smooth(
        left(width, WAIST - high / 2),
        left(0, WAIST + 3 - high / 2),
        left(-width, WAIST - high / 2),
    )
    band += smooth(
        left(-width, WAIST + high / 2),
        left(0, WAIST + 3 + high / 2),
        left(width, WAIST + high / 2),
    )
    cloth.part(
        band + line(left(width, WAIST + high / 2), left(width, WAIST - high / 2)),
        tone="trim",
        rim=4,
        lifted=belt,
    )
    if belt and "wrap" not in cloth.words:
        cloth.seam(
            line(
                (190, WAIST - 7),
                (208, WAIST - 7),
                (208, WAIST + 12),
                (190, WAIST + 12),
                (190, WAIST - 7),
            ),
            weight=3,
            tone=GILT,
        )
    elif belt:
        tail = smooth(left(40, WAIST), left(48, WAIST + 40), left(58, WAIST + 84)) + line(
            left(58, WAIST + 84), left(46, WAIST + 88)
        )
        cloth.part(
            tail + smooth(left(46, WAIST + 88), left(38, WAIST + 44), left(32, WAIST)),
            tone="trim",
            rim=5,
            lifted=True,
        )
        knot = smooth(
            left(46, WAIST - 8),
            left(36, WAIST - 10),
            left(28, WAIST - 5),
            left(30, WAIST + 9),
            left(42, WAIST + 10),
            left(46, WAIST - 8),
        )
        cloth.part(knot, tone="trim", rim=5, lifted=True)
