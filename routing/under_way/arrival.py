"""Says honestly when a concierge will come: ranges instead of moments, and the risk of lateness.

Many days are imagined from now on, each drive and each visit taking its planned time times a
factor drawn from `Noise`. What is still under way is imagined only as it can still turn out: a
drive begun twenty minutes ago and not yet over takes longer than twenty minutes. She waits in the
street for a window to open; she never rings before.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from routing.errors import BadProblem
from routing.plan import Route, Stop
from routing.problem import Problem
from routing.seconds import Rest, ceil_s, floor_s, lasts_s, moment

from .retime import rests_ahead, retime

AT_THE_DOOR = 0.001
"""How probable it is that she is at the door, unbegun, whenever she could have been there: the
client is slow to open, or it has not been told. A drive three spreads too long is as probable;
beyond that the door is the likelier story, and the roads are not to blame."""

Draws = NDArray[np.float64]
"""One number for each imagined day."""


@dataclass(frozen=True, slots=True)
class Noise:
    """How far days stray from their plan: the spread of the factors on planned durations.

    Each factor is lognormal with median 1: as often shorter as longer. `drive` spreads every
    drive by itself and `traffic` all drives of a route alike; `service` spreads every visit.

    Units: standard deviations of the factor's logarithm.
    Source: Chen et al., Journal of Advanced Transportation 2018, 3747632: of four families the
    lognormal fits drive times on Beijing's streets best; drives after one another are correlated
    (UC Irvine, escholarship 6c5635f2). The three sizes are assumptions, to be replaced by what a
    house measures on its own days.

    Raises:
        BadProblem: a spread is negative or not finite.
    """

    drive: float = 0.20
    traffic: float = 0.10
    service: float = 0.25

    def __post_init__(self) -> None:
        for name in ("drive", "traffic", "service"):
            if not 0 <= getattr(self, name) < np.inf:
                raise BadProblem(f"Noise {name} is {getattr(self, name)}.")


@dataclass(frozen=True, slots=True)
class Span:
    """Between which moments something will happen, both ends included."""

    earliest: datetime
    latest: datetime


@dataclass(frozen=True, slots=True)
class Arrival:
    """A visit still to come: when she will be in the street, when she will ring, and how sure.

    `late` is the probability that service begins after the promised window has closed.
    """

    visit: str
    arrives: Span
    starts: Span
    late: float


def arrivals(
    problem: Problem,
    route: Route,
    *,
    now: datetime,
    done: Mapping[str, datetime] | None = None,
    begun: Mapping[str, datetime] | None = None,
    noise: Noise | None = None,
    share: float = 0.8,
    draws: int = 2_000,
    seed: int = 0,
) -> tuple[Arrival, ...]:
    """When she will be at each visit that has not begun, in driving order, as seen now.

    `now`, `done` and `begun` are as for `retime`. A share of 0.8 leaves one chance in ten before
    each span and one after. Where she may have to wait for the window to open, that moment has a
    probability of its own and the span of `starts` holds more than its share. The same question
    with the same seed has the same answer.

    Raises:
        BadProblem: `share` is no share, or as for `retime`.
    """
    if not 0 < share < 1 or draws < 1:
        raise BadProblem(f"A share of {share} from {draws} imagined days is no range.")
    ended, began = done or {}, begun or {}
    stops = retime(problem, route, now=now, done=ended, begun=began).route.stops
    days = _Days(noise or Noise(), route.leaves, now, draws, seed)
    rests = rests_ahead(route)
    tails = ((1 - share) / 2, (1 + share) / 2)
    coming: list[Arrival] = []
    for stop in stops:
        if stop.visit in began:
            days.look_back(stop, rests[stop.visit], began[stop.visit].timestamp())
        if stop.visit in ended:
            days.stand_free(ended[stop.visit].timestamp())
            continue
        lasts = lasts_s(problem.visit(stop.visit).lasts)
        if stop.visit not in began:
            ready = days.drive(stop, rests[stop.visit])
            coming.append(days.arrival(stop, *ready, tails=tails))
        days.serve(lasts)
    return tuple(coming)


class _Days:
    """The rest of a route in many imagined days at once.

    Days that fit better to what has been seen weigh more.

    Shapes: every array is `(draws,)`. Units: seconds since the epoch.
    """

    def __init__(
        self, noise: Noise, leaves: datetime, now: datetime, draws: int, seed: int
    ) -> None:
        self.noise, self.now_s = noise, now.timestamp()
        self.dice = np.random.default_rng(seed)
        self.clock: Draws = np.full(draws, leaves.timestamp())
        self.log_traffic: Draws = noise.traffic * self.dice.standard_normal(draws)
        self.log_weights: Draws = np.zeros(draws)
        self.known = True
        """Whether the clock still shows a moment that is known, the same in every day."""

    def stand_free(self, at_s: float) -> None:
        """She is known to have been free, or at the door, then."""
        self.clock, self.known = np.full_like(self.clock, at_s), True

    def look_back(self, stop: Stop, rests: Sequence[Rest], began_s: float) -> None:
        """She is at the door: days whose traffic makes that drive likelier weigh more.

        A drive that ended in a wait or in a rest is only known to have been no longer. One that
        no traffic explains says no more than a drive three spreads from its plan.
        """
        took_s, planned_s = self._at_the_wheel_s(rests, began_s), stop.drive.total_seconds()
        if self.known and self.noise.drive > 0 and took_s > 0 and planned_s > 0:
            most = 3 * np.hypot(self.noise.drive, self.noise.traffic)
            slower = np.clip(np.log(took_s / planned_s), -most, most)
            luck = (slower - self.log_traffic) / self.noise.drive
            exact = not rests and began_s > ceil_s(stop.window.opens)
            self.log_weights += -(luck**2) / 2 if exact else np.log(_normal_cdf(luck))
        self.stand_free(began_s)

    def drive(self, stop: Stop, rests: Sequence[Rest]) -> tuple[Draws, Draws]:
        """Drive on to the next stop, resting on the way; when she is there, and when she rings."""
        planned = stop.drive.total_seconds() * np.exp(self.log_traffic)
        opens_s = ceil_s(stop.window.opens)
        least = np.zeros_like(planned)
        if self.known and opens_s <= self.now_s:
            so_far_s = self._at_the_wheel_s(rests, self.now_s)
            np.divide(so_far_s, planned, out=least, where=planned > 0)
        there = self._at_the_door(least)
        drive = planned * self._factors(self.noise.drive, np.where(there, 0.0, least))
        drive = np.where(there, 0.0, drive)
        arrives, ready = _leg(self.clock, drive, rests)
        self.known = False
        self.clock = np.maximum(ready, max(opens_s, self.now_s))
        return np.maximum(arrives, self.now_s), self.clock

    def serve(self, lasts_s: int) -> None:
        """The visit that has just begun takes its time; one begun long ago, longer than that."""
        so_far_s = max(0.0, self.now_s - self.clock[0]) if self.known else 0.0
        least = np.full_like(self.clock, so_far_s / lasts_s)
        self.known = False
        self.clock = self.clock + lasts_s * self._factors(self.noise.service, least)

    def arrival(
        self, stop: Stop, arrives: Draws, starts: Draws, *, tails: tuple[float, float]
    ) -> Arrival:
        """What the imagined days say of one stop."""
        weights = np.exp(self.log_weights - self.log_weights.max())
        late = weights[starts > floor_s(stop.window.closes)].sum() / weights.sum()
        return Arrival(
            stop.visit,
            _span(arrives, weights, tails, like=stop.arrives),
            _span(starts, weights, tails, like=stop.starts),
            float(late),
        )

    def _at_the_wheel_s(self, rests: Sequence[Rest], until_s: float) -> float:
        """How long she can have been driving to the next stop by then, rests not counted."""
        left_s = self.clock[0]
        rested_s = 0.0
        for rest in rests:
            begins_s = max(left_s + rested_s, rest.opens_s)
            rested_s += max(0.0, min(until_s, begins_s + rest.lasts_s) - begins_s)
        return max(0.0, until_s - left_s - rested_s)

    def _at_the_door(self, least: Draws) -> NDArray[np.bool_]:
        """The days in which she is there already, although nobody has said that she has begun.

        Days are as likely as what is seen is in them: a drive that lasts, or one that is over.
        """
        if self.noise.drive == 0:
            return least > 1
        with np.errstate(divide="ignore"):
            still = _normal_cdf(-np.log(least) / self.noise.drive)
        told = still + AT_THE_DOOR * (1 - still)
        there = self.dice.random(len(least)) * told > still
        # Of the days still driving, `_factors` counts how likely that was; here the other part.
        self.log_weights = self.log_weights + np.where(there, np.log(told), np.log(told / still))
        return there

    def _factors(self, spread: float, least: Draws) -> Draws:
        """Lognormal factors that exceed `least`; how likely that was goes into the weights.

        Where the least is already in the upper half, the rest of the tail is drawn from an
        exponential instead.

        Source: Robert, Statistics and Computing 5, 1995, 121-125, simulation of truncated normals.
        """
        if spread == 0:
            return np.maximum(1.0, least)
        with np.errstate(divide="ignore"):
            floor = np.log(least) / spread
        tail = floor > 0
        start = np.where(tail, floor, 0.0)
        rate = (start + np.sqrt(start**2 + 4)) / 2
        normal = self.dice.standard_normal(len(least))
        beyond = self.dice.standard_exponential(len(least)) / rate
        drawn = np.where(tail, start + beyond, normal)
        log_ratio = -(drawn**2) / 2 - np.log(np.sqrt(2 * np.pi) * rate) + rate * beyond
        possible = np.where(drawn > floor, 0.0, -np.inf)
        self.log_weights = self.log_weights + np.where(tail, log_ratio, possible)
        return np.exp(spread * drawn)


def _leg(leaves: Draws, drive: Draws, rests: Sequence[Rest]) -> tuple[Draws, Draws]:
    """When a drive is over, and when it and every rest on the way are; driving goes on between."""
    clock, left = leaves, drive
    arrives = np.full_like(leaves, np.inf)
    for rest in rests:
        begins = np.maximum(clock, rest.opens_s)
        arrives = np.minimum(arrives, np.where(clock + left <= begins, clock + left, np.inf))
        left = np.maximum(0.0, left - (begins - clock))
        clock = begins + rest.lasts_s
    ready = clock + left
    return np.minimum(arrives, ready), ready


def _normal_cdf(luck: Draws) -> Draws:
    """How likely a standard normal number is to be smaller, to three decimals."""
    return 0.5 + 0.5 * np.tanh(np.sqrt(2 / np.pi) * (luck + 0.044715 * luck**3)) + 1e-9


def _span(moments: Draws, weights: Draws, tails: tuple[float, float], *, like: datetime) -> Span:
    """The moments between two shares of the weight, in whole seconds."""
    order = np.argsort(moments)
    reached = np.cumsum(weights[order]) / weights.sum()
    earliest, latest = (moments[order][np.searchsorted(reached, tail)] for tail in tails)
    return Span(
        moment(int(np.floor(earliest)), like.tzinfo), moment(int(np.ceil(latest)), like.tzinfo)
    )
