"""A search for a place: one visit more, everybody served, whatever it costs in driving.

A visit that finds no gap takes the place of another, and that one of a third, along the shortest
chain at the end of which somebody finds a gap. Where no chain ends well, one of the visits it came
to waits instead, of a few the one that found no place least often, and the routes are shaken a
little. Driving counts only to prefer, now and then, the shorter of two ways.

Source: Y. Nagata and O. Bräysy, A powerful route minimization heuristic for the vehicle routing
problem with time windows, Operations Research Letters 37(5), 2009: the tally of failures and the
perturbation. Ours ejects along chains and shakes by ruin and recreate.
"""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from routing.plan import Plan
from routing.problem import Problem, Shift, Visit

from .annealing import copy_all, copy_changed, seed_dice
from .chains import Chains, find_chain, move_along, move_in, no_chains
from .compiled import hot
from .day import NOBODY, Day, read_day
from .pace import Pace
from .propose import orders_of, routes_of
from .recreate import recreate
from .routes import ABSENT, Routes, no_routes
from .ruin import Hand, empty_hand, take_string, take_up

CANDIDATES = 4
"""Of how many visits the one is chosen that waits instead."""
MOST_STRINGS, LONGEST_STRING = 3, 6.0
"""How many strings a shake takes out at most, and of how many visits."""
TEMPERATURE = 3_000.0
"""How dear a shake may be, in seconds of driving, as in annealing."""
AT_ANY_COST = 1 << 40
"""What leaving a visit out costs here."""


def search_room(
    problem: Problem,
    shifts: Sequence[Shift],
    visits: Sequence[Visit],
    begin: Plan,
    *,
    seconds: float,
    steps: int | None,
    seed: int,
    walks: int,
) -> dict[str, tuple[str, ...]] | None:
    """Orders in which all of these visits are served, beginning at a plan that serves most.

    Of several searches at once, each from a seed of its own, the first to find them ends all.

    Units: `steps` are visits placed or put off; one search alone takes the same of them on every
    machine.

    Raises:
        BadPlan: the plan to begin at cannot be driven.
    """
    day = read_day(problem, shifts, visits)
    day.left_out[:] = AT_ANY_COST
    begun = routes_of(day, shifts, visits, begin)
    found = threading.Event()

    def search(seed: int) -> Routes | None:
        kept = no_routes(day)
        copy_all(begun, kept)
        served = serves_all(day, kept, Pace(seconds, steps), seed, found)
        return kept if served else None

    if walks == 1:
        room = search(seed)
    else:
        with ThreadPoolExecutor(walks) as cores:
            room = next(filter(None, cores.map(search, range(seed, seed + walks))), None)
    return room and orders_of(shifts, visits, room)


def serves_all(day: Day, kept: Routes, pace: Pace, seed: int, found: threading.Event) -> bool:
    """Search until everybody is served, the time is over, or another search has `found` how."""
    trial, hand, chains = no_routes(day), empty_hand(day), no_chains(day)
    tally = np.zeros(len(kept.shift_of), dtype=np.int64)
    copy_all(kept, trial)
    seed_dice(seed & 0xFFFFFFFF)
    while pace.share < 1.0 and not found.is_set():
        batch, _ = pace.next()
        if make_room(day, trial, kept, hand, chains, tally, batch):
            found.set()
            return True
        pace.done += batch
    return False


@hot
def make_room(
    day: Day,
    trial: Routes,
    kept: Routes,
    hand: Hand,
    chains: Chains,
    tally: NDArray[np.int64],
    steps: int,
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
        place(day, trial, kept, hand, chains, tally, visit)
        shake(day, trial, kept, hand, tally, tally[visit])
    take_up(trial, hand)
    return hand.counts[0] == 0


@hot
def place(
    day: Day,
    trial: Routes,
    kept: Routes,
    hand: Hand,
    chains: Chains,
    tally: NDArray[np.int64],
    visit: int,
) -> None:
    """Place the visit along a chain; if none ends in a gap, another waits in its stead."""
    last, shift, reached = find_chain(day, trial, chains, visit)
    if shift == NOBODY:
        tally[visit] += 1
        last = least_tried(chains, tally, reached)
    fits = move_along(day, trial, hand, chains, last)
    if fits and (shift == NOBODY or move_in(day, trial, hand, shift, last)):
        copy_changed(trial, kept, hand)
    else:
        copy_changed(kept, trial, hand)


@hot
def least_tried(chains: Chains, tally: NDArray[np.int64], reached: int) -> int:
    """Of a few visits that chains came to, the one that found no place least often."""
    least = int(chains.reached[0])
    if reached > 1:
        least = int(chains.reached[np.random.randint(1, reached)])
        for _ in range(CANDIDATES - 1):
            other = int(chains.reached[np.random.randint(1, reached)])
            if tally[other] < tally[least]:
                least = other
    return least


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
            take_string(day, trial, hand, visit, LONGEST_STRING)
            strings -= 1
            if strings == 0:
                return
