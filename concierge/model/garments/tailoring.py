"""Coats, jackets and blazers."""

from .cloth import Cloth
from .pen import Curve, left, line, smooth
from .tops import both, shirt_collar, word
from .torso import Torso, back_of_neck, neckline, sleeves

COAT_HEMS = {"short": 344.0, "knee": 428.0, "midi": 476.0, "long": 508.0}
JACKET_HEMS = {"cropped": 262.0, "hip": 322.0, "long": 366.0}
HORN = "#4a3526"
GILT = "#b8954f"


def coat(cloth: Cloth) -> None:
    """A coat: `trench`, `wrap`, `puffer`, `cape`, `duffle`, or plain tailored."""
    words = cloth.words
    hem = COAT_HEMS[word(cloth, *COAT_HEMS, default="midi")]
    if "cape" in words:
        _cape(cloth, min(hem, 428))
        return
    roomy = bool(words & {"cocoon", "oversized", "puffer", "fleece"})
    belted = bool(words & {"belted", "trench", "wrap"})
    flare = 24 if belted else 8 if roomy else 15
    torso = Torso(
        shoulder=96 if roomy else 90,
        chest=90 if roomy else 80,
        waist=94 if roomy else 66 if belted else 76,
        hip=98 if roomy else 84,
        hem=hem,
        hem_width=88 if "cocoon" in words else 86 + flare * (hem - 326) / 170,
        dip=5,
    )
    closing = 214.0 if "double" in words or "trench" in words else 228.0
    collar = word(cloth, "shawl", "stand", "funnel", "peak", "round", default="notch")
    collar = "shirt" if "duffle" in words else collar
    if "puffer" in words:
        collar = "funnel"
    _tailored(cloth, torso, collar=collar, closing=closing, cuff=30 if "trench" in words else 0)
    _front(cloth, torso, collar=collar, closing=closing)
    _pockets(cloth, torso, y=300, slanted=True)
    if "trench" in words:
        _trench(cloth, torso)
    if belted:
        _belt(cloth, torso.waist + 3, buckle="trench" in words)
    _collar(cloth, collar, closing)
    cloth.stands(top=56, foot=hem + 6, half_width=142)


def jacket(cloth: Cloth) -> None:
    """A jacket: `biker`, `bomber`, `tweed` without collar, `denim`, `quilted`, `utility`."""
    words = cloth.words
    boxy = bool(words & {"bomber", "denim", "boxy", "fleece", "quilted"})
    hem = JACKET_HEMS[word(cloth, *JACKET_HEMS, default="cropped" if boxy else "hip")]
    hem += 24 if boxy and "cropped" not in words else 0
    torso = Torso(
        shoulder=92 if boxy else 87,
        chest=84 if boxy else 75,
        waist=82 if boxy else 66,
        hip=80,
        hem=hem,
        hem_width=76,
        dip=4,
    )
    collar = "stand" if words & {"bomber", "quilted"} else "shirt" if "denim" in words else ""
    collar = collar or ("biker" if "biker" in words else "round")
    collar = word(cloth, "shawl", "funnel", "notch", default=collar)
    _tailored(cloth, torso, collar=collar, closing=200, cuff=20 if boxy else 0)
    _front(cloth, torso, collar=collar, closing=200)
    if "bomber" in words:
        band, width = hem - 20, torso.hem_width
        cloth.seam(smooth(left(width, band), left(0, band + 4), left(-width, band)))
        ribs = [width * (2 * i / 20 - 1) for i in range(1, 20)]
        cloth.seam(*(line((200 + x, band + 4), (200 + x, hem + 3)) for x in ribs), weight=0.8)
    if "denim" in words:
        cloth.seam(line(left(torso.shoulder - 4, 138), left(9, 140)), dash=True, pair=True)
        cloth.seam(
            line(left(44, 141), left(30, hem)), line(left(24, 141), left(20, hem)), pair=True
        )
    if not words & {"bomber", "biker"}:
        _pockets(cloth, torso, y=min(hem - 66, 262), slanted=False)
    _collar(cloth, collar, 200)
    cloth.stands(top=58, foot=max(hem + 5, 352), half_width=142)


def blazer(cloth: Cloth) -> None:
    """A blazer: `notch`, `peak` or `shawl`, single or `double` breasted."""
    double = "double" in cloth.words
    roomy = "oversized" in cloth.words
    hem = JACKET_HEMS[word(cloth, *JACKET_HEMS, default="hip")] + 24
    torso = Torso(
        shoulder=96 if roomy else 89,
        chest=84 if roomy else 74,
        waist=80 if roomy else 63,
        hip=88 if roomy else 82,
        hem=hem,
        hem_width=88 if roomy else 83,
        dip=8,
    )
    collar = word(cloth, "peak", "shawl", default="peak" if double else "notch")
    closing = 214.0 if double else 226.0
    _tailored(cloth, torso, collar=collar, closing=closing, cuff=0)
    cloth.seam(
        smooth(left(torso.chest - 14, 176), left(46, 250), left(52, hem + 1)),
        weight=0.9,
        pair=True,
    )
    _front(cloth, torso, collar=collar, closing=closing)
    _pockets(cloth, torso, y=284, slanted=False)
    welt = line((232, 168), (262, 162), (263, 169), (233, 175), (232, 168))
    cloth.part(welt, tone="trim", rim=2)
    _collar(cloth, collar, closing)
    cloth.stands(top=58, foot=max(hem + 8, 352), half_width=144)


def _tailored(cloth: Cloth, torso: Torso, *, collar: str, closing: float, cuff: float) -> None:
    open_neck = collar in {"notch", "peak", "shawl", "biker"}
    front = (
        smooth(left(36, 70), left(24, 124), left(0, closing))
        if open_neck
        else neckline("crew", 38)
    )
    back_of_neck(cloth, front, rise=12)
    sleeves(
        cloth,
        torso,
        length="long",
        shape=word(cloth, "wide", "balloon", default="straight"),
        cuff=cuff,
    )
    hem = torso.hem
    dark = both(
        smooth(left(torso.chest - 8, 200), left(54, 250), left(56, 300)),
        smooth(left(58, hem - 6), left(52, hem - 50), left(44, 270)),
    )
    light = [smooth(left(52, 130), left(52, 220), left(66, hem - 30))]
    cloth.part(torso.outline(front), dark=dark, light=light, fold=11)


def _front(cloth: Cloth, torso: Torso, *, collar: str, closing: float) -> None:
    words, hem = cloth.words, torso.hem + torso.dip
    top = closing if collar in {"notch", "peak", "shawl", "biker"} else 100
    belted = bool(words & {"belted", "trench"})
    horn = GILT if "gilt" in words else HORN if not cloth.tones.pale else "#b39a78"
    if "zip" in words or words & {"bomber", "biker", "puffer"}:
        x = 214.0 if "biker" in words else 200.0
        teeth = smooth((200, top - 10), (x, top + 30), (x, hem))
        cloth.seam(teeth, weight=4, tone="#8b8680")
        cloth.seam(teeth, weight=3, dash=True, tone="#e8e2d6")
    elif words & {"double", "trench"}:
        edge = smooth((200, closing), (176, closing + 14), (170, closing + 40))
        cloth.seam(edge + line((170, closing + 40), (168, hem)), weight=1.3)
        rows = (
            (closing + 16, closing + 66, closing + 102)
            if belted
            else (closing + 22, closing + 60, closing + 98)
        )
        cloth.buttons(
            *((x, y) for y in rows for x in (184, 230) if y < hem - 20), size=5, colour=horn
        )
    elif "wrap" in words:
        cloth.seam(smooth((200, closing), (178, closing + 40), (166, hem)), weight=1.3)
    else:
        cloth.seam(line((197, top), (195, hem)), weight=1.3)
        last = min(hem - 60, 340)
        count = 2 if top > 205 and hem < 380 else 3 if top > 205 else 5
        gap = (last - top) / count
        cloth.buttons(*((203.5, top + 12 + i * gap) for i in range(count)), size=5, colour=horn)


def _pockets(cloth: Cloth, torso: Torso, *, y: float, slanted: bool) -> None:
    if torso.hem < y + 20:
        return
    words = cloth.words
    if words & {"patch", "utility", "tweed"}:
        pocket = line(
            left(66, y),
            left(28, y + 1),
            left(28, y + 38),
            left(32, y + 44),
            left(64, y + 43),
            left(67, y + 37),
            left(66, y),
        )
        if torso.hem > y + 46:
            cloth.part(pocket, rim=5, tone="flat", pair=True)
            cloth.seam(line(left(66, y + 9), left(28, y + 10)), weight=0.9, pair=True)
    elif slanted:
        welt = line(left(68, y), left(59, y - 3), left(48, y + 40), left(57, y + 43), left(68, y))
        cloth.part(welt, tone="trim", rim=4, pair=True)
    else:
        flap = line(left(70, y), left(30, y + 3), left(29, y + 17), left(69, y + 14), left(70, y))
        cloth.part(flap, tone="trim", rim=4, lifted=True, pair=True)


def _collar(cloth: Cloth, kind: str, closing: float) -> None:
    match kind:
        case "shirt":
            shirt_collar(cloth)
        case "stand" | "funnel":
            _stand(cloth, tall=kind == "funnel")
        case "round":
            edge = smooth(left(38, 70), left(27, 90), left(13, 99), left(0, 101))
            low = smooth(left(0, 109), left(16, 107), left(33, 95), left(46, 73))
            if "tweed" in cloth.words:
                cloth.part(
                    edge + low + line(left(46, 73), left(38, 70)),
                    tone="trim",
                    rim=4,
                    plain=True,
                    pair=True,
                )
        case "shawl":
            _lapels(
                cloth,
                smooth(
                    left(34, 62),
                    left(66, 92),
                    left(60, 142),
                    left(30, closing - 34),
                    left(0, closing + 3),
                ),
                closing,
            )
        case _:
            tip = (70.0, 116.0) if kind == "notch" else (78.0, 104.0)
            gorge = 118.0 if kind == "notch" else 114.0
            wide = 8 if kind == "biker" else 0
            outer = line(left(38, 104), left(tip[0] + wide, tip[1] - wide))
            outer += smooth(
                left(tip[0] + wide, tip[1] - wide),
                left(48, 166),
                left(22, closing - 26),
                left(0, closing + 3),
            )
            _lapels(cloth, line(left(33, 84), left(38, 104)) + outer, closing)
            leaf = smooth(left(36, 64), left(48, 82), left(58, 100))
            leaf += line(left(58, 100), left(50, gorge - 2), left(33, 106))
            leaf += smooth(left(33, 106), left(31, 84), left(30, 66)) + line(
                left(30, 66), left(36, 64)
            )
            cloth.part(leaf, tone="trim", rim=5, lifted=True, pair=True)
            _back_collar(cloth)


def _lapels(cloth: Cloth, outer: Curve, closing: float) -> None:
    roll = smooth(left(0, closing + 3), left(17, 140), left(31, 78))
    satin = "tuxedo" in cloth.words
    cloth.part(
        outer + roll + line(left(31, 78), outer.start),
        tone="trim",
        rim=7,
        lifted=True,
        plain=satin,
        light=[smooth(left(44, 110), left(36, 150), left(20, closing - 40))],
        fold=7,
        pair=True,
    )
    if outer.start[1] < 70:
        _back_collar(cloth)


def _back_collar(cloth: Cloth) -> None:
    band = smooth(left(0, 56), left(22, 57), left(36, 64)) + line(left(36, 64), left(31, 74))
    cloth.part(
        (band + smooth(left(31, 74), left(16, 71), left(0, 70))).whole(), tone="flat", rim=6
    )


def _stand(cloth: Cloth, *, tall: bool) -> None:
    top = 44.0 if tall else 60.0
    hole = smooth(left(0, top - 4), left(22, top - 3), left(38, top + 3))
    rim = smooth(left(38, top + 3), left(24, top + 10), left(0, top + 13))
    cloth.part((hole + rim).whole(), tone="inside", rim=5)
    wall = smooth(left(38, top + 3), left(40, 68), left(46, 82))
    foot = smooth(left(46, 82), left(28, 99), left(0, 106))
    cloth.part((rim.backwards() + wall + foot).whole(), tone="trim", rim=8, lifted=True)


def _belt(cloth: Cloth, width: float, *, buckle: bool) -> None:
    band = smooth(left(width, 240), left(0, 248), left(-width, 240))
    band += smooth(left(-width, 260), left(0, 268), left(width, 260))
    cloth.part(band + line(left(width, 260), left(width, 240)), tone="trim", rim=6, lifted=True)
    if buckle:
        frame = line((188, 242), (216, 243), (216, 273), (188, 272), (188, 242))
        cloth.seam(frame, weight=5, tone=HORN)
        return
    for tip, width_ in (((176.0, 356.0), 15.0), ((222.0, 338.0), 14.0)):
        tail = smooth((196, 262), (tip[0] + 6, 306), tip) + line(
            tip, (tip[0] + width_, tip[1] + 3)
        )
        tail += smooth((tip[0] + width_, tip[1] + 3), (tip[0] + 18, 306), (208, 262))
        cloth.part(tail + line((208, 262), (196, 262)), tone="limb", rim=5, lifted=True)
    knot = smooth(
        (190, 242), (202, 238), (213, 244), (214, 266), (202, 272), (190, 264), (190, 242)
    )
    cloth.part(knot, tone="trim", rim=7, lifted=True)


def _trench(cloth: Cloth, torso: Torso) -> None:
    flap = smooth(left(46, 92), left(78, 100), left(torso.shoulder - 4, 104))
    flap += smooth(left(torso.shoulder - 4, 104), left(74, 150), left(44, 164))
    cloth.part(flap + smooth(left(44, 164), left(40, 130), left(46, 92)), rim=6, lifted=True)
    tab = line(
        left(50, 80),
        left(torso.shoulder - 2, 90),
        left(torso.shoulder - 4, 101),
        left(52, 91),
        left(50, 80),
    )
    cloth.part(tab, tone="trim", rim=4, lifted=True, pair=True)
    cloth.buttons(left(58, 87), left(-58, 87), size=2.6, colour=HORN)


def _cape(cloth: Cloth, hem: float) -> None:
    front = neckline("crew", 38)
    back_of_neck(cloth, front)
    half = smooth(left(38, 70), left(72, 86), left(104, 130), left(128, 230), left(142, hem))
    half += smooth(left(142, hem), left(80, hem + 14), left(0, hem + 18))
    cloth.part(
        (front.backwards() + half).whole(),
        dark=both(
            smooth(left(62, 120), left(84, 240), left(96, hem)),
            smooth(left(26, 130), left(34, 250), left(40, hem + 8)),
        ),
        light=both(smooth(left(46, 120), left(62, 240), left(70, hem))),
        fold=13,
    )
    cloth.seam(smooth(left(88, 190), left(84, 240), left(88, 292)), weight=2, pair=True)
    cloth.seam(line((200, 100), (200, hem + 18)), weight=1.3)
    cloth.buttons(*((205, 122 + 40 * i) for i in range(4)), size=5.5, colour=GILT)
    _stand(cloth, tall=False)
    cloth.stands(top=56, foot=hem + 18, half_width=146)
