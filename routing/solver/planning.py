"""Plans a day: OR-Tools begins, our search goes on, OR-Tools judges."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Literal

from routing.errors import BadPlan
from routing.improve import Asked, Progress, begun_at, only_falling, searched
from routing.kernels import are_ready
from routing.plan import Plan
from routing.problem import Problem
from routing.reasons import why_never
from routing.search import warm
from routing.seconds import duty
from routing.words import summary

from .choice import CHOICE_SHARE, chosen_routes
from .first_plan import first_plan
from .last_word import with_the_last_word

FIRST_SHARE = 0.05
"""The part of the time in which OR-Tools makes the plan that our search begins at."""

Engine = Literal["search", "ortools"]
"""Who makes the plan: OR-Tools and then our search, or OR-Tools alone. OR-Tools judges both."""


def plan_day(
    problem: Problem,
    *,
    seconds: float,
    seed: int = 0,
    incumbent: Plan | None = None,
    engine: Engine = "search",
    progress: Progress | None = None,
    called_off: Callable[[], bool] | None = None,
    walks: int = 1,
) -> Plan:
    """The best plan found in this time, judged by `check` and accepted by OR-Tools.

    Never dearer than the incumbent where that is still feasible: what can be kept of it is kept,
    and the search begins there. The engine "ortools" does without our own search; `walks` is how
    many searches there are at once, each on a core of its own (see `routing.walks.free_cores`).
    Where the search was never compiled, that comes first and is not counted: it takes minutes.

    Raises:
        BadPlan: the plan did not survive the last word; nothing is answered.
    """
    if engine == "search" and not are_ready():
        warm()
    begun = time.monotonic()
    visits = [each for each in problem.visits if not why_never(problem, each, each.windows)]
    asked = Asked(
        problem=problem,
        shifts=[shift for shift in problem.shifts if duty(problem, shift).can_rest],
        visits=visits,
        in_force=incumbent is not None,
        begun=begun,
        seconds=seconds,
        seed=seed,
        progress=only_falling(progress, begun, visits, problem),
        walks=walks,
    )
    kept = begun_at(asked, incumbent)
    if not asked.visits:
        said = f"No visit can be planned: {summary(kept.routes, kept.unplanned)}"
        said = said if problem.visits else "There are no visits"
        return with_the_last_word(problem, replace(kept, words=said))
    first, built_s = first_plan(asked, kept, 1.0 if engine == "ortools" else FIRST_SHARE)
    if engine == "ortools":
        return with_the_last_word(problem, first)
    better = searched(
        asked,
        first,
        until=begun + (1 - CHOICE_SHARE) * seconds - 0.05 - 2 * built_s,
        choose=chosen_routes,
        called_off=called_off,
    )
    try:
        return with_the_last_word(problem, better)
    except BadPlan as refused:
        said = f"{first.words}; what the search proposed was not accepted: {refused}"
        return with_the_last_word(problem, replace(first, words=said))
