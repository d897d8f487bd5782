"""Simulated annealing: which recreated routes are kept, and which are the best so far.

Source: SISR, section 5.3; a change is kept if it costs less than T times a random logarithm.
"""

import numpy as np
from numpy.typing import NDArray

from .compiled import hot
from .day import Day
from .recreate import recreate
from .routes import ABSENT, Routes, copy_tour
from .ruin import Hand, ruin


@hot
def seed_dice(seed: int) -> None:
    """Begin the search's random numbers anew; they are Numba's own, one stream for a thread."""
    np.random.seed(seed)


@hot
def anneal(
    day: Day,
    trial: Routes,
    kept: Routes,
    best: Routes,
    hand: Hand,
    costs: NDArray[np.int64],
    steps: int,
    hot: float,
    cold: float,
) -> None:
    """So many steps of ruin and recreate, cooling from `hot` to `cold`.

    Units: temperatures in seconds of driving. `costs` holds those of `kept` and `best`.
    """
    cooling = (cold / hot) ** (1.0 / max(1, steps))
    temperature = hot
    for _ in range(steps):
        ruin(day, trial, hand)
        recreate(day, trial, hand)
        keep_or_undo(day, trial, kept, best, hand, costs, temperature)
        temperature *= cooling


@hot
def keep_or_undo(
    day: Day,
    trial: Routes,
    kept: Routes,
    best: Routes,
    hand: Hand,
    costs: NDArray[np.int64],
    temperature: float,
) -> None:
    """Keep what this step has made, as the best if it is, or undo it."""
    change = changed_by(day, trial, kept, hand)
    if change < -temperature * np.log(max(1e-300, np.random.random())):
        keep_versions(kept, trial, hand)
        copy_changed(trial, kept, hand)
        costs[0] += change
        if costs[0] < costs[1]:
            costs[1] = costs[0]
            copy_all(kept, best)
    else:
        copy_changed(kept, trial, hand)


@hot
def changed_by(day: Day, trial: Routes, kept: Routes, hand: Hand) -> int:
    """What this step has added to the cost."""
    change = 0
    for place in range(hand.counts[1]):
        shift = hand.changed[place]
        change += int(trial.cost[shift]) - int(kept.cost[shift])
    for place in range(hand.counts[0]):
        visit = hand.absent[place]
        was_absent, is_absent = kept.shift_of[visit] == ABSENT, trial.shift_of[visit] == ABSENT
        change += int(day.left_out[visit]) * (int(is_absent) - int(was_absent))
    return change


@hot
def keep_versions(kept: Routes, trial: Routes, hand: Hand) -> None:
    """A tour that has come out as it was has its version back, and all that is known of it."""
    for number in range(hand.counts[1]):
        shift = hand.changed[number]
        if has_same_tour(kept, trial, shift):
            trial.version[shift] = kept.version[shift]


@hot
def has_same_tour(one: Routes, other: Routes, shift: int) -> bool:
    """Whether a shift drives to the same visits in the same order in both."""
    if one.stops[shift] != other.stops[shift]:
        return False
    for place in range(one.stops[shift]):
        if one.tour[shift, place] != other.tour[shift, place]:
            return False
    return True


@hot
def copy_changed(source: Routes, target: Routes, hand: Hand) -> None:
    """Make `target` what `source` is; they differ by this step alone."""
    for place in range(hand.counts[0]):
        visit = hand.absent[place]
        target.shift_of[visit] = source.shift_of[visit]
    for place in range(hand.counts[1]):
        shift = hand.changed[place]
        if source.version[shift] != target.version[shift]:
            copy_tour(source, target, shift)


@hot
def copy_all(source: Routes, target: Routes) -> None:
    """Make `target` what `source` is."""
    target.shift_of[:] = ABSENT
    for shift in range(len(source.stops)):
        copy_tour(source, target, shift)
