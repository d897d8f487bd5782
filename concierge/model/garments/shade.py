"""A garment's shades, all derived from its one colour."""

import math
from dataclasses import dataclass


class BadColour(ValueError):
    """Not six hexadecimal digits."""


@dataclass(frozen=True, slots=True)
class Shades:
    """Hex colours from one base: `deep` for lines, `glow` for highlights, `paper` behind it."""

    base: str
    deep: str
    dark: str
    light: str
    glow: str
    inside: str
    paper: str
    floor: str
    contrast: str
    """For stitches, stripes and checks: reads on the base."""
    pale: bool


def shades(colour: str) -> Shades:
    """Every shade of a colour given as `rrggbb`, with or without `#`.

    Raises:
        BadColour: it is not six hexadecimal digits.
    """
    lightness, chroma, hue = _to_lch(colour)
    pale, night = lightness > 0.86, lightness < 0.36

    def tone(by: float, *, richer: float = 1.0) -> str:
        return _to_hex(min(max(lightness + by, 0.03), 0.99), chroma * richer, hue)

    ground = 0.895 if pale else 0.925
    warm_a, warm_b = 0.003, 0.0125
    tint = min(chroma, 0.1) * 0.07
    paper_a, paper_b = warm_a + tint * math.cos(hue), warm_b + tint * math.sin(hue)
    paper_chroma, paper_hue = math.hypot(paper_a, paper_b), math.atan2(paper_b, paper_a)
    return Shades(
        base=tone(0),
        deep=tone(-0.3 if not night else -0.16, richer=0.9),
        dark=tone(-0.13 if not night else -0.07, richer=1.02),
        light=tone(0.06 if not night else 0.075, richer=0.98),
        glow=tone(0.13 if not night else 0.2, richer=0.8),
        inside=tone(-0.2 if not night else -0.09, richer=0.9),
        paper=_to_hex(ground + 0.022, paper_chroma, paper_hue),
        floor=_to_hex(ground - 0.035, paper_chroma * 1.15, paper_hue),
        contrast=tone(0.42, richer=0.35) if lightness < 0.6 else tone(-0.34, richer=0.8),
        pale=pale,
    )


def _to_lch(colour: str) -> tuple[float, float, float]:
    digits = colour.removeprefix("#")
    if len(digits) != 6 or any(each not in "0123456789abcdefABCDEF" for each in digits):
        raise BadColour(f"{colour!r} is not a colour like 'b08d62'.")
    red, green, blue = (_linear(int(digits[i : i + 2], 16) / 255) for i in (0, 2, 4))
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    medium = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    lightness = 0.2104542553 * long + 0.793617785 * medium - 0.0040720468 * short
    a = 1.9779984951 * long - 2.428592205 * medium + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * medium - 0.808675766 * short
    return lightness, math.hypot(a, b), math.atan2(b, a)


def _to_hex(lightness: float, chroma: float, hue: float) -> str:
    """Oklch to sRGB. Source: Björn Ottosson, "A perceptual color space", 2020."""
    a, b = chroma * math.cos(hue), chroma * math.sin(hue)
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3
    channels = (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.707614701 * short,
    )
    return "#" + "".join(f"{round(255 * _gamma(each)):02x}" for each in channels)


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def _gamma(value: float) -> float:
    bounded = min(max(value, 0.0), 1.0)
    return 12.92 * bounded if bounded <= 0.0031308 else 1.055 * bounded ** (1 / 2.4) - 0.055
