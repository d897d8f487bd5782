"""What is wound round or put on: belts, scarves, hats, gloves."""

from .cloth import Cloth
from .pen import ellipse, left, line, smooth
from .tops import both, word

GILT = "#b8954f"


def belt(cloth: Cloth) -> None:
    """A belt, coiled, its buckle in front."""
    back = smooth((94, 214), (120, 184), (200, 172), (280, 184), (306, 214)) + line(
        (306, 214), (302, 252)
    )
    back += smooth((302, 252), (276, 226), (200, 214), (124, 226), (98, 252)) + line(
        (98, 252), (94, 214)
    )
    cloth.part(back, tone="inside", rim=9)
    inner = smooth((118, 252), (140, 222), (200, 210), (262, 222), (290, 250)) + line(
        (290, 250), (288, 280)
    )
    inner += smooth((288, 280), (262, 256), (200, 246), (140, 258), (122, 284)) + line(
        (122, 284), (118, 252)
    )
    cloth.part(inner, tone="inside", rim=9)
    front = smooth((94, 214), (112, 262), (200, 286), (288, 262), (306, 214)) + line(
        (306, 214), (302, 266)
    )
    front += smooth((302, 266), (284, 312), (200, 336), (116, 312), (98, 266)) + line(
        (98, 266), (94, 214)
    )
    cloth.part(front, rim=10, light=[smooth((122, 264), (200, 300), (270, 272))])
    cloth.seam(
        smooth((100, 226), (118, 269), (200, 293), (282, 269), (300, 226)),
        smooth((101, 260), (122, 302), (200, 325), (278, 302), (299, 260)),
        dash=True,
    )
    frame = line((168, 270), (226, 272), (228, 342), (166, 340), (168, 270))
    cloth.seam(frame, weight=13, tone="#7d6230")
    cloth.seam(frame, weight=9, tone="#cfae69")
    cloth.seam(line((166, 305), (206, 307)), weight=6, tone="#cfae69")
    cloth.buttons((246, 300), (268, 292), size=2.6)
    cloth.stands(top=166, foot=344, half_width=128)


def scarf(cloth: Cloth) -> None:
    """A scarf: fringed and looped, or a `square` of silk, knotted."""
    if "square" in cloth.words:
        spread = line(
            left(128, 150), left(-128, 158), left(-112, 372), left(120, 380), left(128, 150)
        )
        cloth.part(
            spread,
            dark=[
                smooth((90, 190), (190, 250), (300, 360)),
                smooth((130, 370), (200, 300), (310, 200)),
            ],
            light=[
                smooth((100, 230), (200, 270), (280, 370)),
                smooth((110, 330), (190, 260), (290, 170)),
            ],
            fold=14,
        )
        for inset, weight in ((14, 7.0), (26, 2.0)):
            frame = line(
                left(128 - inset, 150 + inset),
                left(inset - 128, 158 + inset),
                left(inset - 112, 372 - inset),
                left(120 - inset, 380 - inset),
                left(128 - inset, 150 + inset),
            )
            cloth.seam(frame, weight=weight, tone=cloth.tones.contrast)
        cloth.seam(
            ellipse(202, 264, 52, 50),
            ellipse(202, 264, 38, 36),
            weight=3,
            tone=cloth.tones.contrast,
        )
        cloth.stands(top=146, foot=382, half_width=136)
        return
    fringe = [line((150 + i * 9, 402), (148 + i * 9.4, 428)) for i in range(8)]
    cloth.seam(*fringe, weight=3, tone=cloth.tones.dark)
    tail = (
        smooth((146, 170), (150, 290), (146, 404))
        + line((146, 404), (220, 404))
        + smooth((220, 404), (224, 290), (214, 170))
    )
    cloth.part(
        tail + line((214, 170), (146, 170)),
        tone="limb",
        dark=[
            smooth((172, 200), (176, 300), (170, 398)),
            smooth((200, 210), (206, 300), (202, 398)),
        ],
        light=[smooth((186, 200), (190, 300), (186, 390))],
        fold=9,
    )
    cloth.seam(
        *(line((208 + i * 9, 366), (208 + i * 9.4, 390)) for i in range(7)),
        weight=3,
        tone=cloth.tones.dark,
    )
    other = (
        smooth((202, 180), (200, 280), (204, 368))
        + line((204, 368), (268, 368))
        + smooth((268, 368), (272, 270), (256, 180))
    )
    cloth.part(
        other + line((256, 180), (202, 180)),
        tone="limb",
        lifted=True,
        dark=[smooth((230, 210), (240, 290), (238, 364))],
        light=[smooth((216, 210), (222, 290), (220, 356))],
        fold=9,
    )
    for top, wide, tall in ((100.0, 82.0, 62.0), (132.0, 92.0, 66.0)):
        loop = smooth(
            left(wide, top + 20),
            left(wide * 0.6, top - 6),
            left(0, top - 14),
            left(-wide * 0.6, top - 6),
            left(-wide, top + 20),
        )
        loop += smooth(
            left(-wide, top + 20),
            left(-wide * 0.66, top + tall),
            left(0, top + tall + 12),
            left(wide * 0.66, top + tall),
            left(wide, top + 20),
        )
        cloth.part(
            loop,
            lifted=True,
            dark=[
                smooth(
                    left(wide - 12, top + 30), left(0, top + tall - 4), left(12 - wide, top + 30)
                )
            ],
            light=[
                smooth(left(wide - 14, top + 16), left(0, top + 32), left(14 - wide, top + 16))
            ],
            fold=11,
        )
    cloth.stands(top=84, foot=430, half_width=112)


def hat(cloth: Cloth) -> None:
    """A hat: `fedora`, `beret` or `beanie`."""
    kind = word(cloth, "beret", "beanie", default="fedora")
    if kind == "beret":
        crown = smooth(
            left(104, 278),
            left(134, 236),
            left(84, 196),
            left(-10, 188),
            left(-100, 206),
            left(-132, 250),
            left(-96, 286),
        )
        crown += smooth(left(-96, 286), left(0, 300), left(104, 278))
        cloth.part(
            crown,
            dark=[smooth(left(84, 262), left(0, 282), left(-90, 270))],
            light=[smooth(left(90, 226), left(20, 206), left(-70, 220))],
            fold=14,
        )
        cloth.seam(line((206, 190), (209, 178)), weight=5)
        band = (
            smooth(left(92, 278), left(0, 296), left(-86, 284))
            + line(left(-86, 284), left(-84, 296))
            + smooth(left(-84, 296), left(0, 309), left(90, 291))
        )
        cloth.part(band + line(left(90, 291), left(92, 278)), tone="trim", rim=5)
        cloth.stands(top=176, foot=308, half_width=136)
    elif kind == "beanie":
        crown = smooth(left(0, 156), left(70, 174), left(98, 240), left(102, 300)) + line(
            left(102, 300), left(0, 306)
        )
        cloth.part(
            crown.whole(),
            dark=both(smooth(left(50, 190), left(60, 240), left(62, 296))),
            light=[smooth(left(24, 180), left(32, 230), left(32, 290))],
        )
        fold = (
            smooth(left(0, 286), left(60, 284), left(106, 276))
            + line(left(106, 276), left(105, 336))
            + smooth(left(105, 336), left(50, 344), left(0, 345))
        )
        cloth.part(fold.whole(), tone="trim", rim=9, lifted=True)
        cloth.seam(
            *(
                line((200 + 11 * i, 286 - i * i / 10), (200 + 11 * i, 343 - i * i / 12))
                for i in range(-9, 10)
            ),
            weight=0.9,
        )
        cloth.stands(top=150, foot=345, half_width=116)
    else:
        brim = ellipse(200, 292, 160, 30)
        cloth.part(brim, rim=10, light=[smooth((70, 286), (200, 312), (320, 288))])
        crown = smooth(
            left(98, 286),
            left(92, 220),
            left(66, 172),
            left(24, 176),
            left(0, 186),
            left(-24, 176),
            left(-66, 172),
            left(-92, 220),
            left(-98, 286),
        )
        crown += smooth(left(-98, 286), left(0, 312), left(98, 286))
        cloth.part(
            crown,
            lifted=True,
            dark=[
                smooth((200, 190), (196, 216), (200, 244)),
                smooth((140, 190), (132, 214), (136, 240)),
            ],
            light=[smooth((164, 186), (156, 220), (160, 256))],
            fold=12,
        )
        band = (
            smooth(left(96, 256), left(0, 282), left(-96, 256))
            + line(left(-96, 256), left(-98, 286))
            + smooth(left(-98, 286), left(0, 312), left(98, 286))
            + line(left(98, 286), left(96, 256))
        )
        cloth.part(band, tone="inside", rim=6)
        cloth.stands(top=164, foot=320, half_width=162)


def gloves(cloth: Cloth) -> None:
    """A pair of gloves."""
    hand = smooth((120, 380), (112, 320), (104, 270)) + smooth(
        (104, 270), (86, 248), (74, 216), (86, 208), (104, 230), (116, 244)
    )
    hand += smooth(
        (116, 244), (108, 200), (106, 160), (118, 154), (126, 164), (132, 220)
    ) + smooth((132, 220), (132, 170), (134, 140), (146, 136), (154, 146), (154, 218))
    hand += smooth(
        (154, 218), (160, 172), (164, 148), (176, 148), (180, 160), (174, 222)
    ) + smooth(
        (174, 222),
        (184, 190),
        (190, 176),
        (200, 178),
        (202, 190),
        (192, 244),
        (186, 290),
        (184, 380),
    )
    hand += smooth((184, 380), (150, 386), (120, 380))
    cloth.part(
        hand,
        tone="limb",
        dark=[
            smooth((134, 228), (138, 270), (132, 330)),
            smooth((172, 230), (170, 280), (168, 340)),
        ],
        light=[smooth((152, 240), (152, 290), (148, 350))],
        pair=True,
    )
    cloth.seam(
        line((132, 240), (134, 284)),
        line((152, 236), (152, 288)),
        line((172, 240), (168, 284)),
        weight=1.4,
        pair=True,
    )
    cloth.seam(smooth((114, 336), (148, 344), (186, 336)), weight=1.2, dash=True, pair=True)
    cloth.buttons((150, 362), (250, 362), size=4, colour=GILT)
    cloth.stands(top=132, foot=386, half_width=130)
