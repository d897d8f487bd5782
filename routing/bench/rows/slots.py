"""How soon a client sees the windows of two weeks."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from routing.bench.finding import Conditions, Finding
from routing.bench.newcomers import WINDOWS, anywhere, booked_day
from routing.offer import Offers
from routing.problem import Visit
from routing.travel import Drives, estimate_around

SHIFTS, DAYS, VISITS = 50, 14, 350
WARM_MS, COLD_MS = 1.0, 300.0
ASKED = {False: 500, True: 5_000}
"""How often, in a short and in a full table."""


def slot_query(conditions: Conditions) -> Iterator[Finding]:
    """Every window of every day asked at once: the address known, and the address new."""
    books: list[Offers] = []
    for day in range(DAYS):
        conditions.doing(f"slots: booking day {day + 1} of {DAYS}")
        books.append(Offers(*booked_day(SHIFTS, VISITS, seed=day)))
    conditions.doing("slots: asking")
    warm_s, cold_s = zip(
        *(_ask_twice(books, number) for number in range(ASKED[conditions.full])), strict=True
    )
    half, most = np.percentile([wall_s for wall_s, _ in warm_s], (50, 99)) * 1000
    worked = np.percentile([worked_s for _, worked_s in warm_s], (50, 99)) * 1000
    size = f"{SHIFTS} concierges x {DAYS} days x {len(WINDOWS)} windows"
    booked = sum(len(book.problem.visits) for book in books)
    yield Finding(
        goal=f"slot query, {SHIFTS} x {DAYS} x {len(WINDOWS)}, warm: p99 at most {WARM_MS:g} ms",
        ours=f"p50 {half:.2f}, p99 {most:.2f} ms",
        met=bool(most <= WARM_MS),
        notes=(
            f"{len(warm_s)} questions to {size} with {booked:,} visits booked; "
            + "of the processor p50 {:.2f}, p99 {:.2f} ms.".format(*worked),
        ),
    )
    late = float(np.percentile(cold_s, 95)) * 1000
    yield Finding(
        goal=f"a new address from cold, roads included: p95 at most {COLD_MS:g} ms",
        ours=f"p95 {late:.1f} ms, no roads",
        met=None if late <= COLD_MS else False,
        notes=("Drives around the address are estimated here; the house asks its roads once.",),
    )


def _ask_twice(books: Sequence[Offers], number: int) -> tuple[tuple[float, float], float]:
    """Seconds, on the wall and of the processor, to answer with the drives known; and without."""
    like = books[0].problem.visits[number % len(books[0].problem.visits)]
    visit = replace(like, id="new", place=anywhere(number), windows=tuple(WINDOWS))
    begun = time.perf_counter()
    drives = [estimate_around(visit.place, book.problem.travel.places) for book in books]
    found_s = time.perf_counter() - begun
    begun, worked = time.perf_counter(), time.process_time()
    _ask(books, visit, drives)
    answered_s, worked_s = time.perf_counter() - begun, time.process_time() - worked
    return (answered_s, worked_s), found_s + answered_s


def _ask(books: Sequence[Offers], visit: Visit, drives: Sequence[Drives]) -> int:
    """How many windows there are for her."""
    return sum(
        offer.feasible
        for book, around in zip(books, drives, strict=True)
        for offer in book.windows(visit, WINDOWS, drives=around)
    )
