"""The solver in a process of its own: planning never holds up money."""

import asyncio
import contextlib
import multiprocessing
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from datetime import datetime
from multiprocessing.connection import wait
from multiprocessing.synchronize import Event
from typing import TypeVar

import routing
from routing.walks import free_cores

SECONDS = 4.0
"""How long the solver may think about a day that somebody asked it to plan."""
SPARE_SECONDS = 2.0
"""How long it may look for something better when nobody asked."""
KINDNESS = 5
"""How far the solver steps back (`nice`) for whatever answers people on the same machine."""


REPAIR_SECONDS = 1.0
"""How long it may search for ways out of a setback, all of them together."""

Answer = TypeVar("Answer")


class SolverProcess:
    """Runs `routing.solver` beside us. A solver that dies is started again for the next day."""

    def __init__(self) -> None:
        self._spawn = multiprocessing.get_context("spawn")
        self._hurry = self._spawn.Event()
        self._pool: ProcessPoolExecutor | None = None

    async def solve(self, problem: routing.Problem, incumbent: routing.Plan) -> routing.Plan:
        """A plan at least as good as the incumbent, accepted by OR-Tools.

        Whatever is being improved meanwhile is cut short.

        Raises:
            BrokenProcessPool: the solver's process died; ask again.
        """
        self._hurry.set()
        return await self._run(_solve, problem, incumbent)

    async def improve(self, problem: routing.Problem, incumbent: routing.Plan) -> routing.Plan:
        """The same in spare time: shorter, and given up for who asks to `solve`.

        Raises:
            BrokenProcessPool: the solver's process died; ask again.
        """
        return await self._run(_improve, problem, incumbent)

    async def repair(
        self,
        problem: routing.Problem,
        plan: routing.Plan,
        events: Sequence[routing.Event],
        left: routing.Problem,
        now: datetime,
    ) -> tuple[routing.Alternative, ...]:
        """Ways out of what has happened to a day, each accepted by OR-Tools, best first.

        Whatever is being improved meanwhile is cut short.

        Raises:
            BrokenProcessPool: the solver's process died; ask again.
        """
        self._hurry.set()
        return await self._run(_repair, problem, plan, events, left, now)

    async def _run(self, think: Callable[..., Answer], *asked: object) -> Answer:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(
                1, mp_context=self._spawn, initializer=_make_ready, initargs=(self._hurry,)
            )
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._pool, think, *asked)
        except BrokenProcessPool:
            self._pool = None
            raise

    def close(self) -> None:
        """Stop the process; a day it was thinking about is thought about again by another."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)


_hurry: Event
"""In the solver's process: set while somebody waits for a plan."""


def _make_ready(hurry: Event) -> None:
    import routing.search  # noqa: PLC0415 - Numba and OR-Tools are loaded in this process alone

    global _hurry  # noqa: PLW0603 - all that an initializer can leave behind
    _hurry = hurry
    threading.Thread(target=_end_with_the_worker, daemon=True).start()
    os.nice(KINDNESS)
    routing.search.warm()


def _end_with_the_worker() -> None:
    """A pool's process waits for work for ever if whoever started it is killed."""
    worker = multiprocessing.parent_process()
    if worker is not None:
        wait([worker.sentinel])
        os._exit(1)


def _solve(problem: routing.Problem, incumbent: routing.Plan) -> routing.Plan:
    import routing.solver  # noqa: PLC0415 - OR-Tools is loaded in this process alone

    _hurry.clear()
    return routing.solver.plan_day(
        problem, seconds=SECONDS, incumbent=incumbent, walks=free_cores()
    )


def _improve(problem: routing.Problem, incumbent: routing.Plan) -> routing.Plan:
    import routing.solver  # noqa: PLC0415 - OR-Tools is loaded in this process alone

    return routing.solver.plan_day(
        problem, seconds=SPARE_SECONDS, incumbent=incumbent, called_off=_hurry.is_set
    )


def _repair(
    problem: routing.Problem,
    plan: routing.Plan,
    events: Sequence[routing.Event],
    left: routing.Problem,
    now: datetime,
) -> tuple[routing.Alternative, ...]:
    import routing.repair  # noqa: PLC0415 - the search is loaded in this process alone
    import routing.solver  # noqa: PLC0415 - as is OR-Tools

    _hurry.clear()
    found = routing.repair.repair(
        problem, plan, events, now=now, left=left, seconds=REPAIR_SECONDS
    )
    accepted: list[routing.Alternative] = []
    for each in found:
        with contextlib.suppress(routing.BadPlan):
            routing.solver.accept(each.problem, each.plan)
            accepted.append(each)
    return tuple(accepted)
