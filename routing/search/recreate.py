"""Recreate: absent visits go back one by one where each costs least, some places overlooked.

Source: SISR, section 5.2, greedy insertion with blinks; blink rate gamma = 0.01, and the orders of
its variant with time windows.
"""

import numpy as np
from numpy.typing import NDArray

from .compiled import hot
from .day import Day
from .legs import done_by, last_departure, last_departure_steady, soonest, soonest_steady
from .order import bounds
from .routes import Routes, insert
from .ruin import AT, COST, NOT_KNOWN, PLACE, Hand, mark
from .traffic import about
from .working import overtime_added

BLINK_RATE = 0.01
"""gamma: how often a place is overlooked."""
LOOK_AGAIN_RATE = 0.01
"""How often a visit that waited before this step is offered to every shift again."""
NOWHERE = 1 << 60
"""What a visit costs at least in a tour with no place for it."""
SORT_GAPS = (132, 57, 23, 10, 4, 1)
"""Source: M. Ciura, Best increments for the average case of Shellsort, 2001."""


@hot
def recreate(day: Day, routes: Routes, hand: Hand) -> None:
    """Insert what is in hand; a visit dearer to serve than to leave out stays absent.

    One that waited before this step found no place then, so only the shifts that this step has
    changed are looked into for it; places overlooked by a blink get another look now and then.
    """
    draw_keys(day, hand)
    sort_absent(hand)
    look_around(day, routes, hand)
    again = hand.counts[2] == 0 or np.random.random() < LOOK_AGAIN_RATE
    for place in range(hand.counts[0]):
        visit = int(hand.absent[place])
        others = 0 if hand.waits[visit] and not again else hand.counts[4]
        shift, position = best_position(day, routes, hand, visit, others)
        if shift >= 0:
            insert(day, routes, shift, position, visit)
            mark(routes, hand, shift)
            if routes.stops[shift] == 1:
                look_around(day, routes, hand)


@hot
def look_around(day: Day, routes: Routes, hand: Hand) -> None:
    """Find the shifts worth asking: all that are out, and of those at home one of each kind."""
    hand.counts[5] += 1
    hand.counts[4] = 0
    for shift in range(len(routes.stops)):
        twin = day.twin[shift]
        if routes.stops[shift] or hand.asked[twin] != hand.counts[5]:
            if routes.stops[shift] == 0:
                hand.asked[twin] = hand.counts[5]
            hand.open[hand.counts[4]] = shift
            hand.counts[4] += 1


@hot
def draw_keys(day: Day, hand: Hand) -> None:
    """A key for each visit, smallest first: one of the paper's orders, drawn by its weight.

    Random 4, demand 4, far 2, close 1, short window 2, early opening 2, late closing 2.
    """
    drawn = np.random.random() * 17.0
    for place in range(hand.counts[0]):
        visit = hand.absent[place]
        if drawn < 4.0:
            hand.keys[place] = np.random.random()
        elif drawn < 8.0:
            hand.keys[place] = -day.demand[visit]
        elif drawn < 10.0:
            hand.keys[place] = -day.from_hub[visit]
        elif drawn < 11.0:
            hand.keys[place] = day.from_hub[visit]
        elif drawn < 13.0:
            hand.keys[place] = day.last_close[visit] - day.opens[visit, 0]
        elif drawn < 15.0:
            hand.keys[place] = day.opens[visit, 0]
        else:
            hand.keys[place] = -day.last_close[visit]


@hot
def sort_absent(hand: Hand) -> None:
    """Put what is in hand in the order of its keys, in place."""
    for gap in SORT_GAPS:
        for place in range(gap, hand.counts[0]):
            key, visit = hand.keys[place], hand.absent[place]
            free = place
            while free >= gap and hand.keys[free - gap] > key:
                hand.keys[free] = hand.keys[free - gap]
                hand.absent[free] = hand.absent[free - gap]
                free -= gap
            hand.keys[free], hand.absent[free] = key, visit


@hot
def best_position(
    day: Day, routes: Routes, hand: Hand, visit: int, others: int
) -> tuple[int, int]:
    """The shift and position where the visit costs least; shift -1 if leaving it out does.

    What is known of tours that have not changed since comes first, then the tours that this step
    has changed, for there it most likely goes: what costs less than both is soon found, or not.
    Beside those, the first `others` shifts worth asking are looked into: all of them, or none.
    """
    best, best_shift, unsure = day.left_out[visit], -1, 0
    hand.counts[2] += 1
    for number in range(others):
        shift = hand.open[number]
        if hand.known[visit, shift, AT] == routes.version[shift]:
            if hand.known[visit, shift, COST] < best:
                if hand.known[visit, shift, PLACE] == NOT_KNOWN:
                    hand.unsure[unsure] = shift
                    unsure += 1
                elif np.random.random() >= BLINK_RATE:
                    best, best_shift = hand.known[visit, shift, COST], shift
        elif day.allowed[visit, shift] and not hand.is_changed[shift]:
            hand.unsure[unsure] = shift
            unsure += 1
    for number in range(hand.counts[1]):
        shift = hand.changed[number]
        best, best_shift = look_into(day, routes, hand, visit, shift, best, best_shift)
    for number in range(unsure):
        shift = hand.unsure[number]
        best, best_shift = look_into(day, routes, hand, visit, shift, best, best_shift)
    return best_shift, -1 if best_shift < 0 else hand.known[visit, best_shift, PLACE]


@hot
def look_into(
    day: Day, routes: Routes, hand: Hand, visit: int, shift: int, best: int, best_shift: int
) -> tuple[int, int]:
    """The cheaper of the best so far and the best place in this tour, and with whom that is."""
    if hand.known[visit, shift, AT] == routes.version[shift]:
        is_exact = hand.known[visit, shift, PLACE] != NOT_KNOWN
        if is_exact or hand.known[visit, shift, COST] >= best:
            return best, best_shift
    if (
        not day.allowed[visit, shift]
        or routes.load[shift] + day.demand[visit] > day.capacity[shift]
    ):
        return best, best_shift
    cost, place = cheapest_place(day, routes, shift, visit, best)
    hand.known[visit, shift, AT] = routes.version[shift]
    hand.known[visit, shift, COST], hand.known[visit, shift, PLACE] = cost, place
    if place != NOT_KNOWN and np.random.random() >= BLINK_RATE:
        return cost, shift
    return best, best_shift


@hot
def cheapest_place(
    day: Day, routes: Routes, shift: int, visit: int, bound: int
) -> tuple[int, int]:
    """What the visit costs at its best place in this tour, and that place, if below `bound`.

    Otherwise what it costs at least, wherever it may fit, and NOT_KNOWN. Of places that cost the
    same, the first.
    """
    best, best_place, at_least = bound, NOT_KNOWN, NOWHERE
    stops, rests = routes.stops[shift], day.rests[shift]
    first, last = bounds(day, routes, shift, visit, stops) if day.is_ordered else (0, stops)
    fixed = day.price[visit, shift] + (0 if stops else day.called_in)
    fair_left = day.fair[shift] - routes.work[shift] - day.lasts[visit]
    was_unfair = max(0, routes.work[shift] - day.fair[shift])
    over_s, by_s = day.opens[visit, 0] + day.lasts[visit], day.last_close[visit]
    while first < last and routes.must[shift, first, rests] < over_s:
        first += 1
    here = day.start_node[shift] if first == 0 else routes.tour[shift, first - 1]
    for place in range(first, last + 1):
        if routes.leaves[shift, place, 0] > by_s:
            break
        there = routes.tour[shift, place] if place < stops else day.end_node[shift]
        driven_s = day.drive_to[visit, here] + day.drive[visit, there] - routes.legs[shift, place]
        if day.traffic.is_hourly:
            driven_s = about(day.traffic, driven_s, routes.leaves[shift, place, 0])
        cost = fixed + driven_s + day.unfair * (max(0, driven_s - fair_left) - was_unfair)
        if cost >= best:
            at_least = min(at_least, cost)
        elif (
            fits_by_hour(day, routes.leaves, routes.must, shift, place, visit, here, there)
            if day.traffic.is_hourly
            else fits(day, routes.leaves, routes.must, shift, place, visit, here, there)
        ):
            if day.due[shift] < day.ends[shift]:
                cost += overtime_added(day, routes, shift, place, here, visit)
            if cost < best:
                best, best_place = cost, place
            else:
                at_least = min(at_least, cost)
        here = there
    return (at_least if best_place == NOT_KNOWN else best), best_place


@hot
def fits(
    day: Day,
    leaves: NDArray[np.int64],
    must: NDArray[np.int64],
    shift: int,
    position: int,
    visit: int,
    here: int,
    there: int,
) -> bool:
    """Whether the visit can begin in one of its windows there, everything after still in time.

    On steady roads alone, where what is hopeless is soon seen.
    """
    to_s, from_s = day.drive[here, visit], day.drive[visit, there]
    rests = day.rests[shift]
    latest_end_s = must[shift, position, rests] - from_s
    if leaves[shift, position, 0] + to_s > day.last_close[visit]:
        return False
    if day.opens[visit, 0] + day.lasts[visit] > latest_end_s:
        return False
    for over in range(rests + 1):
        ready_s = soonest_steady(day, leaves, shift, position, to_s, over)
        if ready_s > day.last_close[visit]:
            return False
        for window in range(day.opens.shape[1]):
            if ready_s <= day.closes[visit, window]:
                ends_s = max(ready_s, day.opens[visit, window]) + day.lasts[visit]
                if ends_s <= last_departure_steady(day, must, shift, position, from_s, over):
                    return True
                break
    return False


@hot
def fits_by_hour(
    day: Day,
    leaves: NDArray[np.int64],
    must: NDArray[np.int64],
    shift: int,
    position: int,
    visit: int,
    here: int,
    there: int,
) -> bool:
    """The same on any roads."""
    to_s, from_s = day.drive[here, visit], day.drive[visit, there]
    for over in range(day.rests[shift] + 1):
        ready_s = soonest(day, leaves, shift, position, to_s, over)
        by_s = last_departure(day, must, shift, position, from_s, over)
        if done_by(day, visit, ready_s) <= by_s:
            return True
    return False
