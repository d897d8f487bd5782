"""Recreate: absent visits go back one by one where each costs least, some places overlooked.

Source: SISR, section 5.2, greedy insertion with blinks; blink rate gamma = 0.01, and the orders of
its variant with time windows.
"""

import numpy as np

from .compiled import hot
from .day import Day
from .order import bounds
from .routes import (
    Routes,
    done_by,
    last_departure,
    last_departure_steady,
    reckon,
    soonest,
    soonest_steady,
)
from .ruin import NOT_KNOWN, Hand, mark
from .traffic import about
from .working import overtime_added

BLINK_RATE = 0.01
"""gamma: how often a place is overlooked."""
LOOK_AGAIN_RATE = 0.01
"""How often a visit that waited before this step is offered to every shift again."""
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
    again = hand.counts[2] == 0 or np.random.random() < LOOK_AGAIN_RATE
    for place in range(hand.counts[0]):
        visit = int(hand.absent[place])
        others = 0 if hand.waits[visit] and not again else len(day.starts)
        shift, position = best_position(day, routes, hand, visit, others)
        if shift >= 0:
            put(routes, shift, position, visit)
            reckon(day, routes, shift)
            mark(routes, hand, shift)


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
    Beside those, the first `others` shifts are looked into: all of them, or none.
    """
    best, best_shift = day.left_out[visit], -1
    hand.counts[2] += 1
    for shift in range(others):
        if (
            hand.known_at[visit, shift] == routes.version[shift]
            and hand.known_cost[visit, shift] < best
            and hand.known_place[visit, shift] != NOT_KNOWN
            and np.random.random() >= BLINK_RATE
        ):
            best, best_shift = hand.known_cost[visit, shift], shift
    for number in range(hand.counts[1]):
        shift = hand.changed[number]
        best, best_shift = look_into(day, routes, hand, visit, shift, best, best_shift)
    for shift in range(others):
        best, best_shift = look_into(day, routes, hand, visit, shift, best, best_shift)
    return best_shift, -1 if best_shift < 0 else hand.known_place[visit, best_shift]


@hot
def look_into(
    day: Day, routes: Routes, hand: Hand, visit: int, shift: int, best: int, best_shift: int
) -> tuple[int, int]:
    """The cheaper of the best so far and the best place in this tour, and with whom that is."""
    known = hand.known_at[visit, shift] == routes.version[shift]
    is_exact = hand.known_place[visit, shift] != NOT_KNOWN
    if known and (is_exact or hand.known_cost[visit, shift] >= best):
        return best, best_shift
    if (
        not day.allowed[visit, shift]
        or routes.load[shift] + day.demand[visit] > day.capacity[shift]
    ):
        return best, best_shift
    if routes.stops[shift] == 0:
        if hand.tried[day.twin[shift]] == hand.counts[2]:
            return best, best_shift
        hand.tried[day.twin[shift]] = hand.counts[2]
    cost, place = cheapest_place(day, routes, shift, visit, best)
    hand.known_at[visit, shift] = routes.version[shift]
    hand.known_cost[visit, shift], hand.known_place[visit, shift] = cost, place
    if place != NOT_KNOWN and np.random.random() >= BLINK_RATE:
        return cost, shift
    return best, best_shift


@hot
def cheapest_place(
    day: Day, routes: Routes, shift: int, visit: int, bound: int
) -> tuple[int, int]:
    """What the visit costs at its best place in this tour, and that place, if below `bound`.

    Otherwise `bound` and NOT_KNOWN. Of places that cost the same, the first.
    """
    best, best_place, stops = bound, NOT_KNOWN, routes.stops[shift]
    first, last = bounds(day, routes, shift, visit) if day.is_ordered else (0, stops)
    fixed = day.price[visit, shift] + (0 if stops else day.called_in)
    fair_left = day.fair[shift] - routes.work[shift] - day.lasts[visit]
    was_unfair = max(0, routes.work[shift] - day.fair[shift])
    here = day.start_node[shift]
    for place in range(last + 1):
        there = routes.tour[shift, place] if place < stops else day.end_node[shift]
        driven_s = day.drive_to[visit, here] + day.drive[visit, there] - routes.legs[shift, place]
        if day.traffic.is_hourly:
            driven_s = about(day.traffic, driven_s, routes.leaves[shift, place, 0])
        cost = fixed + driven_s + day.unfair * (max(0, driven_s - fair_left) - was_unfair)
        if (
            cost < best
            and place >= first
            and (
                fits_by_hour(day, routes, shift, place, visit, here, there)
                if day.traffic.is_hourly
                else fits(day, routes, shift, place, visit, here, there)
            )
        ):
            if day.due[shift] < day.ends[shift]:
                cost += overtime_added(day, routes, shift, place, here, visit)
            if cost < best:
                best, best_place = cost, place
        here = there
    return best, best_place


@hot
def fits(
    day: Day, routes: Routes, shift: int, position: int, visit: int, here: int, there: int
) -> bool:
    """Whether the visit can begin in one of its windows there, everything after still in time.

    On steady roads alone, where what is hopeless is soon seen.
    """
    to_s, from_s = day.drive[here, visit], day.drive[visit, there]
    rests = day.rests[shift]
    latest_end_s = routes.must[shift, position, rests] - from_s
    if routes.leaves[shift, position, 0] + to_s > day.last_close[visit]:
        return False
    if day.opens[visit, 0] + day.lasts[visit] > latest_end_s:
        return False
    for over in range(rests + 1):
        ready_s = soonest_steady(day, routes.leaves, shift, position, to_s, over)
        if ready_s > day.last_close[visit]:
            return False
        for window in range(day.opens.shape[1]):
            if ready_s <= day.closes[visit, window]:
                ends_s = max(ready_s, day.opens[visit, window]) + day.lasts[visit]
                if ends_s <= last_departure_steady(
                    day, routes.must, shift, position, from_s, over
                ):
                    return True
                break
    return False


@hot
def fits_by_hour(
    day: Day, routes: Routes, shift: int, position: int, visit: int, here: int, there: int
) -> bool:
    """The same on any roads."""
    to_s, from_s = day.drive[here, visit], day.drive[visit, there]
    for over in range(day.rests[shift] + 1):
        ready_s = soonest(day, routes.leaves, shift, position, to_s, over)
        by_s = last_departure(day, routes.must, shift, position, from_s, over)
        if done_by(day, visit, ready_s) <= by_s:
            return True
    return False


@hot
def put(routes: Routes, shift: int, position: int, visit: int) -> None:
    """Put the visit into the tour; its times are not yet worked out."""
    for place in range(routes.stops[shift], position, -1):
        routes.tour[shift, place] = routes.tour[shift, place - 1]
    routes.tour[shift, position] = visit
    routes.stops[shift] += 1
    routes.shift_of[visit] = shift
