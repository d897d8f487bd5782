"""From the first plan to a better one: what OR-Tools made, and what our search makes of it."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from .mend import filled, mended
from .plan import Plan, Route
from .problem import Problem, Shift, Visit
from .search import propose
from .search.propose import FRESH, IN_FORCE, Progress, Proposal
from .timeline import time_route
from .walks import walked
from .words import summary

LEAST_SHARE = 0.2
"""The part of the time that the search has even when the first plan took most of it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What `plan_day` was asked, and what of the day can be planned at all.

    Units: `begun` is seconds of the monotonic clock.
    """

    problem: Problem
    shifts: Sequence[Shift]
    visits: Sequence[Visit]
    in_force: bool
    begun: float
    seconds: float
    seed: int
    progress: Progress | None
    walks: int = 1


def begun_at(asked: Asked, incumbent: Plan | None) -> Plan:
    """What OR-Tools begins at: what can be kept of the plan in force, or one made by insertion."""
    if incumbent is not None or not asked.visits:
        return mended(asked.problem, incumbent or Plan())
    inserted = propose(
        asked.problem, asked.shifts, asked.visits, Plan(), seconds=60, steps=1, seed=asked.seed
    )
    return written(asked.problem, inserted.orders) or mended(asked.problem, Plan())


def made_by_ortools(asked: Asked, kept: Plan, found: Plan | None) -> Plan:
    """The cheaper of two plans, and in words which it is; of equals the one in force."""
    spent = f"{time.monotonic() - asked.begun:.1f} s"
    if found is not None and found.cost.total < kept.cost.total + (not asked.in_force):
        return replace(found, words=f"OR-Tools, {spent}: {summary(found.routes, found.unplanned)}")
    than = "the plan in force" if asked.in_force else "insertion"
    said = summary(kept.routes, kept.unplanned)
    return replace(kept, words=f"OR-Tools, {spent}, nothing better than {than}: {said}")


def searched(
    asked: Asked,
    first: Plan,
    *,
    until: float,
    choose: Callable[[Asked, Proposal], dict[str, tuple[str, ...]]],
    called_off: Callable[[], bool] | None,
) -> Plan:
    """The best plan our search finds, beginning at this one; this very one if none is better.

    `choose` says which of the routes that the search met are driven.

    Units: `until` is seconds of the monotonic clock.
    """
    now = time.monotonic()

    def search(seed: int) -> Proposal:
        return propose(
            asked.problem,
            asked.shifts,
            asked.visits,
            first,
            seconds=max(LEAST_SHARE * asked.seconds, until - now),
            seed=seed,
            hot=IN_FORCE if asked.in_force else FRESH,
            progress=asked.progress,
            called_off=called_off,
        )

    best = walked(search, asked.walks, asked.seed)
    found = [written(asked.problem, orders) for orders in (choose(asked, best), best.orders)]
    plan = min((first, *filter(None, found)), key=lambda each: each.cost.total)
    said = summary(plan.routes, plan.unplanned)
    words = (
        f"OR-Tools alone {first.cost.total:,} in {now - asked.begun:.1f} s, "
        f"with search {plan.cost.total:,} in {time.monotonic() - asked.begun:.1f} s: {said}"
    )
    return replace(plan, words=words)


def written(problem: Problem, orders: dict[str, tuple[str, ...]]) -> Plan | None:
    """Orders as a plan, visits on none inserted or left out; None if it cannot be driven."""
    routes: list[Route] = []
    for shift, order in orders.items():
        visits = [problem.visit(each) for each in order]
        route = time_route(problem, problem.shift(shift), visits)
        if route is None:
            return None
        routes.append(route)
    return filled(problem, Plan(tuple(routes)))


def only_falling(
    progress: Progress | None, begun: float, visits: Sequence[Visit], problem: Problem
) -> Progress | None:
    """The same listener, told of cheaper plans alone, in seconds since `begun`.

    It is told what the whole day costs; those who tell it count only the visits that can be made.
    """
    more = sum(each.priority for each in problem.visits) - sum(each.priority for each in visits)
    never = problem.weights.unplanned * more
    best: list[int] = []

    def tell(_: float, cost: int) -> None:
        if progress is not None and (not best or cost < best[0]):
            best[:] = [cost]
            progress(time.monotonic() - begun, cost + never)

    return None if progress is None else tell
