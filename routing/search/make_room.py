"""A search for a place: one visit more, everybody served, whatever it costs in driving.

A visit that finds no place takes that of another, the one that was easiest to place so far; that
one is then the visit to place, and the routes are shaken a little before it is. Driving counts
only to prefer, now and then, the shorter of two ways.

Source: Y. Nagata and O. Bräysy, A powerful route minimization heuristic for the vehicle routing
problem with time windows, Operations Research Letters 37(5), 2009: the ejection pool, the tally
of failures and the perturbation. Ours ejects one visit at a time and shakes by ruin and recreate.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from routing.plan import Plan
from routing.problem import Problem, Shift, Visit

from .annealing import copy_all, copy_changed, seed_dice
from .compiled import hot
from .day import Day, read_day
from .legs import done_by, last_departure, soonest
from .pace import Pace
from .propose import orders_of, routes_of
from .recreate import best_position, look_around, recreate
from .routes import ABSENT, Routes, insert, no_routes, put, reckon
from .ruin import Hand, cut, cut_string, empty_hand, mark, take_up

SHAKES = 2
"""How often the routes are shaken before the next visit is placed."""
MOST_STRINGS, LONGEST_STRING = 3, 6
"""How many strings a shake takes out at most, and of how many visits."""
TEMPERATURE = 3_000.0
"""How dear a shake may be, in seconds of driving, as in annealing."""
SPREAD = 600.0
"""Seconds of driving by which chance may prefer one place to another."""
AT_ANY_COST = 1 << 40
"""What leaving a visit out costs here."""
UNTOLD = 1 << 60
"""More failures than any visit has had."""


def search_room(
    problem: Problem,
    shifts: Sequence[Shift],
    visits: Sequence[Visit],
    begin: Plan,
    *,
    seconds: float,
    steps: int | None,
    seed: int,
) -> dict[str, tuple[str, ...]] | None:
    """Orders in which all of these visits are served, beginning at a plan that serves most.

    Units: `steps` are visits placed or put off; the same of them are taken on every machine.

    Raises:
        BadPlan: the plan to begin at cannot be driven.
    """
    pace = Pace(seconds, steps)
    day = read_day(problem, shifts, visits)
    day.left_out[:] = AT_ANY_COST
    kept = routes_of(day, shifts, visits, begin)
    trial, hand, tally = no_routes(day), empty_hand(day), np.zeros(len(visits), dtype=np.int64)
    copy_all(kept, trial)
    seed_dice(seed & 0xFFFFFFFF)
    while True:
        batch, _ = pace.next()
        if make_room(day, trial, kept, hand, tally, batch):
            return orders_of(shifts, visits, kept)
        pace.done += batch
        if pace.share >= 1.0:
            return None


@hot
def make_room(
    day: Day, trial: Routes, kept: Routes, hand: Hand, tally: NDArray[np.int64], steps: int
) -> bool:
    """So many steps, or until nobody is absent; whether nobody is.

    `trial` and `kept` are alike, before and after. Shapes: `tally` is (n,), how often each visit
    found no place.
    """
    for _ in range(steps):
        take_up(trial, hand)
        if hand.counts[0] == 0:
            return True
        visit = int(hand.absent[np.random.randint(0, hand.counts[0])])
        if not place(day, trial, hand, visit):
            tally[visit] += 1
            take_a_place(day, trial, kept, hand, tally, visit)
        copy_changed(trial, kept, hand)
        for _ in range(SHAKES):
            shake(day, trial, kept, hand, tally, tally[visit])
    take_up(trial, hand)
    return hand.counts[0] == 0


@hot
def place(day: Day, trial: Routes, hand: Hand, visit: int) -> bool:
    """Put the visit where it costs least; False if it fits nowhere."""
    look_around(day, trial, hand)
    shift, position = best_position(day, trial, hand, visit, int(hand.counts[4]))
    if shift < 0:
        return False
    insert(day, trial, shift, position, visit)
    mark(trial, hand, shift)
    return True


@hot
def take_a_place(
    day: Day, trial: Routes, kept: Routes, hand: Hand, tally: NDArray[np.int64], visit: int
) -> None:
    """Put the visit in the place of the one that was easiest to place so far, if there is one."""
    least, cheapest, best, at = UNTOLD, 0.0, -1, -1
    for shift in range(len(day.starts)):
        if not day.allowed[visit, shift]:
            continue
        spare = day.capacity[shift] - trial.load[shift] - day.demand[visit]
        for position in range(trial.stops[shift]):
            if trial.leaves[shift, position, 0] > day.last_close[visit]:
                break
            other = int(trial.tour[shift, position])
            if tally[other] > least or spare + day.demand[other] < 0:
                continue
            cost = np.random.random() * SPREAD + swap_cost(day, trial, shift, position, visit)
            better = tally[other] < least or cost < cheapest
            if better and can_take(day, trial, shift, position, visit):
                least, cheapest, best, at = tally[other], cost, shift, position
    if best >= 0:
        mark(trial, hand, best)
        cut(trial, hand, best, at, 1, 0, 0)
        put(trial, best, at, visit)
        if not reckon(day, trial, best):
            copy_changed(kept, trial, hand)


@hot
def swap_cost(day: Day, trial: Routes, shift: int, position: int, visit: int) -> int:
    """What it costs that the visit takes this place, in driving and in her price."""
    here, there = neighbours(day, trial, shift, position)
    other = trial.tour[shift, position]
    was = day.drive[here, other] + day.drive[other, there] + day.price[other, shift]
    return day.drive[here, visit] + day.drive[visit, there] + day.price[visit, shift] - was


@hot
def can_take(day: Day, trial: Routes, shift: int, position: int, visit: int) -> bool:
    """Whether the visit can begin in time in the place of another, everything after in time."""
    here, there = neighbours(day, trial, shift, position)
    to_s, from_s = int(day.drive[here, visit]), int(day.drive[visit, there])
    for over in range(day.rests[shift] + 1):
        ready_s = soonest(day, trial.leaves, shift, position, to_s, over)
        if ready_s > day.last_close[visit]:
            return False
        by_s = last_departure(day, trial.must, shift, position + 1, from_s, over)
        if done_by(day, visit, ready_s) <= by_s:
            return True
    return False


@hot
def neighbours(day: Day, trial: Routes, shift: int, position: int) -> tuple[int, int]:
    """The nodes before and after a stop."""
    tour, last = trial.tour, int(trial.stops[shift]) - 1
    here = int(tour[shift, position - 1] if position else day.start_node[shift])
    there = int(tour[shift, position + 1] if position < last else day.end_node[shift])
    return here, there


@hot
def shake(
    day: Day,
    trial: Routes,
    kept: Routes,
    hand: Hand,
    tally: NDArray[np.int64],
    most: int,
) -> None:
    """Take a few strings out and put their visits back; undone if more are absent than before.

    Nor may somebody become absent who found no place more often than `most`.
    """
    take_up(trial, hand)
    before = hand.counts[0]
    take_strings(day, trial, hand)
    recreate(day, trial, hand)
    after, dearer, worse = 0, 0, False
    for at in range(hand.counts[0]):
        visit = hand.absent[at]
        if trial.shift_of[visit] == ABSENT:
            after += 1
            worse |= kept.shift_of[visit] != ABSENT and tally[visit] > most
    for at in range(hand.counts[1]):
        shift = hand.changed[at]
        dearer += int(trial.cost[shift]) - int(kept.cost[shift])
    bearable = dearer < -TEMPERATURE * np.log(max(1e-300, np.random.random()))
    if after < before or (after == before and bearable and not worse):
        copy_changed(trial, kept, hand)
    else:
        copy_changed(kept, trial, hand)


@hot
def take_strings(day: Day, trial: Routes, hand: Hand) -> None:
    """Take short strings out of a few routes near a random visit."""
    visits = len(trial.shift_of)
    around = np.random.randint(0, visits)
    strings = np.random.randint(1, MOST_STRINGS + 1)
    for near in range(visits):
        visit = int(day.adjacent[around, near])
        shift = int(trial.shift_of[visit])
        if shift != ABSENT and not hand.is_changed[shift]:
            mark(trial, hand, shift)
            cut_string(trial, hand, shift, visit, float(LONGEST_STRING))
            if not reckon(day, trial, shift):
                cut(trial, hand, shift, 0, int(trial.stops[shift]), 0, 0)
                reckon(day, trial, shift)
            strings -= 1
            if strings == 0:
                return
