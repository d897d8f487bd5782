"""What everything worn on the upper body shares: the trunk, sleeves, necklines, collars."""

from dataclasses import dataclass

from .cloth import Cloth
from .pen import Curve, Point, left, line, smooth


@dataclass(frozen=True, slots=True)
class Torso:
    """Half widths of the trunk at fixed heights, and where it ends.

    Units: the sheet's; widths are measured from the middle.
    """

    neck: float = 36
    shoulder: float = 86
    chest: float = 72
    waist: float = 64
    hip: float = 76
    hem: float = 340
    hem_width: float = 78
    dip: float = 5
    """How much lower the hem hangs in the middle."""

    @property
    def shoulder_tip(self) -> Point:
        """The left shoulder's end."""
        return left(self.shoulder, 94)

    @property
    def underarm(self) -> Point:
        """Where the left sleeve's inside begins."""
        return left(self.chest, 178)

    def side(self) -> Curve:
        """The left side seam, from underarm to hem."""
        marks = [
            (y, width) for y, width in ((252, self.waist), (326, self.hip)) if y < self.hem - 24
        ]
        return smooth(
            self.underarm,
            *(left(width, y) for y, width in marks),
            left(self.hem_width, self.hem),
        )

    def armhole(self) -> Curve:
        """The left armhole, from shoulder to underarm."""
        return smooth(
            self.shoulder_tip,
            left(self.shoulder - 7, 128),
            left(self.chest + 1, 160),
            self.underarm,
        )

    def outline(self, neckline: Curve) -> Curve:
        """The whole trunk; `neckline` is its left half, from side neck to the middle."""
        shoulder = smooth(
            neckline.start, left((self.neck + self.shoulder) / 2, 80), self.shoulder_tip
        )
        hem = smooth(
            left(self.hem_width, self.hem),
            left(self.hem_width * 0.5, self.hem + self.dip * 0.8),
            left(0, self.hem + self.dip),
        )
        half = neckline.backwards() + shoulder + self.armhole() + self.side() + hem
        return half.whole()


def neckline(kind: str, neck: float = 36) -> Curve:
    """The left half of a front neckline, from the side of the neck to the middle."""
    match kind:
        case "v":
            return smooth(left(neck, 70), left(neck * 0.62, 104), left(0, 146))
        case "deepv":
            return smooth(left(neck, 70), left(neck * 0.66, 120), left(0, 186))
        case "scoop":
            return smooth(
                left(neck + 8, 72), left(neck - 2, 104), left(neck * 0.5, 126), left(0, 132)
            )
        case "boat":
            return smooth(left(neck + 24, 76), left(neck * 0.7, 89), left(0, 93))
        case "square":
            return line(left(neck + 8, 73), left(neck + 4, 122), left(0, 124))
        case _:
            return smooth(
                left(neck, 70), left(neck * 0.72, 89), left(neck * 0.34, 97), left(0, 99)
            )


def back_of_neck(cloth: Cloth, front: Curve, *, label: bool = True, rise: float = 0) -> None:
    """The inside of the garment's back, seen through the neck."""
    x, y = front.start
    back = smooth(left(0, y + 8 - rise), ((x + 200) / 2 - 6, y + 6 - rise), front.start)
    cloth.part((back + front).whole(), tone="inside", rim=10)
    if label:
        cloth.label(y + 12)


@dataclass(frozen=True, slots=True)
class Sleeve:
    """The left sleeve: its outline, and for each end of its hem the next point above it."""

    outline: Curve
    outer: Point
    inner: Point
    above_outer: Point
    above_inner: Point

    def cuff(self, deep: float) -> Curve:
        """The seam that far above the hem."""
        low = _towards(self.outer, self.above_outer, deep)
        high = _towards(self.inner, self.above_inner, deep)
        return smooth(low, ((low[0] + high[0]) / 2, (low[1] + high[1]) / 2 + 3), high)


REACH = {"cap": 0.16, "short": 0.36, "elbow": 0.56, "bracelet": 0.82, "long": 1.0}
"""How far a sleeve comes down, as a part of a whole arm."""


def sleeve(torso: Torso, *, length: str = "long", shape: str = "straight") -> Sleeve:
    """A sleeve by length (see `REACH`) and shape: straight, wide, bell, puff, balloon, bishop."""
    top, under = torso.shoulder_tip, torso.underarm
    reach = REACH[length]
    wrist = left(torso.shoulder + 38, 344)
    end = (top[0] + (wrist[0] - top[0]) * reach, top[1] + (wrist[1] - top[1]) * reach)
    half = {"bell": 27.0, "wide": 25.0, "balloon": 13.0, "bishop": 14.0}.get(shape, 16.0)
    half += (1 - reach) * 12
    outer, inner = (end[0] - half, end[1] - half * 0.16), (end[0] + half + 1, end[1] + half * 0.22)
    swell = {"balloon": 24.0, "bishop": 15.0, "puff": 15.0, "wide": 8.0, "bell": -1.0}.get(
        shape, 4
    )
    crown = (top[0] - 9, top[1] + 20)
    if shape in {"puff", "balloon"}:
        crown = (top[0] - 20, top[1] + 8)
    low = 0.66 if shape == "bishop" else 0.5
    middle = (
        top[0] + (outer[0] - top[0]) * low - swell,
        top[1] + (outer[1] - top[1]) * low,
    )
    bend = ((under[0] + inner[0]) / 2 + swell * 0.2, (under[1] + inner[1]) / 2 + 6)
    outside = smooth(top, crown, outer) if length == "cap" else smooth(top, crown, middle, outer)
    inside = line(inner, under) if length == "cap" else smooth(inner, bend, under)
    hem = smooth(outer, (end[0], end[1] + half * 0.16), inner)
    hidden = line(under, (under[0] + 16, under[1] + 4), (top[0] + 18, top[1] + 4), top)
    above = (crown, under) if length == "cap" else (middle, bend)
    return Sleeve(outside + hem + inside + hidden, outer, inner, *above)


def sleeves(
    cloth: Cloth, torso: Torso, *, length: str, shape: str = "straight", cuff: float = 0
) -> float:
    """Both sleeves, creased at the elbow, with a cuff that deep if asked; how low they hang."""
    arm = sleeve(torso, length=length, shape=shape)
    (ox, oy), (ix, iy), (tx, ty) = arm.outer, arm.inner, torso.shoulder_tip
    mid_x, mid_y = (tx + ox) / 2, (ty + oy) / 2
    dark = [smooth((tx + 12, ty + 60), ((tx + ix) / 2 + 8, (ty + iy) / 2 + 12), (ix - 5, iy - 8))]
    light = [smooth((tx - 1, ty + 24), (mid_x + 6, mid_y), (ox + 11, oy - 8))]
    if length in {"long", "bracelet"}:
        dark.append(
            smooth((mid_x + 26, mid_y - 2), (mid_x + 10, mid_y + 6), (mid_x + 2, mid_y + 20))
        )
        dark.append(smooth((ix - 2, iy - 46), (ix - 15, iy - 36), (ix - 26, iy - 38)))
    cloth.part(arm.outline, tone="limb", dark=dark, light=light, rim=10, pair=True)
    if cuff:
        cloth.seam(arm.cuff(cuff), pair=True)
    return max(oy, iy) + 4


def _towards(start: Point, end: Point, far: float) -> Point:
    """The point that far along the way."""
    east, south = end[0] - start[0], end[1] - start[1]
    share = far / (east**2 + south**2) ** 0.5
    return (start[0] + east * share, start[1] + south * share)
