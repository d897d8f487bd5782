"""Shoes, in profile: the pair stands one a little behind the other."""

from collections.abc import Callable

from .cloth import Cloth
from .pen import Curve, Point, ellipse, line, smooth

SOLE = "#2a211b"
GUM = "#b98f5f"
GILT = "#b8954f"


def loafer(cloth: Cloth) -> None:
    """A loafer: `penny`, `tassel` or `bit`."""

    def one(at: Callable[[Curve], Curve]) -> None:
        cloth.patch(
            at(
                smooth((60, 352), (200, 353), (352, 352))
                + line((352, 352), (350, 362), (146, 362), (144, 372), (62, 372), (60, 352))
            ),
            SOLE,
        )
        upper = smooth((62, 352), (56, 322), (64, 280), (82, 266)) + smooth(
            (82, 266), (112, 292), (170, 292)
        )
        upper += smooth((170, 292), (206, 262), (232, 276), (300, 304), (346, 322), (356, 352))
        cloth.part(
            at(upper + line((354, 352), (62, 352))),
            dark=[
                at(smooth((96, 300), (130, 318), (170, 330))),
                at(smooth((250, 312), (290, 334), (344, 344))),
            ],
            light=[
                at(smooth((220, 290), (270, 308), (326, 330))),
                at(smooth((78, 300), (76, 320), (82, 338))),
            ],
        )
        collar = smooth((82, 266), (112, 286), (170, 292)) + smooth(
            (170, 292), (120, 306), (82, 266)
        )
        cloth.part(at(collar), tone="inside", rim=3)
        cloth.seam(
            at(smooth((262, 300), (286, 326), (322, 334), (346, 336))),
            at(smooth((122, 288), (128, 320), (120, 351))),
            weight=1.3,
        )
        saddle = smooth((218, 264), (238, 274), (262, 292)) + smooth(
            (262, 292), (256, 330), (262, 352)
        )
        saddle += line((262, 352), (196, 352)) + smooth((196, 352), (212, 312), (218, 264))
        cloth.part(at(saddle), tone="trim", rim=6, lifted=True)
        if "bit" in cloth.words:
            cloth.seam(at(smooth((214, 290), (236, 296), (262, 312))), weight=5, tone=GILT)
        elif "tassel" in cloth.words:
            cloth.seam(
                at(smooth((238, 292), (252, 306), (254, 328))),
                at(smooth((236, 292), (242, 308), (238, 330))),
                weight=5,
            )
        else:
            cloth.seam(at(smooth((224, 306), (238, 302), (250, 312))), weight=3)

    one(lambda curve: _moved(curve, -8))
    cloth.stands(top=250, foot=372, half_width=158)


def pump(cloth: Cloth) -> None:
    """A pump: `high`, `kitten` or `block` heel, `slingback`, `pointed`."""
    rise = 26.0 if "kitten" in cloth.words else 58.0 if "block" in cloth.words else 84.0

    def one(at: Callable[[Curve], Curve]) -> None:
        heel = 372 - rise
        width = 34 if "block" in cloth.words else 15
        block = smooth((72, heel - 8), (78, heel + rise * 0.4), (86, 372)) + line(
            (86, 372), (86 + width, 372)
        )
        block += smooth(
            (86 + width, 372), (92 + width, heel + rise * 0.4), (126, heel + 2)
        ) + line((126, heel + 2), (72, heel - 8))
        cloth.part(at(block), tone="limb", rim=6)
        sole = smooth((70, heel), (120, heel + 2), (200, 356), (262, 370), (356, 368))
        cloth.patch(
            at(
                sole
                + smooth(
                    (356, 368), (300, 380), (250, 379), (190, 366), (116, heel + 12), (70, heel)
                )
            ),
            SOLE,
        )
        upper = smooth((70, heel + 2), (60, heel - 34), (74, heel - 58)) + smooth(
            (74, heel - 58), (118, heel - 26), (186, 328 - rise * 0.12), (236, 318 - rise * 0.06)
        )
        upper += smooth((236, 318 - rise * 0.06), (290, 334), (336, 354), (360, 366)) + smooth(
            (360, 366), (300, 372), (256, 370), (196, 356), (124, heel + 6), (70, heel + 2)
        )
        cloth.part(
            at(upper),
            dark=[at(smooth((120, heel), (190, 350), (256, 362)))],
            light=[
                at(smooth((228, 330), (280, 346), (330, 362))),
                at(smooth((80, heel - 44), (76, heel - 26), (80, heel - 8))),
            ],
            fold=7,
        )
        mouth = smooth(
            (74, heel - 58), (118, heel - 28), (186, 328 - rise * 0.12), (236, 318 - rise * 0.06)
        )
        mouth += smooth(mouth.end, (180, 342 - rise * 0.12), (112, heel - 14), (74, heel - 58))
        cloth.part(at(mouth), tone="inside", rim=3)
        if "bow" in cloth.words:
            for loop in (
                smooth((262, 324), (246, 308), (240, 322), (262, 326)),
                smooth((264, 326), (286, 316), (284, 334), (264, 328)),
            ):
                cloth.part(at(loop), tone="trim", rim=4, lifted=True)

    one(lambda curve: _moved(curve, -8))
    cloth.stands(top=312 - rise - 4, foot=376, half_width=158)


def boot(cloth: Cloth) -> None:
    """A boot: `ankle`, `chelsea` or `knee`; `heel` or flat; `lace`."""
    words = cloth.words
    tall = "knee" in words
    rise = 44.0 if "heel" in words else 20.0
    top, heel = (40.0, 372 - rise) if tall else (176.0, 372 - rise)

    def at(curve: Curve) -> Curve:
        return _moved(curve, 12)

    cloth.patch(
        at(line((76, heel - 6), (80, 372), (126, 372), (136, heel + 2), (76, heel - 6))), SOLE
    )
    sole = smooth((74, heel), (136, heel + 2), (190, 362), (336, 360)) + line(
        (336, 360), (333, 373)
    )
    sole += line((333, 373), (196, 373)) + smooth((196, 373), (140, heel + 13), (76, heel + 9))
    cloth.patch(at(sole + line((76, heel + 9), (74, heel))), SOLE)
    back = [(70.0, top), (70.0, 130.0), (92.0, 252.0)] if tall else [(76.0, top), (82.0, 250.0)]
    counter = smooth(*back, (70, heel - 26), (74, heel + 3))
    shin = [(196.0, top + 3), (196.0, 150.0)] if tall else [(184.0, top + 5)]
    front = smooth(*shin, (184, 256), (220, 298), (284, 318), (326, 334), (338, 362))
    rim = smooth(counter.start, ((counter.start[0] + front.start[0]) / 2, top + 5), front.start)
    cloth.part(
        at(
            counter.backwards()
            + rim
            + front
            + smooth((338, 362), (200, 364), (136, heel + 6), (74, heel + 3))
        ),
        tone="limb",
        dark=[
            at(smooth((104, heel - 40), (148, heel - 46), (186, 284))),
            at(smooth((98, heel - 72), (140, heel - 84), (178, 258))),
            at(smooth((240, 330), (284, 344), (330, 352))),
        ],
        light=[
            at(smooth((112, top + 24), (110, (top + heel) / 2 - 20), (120, heel - 96))),
            at(smooth((220, 314), (264, 326), (312, 344))),
        ],
        fold=9,
    )
    over = smooth(front.start, ((counter.start[0] + front.start[0]) / 2, top - 6), counter.start)
    cloth.part(at(rim + over), tone="inside", rim=4)
    if "chelsea" in words:
        gore = smooth((112, top + 10), (114, 250), (134, 300)) + smooth(
            (134, 300), (156, 250), (158, top + 10)
        )
        cloth.part(at(gore + line((158, top + 10), (112, top + 10))), tone="inside", rim=4)
        ribs = [
            line((x, top + 14), (134 + (x - 134) * 0.5, 284 - abs(x - 134)))
            for x in range(116, 158, 6)
        ]
        cloth.seam(*(at(each) for each in ribs), weight=0.9)
        cloth.seam(
            at(line((78, top + 4), (72, top - 12), (88, top - 12), (90, top + 4))), weight=3
        )
    elif "lace" in words:
        eyelets = [(168 + i * 3.5 + i * i, top + 20 + i * 19) for i in range(6)]
        cloth.seam(
            *(at(line((x - 4, y + 8), (x + 16, y - 2))) for x, y in eyelets),
            weight=3,
            tone=cloth.tones.glow,
        )
        cloth.seam(at(smooth((162, top + 8), (168, 252), (196, 320), (192, 358))), weight=1.2)
    else:
        cloth.seam(at(smooth((134, top + 8), (136, 250), (132, heel))), weight=1.2)
    cloth.stands(top=top - 8, foot=374, half_width=158)


def sneaker(cloth: Cloth) -> None:
    """A trainer, low; `gum` sole or white."""

    def at(curve: Curve) -> Curve:
        return _moved(curve, -8)

    upper = smooth((66, 350), (60, 312), (64, 276), (72, 248)) + line((72, 248), (88, 246))
    upper += smooth((88, 246), (108, 274), (140, 270), (172, 240)) + line((172, 240), (190, 238))
    upper += smooth((190, 238), (230, 274), (276, 302), (326, 316), (354, 336), (358, 352))
    cloth.part(
        at(upper + line((358, 352), (66, 350))),
        dark=[
            at(smooth((96, 300), (140, 320), (190, 336))),
            at(smooth((280, 322), (320, 334), (350, 344))),
        ],
        light=[at(smooth((226, 292), (272, 314), (320, 328)))],
    )
    mouth = smooth((88, 246), (108, 266), (140, 262), (172, 240)) + smooth(
        (172, 240), (148, 284), (108, 286), (88, 246)
    )
    cloth.part(at(mouth), tone="inside", rim=3)
    tab = line((72, 248), (88, 246), (98, 284), (66, 290), (72, 248))
    cloth.part(at(tab), tone="flat", rim=5, dark=[at(line((70, 268), (94, 266)))])
    cap = smooth((298, 308), (286, 326), (290, 350)) + line((290, 350), (358, 352))
    cloth.part(
        at(cap + smooth((358, 352), (354, 336), (326, 316), (298, 308))), tone="trim", rim=5
    )
    eyestay = line((168, 262), (188, 244), (282, 304), (262, 322)) + smooth(
        (262, 322), (214, 304), (168, 262)
    )
    cloth.part(at(eyestay), tone="trim", rim=4, lifted=True)
    laces = [
        at(line((176 + i * 19, 268 + i * 11), (204 + i * 19, 256 + i * 11))) for i in range(5)
    ]
    cloth.seam(*laces, weight=4.4)
    cloth.seam(*laces, weight=3.2, tone="#fffdf8")
    cloth.seam(at(smooth((120, 280), (150, 318), (140, 350))), weight=1, dash=True)
    sole = smooth((58, 342), (200, 349), (362, 342)) + smooth((362, 342), (369, 356), (356, 372))
    sole += line((356, 372), (64, 372)) + smooth((64, 372), (52, 358), (58, 342))
    cloth.patch(at(sole), GUM if "gum" in cloth.words else "#f4f0e8")
    cloth.seam(at(sole), at(smooth((58, 353), (200, 359), (364, 352))), weight=0.9)
    cloth.stands(top=236, foot=372, half_width=158)


def sandal(cloth: Cloth) -> None:
    """A sandal or a flat: `ballet` closed, else strapped."""
    if "ballet" in cloth.words:
        _ballet(cloth)
        return

    def one(at: Callable[[Curve], Curve]) -> None:
        heel = 300.0 if "heel" in cloth.words else 352.0
        if heel < 340:
            cloth.part(
                at(line((74, heel), (84, 372), (106, 372), (122, heel + 4), (74, heel))),
                tone="limb",
                rim=6,
            )
        bed = (
            smooth((66, heel), (130, heel + 4), (210, 352), (352, 354))
            + smooth((352, 354), (362, 362), (350, 369))
            + smooth((350, 369), (210, 368), (130, heel + 16), (68, heel + 12))
            + line((68, heel + 12), (66, heel))
        )
        cloth.patch(at(bed), GUM)
        cloth.seam(at(bed), weight=1)
        for strap in (
            smooth((262, 354), (268, 316), (306, 312))
            + smooth((306, 312), (330, 326), (336, 354))
            + line((336, 354), (262, 354)),
            smooth((206, 352), (214, 300), (246, 288))
            + smooth((246, 288), (262, 300), (240, 320), (236, 353))
            + line((236, 353), (206, 352)),
            smooth((74, heel), (78, heel - 50), (96, heel - 74))
            + line((96, heel - 74), (110, heel - 64))
            + smooth((110, heel - 64), (96, heel - 40), (94, heel + 2))
            + line((94, heel + 2), (74, heel)),
        ):
            cloth.part(at(strap), tone="trim", rim=5, lifted=True)
        ankle = ellipse(128, heel - 66, 42, 11)
        cloth.seam(at(ankle), weight=8, tone=cloth.tones.dark)
        cloth.seam(at(ankle), weight=5, tone=cloth.tones.light)
        cloth.buttons((150, heel - 57), size=3.4, colour=GILT)

    one(lambda curve: _moved(curve, -8))
    cloth.stands(top=222, foot=370, half_width=158)


def _ballet(cloth: Cloth) -> None:
    def one(at: Callable[[Curve], Curve]) -> None:
        upper = (
            smooth((64, 364), (56, 334), (66, 312))
            + smooth((66, 312), (130, 346), (210, 342), (262, 322))
            + smooth((262, 322), (320, 334), (352, 352), (354, 366))
            + line((354, 366), (64, 364))
        )
        cloth.part(
            at(upper),
            dark=[at(smooth((110, 346), (190, 356), (260, 352)))],
            light=[at(smooth((266, 336), (306, 344), (340, 358)))],
        )
        mouth = smooth((66, 312), (130, 340), (210, 338), (262, 322)) + smooth(
            (262, 322), (210, 352), (130, 356), (66, 312)
        )
        cloth.part(at(mouth), tone="inside", rim=3)
        cloth.patch(at(line((62, 364), (354, 366), (350, 373), (66, 373), (62, 364))), SOLE)
        for loop in (
            smooth((262, 324), (242, 308), (238, 326), (262, 328)),
            smooth((262, 326), (288, 316), (284, 336), (262, 328)),
        ):
            cloth.part(at(loop), tone="trim", rim=4, lifted=True)

    one(lambda curve: _moved(curve, -8))
    cloth.stands(top=296, foot=373, half_width=158)


def _moved(curve: Curve, right: float) -> Curve:
    def move(point: Point) -> Point:
        return (point[0] + right, point[1])

    return Curve(move(curve.start), tuple((move(a), move(b), move(c)) for a, b, c in curve.pieces))
