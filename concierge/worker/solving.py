"""The solver in a process of its own: planning never holds up money."""

import asyncio
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

import routing

SECONDS = 4.0
"""How long the solver may think about one day."""


class SolverProcess:
    """Runs `routing.solver` beside us. A solver that dies is started again for the next day."""

    def __init__(self) -> None:
        self._pool: ProcessPoolExecutor | None = None

    async def solve(self, problem: routing.Problem, incumbent: routing.Plan) -> routing.Plan:
        """A plan at least as good as the incumbent, accepted by OR-Tools.

        Raises:
            BrokenProcessPool: the solver's process died; ask again.
        """
        if self._pool is None:
            spawn = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(1, mp_context=spawn, initializer=_make_ready)
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._pool, _solve, problem, incumbent)
        except BrokenProcessPool:
            self._pool = None
            raise

    def close(self) -> None:
        """Stop the process; a day it was thinking about is thought about again by another."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)


def _make_ready() -> None:
    import routing.search  # noqa: PLC0415 - Numba and OR-Tools are loaded in this process alone

    routing.search.warm()


def _solve(problem: routing.Problem, incumbent: routing.Plan) -> routing.Plan:
    import routing.solver  # noqa: PLC0415 - OR-Tools is loaded in this process alone

    return routing.solver.plan_day(problem, seconds=SECONDS, incumbent=incumbent)
