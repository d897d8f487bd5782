"""Machine code is made once: whoever asks after a start finds it ready and compiles nothing."""

import subprocess
import sys

import routing.search

FIRST_REQUESTS = """
from datetime import timedelta

from numba.core import event

import routing
import routing.solver
from routing.bench.newcomers import WINDOWS
from routing.repair import repair
from tests.routing.full_days import full_day

with event.install_recorder("numba:compile") as compiled:
    for seed in (1, 2):
        problem, plan = full_day(seed).problem, full_day(seed).plan
        visit = routing.Visit("new", problem.hub.place, tuple(WINDOWS), timedelta(minutes=30))
        book = routing.Offers(problem, plan)
        book.windows(visit, WINDOWS)
        book.places(visit)
        routing.make_room(problem, plan, visit, steps=20, tidy_seconds=0.1)
        gone = routing.Cancelled(problem.visits[0].id)
        repair(problem, plan, [gone], now=problem.shifts[0].starts.replace(hour=12), steps=20)
        routing.solver.plan_day(problem, seconds=0.2)
print(len(compiled.buffer))
"""


def test_the_first_requests_after_a_start_compile_nothing() -> None:
    routing.search.warm()
    first = [sys.executable, "-c", FIRST_REQUESTS]
    started = subprocess.run(first, check=True, capture_output=True, text=True)
    assert started.stdout.split() == ["0"]
