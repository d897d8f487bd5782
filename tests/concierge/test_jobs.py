"""A job is asked for once, however often, and whoever died with it in hand."""

from uuid import UUID

import procrastinate

from concierge.store.engine import open_engine
from concierge.store.jobs import DESK, RunOperation, enqueue, open_queue
from concierge.store.transaction import transaction
from concierge.worker.tasks import tasks


async def ask(database: str, *operations: int) -> None:
    engine = open_engine(database)
    async with transaction(engine) as session:
        for number in operations:
            await enqueue(session, RunOperation(operation=UUID(int=number)))
    await engine.dispose()


async def waiting(queue: procrastinate.App) -> list[tuple[int, str]]:
    jobs = await queue.job_manager.list_jobs_async()
    return sorted((UUID(str(job.task_kwargs["operation"])).int, str(job.status)) for job in jobs)


async def test_what_comes_back_to_wait_beside_its_like_is_that_one(database: str) -> None:
    queue = open_queue(database, size=2)
    queue.add_tasks_from(tasks, namespace=DESK)
    await ask(database, 1, 2)
    async with queue.open_async():
        manager = queue.job_manager
        worker = await manager.register_worker()
        begun = [await manager.fetch_job(None, worker) for _ in range(2)]
        await ask(database, 1)
        assert await waiting(queue) == [(1, "doing"), (1, "todo"), (2, "doing")]
        for job in begun:
            assert job is not None
            await manager.retry_job(job)
        assert await waiting(queue) == [(1, "todo"), (2, "todo")]
