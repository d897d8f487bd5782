"""Chains: a visit takes the place of another, that one of a third, until one finds a gap.

Every tour is changed once at most in a chain, so what fits into each as it stands, one of its
visits taken out or none, is all there is to know. It is learned when first asked for, and holds
until the tour changes.

Source: P. M. Thompson and H. N. Psaraftis, Cyclic transfer algorithms for multivehicle routing
and scheduling problems, Operations Research 41(5), 1993, for chains through several tours.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .compiled import hot
from .day import NOBODY, Day
from .legs import done_by, last_departure, latest, soonest
from .order import bounds
from .recreate import cheapest_place, fits, fits_by_hour
from .routes import ABSENT, Routes, insert, move_stop, node_at, reckon_change
from .ruin import NOT_KNOWN, Hand, mark

ANY_COST = 1 << 60
"""More than any place costs."""
LONGEST_TOUR = 32
"""Stops of a tour in which one takes the place of another; in a longer one nobody does."""


class Chains(NamedTuple):
    """What fits where, and the chains from one visit. Shapes: n visits, m shifts, r breaks."""

    known: NDArray[np.int64]
    """(n, m) the version of the tour into which it is known whether the visit fits."""
    beside: NDArray[np.bool_]
    """(n, m) the visit fits into the tour of that shift as it is."""
    instead: NDArray[np.bool_]
    """(n, n) the visit fits into the tour of the other without the other; never where `beside`."""
    noted: NDArray[np.int64]
    """(m,) the version of the tour whose times without each of its stops are worked out."""
    leaves: NDArray[np.int64]
    """(m, LONGEST_TOUR ** 2, r + 1) as in `Routes`: the tour without stop i from i * stops on."""
    must: NDArray[np.int64]
    """Likewise."""
    wider: NDArray[np.int64]
    """(n, 2) the first and the last gap that are wider without this visit in its tour."""
    before: NDArray[np.int64]
    """(n,) of those reached, the visit that takes this one's place, or NOBODY for the first."""
    reached: NDArray[np.int64]
    """(n,) visits that chains have come to, the first visit and then those nearest to it."""
    met: NDArray[np.int64]
    """(n,) the last search that came to the visit."""
    searches: NDArray[np.int64]
    """(1,) how many there were."""


def no_chains(day: Day) -> Chains:
    """Nothing looked into yet."""
    visits, shifts = day.allowed.shape
    times = (shifts, LONGEST_TOUR**2, int(day.rests.max()) + 1)
    return Chains(
        known=np.full((visits, shifts), NOT_KNOWN, dtype=np.int64),
        beside=np.zeros((visits, shifts), dtype=np.bool_),
        instead=np.zeros((visits, visits), dtype=np.bool_),
        noted=np.full(shifts, NOT_KNOWN, dtype=np.int64),
        leaves=np.zeros(times, dtype=np.int64),
        must=np.zeros(times, dtype=np.int64),
        wider=np.zeros((visits, 2), dtype=np.int64),
        before=np.zeros(visits, dtype=np.int64),
        reached=np.zeros(visits, dtype=np.int64),
        met=np.zeros(visits, dtype=np.int64),
        searches=np.zeros(1, dtype=np.int64),
    )


@hot
def find_chain(day: Day, routes: Routes, chains: Chains, visit: int) -> tuple[int, int, int]:
    """The last visit of a shortest chain and the shift whose tour it fits into, or NOBODY.

    Also how many visits have been reached.
    """
    shifts = len(day.starts)
    chains.searches[0] += 1
    reached = reach(chains, NOBODY, visit, 0)
    looked = 0
    while looked < reached:
        last = int(chains.reached[looked])
        looked += 1
        turned = np.random.randint(0, shifts)
        for number in range(shifts):
            shift = (number + turned) % shifts
            if day.allowed[last, shift] and not goes_through(routes, chains, last, shift):
                look_into(day, routes, chains, last, shift)
                if chains.beside[last, shift]:
                    return last, shift, reached
        for number in range(shifts):
            shift = (number + turned) % shifts
            if day.allowed[last, shift] and not goes_through(routes, chains, last, shift):
                for place in range(routes.stops[shift]):
                    other = int(routes.tour[shift, place])
                    if chains.instead[last, other] and chains.met[other] != chains.searches[0]:
                        reached = reach(chains, last, other, reached)
    return NOBODY, NOBODY, reached


@hot
def reach(chains: Chains, last: int, other: int, reached: int) -> int:
    """Note that a chain comes from one visit to another; how many are reached."""
    chains.met[other] = chains.searches[0]
    chains.before[other] = last
    chains.reached[reached] = other
    return reached + 1


@hot
def goes_through(routes: Routes, chains: Chains, last: int, shift: int) -> bool:
    """Whether the chain to this visit changes the tour of that shift."""
    while chains.before[last] != NOBODY:
        if routes.shift_of[last] == shift:
            return True
        last = int(chains.before[last])
    return False


@hot
def look_into(day: Day, routes: Routes, chains: Chains, visit: int, shift: int) -> None:
    """Learn whether the visit fits into the tour, as it is or without one of its stops."""
    if chains.known[visit, shift] == routes.version[shift]:
        return
    chains.known[visit, shift] = routes.version[shift]
    stops = int(routes.stops[shift])
    load = routes.load[shift] + day.demand[visit]
    is_in_time = fits_between(
        day, routes, routes.leaves, routes.must, 0, shift, visit, stops, 0, stops
    )
    is_beside = is_in_time and load <= day.capacity[shift]
    chains.beside[visit, shift] = is_beside
    if not is_in_time:
        note_times(day, routes, chains, shift)
    for position in range(stops):
        other = int(routes.tour[shift, position])
        chains.instead[visit, other] = (
            not is_beside
            and stops <= LONGEST_TOUR
            and load - day.demand[other] <= day.capacity[shift]
            and (is_in_time or fits_without(day, routes, chains, shift, position, visit))
        )


@hot
def fits_without(
    day: Day, routes: Routes, chains: Chains, shift: int, position: int, visit: int
) -> bool:
    """Whether the visit fits into a gap that is wider without the stop at this position."""
    other, begin = int(routes.tour[shift, position]), position * int(routes.stops[shift])
    first, last = int(chains.wider[other, 0]), int(chains.wider[other, 1])
    return fits_between(
        day, routes, chains.leaves, chains.must, begin, shift, visit, position, first, last
    )


@hot
def note_times(day: Day, routes: Routes, chains: Chains, shift: int) -> None:
    """Work out the times of a tour without each of its stops."""
    if chains.noted[shift] == routes.version[shift] or routes.stops[shift] > LONGEST_TOUR:
        return
    chains.noted[shift] = routes.version[shift]
    for position in range(routes.stops[shift]):
        note_without(day, routes, chains, shift, position)


@hot
def note_without(day: Day, routes: Routes, chains: Chains, shift: int, position: int) -> None:
    """Work out the times of a tour without one of its stops, as far as a gap is wider.

    Beyond the stops whose times stay as they are nothing new fits.
    """
    stops, rests = int(routes.stops[shift]), int(day.rests[shift])
    at = position * stops + position
    here, there = (
        node_at(day, routes, shift, position - 1),
        node_at(day, routes, shift, position + 1),
    )
    straight_s = int(day.drive[here, there])
    for over in range(rests + 1):
        chains.leaves[shift, at, over] = routes.leaves[shift, position, over]
        chains.must[shift, at, over] = routes.must[shift, position + 1, over]
    first, last = position, position
    changes = True
    while changes and last + 1 < stops:
        visit, before = int(routes.tour[shift, last + 1]), position * stops + last
        drive_s = straight_s if last == position else int(routes.legs[shift, last + 1])
        changes = False
        for over in range(rests + 1):
            was_s = routes.leaves[shift, last + 2, over]
            ready_s = soonest(day, chains.leaves, shift, before, drive_s, over)
            chains.leaves[shift, before + 1, over] = done_by(day, visit, ready_s)
            chains.must[shift, before + 1, over] = routes.must[shift, last + 2, over]
            changes |= chains.leaves[shift, before + 1, over] != was_s
        last += changes
    changes = True
    while changes and first > 0:
        visit, after = int(routes.tour[shift, first - 1]), position * stops + first
        drive_s = straight_s if first == position else int(routes.legs[shift, first])
        changes = False
        for over in range(rests + 1):
            was_s = routes.must[shift, first - 1, over]
            by_s = last_departure(day, chains.must, shift, after, drive_s, over)
            chains.must[shift, after - 1, over] = latest(day, visit, by_s - day.lasts[visit])
            chains.leaves[shift, after - 1, over] = routes.leaves[shift, first - 1, over]
            changes |= chains.must[shift, after - 1, over] != was_s
        first -= changes
    visit = int(routes.tour[shift, position])
    chains.wider[visit, 0], chains.wider[visit, 1] = first, last


@hot
def fits_between(
    day: Day,
    routes: Routes,
    leaves: NDArray[np.int64],
    must: NDArray[np.int64],
    begin: int,
    shift: int,
    visit: int,
    without: int,
    first: int,
    last: int,
) -> bool:
    """Whether the visit fits into one of these gaps of a tour without one of its stops.

    Its times are found from `begin` on. Without its end, a tour is as it is.
    """
    stops, rests = int(routes.stops[shift]), day.rests[shift]
    if day.is_ordered:
        soonest_place, last_place = bounds(day, routes, shift, visit, without)
        first, last = max(first, soonest_place), min(last, last_place)
    over_s = day.opens[visit, 0] + day.lasts[visit]
    while first < last and must[shift, begin + first, rests] < over_s:
        first += 1
    here = node_at(day, routes, shift, first - 1 if first <= without else first)
    for place in range(first, last + 1):
        if leaves[shift, begin + place, 0] > day.last_close[visit]:
            return False
        there = node_at(day, routes, shift, min(stops, place if place < without else place + 1))
        if (
            fits_by_hour(day, leaves, must, shift, begin + place, visit, here, there)
            if day.traffic.is_hourly
            else fits(day, leaves, must, shift, begin + place, visit, here, there)
        ):
            return True
        here = there
    return False


@hot
def take_out(day: Day, routes: Routes, shift: int, position: int) -> None:
    """Take a stop out of a tour. Whose it is, stays noted."""
    visit, stops = routes.tour[shift, position], int(routes.stops[shift])
    for place in range(position + 1, stops + 1):
        move_stop(routes, shift, place, place - 1, routes.leaves.shape[2])
    routes.stops[shift] = stops - 1
    routes.load[shift] -= day.demand[visit]
    routes.service[shift] -= day.lasts[visit]
    routes.prices[shift] -= day.price[visit, shift]
    reckon_change(day, routes, shift, position, position)


@hot
def move_along(day: Day, routes: Routes, hand: Hand, chains: Chains, last: int) -> bool:
    """Let each visit of a chain take the place of the next; the last is then in hand.

    False if one of them cannot, and the routes are to be taken back as they were.
    """
    visit, frees = last, int(routes.shift_of[last])
    while chains.before[visit] != NOBODY:
        comes, shift = int(chains.before[visit]), frees
        frees = int(routes.shift_of[comes])
        position = 0
        while routes.tour[shift, position] != visit:
            position += 1
        mark(routes, hand, shift)
        take_out(day, routes, shift, position)
        if not move_in(day, routes, hand, shift, comes):
            return False
        visit = comes
    routes.shift_of[last] = ABSENT
    hand.absent[hand.counts[0]] = last
    hand.counts[0] += 1
    return True


@hot
def move_in(day: Day, routes: Routes, hand: Hand, shift: int, visit: int) -> bool:
    """Put the visit into a tour where it costs least; False if it fits nowhere there."""
    _, place = cheapest_place(day, routes, shift, visit, ANY_COST)
    if place == NOT_KNOWN:
        return False
    mark(routes, hand, shift)
    return insert(day, routes, shift, place, visit)
