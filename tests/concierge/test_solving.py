"""The solver's process: it comes and goes with the worker it thinks for."""

import asyncio
import os
import signal
import sys
from pathlib import Path

ASKS = """
import asyncio
import multiprocessing
import routing
from concierge.worker.solving import SolverProcess

async def main():
    solver = SolverProcess()
    place = routing.Place(11.97, 57.7)
    nothing = routing.Problem(routing.Hub("hub", place), (), (), routing.estimate([place]))
    thinking = asyncio.create_task(solver.solve(nothing, routing.Plan()))
    await asyncio.sleep(0.5)
    print(multiprocessing.active_children()[0].pid, flush=True)
    await thinking
    await asyncio.sleep(60)

if __name__ == "__main__":
    asyncio.run(main())
"""


async def test_a_worker_that_is_killed_leaves_no_solver_behind(tmp_path: Path) -> None:
    program = tmp_path / "asks.py"
    program.write_text(ASKS)
    worker = await asyncio.create_subprocess_exec(
        sys.executable, str(program), stdout=asyncio.subprocess.PIPE, env=_with_this_house()
    )
    assert worker.stdout is not None
    solver = int(await asyncio.wait_for(worker.stdout.readline(), 60))
    assert _is_there(solver)

    worker.send_signal(signal.SIGKILL)
    await worker.wait()

    async with asyncio.timeout(60):
        while _is_there(solver):  # noqa: ASYNC110 - another process tells nobody that it has gone
            await asyncio.sleep(0.05)


def _with_this_house() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}


def _is_there(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
