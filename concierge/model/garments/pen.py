"""Lines drawn through points: the pen every garment is drawn with.

Units: the sheet is 400 wide and 500 high, y downwards; garments are symmetric about x = 200.
"""

from dataclasses import dataclass
from itertools import pairwise

Point = tuple[float, float]

MIDDLE = 200.0


@dataclass(frozen=True, slots=True)
class Curve:
    """A run of cubic Béziers: where it starts, then (control, control, end) per piece."""

    start: Point
    pieces: tuple[tuple[Point, Point, Point], ...]

    @property
    def end(self) -> Point:
        """Where the curve stops."""
        return self.pieces[-1][2] if self.pieces else self.start

    def __add__(self, after: "Curve") -> "Curve":
        """This curve, a straight line if the two do not meet, and the one after."""
        bridge = () if self.end == after.start else line(self.end, after.start).pieces
        return Curve(self.start, self.pieces + bridge + after.pieces)

    def backwards(self) -> "Curve":
        """The same line, drawn from its end."""
        starts = (self.start, *(end for _, _, end in self.pieces[:-1]))
        turned = tuple(
            (second, first, start)
            for start, (first, second, _) in zip(starts, self.pieces, strict=True)
        )
        return Curve(self.end, turned[::-1])

    def mirrored(self) -> "Curve":
        """The same line on the other side of the middle."""
        return Curve(
            _flip(self.start), tuple((_flip(a), _flip(b), _flip(c)) for a, b, c in self.pieces)
        )

    def whole(self) -> "Curve":
        """A left half, from top to the middle of its foot, closed by its mirror image."""
        return self + self.mirrored().backwards()

    def path(self, *, closed: bool = True) -> str:
        """The line as SVG path data, relative and rounded without drifting."""
        here = _fine(self.start)
        text, last, before = f"M{_xy(here, (0, 0))}", "M", self.start
        for first, second, end in self.pieces:
            straight = second == end and first == before
            kind = "l" if straight else "c"
            points = (end,) if straight else (first, second, end)
            numbers = " ".join(_xy(_fine(point), here) for point in points).replace(" -", "-")
            gap = "" if kind != last or numbers[0] == "-" else " "
            text += (kind if kind != last else gap) + numbers
            last, before, here = kind, end, _fine(end)
        return text + ("z" if closed else "")


def line(*points: Point) -> Curve:
    """Straight from point to point."""
    return Curve(
        points[0],
        tuple((a, b, b) for a, b in pairwise(points)),
    )


def smooth(*points: Point) -> Curve:
    """A flowing line through every point (centripetal enough: Catmull-Rom)."""
    count = len(points)
    pieces: list[tuple[Point, Point, Point]] = []
    for i in range(count - 1):
        before, here = points[max(i - 1, 0)], points[i]
        there, beyond = points[i + 1], points[min(i + 2, count - 1)]
        first = (here[0] + (there[0] - before[0]) / 6, here[1] + (there[1] - before[1]) / 6)
        second = (there[0] - (beyond[0] - here[0]) / 6, there[1] - (beyond[1] - here[1]) / 6)
        pieces.append((first, second, there))
    return Curve(points[0], tuple(pieces))


def ellipse(x: float, y: float, wide: float, high: float) -> Curve:
    """An ellipse round (x, y) with these half axes."""
    k = 0.5523
    return Curve(
        (x - wide, y),
        (
            ((x - wide, y - k * high), (x - k * wide, y - high), (x, y - high)),
            ((x + k * wide, y - high), (x + wide, y - k * high), (x + wide, y)),
            ((x + wide, y + k * high), (x + k * wide, y + high), (x, y + high)),
            ((x - k * wide, y + high), (x - wide, y + k * high), (x - wide, y)),
        ),
    )


def left(x: float, y: float) -> Point:
    """A point `x` to the left of the middle."""
    return (MIDDLE - x, y)


def number(length: float) -> str:
    """A length in the drawing's own units, two to one of the sheet's: whole numbers are short."""
    return str(round(length * 2))


def short(share: float) -> str:
    """A share between nought and one, without its leading nought."""
    return f"{share:g}".removeprefix("0") or "0"


def _fine(point: Point) -> tuple[int, int]:
    return (round(point[0] * 2), round(point[1] * 2))


def _flip(point: Point) -> Point:
    return (2 * MIDDLE - point[0], point[1])


def _xy(point: tuple[int, int], origin: tuple[int, int]) -> str:
    x, y = point[0] - origin[0], point[1] - origin[1]
    return f"{x}{y}" if y < 0 else f"{x} {y}"
