"""Several searches at once, each from a seed of its own, where cores are free.

Their steps are machine code that holds no lock of Python's, so each has a core. They share what
they met when they end: of all their routes together the cheapest combination is chosen.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .search.propose import Proposal

MOST = 2
"""How many searches are worth having at once."""


def free_cores() -> int:
    """How many searches this machine has cores for now, at least one; a busy one has no more.

    Searches that share a core would each come half as far, which is worse than one alone.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    return max(1, min(MOST, int(cores - os.getloadavg()[0] + 0.5)))


def walked(search: "Callable[[int], Proposal]", walks: int, seed: int) -> "Proposal":
    """The cheapest proposal of so many searches at once, with the routes that any of them met.

    One alone is made where it is asked for, from this very seed.
    """
    if walks == 1:
        return search(seed)
    with ThreadPoolExecutor(walks) as cores:
        found = list(cores.map(search, range(seed, seed + walks)))
    best = min(found, key=lambda each: each.cost)
    met = {(each.shift, each.order): each for proposal in found for each in proposal.pool}
    steps = sum(each.steps for each in found)
    return replace(best, steps=steps, pool=tuple(met.values()))
