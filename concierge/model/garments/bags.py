"""Bags."""

from .cloth import Cloth
from .pen import Curve, left, line, smooth
from .tops import word

GILT = "#b8954f"


def bag(cloth: Cloth) -> None:
    """A bag: `tote`, `top` handle, `shoulder`, `clutch` or `bucket`."""
    match word(cloth, "tote", "shoulder", "clutch", "bucket", default="top"):
        case "tote":
            _handles(cloth, spread=52, rise=96, foot=196)
            body = (
                smooth(left(0, 184), left(60, 184), left(112, 180))
                + line(left(112, 180), left(98, 372))
                + smooth(left(98, 372), left(50, 378), left(0, 378))
            )
            _body(cloth, body, top=184, foot=378)
            cloth.seam(
                line(left(52, 186), left(52, 226)), weight=7, pair=True, tone=cloth.tones.dark
            )
            cloth.buttons(left(52, 222), left(-52, 222), size=3.4, colour=GILT)
            cloth.stands(top=96, foot=378, half_width=128)
        case "shoulder":
            chain = smooth(
                left(96, 214), left(84, 120), left(0, 84), left(-84, 120), left(-96, 214)
            )
            cloth.seam(chain, weight=5, tone="#8f7136")
            cloth.seam(chain, weight=4, dash=True, tone="#e6cc8d")
            body = (
                smooth(left(0, 200), left(70, 200), left(104, 206))
                + smooth(left(104, 206), left(116, 280), left(112, 338))
                + smooth(left(112, 338), left(60, 350), left(0, 351))
            )
            _body(cloth, body, top=204, foot=351)
            flap = (
                smooth(left(0, 197), left(70, 197), left(106, 204))
                + smooth(left(106, 204), left(112, 240), left(100, 272))
                + smooth(left(100, 272), left(46, 292), left(0, 296))
            )
            cloth.part(
                flap.whole(),
                tone="trim",
                rim=10,
                lifted=True,
                light=[smooth(left(80, 218), left(30, 226), left(-20, 224))],
            )
            clasp = line((186, 274), (214, 274), (214, 300), (186, 300), (186, 274))
            cloth.patch(clasp, GILT)
            cloth.seam(clasp, line((200, 280), (200, 294)), weight=1.6)
            cloth.stands(top=82, foot=351, half_width=126)
        case "clutch":
            body = (
                smooth(left(0, 222), left(90, 222), left(140, 226))
                + line(left(140, 226), left(144, 322))
                + smooth(left(144, 322), left(70, 330), left(0, 330))
            )
            _body(cloth, body, top=224, foot=330)
            flap = line(left(0, 220), left(141, 224), left(138, 238)) + smooth(
                left(138, 238), left(60, 276), left(0, 292)
            )
            cloth.part(
                flap.whole(),
                tone="trim",
                rim=9,
                lifted=True,
                light=[smooth(left(110, 236), left(30, 246), left(-40, 244))],
            )
            cloth.buttons((200, 280), size=7, colour=GILT)
            cloth.stands(top=214, foot=330, half_width=150)
        case "bucket":
            _handles(cloth, spread=70, rise=92, foot=210)
            body = (
                smooth(left(0, 196), left(60, 198), left(92, 204))
                + smooth(left(92, 204), left(100, 300), left(90, 366))
                + smooth(left(90, 366), left(40, 376), left(0, 377))
            )
            _body(cloth, body, top=206, foot=377)
            mouth = smooth(left(0, 190), left(60, 192), left(92, 204)) + smooth(
                left(92, 204), left(50, 214), left(0, 216)
            )
            cloth.part(mouth.whole(), tone="inside", rim=7)
            cord = smooth(
                left(94, 238), left(40, 246), left(0, 247), left(-40, 246), left(-94, 238)
            )
            cloth.seam(cord, weight=4)
            cloth.seam(
                smooth((198, 247), (190, 276), (184, 304)),
                smooth((202, 247), (210, 272), (218, 296)),
                weight=4,
            )
            cloth.stands(top=92, foot=377, half_width=116)
        case _:
            _handles(cloth, spread=48, rise=112, foot=214)
            body = (
                smooth(left(0, 200), left(60, 200), left(88, 204))
                + smooth(left(88, 204), left(112, 290), left(124, 352))
                + smooth(left(124, 352), left(116, 368), left(60, 370), left(0, 370))
            )
            _body(cloth, body, top=206, foot=370)
            flap = (
                smooth(left(0, 197), left(58, 197), left(90, 202))
                + line(left(90, 202), left(98, 256))
                + smooth(left(98, 256), left(40, 266), left(0, 268))
            )
            cloth.part(
                flap.whole(),
                tone="trim",
                rim=9,
                lifted=True,
                light=[smooth(left(74, 216), left(30, 222), left(-20, 220))],
            )
            cloth.seam(
                smooth(left(93, 250), left(40, 259), left(0, 261), left(-40, 259), left(-93, 250)),
                dash=True,
            )
            strap = line(left(9, 240), left(-9, 240), left(-9, 300), left(9, 300), left(9, 240))
            cloth.part(strap, tone="trim", rim=5, lifted=True)
            cloth.patch(line((187, 276), (213, 276), (213, 292), (187, 292), (187, 276)), GILT)
            cloth.stands(top=110, foot=370, half_width=132)


def _handles(cloth: Cloth, *, spread: float, rise: float, foot: float) -> None:
    arch = smooth(
        left(spread, foot),
        left(spread - 4, rise + 44),
        left(spread * 0.5, rise + 6),
        left(0, rise),
        left(-spread * 0.5, rise + 6),
        left(4 - spread, rise + 44),
        left(-spread, foot),
    )
    cloth.seam(arch, weight=10, tone=cloth.tones.deep)
    cloth.seam(arch, weight=8, tone=cloth.tones.dark)
    cloth.seam(arch, weight=2.5, tone=cloth.tones.light)


def _body(cloth: Cloth, half: Curve, *, top: float, foot: float) -> None:
    cloth.part(
        half.whole(),
        rim=16,
        dark=[smooth(left(80, foot - 10), left(0, foot - 18), left(-80, foot - 10))],
        light=[smooth(left(72, top + 26), left(74, (top + foot) / 2), left(76, foot - 34))],
        fold=12,
    )
