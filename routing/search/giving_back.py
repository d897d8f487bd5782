"""A search for the fewest moves: each step begins at a visit away from who was to come to her.

Ruin elsewhere takes strings near any visit of the day; where a few of hundreds are away, or
absent, nearly all of that is in vain. Here a string is taken out around one of those, another
from the tour she was promised, where it passes nearest to her, and others near her.
"""

import numpy as np
from numpy.typing import NDArray

from .annealing import keep_or_undo
from .compiled import hot
from .day import Day
from .recreate import recreate
from .routes import ABSENT, Routes
from .ruin import Hand, take_string, take_up

NOT_PROMISED = -1
"""The shift of a visit that nobody who works today was to make."""
MOST_STRINGS, LONGEST_STRING = 4, 6.0
"""How many strings a step takes out at most, and of how many visits."""


@hot
def give_back(
    day: Day,
    trial: Routes,
    kept: Routes,
    best: Routes,
    hand: Hand,
    costs: NDArray[np.int64],
    promised: NDArray[np.int64],
    steps: int,
    hot: float,
    cold: float,
) -> None:
    """So many steps, cooling from `hot` to `cold`; when nobody is away, around anybody.

    Shapes: `promised` is (n,), the shift that was to come, or NOT_PROMISED. Units and `costs` as
    in `anneal`.
    """
    cooling = (cold / hot) ** (1.0 / max(1, steps))
    temperature = hot
    for _ in range(steps):
        visit = one_away(trial, promised)
        if visit < 0:
            visit = np.random.randint(0, len(promised))
        take_up(trial, hand)
        take_around(day, trial, hand, visit, promised[visit])
        recreate(day, trial, hand)
        keep_or_undo(day, trial, kept, best, hand, costs, temperature)
        temperature *= cooling


@hot
def one_away(routes: Routes, promised: NDArray[np.int64]) -> int:
    """A visit, any of them as likely, that is absent or with another than promised; -1 if none."""
    chosen, away = -1, 0
    for visit in range(len(promised)):
        shift = routes.shift_of[visit]
        if shift == ABSENT or (promised[visit] not in (NOT_PROMISED, shift)):
            away += 1
            if np.random.random() * away < 1.0:
                chosen = visit
    return chosen


@hot
def take_around(day: Day, routes: Routes, hand: Hand, visit: int, promised: int) -> None:
    """Take out a string with the visit, one of the shift promised to her, and some near her."""
    if routes.shift_of[visit] != ABSENT:
        take_string(day, routes, hand, visit, LONGEST_STRING)
    strings = np.random.randint(1, MOST_STRINGS + 1)
    for near in range(len(routes.shift_of)):
        other = int(day.adjacent[visit, near])
        shift = int(routes.shift_of[other])
        if shift == ABSENT or hand.is_changed[shift]:
            continue
        if shift == promised:
            take_string(day, routes, hand, other, LONGEST_STRING)
        elif strings > 0:
            take_string(day, routes, hand, other, LONGEST_STRING)
            strings -= 1
        if strings <= 0 and (promised == NOT_PROMISED or hand.is_changed[promised]):
            return
