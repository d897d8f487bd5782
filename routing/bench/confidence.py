"""What a mean over few instances is worth."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist, fmean, stdev

FEW = 20
"""Fewer instances than this, and no mean is claimed."""


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean and how far off it may be, either side, with 95 % confidence; None for one value."""

    value: float
    give_or_take: float | None
    count: int

    def words(self) -> str:
        """The mean as a percentage, in words."""
        if self.give_or_take is None:
            return f"{self.value:.2f} %"
        return f"{self.value:.2f} ± {self.give_or_take:.2f} %"


def mean_of(values: Sequence[float]) -> Mean:
    """The mean of at least one value and its 95 % confidence interval, by Student's t."""
    if len(values) < 2:
        return Mean(fmean(values), None, len(values))
    give_or_take = _student(len(values) - 1) * stdev(values) / sqrt(len(values))
    return Mean(fmean(values), give_or_take, len(values))


def _student(freedom: int) -> float:
    """The 97.5 % point of Student's t with so many degrees of freedom.

    Exact for one and two; else within 0.01.
    Source: Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.5.
    """
    exact = {1: 12.7062, 2: 4.3027}
    if freedom in exact:
        return exact[freedom]
    z = NormalDist().inv_cdf(0.975)
    terms = (
        z,
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
    )
    return sum(term / freedom**power for power, term in enumerate(terms))
