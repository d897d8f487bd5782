"""The solver in a process of its own: planning never holds up money."""

import asyncio
import multiprocessing
import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.synchronize import Event

import routing

SECONDS = 4.0
"""How long the solver may think about a day that somebody asked it to plan."""
SPARE_SECONDS = 2.0
"""How long it may look for something better when nobody asked."""
KINDNESS = 5
"""How far the solver steps back (`nice`) for whatever answers people on the same machine."""


Think = Callable[[routing.Problem, routing.Plan], routing.Plan]


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

    async def _run(
        self, think: Think, problem: routing.Problem, incumbent: routing.Plan
    ) -> routing.Plan:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(
                1, mp_context=self._spawn, initializer=_make_ready, initargs=(self._hurry,)
            )
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._pool, think, problem, incumbent)
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
    os.nice(KINDNESS)
    routing.search.warm()


def _solve(problem: routing.Problem, incumbent: routing.Plan) -> routing.Plan:
    import routing.solver  # noqa: PLC0415 - OR-Tools is loaded in this process alone

    _hurry.clear()
    return routing.solver.plan_day(problem, seconds=SECONDS, incumbent=incumbent)


def _improve(problem: routing.Problem, incumbent: routing.Plan) -> routing.Plan:
    import routing.solver  # noqa: PLC0415 - OR-Tools is loaded in this process alone

    return routing.solver.plan_day(
        problem, seconds=SPARE_SECONDS, incumbent=incumbent, called_off=_hurry.is_set
    )
