"""Recreate: absent visits go back one by one where each costs least, some places overlooked.

Source: SISR, section 5.2, greedy insertion with blinks; blink rate gamma = 0.01, and the orders of
its variant with time windows.
"""

import numpy as np
from numpy.typing import NDArray

from .compiled import compiled
from .day import Day
from .order import bounds
from .routes import Routes, last_departure, reckon, soonest
from .ruin import Hand, mark
from .traffic import about
from .working import departures_from, overtime_added

BLINK_RATE = 0.01
"""gamma: how often a place is overlooked."""


@compiled
def recreate(day: Day, routes: Routes, hand: Hand) -> None:
    """Insert what is in hand; a visit dearer to serve than to leave out stays absent."""
    absent = hand.absent[: hand.counts[0]]
    for place in np.argsort(sort_keys(day, absent)):
        visit = int(absent[place])
        shift, position = best_position(day, routes, visit)
        if shift >= 0:
            put(routes, shift, position, visit)
            reckon(day, routes, shift)
            mark(hand, shift)


@compiled
def sort_keys(day: Day, absent: NDArray[np.int64]) -> NDArray[np.float64]:
    """A key for each visit, smallest first: one of the paper's orders, drawn by its weight.

    Random 4, demand 4, far 2, close 1, short window 2, early opening 2, late closing 2.
    """
    keys = np.empty(len(absent), dtype=np.float64)
    drawn = np.random.random() * 17.0
    for place in range(len(absent)):
        visit = absent[place]
        if drawn < 4.0:
            keys[place] = np.random.random()
        elif drawn < 8.0:
            keys[place] = -day.demand[visit]
        elif drawn < 10.0:
            keys[place] = -day.from_hub[visit]
        elif drawn < 11.0:
            keys[place] = day.from_hub[visit]
        elif drawn < 13.0:
            keys[place] = day.last_close[visit] - day.opens[visit, 0]
        elif drawn < 15.0:
            keys[place] = day.opens[visit, 0]
        else:
            keys[place] = -day.last_close[visit]
    return keys


@compiled
def best_position(  # noqa: C901 - a call for each shift would halve the speed
    day: Day, routes: Routes, visit: int
) -> tuple[int, int]:
    """The shift and position where the visit costs least; shift -1 if leaving it out does."""
    best, best_shift, best_place = day.left_out[visit], -1, -1
    tried = np.zeros(len(day.starts), dtype=np.bool_)
    for shift in range(len(day.starts)):
        if (
            not day.allowed[visit, shift]
            or routes.load[shift] + day.demand[visit] > day.capacity[shift]
        ):
            continue
        stops = routes.stops[shift]
        fixed = day.price[visit, shift]
        if stops == 0:
            if tried[day.twin[shift]]:
                continue
            tried[day.twin[shift]] = True
            fixed += day.called_in
        first, last = bounds(day, routes, shift, visit) if day.is_ordered else (0, stops)
        fair_left = day.fair[shift] - routes.work[shift] - day.lasts[visit]
        was_unfair = max(0, routes.work[shift] - day.fair[shift])
        here = day.start_node[shift]
        for position in range(last + 1):
            if routes.leaves[shift, position, 0] > day.last_close[visit]:
                break
            there = routes.tour[shift, position] if position < stops else day.end_node[shift]
            driven_s = day.drive[here, visit] + day.drive[visit, there]
            if stops > 0:
                driven_s -= day.drive[here, there]
            if day.traffic.is_hourly:
                driven_s = about(day.traffic, driven_s, routes.leaves[shift, position, 0])
            added = fixed + driven_s + day.unfair * (max(0, driven_s - fair_left) - was_unfair)
            if (
                added < best
                and position >= first
                and fits(day, routes, shift, position, visit, here, there)
                and np.random.random() >= BLINK_RATE
            ):
                if day.due[shift] < day.ends[shift]:
                    row = departures_from(day, routes, shift, position, here, visit)
                    added += overtime_added(day, routes, shift, position, visit, row)
                if added < best:
                    best, best_shift, best_place = added, shift, position
            here = there
    return best_shift, best_place


@compiled
def fits(
    day: Day, routes: Routes, shift: int, position: int, visit: int, here: int, there: int
) -> bool:
    """Whether the visit can begin in one of its windows there, everything after still in time."""
    to_s, from_s = day.drive[here, visit], day.drive[visit, there]
    rests = day.rests[shift]
    if not day.traffic.is_hourly:
        latest_end_s = routes.must[shift, position, rests] - from_s
        if routes.leaves[shift, position, 0] + to_s > day.last_close[visit]:
            return False
        if day.opens[visit, 0] + day.lasts[visit] > latest_end_s:
            return False
    for over in range(rests + 1):
        ready_s = soonest(day, routes.leaves, shift, position, to_s, over)
        if ready_s > day.last_close[visit]:
            return False
        for window in range(day.opens.shape[1]):
            if ready_s <= day.closes[visit, window]:
                ends_s = max(ready_s, day.opens[visit, window]) + day.lasts[visit]
                if ends_s <= last_departure(day, routes.must, shift, position, from_s, over):
                    return True
                break
    return False


@compiled
def put(routes: Routes, shift: int, position: int, visit: int) -> None:
    """Put the visit into the tour; its times are not yet worked out."""
    for place in range(routes.stops[shift], position, -1):
        routes.tour[shift, place] = routes.tour[shift, place - 1]
    routes.tour[shift, position] = visit
    routes.stops[shift] += 1
    routes.shift_of[visit] = shift
