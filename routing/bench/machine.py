"""What is being measured on, and how much of it the run was given."""

import os
import platform
import resource
import time
from importlib.metadata import version
from pathlib import Path

STARVED = 0.9
"""Below this share of a core, others were at work and the figures are worth little."""


class Stopwatch:
    """Wall time and processor time from here on, of this process and those it has waited for."""

    def __init__(self) -> None:
        self._begun_s, self._worked_s = time.perf_counter(), _worked_s()

    def passed_s(self) -> float:
        """Seconds on the wall."""
        return time.perf_counter() - self._begun_s

    def share(self) -> float:
        """How much of one core this was."""
        return (_worked_s() - self._worked_s) / max(1e-9, self.passed_s())


def _worked_s() -> float:
    waited = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + waited.ru_utime + waited.ru_stime


def machine(tools: tuple[str, ...]) -> str:
    """Python, the tools' versions, the system, its processors and who else is using them."""
    versions = ", ".join(f"{name} {version(name)}" for name in tools)
    listed = Path("/proc/cpuinfo")
    models = [
        line.partition(":")[2].strip()
        for line in (listed.read_text().splitlines() if listed.exists() else ())
        if line.startswith("model name")
    ]
    cores = f"{len(models)} x {models[0]}" if models else platform.machine()
    load = os.getloadavg()[0]
    return (
        f"Python {platform.python_version()}, {versions}; {platform.system()}, {cores}, "
        f"load average {load:.1f} before this run; one thread each."
    )
