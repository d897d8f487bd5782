"""Skirts, trousers, jeans and shorts."""

from .cloth import Cloth
from .pen import left, line, smooth
from .tailoring import GILT
from .tops import both, word

SKIRT_HEMS = {"mini": 216.0, "knee": 300.0, "midi": 372.0, "maxi": 452.0}


def skirt(cloth: Cloth) -> None:
    """A skirt: `pencil`, `aline`, `pleated`, `full`, `slip`, `wrap` or `tiered`."""
    words = cloth.words
    hem = SKIRT_HEMS[word(cloth, *SKIRT_HEMS, default="midi")]
    shape = word(cloth, "pencil", "slip", "pleated", "full", "tiered", default="aline")
    spread = {
        "pencil": 0.02,
        "slip": 0.14,
        "aline": 0.24,
        "pleated": 0.27,
        "tiered": 0.3,
        "full": 0.42,
    }
    width = 78 + (hem - 130) * spread[shape]
    hip = {"pencil": 80.0, "slip": 78.0}.get(shape, 58 + (width - 58) * 0.42)
    sides = smooth(left(56, 70), left(hip - 8, 112), left(hip, 152), left(width, hem))
    if shape in {"full", "tiered", "pleated"}:
        sides = smooth(left(56, 70), left(56 + (width - 56) * 0.34, 140), left(width, hem))
    half = smooth(left(0, 74), left(30, 73), left(56, 70)) + sides
    half += smooth(left(width, hem), left(width * 0.5, hem + 8), left(0, hem + 10))
    falls = (0.8,) if shape == "pencil" else (0.18, 0.5, 0.82)
    cloth.part(
        half.whole(),
        dark=both(
            *(smooth(left(50 * p, 96), left(62 * p, 170), left(width * p, hem)) for p in falls)
        ),
        light=[
            smooth(
                left(width * p * 0.6, 110), left(width * p * 0.8, 200), left(width * p, hem - 14)
            )
            for p in (0.34, -0.36, 0.66)
        ],
        fold=11,
    )
    if shape == "pleated":
        for i in range(9):
            part = i / 9
            cloth.seam(
                line(left(56 * part, 90), left(width * part, hem + 9 - part * 7)),
                weight=1.3,
                pair=True,
            )
    if shape == "tiered":
        for part in (0.36, 0.68):
            y, wide = 80 + (hem - 80) * part, 56 + (width - 56) * part
            cloth.seam(smooth(left(wide, y), left(0, y + 9), left(-wide, y)), weight=1.8)
    if "wrap" in words:
        cloth.seam(smooth(left(-38, 90), left(-30, 220), left(-12, hem + 9)), weight=1.6)
        cloth.buttons((232, 104), (230, 134), size=5, colour=GILT)
    elif shape == "pencil" or "button" in words:
        cloth.seam(line((200, 90), (200, hem + 9)), weight=1)
    if "button" in words:
        cloth.buttons(*((200, y) for y in range(104, int(hem) - 20, 34)), size=4, colour=GILT)
    waistband(cloth, 57, 68)
    cloth.stands(top=60, foot=hem + 10, half_width=max(width, 96))


def trousers(cloth: Cloth) -> None:
    """Trousers: `wide`, `straight`, `tapered`, `flare`, `palazzo`, `cropped`, `shorts`."""
    foot = 196.0 if "shorts" in cloth.words else 410.0 if "cropped" in cloth.words else 470.0
    shape = word(cloth, "palazzo", "wide", "tapered", "slim", "flare", default="straight")
    legs(cloth, top=52, waist=60, hip=80, foot=foot, shape=shape)
    if not cloth.words & {"drawstring", "leather", "shorts"}:
        cloth.seam(smooth(left(42, 84), left(46, 200), left(50, foot - 8)), weight=1, pair=True)
    cloth.seam(line(left(54, 74), left(69, 122)), weight=1.4, pair=True)
    _fly(cloth)
    if "pleats" in cloth.words:
        cloth.seam(
            line(left(34, 74), left(38, 118)),
            line(left(24, 74), left(27, 104)),
            weight=1.2,
            pair=True,
        )
    waistband(cloth, 61, 50)
    if "drawstring" in cloth.words:
        cloth.seam(
            smooth((198, 60), (190, 92), (186, 122)),
            smooth((202, 60), (208, 88), (216, 114)),
            weight=3,
            tone=cloth.tones.glow,
        )
    else:
        cloth.buttons((206, 59), size=3.6)
    cloth.stands(top=44, foot=foot + 6, half_width=150 if shape in {"palazzo", "wide"} else 118)


def jeans(cloth: Cloth) -> None:
    """Jeans, top-stitched."""
    stitch = "#c08a4a" if not cloth.tones.pale else "#b9a98c"
    foot = 430.0 if "cropped" in cloth.words else 470.0
    shape = word(cloth, "wide", "tapered", "slim", "flare", default="straight")
    legs(cloth, top=52, waist=60, hip=80, foot=foot, shape=shape)
    cloth.seam(
        smooth(left(55, 74), left(46, 92), left(26, 94), left(18, 74)),
        weight=1.4,
        dash=True,
        pair=True,
        tone=stitch,
    )
    cloth.seam(
        smooth(left(60, 80), left(74, 130), left(78, 160)),
        weight=1.2,
        dash=True,
        pair=True,
        tone=stitch,
    )
    _fly(cloth)
    cloth.seam(smooth((216, 74), (216, 118), (201, 142)), weight=1.3, dash=True, tone=stitch)
    cloth.seam(line((160, foot - 10), (161, foot - 10)), weight=1)
    waistband(cloth, 61, 50)
    cloth.buttons((200, 60), size=4.5, colour="#a9824f")
    loops = [line(left(x, 49), left(x, 71)) for x in (22, 48)]
    cloth.seam(*loops, weight=4, pair=True, tone=cloth.tones.dark)
    cloth.stands(top=44, foot=foot + 6, half_width=150 if shape == "wide" else 118)


def legs(cloth: Cloth, *, top: float, waist: float, hip: float, foot: float, shape: str) -> None:
    """Two legs from the waist at `top` to `foot`."""
    crotch = top + 150
    knee_out, foot_out, foot_in = {
        "palazzo": (100.0, 134.0, 8.0),
        "wide": (92.0, 110.0, 14.0),
        "straight": (84.0, 88.0, 26.0),
        "tapered": (78.0, 70.0, 30.0),
        "slim": (74.0, 66.0, 28.0),
        "flare": (76.0, 104.0, 18.0),
    }[shape]
    if foot < crotch + 40:
        foot_out, foot_in = hip + 14, 6
    knee = (crotch + foot) / 2 + 10
    outside = [left(waist, top), left(hip - 5, top + 58), left(hip, top + 92)]
    if foot > crotch + 80:
        outside.append(left(knee_out, knee))
    inner_knee = left(foot_in * 0.72 + (6 if shape == "flare" else 0), knee)
    inside = [
        left(foot_in, foot + 3),
        *([inner_knee] if foot > crotch + 80 else []),
        left(1, crotch),
    ]
    leg = line(left(-1, top + 5), left(waist, top)) + smooth(*outside, left(foot_out, foot))
    leg += smooth(
        left(foot_out, foot), left((foot_out + foot_in) / 2, foot + 5), left(foot_in, foot + 3)
    )
    leg += smooth(*inside) + line(left(1, crotch), left(-1, top + 5))
    middle = (foot_out + foot_in) / 2
    dark = [
        smooth(left(4, crotch - 12), left(22, crotch + 4), left(44, crotch + 8)),
        smooth(left(6, crotch + 14), left(22, crotch + 40), left(30, crotch + 80)),
        smooth(
            left(middle - 14, foot - 6), left(middle - 18, knee + 40), left(middle - 8, knee - 20)
        ),
    ]
    light = [
        smooth(
            left(hip * 0.66, top + 60),
            left((knee_out + foot_in) / 2 + 10, knee - 40),
            left(middle + 8, foot - 16),
        )
    ]
    if foot < crotch + 40:
        dark, light = dark[:1], []
    cloth.part(leg, tone="limb", dark=dark, light=light, fold=10, rim=14, pair=True)


def waistband(cloth: Cloth, width: float, top: float) -> None:
    """A waistband, its inside seen behind."""
    back = smooth(left(0, top - 4), left(width * 0.6, top - 3), left(width, top))
    cloth.part(
        (back + smooth(left(width, top), left(width * 0.5, top + 5), left(0, top + 6))).whole(),
        tone="inside",
        rim=4,
    )
    cloth.label(top - 2)
    half = smooth(left(0, top + 4), left(width * 0.5, top + 3), left(width, top))
    half += line(left(width, top), left(width + 3, top + 20))
    half += smooth(left(width + 3, top + 20), left(width * 0.5, top + 24), left(0, top + 25))
    cloth.part(half.whole(), tone="trim", rim=5)


def _fly(cloth: Cloth) -> None:
    cloth.seam(line((200, 74), (200, 200)), smooth((212, 74), (212, 118), (201, 138)), weight=1.1)
