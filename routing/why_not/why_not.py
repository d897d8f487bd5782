"""What would make a visit fit that found no place: the smallest change of each kind, in words.

Each suggestion holds for the plan as it stands: with it alone, the visit can be inserted; with a
minute, a rail unit or a skill less, it cannot. What would fit after reshuffling the day is for
the search to find.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from routing.offer import Offers
from routing.plan import Plan
from routing.problem import Problem, Shift, Visit, Window
from routing.timeline import time_route
from routing.typed import refuse_naive

from .minutes import MINUTE, shifted, stretched, whole
from .spots import MOST_MORE, Spot, Spots, nearest
from .suggestion import Ease, Suggestion, as_planned

SHORTEST = 0.5
"""The part of its time that a visit keeps at least."""


def why_not(
    problem: Problem,
    plan: Plan,
    visit_id: str,
    *,
    windows: Sequence[Window] = (),
    now: datetime | None = None,
) -> tuple[Suggestion, ...]:
    """For a visit left out, the smallest change of each kind with which it fits the plan.

    `windows` are those the house could offer instead; without, hers are shifted by whole minutes.
    Nobody starts before `now`. Of a visit that is planned it says so, and nothing else.

    Raises:
        BadProblem: there is no such visit, or `now` has no time zone.
    """
    refuse_naive(now=now)
    stop, route = plan.stop_of(visit_id), plan.route_of(visit_id)
    if stop is not None and route is not None:
        return (as_planned(problem, stop, route),)
    ask = _Asker(problem, plan, problem.visit(visit_id), now)
    as_it_is = ask.nothing()
    if as_it_is is not None:
        return (as_it_is,)
    eased = (
        ask.lock(),
        ask.ruled_out(),
        ask.one_of(windows) if windows else ask.window(),
        ask.shorter(),
        ask.later_end(),
        ask.sooner_start(),
        ask.capacity(),
        ask.skill(),
        ask.more_hands(),
    )
    return tuple(each for each in eased if each is not None)


class _Asker:
    """Asks one rule after another whether the visit would fit without it."""

    def __init__(self, problem: Problem, plan: Plan, visit: Visit, now: datetime | None) -> None:
        self.problem, self.plan, self.visit, self.now = problem, plan, visit, now
        self.spots = Spots(problem, plan)

    def nothing(self) -> Suggestion | None:
        """The visit as it is."""
        place = self.spots.anywhere(self.visit)
        return place and self._said(Ease.NOTHING, 0, place, "Nothing has to change")

    def lock(self) -> Suggestion | None:
        """Without its lock."""
        lock = self.visit.lock
        if lock is None:
            return None
        place = self.spots.anywhere(replace(self.visit, lock=None))
        who = self.problem.shift(lock.shift).called
        return place and self._said(Ease.LOCK, 0, place, f"Release the lock to {who}")

    def ruled_out(self) -> Suggestion | None:
        """With one of those who are ruled out."""
        places = (
            self.spots.with_shift(
                replace(self.visit, forbidden=self.visit.forbidden - {shift.id}), shift
            )
            for shift in self.problem.shifts
            if shift.id in self.visit.forbidden
        )
        place = nearest(places)
        if place is None:
            return None
        said = f"Let {place.shift.called} come, who is ruled out for {self.visit.called}"
        return self._said(Ease.RULED_OUT, 0, place, said)

    def one_of(self, windows: Sequence[Window]) -> Suggestion | None:
        """In the one of these windows that is nearest to hers."""
        new = [window for window in windows if window not in self.visit.windows]
        offers = Offers(self.problem, self.plan).windows(self.visit, new)
        fitting = [each.window for each in offers if each.feasible]
        if not fitting:
            return None
        window = min(fitting, key=lambda each: (self._off(each), each.opens))
        return self._at_another(window, round(self._off(window) / MINUTE))

    def window(self) -> Suggestion | None:
        """In one of her windows, shifted by as few minutes as can be."""
        best: tuple[int, Window] | None = None
        for window in sorted(self.visit.windows):
            for sign, bound in ((1, self._last()), (-1, self._first())):
                edge = window.closes if sign > 0 else window.opens
                most = int(sign * (bound - edge) / MINUTE) + 1
                most = most if best is None else min(most, best[0] - 1)
                found = self.spots.least(
                    lambda by, w=window, s=sign: replace(
                        self.visit, windows=(stretched(w, s * by * MINUTE),)
                    ),
                    most,
                )
                if found is not None:
                    best = found[0], shifted(window, sign * found[0] * MINUTE)
        return best and self._at_another(best[1], best[0])

    def shorter(self) -> Suggestion | None:
        """In less time."""
        found = self.spots.least(
            lambda by: replace(self.visit, lasts=self.visit.lasts - by * MINUTE),
            int(self.visit.lasts * (1 - SHORTEST) / MINUTE),
        )
        if found is None:
            return None
        by, place = found
        lasts = round(place.visit.lasts / MINUTE)
        said = f"Make {self.visit.called}'s visit {by} min shorter, {lasts} min"
        return self._said(Ease.SHORTER, by, place, said)

    def later_end(self) -> Suggestion | None:
        """With somebody who works longer."""
        found = self.spots.least_shift(
            self.visit, lambda shift, by: replace(shift, ends=shift.ends + by * MINUTE)
        )
        if found is None:
            return None
        by, place = found
        said = f"Let {place.shift.called} work {by} min longer, until {place.shift.ends:%H:%M}"
        return self._said(Ease.LATER_END, by, place, said)

    def sooner_start(self) -> Suggestion | None:
        """With somebody who has not set out and starts sooner."""
        found = self.spots.least_shift(
            self.visit,
            lambda shift, by: replace(shift, starts=shift.starts - by * MINUTE),
            lambda shift: (
                shift.starts_from is None
                and (self.now is None or shift.starts - MINUTE >= self.now)
            ),
            most=lambda shift: (
                MOST_MORE if self.now is None else int((shift.starts - self.now) / MINUTE)
            ),
        )
        if found is None:
            return None
        by, place = found
        said = f"Let {place.shift.called} start {by} min sooner, at {place.shift.starts:%H:%M}"
        return self._said(Ease.SOONER_START, by, place, said)

    def capacity(self) -> Suggestion | None:
        """In a car that holds more."""
        best: tuple[int, Spot] | None = None
        for shift in self.problem.shifts:
            load = self.visit.load + sum(each.load for each in self.spots.orders[shift.id])
            more = load - shift.capacity
            if more > 0 and (best is None or more < best[0]):
                place = self.spots.with_shift(self.visit, replace(shift, capacity=load))
                best = best if place is None else (more, place)
        if best is None:
            return None
        units = "rail unit" if best[0] == 1 else "rail units"
        said = f"Find room for {best[0]} more {units} with {best[1].shift.called}"
        return self._said(Ease.CAPACITY, best[0], best[1], said)

    def skill(self) -> Suggestion | None:
        """With somebody who lacks as few of the skills as can be."""
        best: tuple[int, Spot] | None = None
        for shift in self.problem.shifts:
            missing = len(self.visit.skills - shift.skills)
            if missing and (best is None or missing < best[0]):
                able = replace(shift, skills=shift.skills | self.visit.skills)
                place = self.spots.with_shift(self.visit, able)
                best = best if place is None else (missing, place)
        if best is None:
            return None
        lacked = self.visit.skills - self.problem.shift(best[1].shift.id).skills
        said = f"Let {self.visit.called} do without {' and '.join(sorted(lacked))}"
        return self._said(Ease.SKILL, best[0], best[1], said)

    def more_hands(self) -> Suggestion | None:
        """With somebody who comes for this visit alone, no longer than it takes."""
        visit = replace(self.visit, lock=None)
        if self.visit.lock is not None and self.spots.anywhere(visit) is not None:
            return None
        spells = [spell for window in visit.windows if (spell := self._spell(visit, window))]
        if not spells:
            return None
        place = min(spells, key=lambda each: (each.shift.ends - each.shift.starts, each.starts))
        place = self._tightened(place, visit)
        by = round((place.shift.ends - place.shift.starts) / MINUTE)
        skilled = f" with {' and '.join(sorted(visit.skills))}" if visit.skills else ""
        when = f"{place.shift.starts:%H:%M} to {place.shift.ends:%H:%M}"
        words = f"Call in one more concierge{skilled}, {when}."
        return Suggestion(Ease.MORE_HANDS, by, place.visit, place.shift, place.starts, words)

    def _spell(self, visit: Visit, window: Window) -> Spot | None:
        """A shift of whole minutes that makes this visit in this window and no more."""
        zone = window.opens.tzinfo
        starts = window.opens - timedelta(days=1)
        starts = starts if self.now is None else max(starts, self.now)
        asked = replace(visit, windows=(window,))
        ends = max(window.closes, starts) + visit.lasts + timedelta(days=1)
        long = Shift(
            _unused(self.problem), whole(starts), ends, visit.load, visit.skills, name="one more"
        )
        alone = time_route(self.problem, long, [asked])
        if alone is None:
            return None
        for leaves in (whole(alone.leaves), whole(alone.leaves) - MINUTE):
            leaving = replace(long, starts=max(leaves, long.starts).astimezone(zone))
            route = time_route(self.problem, leaving, [asked])
            if route is None:
                continue
            spell = replace(leaving, ends=whole(route.returns).astimezone(zone))
            return Spot(visit, spell, route.stops[0].starts, route.drive)
        return None

    def _tightened(self, place: Spot, visit: Visit) -> Spot:
        """The same spell without the minutes at either end that the visit can do without.

        Roads that grow faster with the hour may bring her back no later if she leaves later.
        """
        shift = place.shift
        if shift.ends - shift.starts <= MINUTE:
            return place
        for less in (
            replace(shift, starts=shift.starts + MINUTE),
            replace(shift, ends=shift.ends - MINUTE),
        ):
            route = time_route(self.problem, less, [visit])
            if route is not None:
                spot = Spot(visit, less, route.stops[0].starts, route.drive)
                return self._tightened(spot, visit)
        return place

    def _at_another(self, window: Window, by: int) -> Suggestion | None:
        place = self.spots.anywhere(replace(self.visit, windows=(window,)))
        if place is None:
            return None
        place = replace(place, visit=replace(self.visit, windows=(*self.visit.windows, window)))
        day = "" if window.opens.date() == self.visit.windows[0].opens.date() else "%a %d "
        said = f"Offer {self.visit.called} {window.opens:{day}%H:%M} to {window.closes:%H:%M}"
        return self._said(Ease.WINDOW, by, place, said)

    def _off(self, window: Window) -> timedelta:
        """By how much a window is shifted against the nearest of hers."""
        return min(abs(window.opens - hers.opens) for hers in self.visit.windows)

    def _first(self) -> datetime:
        return min((shift.starts for shift in self.problem.shifts), default=self._hers())

    def _last(self) -> datetime:
        return max((shift.back_by for shift in self.problem.shifts), default=self._hers())

    def _hers(self) -> datetime:
        return self.visit.windows[0].opens

    def _said(self, ease: Ease, amount: int, place: Spot, said: str) -> Suggestion:
        """The suggestion, at the hour that the desk will be offered when it has been followed."""
        told = Suggestion(ease, amount, place.visit, place.shift, place.starts, said)
        day = told.applied(self.problem)
        offer = Offers(day, self.plan).best(place.visit)
        eased = place.shift != self.problem.shift(place.shift.id)
        told_whom = offer.shift == place.shift.id or not eased
        if told_whom and offer.shift is not None and offer.starts is not None:
            told = replace(told, shift=day.shift(offer.shift), starts=offer.starts)
        words = f"{said}: {told.shift.called} could come about {told.starts:%H:%M}."
        return replace(told, words=words[:1].upper() + words[1:])


def _unused(problem: Problem) -> str:
    """An id that no shift has."""
    number = 1
    while problem.has_shift(f"more-{number}"):
        number += 1
    return f"more-{number}"
