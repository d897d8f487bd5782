"""How far a search has come, and how many steps to take before looking up again."""

import time

BATCH_S = 0.1
"""About how long nobody can call the search off."""
FIRST_BATCH, COUNTED_BATCH = 20, 200
"""Steps from which a day's pace is learned; steps at a time when they are counted."""


class Pace:
    """A search of so many seconds or, if `steps` are given, of so many steps if that is sooner."""

    def __init__(self, seconds: float, steps: int | None) -> None:
        self.begun = time.monotonic()
        self.seconds, self.steps = seconds, steps
        self.done = 0
        self._since_s = 0.0
        """When the first step began; making ready is no measure of the pace."""

    @property
    def elapsed_s(self) -> float:
        """Seconds since the search began."""
        return time.monotonic() - self.begun

    @property
    def share(self) -> float:
        """The part of the search that is over, from 0 to 1."""
        if self.elapsed_s >= self.seconds:
            return 1.0
        if self.steps is not None:
            return min(1.0, self.done / max(1, self.steps))
        return self.elapsed_s / self.seconds

    def next(self) -> tuple[int, float]:
        """How many steps to take now, and the part that will be over after them."""
        if self.steps is not None:
            batch = min(COUNTED_BATCH, self.steps - self.done)
            return batch, min(1.0, (self.done + batch) / self.steps)
        if not self.done:
            self._since_s = self.elapsed_s
            return FIRST_BATCH, self.share
        now_s = self.elapsed_s
        per_step_s = max(1e-7, (now_s - self._since_s) / self.done)
        batch_s = min(BATCH_S, max(0.0, self.seconds - now_s))
        batch = max(1, min(10 * self.done, int(batch_s / per_step_s)))
        return batch, min(1.0, (now_s + batch * per_step_s) / self.seconds)
