"""The one line that best stands for a street drawn in many pieces.

Streets come in scraps: two carriageways, side arms, gaps at bridges and squares. Points sampled
along all of them are linked to their neighbours, gaps are closed at their narrowest, and the
longest of all shortest ways through is the street's spine.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from routing.travel import EARTH_RADIUS_M

Point = tuple[float, float]

SAMPLE_M = 20.0
"""Distance between samples along a street."""
MOST_SAMPLES = 600
"""Longer streets are sampled more coarsely; the work grows with the square."""
_REACH = 1.75
"""Samples this many sample distances apart are neighbours: across the road, not across a block."""


def spine(lines: Sequence[Sequence[Point]]) -> list[Point]:
    """The line, from one end to the other, through a street given as pieces.

    Shapes: points are `(longitude, latitude)` in degrees, in and out.
    """
    pieces = [to_metres(np.array(line, np.float64), lines[0][0]) for line in lines]
    whole = sum(_length(piece) for piece in pieces)
    step = max(SAMPLE_M, whole / MOST_SAMPLES)
    samples = np.unique(
        np.rint(np.concatenate([_sampled(piece, step) for piece in pieces])), axis=0
    )
    apart = np.hypot(*(samples[:, None, axis] - samples[None, :, axis] for axis in (0, 1)))
    links = np.where(apart <= step * _REACH, apart, np.inf)
    _close_gaps(links, apart)
    one_end = int(np.argmax(_walk(links, 0)[0]))
    far, back = _walk(links, one_end)
    here = int(np.argmax(far))
    order = [here]
    while here != one_end:
        here = int(back[here])
        order.append(here)
    return [_to_degrees(samples[at], lines[0][0]) for at in order]


def length_m(line: Sequence[Point]) -> float:
    """How long a line is, in metres."""
    return _length(to_metres(np.array(line, np.float64), line[0]))


def to_metres(points: NDArray[np.float64], origin: Point) -> NDArray[np.float64]:
    """Degrees to metres east and north of `origin`; true enough across one town.

    Shapes: `(n, 2)` in and out.
    """
    return np.radians(points - np.array(origin)) * EARTH_RADIUS_M * _squeeze(origin)


def _to_degrees(metres: NDArray[np.float64], origin: Point) -> Point:
    longitude, latitude = np.degrees(metres / (EARTH_RADIUS_M * _squeeze(origin))) + origin
    return round(float(longitude), 6), round(float(latitude), 6)


def _squeeze(origin: Point) -> NDArray[np.float64]:
    """A degree of longitude is shorter than one of latitude, the more so further north."""
    return np.array([np.cos(np.radians(origin[1])), 1.0])


def _length(piece: NDArray[np.float64]) -> float:
    return float(np.hypot(*np.diff(piece, axis=0).T).sum())


def _sampled(piece: NDArray[np.float64], step: float) -> NDArray[np.float64]:
    """Points along the piece at most `step` apart, its ends among them."""
    along = np.zeros(len(piece))
    along[1:] = np.hypot(*np.diff(piece, axis=0).T).cumsum()
    parts = int(along[-1] / step) + 1
    at = np.arange(parts + 1, dtype=np.float64) * (along[-1] / parts)
    samples = np.empty((parts + 1, 2))
    samples[:, 0] = np.interp(at, along, piece[:, 0])
    samples[:, 1] = np.interp(at, along, piece[:, 1])
    return samples


def _close_gaps(links: NDArray[np.float64], apart: NDArray[np.float64]) -> None:
    """Link what is not linked yet, where the gap is narrowest."""
    while (lost := np.isinf(_walk(links, 0)[0])).any():
        found = np.flatnonzero(~lost)
        missing = np.flatnonzero(lost)
        gaps = apart[np.ix_(found, missing)]
        row, column = np.unravel_index(int(np.argmin(gaps)), gaps.shape)
        here, there = found[row], missing[column]
        links[here, there] = links[there, here] = gaps[row, column]


def _walk(links: NDArray[np.float64], start: int) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Shortest ways from one sample to all others, and the sample before each (Dijkstra)."""
    far = np.full(len(links), np.inf)
    back = np.full(len(links), start, np.int64)
    open_ = np.ones(len(links), np.bool_)
    far[start] = 0.0
    while open_.any():
        here = int(np.argmin(np.where(open_, far, np.inf)))
        if np.isinf(far[here]) or not open_[here]:
            break
        open_[here] = False
        through = far[here] + links[here]
        nearer = through < far
        far[nearer] = through[nearer]
        back[nearer] = here
    return far, back
