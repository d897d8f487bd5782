"""Chains: a visit takes the place of another, that one of a third, until one finds a gap.

Every tour is changed once at most in a chain, so what fits into each as it stands, one of its
visits taken out or none, is all there is to know; it holds until the tour changes.

Source: P. M. Thompson and H. N. Psaraftis, Cyclic transfer algorithms for multivehicle routing
and scheduling problems, Operations Research 41(5), 1993, for chains through several tours.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .compiled import hot
from .day import NOBODY, Day
from .order import bounds
from .recreate import cheapest_place, fits, fits_by_hour
from .routes import ABSENT, Routes, copy_tour, insert, move_stop, no_routes, reckon_change
from .ruin import NOT_KNOWN, Hand, mark

ANY_COST = 1 << 60
"""More than any place costs."""


class Chains(NamedTuple):
    """What fits where, and the chains from one visit. Shapes: n visits, m shifts."""

    beside: NDArray[np.bool_]
    """(n, m) the visit fits into the tour of that shift as it is."""
    instead: NDArray[np.bool_]
    """(n, n) the visit fits into the tour of the other without the other; never where `beside`."""
    seen: NDArray[np.int64]
    """(m,) the version of the tour of which all this is known."""
    before: NDArray[np.int64]
    """(n,) of those reached, the visit that takes this one's place, or NOBODY for the first."""
    reached: NDArray[np.int64]
    """(n,) visits that chains have come to, the first visit and then those nearest to it."""
    far: NDArray[np.int64]
    """(n,) visits that no chain has come to yet; room for one search."""
    spare: Routes
    """Room for a tour with one of its visits taken out."""


def no_chains(day: Day) -> Chains:
    """Nothing looked into yet."""
    visits, shifts = day.allowed.shape
    return Chains(
        beside=np.zeros((visits, shifts), dtype=np.bool_),
        instead=np.zeros((visits, visits), dtype=np.bool_),
        seen=np.full(shifts, NOT_KNOWN, dtype=np.int64),
        before=np.zeros(visits, dtype=np.int64),
        reached=np.zeros(visits, dtype=np.int64),
        far=np.zeros(visits, dtype=np.int64),
        spare=no_routes(day),
    )


@hot
def look_again(day: Day, routes: Routes, chains: Chains) -> None:
    """Look into every tour that has changed since."""
    for shift in range(len(day.starts)):
        if chains.seen[shift] != routes.version[shift]:
            chains.seen[shift] = routes.version[shift]
            look_beside(day, routes, shift, chains)
            for position in range(routes.stops[shift]):
                look_instead(day, routes, shift, position, chains)


@hot
def look_beside(day: Day, routes: Routes, shift: int, chains: Chains) -> None:
    """Which visits fit into this tour as it is."""
    for visit in range(len(routes.shift_of)):
        chains.beside[visit, shift] = (
            day.allowed[visit, shift]
            and routes.shift_of[visit] != shift
            and routes.load[shift] + day.demand[visit] <= day.capacity[shift]
            and fits_between(day, routes, shift, visit, 0, int(routes.stops[shift]))
        )


@hot
def look_instead(day: Day, routes: Routes, shift: int, position: int, chains: Chains) -> None:
    """Which other visits fit into this tour without the stop at this position.

    Taking it out widens gaps only as far as its times change: beyond, nothing new fits.
    """
    spare, other = chains.spare, routes.tour[shift, position]
    copy_tour(routes, spare, shift)
    can_be_driven = take_out(day, spare, shift, position)
    first, last = widened(day, routes, spare, shift, position)
    from_s, by_s = spare.leaves[shift, first, 0], spare.must[shift, last, day.rests[shift]]
    for visit in range(len(routes.shift_of)):
        chains.instead[visit, other] = (
            can_be_driven
            and day.allowed[visit, shift]
            and from_s <= day.last_close[visit]
            and day.opens[visit, 0] + day.lasts[visit] <= by_s
            and routes.shift_of[visit] != shift
            and not chains.beside[visit, shift]
            and spare.load[shift] + day.demand[visit] <= day.capacity[shift]
            and fits_between(day, spare, shift, visit, first, last)
        )


@hot
def take_out(day: Day, routes: Routes, shift: int, position: int) -> bool:
    """Take a stop out of a tour; False if the rest cannot be driven. Whose it is, stays noted."""
    visit, stops = routes.tour[shift, position], int(routes.stops[shift])
    for place in range(position + 1, stops + 1):
        move_stop(routes, shift, place, place - 1, routes.leaves.shape[2])
    routes.stops[shift] = stops - 1
    routes.load[shift] -= day.demand[visit]
    routes.service[shift] -= day.lasts[visit]
    routes.prices[shift] -= day.price[visit, shift]
    return reckon_change(day, routes, shift, position, position)


@hot
def widened(
    day: Day, routes: Routes, without: Routes, shift: int, position: int
) -> tuple[int, int]:
    """The first and the last gap that are wider without the stop that was at this position."""
    first, last, columns = position, position, int(day.rests[shift]) + 1
    while first > 0 and differs(routes.must, first - 1, without.must, first - 1, shift, columns):
        first -= 1
    stops = without.stops[shift]
    while last < stops and differs(
        routes.leaves, last + 2, without.leaves, last + 1, shift, columns
    ):
        last += 1
    return first, last


@hot
def differs(
    one: NDArray[np.int64],
    place: int,
    other: NDArray[np.int64],
    there: int,
    shift: int,
    columns: int,
) -> bool:
    """Whether two tours have other times at these places."""
    same = True
    for over in range(columns):
        same &= one[shift, place, over] == other[shift, there, over]
    return not same


@hot
def fits_between(day: Day, routes: Routes, shift: int, visit: int, first: int, last: int) -> bool:
    """Whether the visit fits into one of these gaps of a tour."""
    stops, rests = routes.stops[shift], day.rests[shift]
    if day.is_ordered:
        soonest, latest = bounds(day, routes, shift, visit)
        first, last = max(first, soonest), min(last, latest)
    over_s = day.opens[visit, 0] + day.lasts[visit]
    while first < last and routes.must[shift, first, rests] < over_s:
        first += 1
    here = day.start_node[shift] if first == 0 else routes.tour[shift, first - 1]
    for place in range(first, last + 1):
        if routes.leaves[shift, place, 0] > day.last_close[visit]:
            return False
        there = routes.tour[shift, place] if place < stops else day.end_node[shift]
        if (
            fits_by_hour(day, routes, shift, place, visit, here, there)
            if day.traffic.is_hourly
            else fits(day, routes, shift, place, visit, here, there)
        ):
            return True
        here = there
    return False


@hot
def find_chain(day: Day, routes: Routes, chains: Chains, visit: int) -> tuple[int, int, int]:
    """The last visit of a shortest chain and the shift whose tour it fits into, or NOBODY.

    Also how many visits have been reached.
    """
    shifts = len(day.starts)
    far = collect_far(routes, chains, visit)
    chains.before[visit] = NOBODY
    chains.reached[0] = visit
    looked, reached = 0, 1
    while looked < reached:
        last = int(chains.reached[looked])
        looked += 1
        turned = np.random.randint(0, shifts)
        for number in range(shifts):
            shift = (number + turned) % shifts
            if chains.beside[last, shift] and not goes_through(routes, chains, last, shift):
                return last, shift, reached
        number = 0
        while number < far:
            other = int(chains.far[number])
            if chains.instead[last, other] and not goes_through(
                routes, chains, last, int(routes.shift_of[other])
            ):
                chains.before[other] = last
                chains.reached[reached] = other
                reached += 1
                far -= 1
                chains.far[number] = chains.far[far]
            else:
                number += 1
    return NOBODY, NOBODY, reached


@hot
def collect_far(routes: Routes, chains: Chains, visit: int) -> int:
    """Note every visit that chains from this one may come to, in any order; how many they are."""
    far = 0
    for other in range(len(routes.shift_of)):
        if routes.shift_of[other] != ABSENT and other != visit:
            chains.far[far] = other
            swap = np.random.randint(0, far + 1)
            chains.far[far], chains.far[swap] = chains.far[swap], chains.far[far]
            far += 1
    return far


@hot
def goes_through(routes: Routes, chains: Chains, last: int, shift: int) -> bool:
    """Whether the chain to this visit changes the tour of that shift."""
    while chains.before[last] != NOBODY:
        if routes.shift_of[last] == shift:
            return True
        last = int(chains.before[last])
    return False


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
