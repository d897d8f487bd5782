"""Run a worker until it is told to stop."""

from concierge.settings import Settings
from concierge.store.jobs import DESK, open_queue

from .bench import Bench
from .tasks import STALLED_AFTER_S, tasks

HANDS = 8
"""Jobs in hand at a time: they wait for others far more than they work."""


async def run_worker(settings: Settings, *, hands: int = HANDS) -> None:
    """Do what is asked for; on SIGTERM or SIGINT finish what is in hand and return."""
    queue = open_queue(settings.database_url, size=hands)
    queue.add_tasks_from(tasks, namespace=DESK)
    bench = Bench.lay(settings, hands=hands)
    async with queue.open_async():
        try:
            await queue.run_worker_async(
                concurrency=hands,
                delete_jobs="successful",
                update_heartbeat_interval=STALLED_AFTER_S / 3,
                stalled_worker_timeout=STALLED_AFTER_S,
                shutdown_graceful_timeout=10,
                additional_context={"bench": bench},
            )
        finally:
            await bench.clear()
