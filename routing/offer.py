"""Which windows can still be promised, by inserting a visit into a plan as it stands.

For every gap of every route the earliest departure before it and the latest start after it are
known, so asking whether a visit fits a gap takes no walk along the route. Insertion is sound, not
complete: what is offered can be inserted; what is refused might fit after reshuffling the day.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from operator import le

from .clockwork import departures, drives_s, last_departure, latest_starts, soonest
from .plan import Plan, Reason, Route
from .problem import Problem, Shift, Visit, Window
from .reasons import can_carry, may_serve, spoken, why_never
from .seconds import Call, Duty, call, duty
from .timeline import is_moved, is_stranger, time_calls


@dataclass(frozen=True, slots=True)
class Offer:
    """Whether a visit fits a window and, if so, where it costs least.

    `position` is the index the visit would have among the route's stops. `added` is the driving
    it adds; `cost` is everything it adds, in seconds of driving, as `Weights` values it.
    `starts` is when it would begin. `reason` is set when it does not fit; `words` always.
    """

    visit: str
    window: Window
    feasible: bool
    words: str
    shift: str | None = None
    position: int | None = None
    added: timedelta = timedelta(0)
    cost: int = 0
    starts: datetime | None = None
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class _Day:
    """One shift's day as planned, with the two tables that make insertion cheap."""

    on: Duty
    calls: tuple[Call, ...]
    drives: tuple[int, ...]
    load: int
    departures: list[list[int]]
    latest: list[list[int]]


@dataclass(frozen=True, slots=True)
class _Gap:
    """Where a visit would go, and between which moments it could begin, per rests over."""

    day: _Day
    position: int
    added_s: int
    cost: int
    earliest: list[int]
    latest: list[int]
    full: bool

    def fits(self, span: tuple[int, int]) -> bool:
        """Whether service could begin between these moments."""
        opens_s, closes_s = span
        return any(
            max(earliest_s, opens_s) <= min(latest_s, closes_s)
            for earliest_s, latest_s in zip(self.earliest, self.latest, strict=True)
        )


class Offers:
    """A plan made ready for many questions. Changes of the plan reach it by `follow` alone.

    Raises:
        BadProblem: the plan names a shift or a visit that the problem does not.
    """

    def __init__(self, problem: Problem, plan: Plan) -> None:
        driven = {route.shift: route for route in plan.routes}
        self.problem = problem
        self._days = {
            shift.id: _day(problem, shift, driven.get(shift.id)) for shift in problem.shifts
        }

    def follow(self, route: Route) -> None:
        """Take note that this route has come into its shift's place."""
        self._days[route.shift] = _day(self.problem, self.problem.shift(route.shift), route)

    def windows(self, visit: Visit, windows: Sequence[Window]) -> list[Offer]:
        """For each window, the cheapest place for this visit, or why there is none."""
        gaps = self._gaps(visit)
        return [
            self._offer(visit, window, gaps) or self._no(visit, [window], gaps)
            for window in windows
        ]

    def places(self, visit: Visit) -> list[Offer]:
        """The cheapest place with every concierge who has one, cheapest first."""
        best: dict[str, Offer] = {}
        for gap in self._gaps(visit):
            shift = gap.day.on.shift
            if shift.id not in best:
                found = (self._offer(visit, window, [gap]) for window in sorted(visit.windows))
                best.update((shift.id, offer) for offer in list(filter(None, found))[:1])
        return list(best.values())

    def best(self, visit: Visit) -> Offer:
        """The cheapest place in any of her windows, or why there is none."""
        places = self.places(visit)
        return places[0] if places else self._no(visit, visit.windows, self._gaps(visit))

    def _gaps(self, visit: Visit) -> list[_Gap]:
        """Every gap where somebody who may come could begin at some moment, cheapest first."""
        asked = call(self.problem, visit)
        gaps: list[_Gap] = []
        for day in self._days.values():
            if may_serve(visit, day.on.shift) and can_carry(visit, day.on.shift):
                gaps += self._gaps_of(asked, day)
        gaps.sort(key=lambda gap: gap.cost)
        return gaps

    def _gaps_of(self, asked: Call, day: _Day) -> Iterator[_Gap]:
        """The gaps of one day between its stops, and before and after them."""
        seconds, rests = self.problem.travel.seconds, day.on.rests
        fixed = self._fixed_cost(asked.visit, day)
        full = day.load + asked.visit.load > day.on.shift.capacity
        rows = [day.on.start_row, *(each.row for each in day.calls), day.on.end_row]
        for position, (here, there) in enumerate(pairwise(rows)):
            to_s = int(seconds.item(here, asked.row))
            from_s = int(seconds.item(asked.row, there))
            earliest = [
                soonest(day.departures[position], to_s, rests, over)[0]
                for over in range(len(rests) + 1)
            ]
            latest = [
                last_departure(day.latest[position], from_s, rests, over) - asked.lasts_s
                for over in range(len(rests) + 1)
            ]
            if any(map(le, earliest, latest)):
                added_s = to_s + from_s - (day.drives[position] if day.calls else 0)
                yield _Gap(day, position, added_s, added_s + fixed, earliest, latest, full)

    def _fixed_cost(self, visit: Visit, day: _Day) -> int:
        """What giving the visit to this shift costs beside driving."""
        weights, shift = self.problem.weights, day.on.shift
        return (
            (0 if day.calls else weights.shift)
            + is_stranger(self.problem, visit, shift.id) * weights.stranger
            + is_moved(visit, shift.id) * weights.moved
        )

    def _offer(self, visit: Visit, window: Window, gaps: Iterable[_Gap]) -> Offer | None:
        """The first of these gaps that fits the window."""
        asked = call(self.problem, visit, [window])
        for span in asked.spans:
            for gap in gaps:
                if not gap.full and gap.fits(span):
                    return self._yes(asked, window, gap)
        return None

    def _yes(self, asked: Call, window: Window, gap: _Gap) -> Offer | None:
        """The gap as an offer, at the time the visit would then begin."""
        before, after = gap.day.calls[: gap.position], gap.day.calls[gap.position :]
        route = time_calls(self.problem, gap.day.on, [*before, asked, *after])
        if route is None:
            return None
        starts = route.stops[gap.position].starts
        who, more = gap.day.on.shift.called, round(gap.added_s / 60)
        return Offer(
            visit=asked.visit.id,
            window=window,
            feasible=True,
            words=f"{who}, about {starts:%H:%M}, {more} min more driving.",
            shift=gap.day.on.shift.id,
            position=gap.position,
            added=timedelta(seconds=gap.added_s),
            cost=gap.cost,
            starts=starts,
        )

    def _no(self, visit: Visit, windows: Sequence[Window], gaps: Sequence[_Gap]) -> Offer:
        reason, words = self._why_not(visit, windows, gaps)
        return Offer(visit.id, windows[0], feasible=False, reason=reason, words=words)

    def _why_not(
        self, visit: Visit, windows: Sequence[Window], gaps: Sequence[_Gap]
    ) -> tuple[Reason, str]:
        never = why_never(self.problem, visit, windows)
        if never is not None:
            return never
        spans = call(self.problem, visit, windows).spans
        if any(gap.fits(span) for gap in gaps for span in spans):
            words = f"The cars that could get there {spoken(windows)} have no rail left for it."
            return Reason.NO_CAPACITY, words
        if visit.lock is not None:
            shift = self.problem.shift(visit.lock.shift)
            words = f"Locked to {shift.called}, who is busy {spoken(windows)}."
            return Reason.LOCKED_OUT, words
        words = f"Everybody who could come is busy {spoken(windows)}."
        return Reason.WINDOWS_FULL, words


def offers(problem: Problem, plan: Plan, visit: Visit, windows: Sequence[Window]) -> list[Offer]:
    """For each window, whether this visit could be promised it, with whom, and what it adds."""
    return Offers(problem, plan).windows(visit, windows)


def _day(problem: Problem, shift: Shift, route: Route | None) -> _Day:
    on = duty(problem, shift)
    stops = () if route is None else route.stops
    calls = tuple(call(problem, problem.visit(stop.visit)) for stop in stops)
    drives = drives_s(problem, on, calls)
    return _Day(
        on=on,
        calls=calls,
        drives=tuple(drives),
        load=sum(each.visit.load for each in calls),
        departures=departures(on, calls, drives),
        latest=latest_starts(on, calls, drives),
    )
