"""The concierge day: 60 concierges, 400 visits, skills, a break in each shift."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from statistics import median

from routing.bench.days import concierge_day
from routing.bench.finding import Conditions, Finding
from routing.bench.rivals import Asked
from routing.plan import Plan
from routing.solver import plan_day
from routing.words import counted

SHIFTS, VISITS = 60, 400
SECONDS = 5
OWN_STOP_S = 600
"""More than VROOM takes until it stops by itself."""
MEASURE = "VROOM"


def concierge_day_beside_peers(conditions: Conditions) -> Iterator[Finding]:
    """No visit unserved, and no dearer than VROOM when it stops by itself.

    Known clients cost nothing more here, so that the day is priced as every peer can see it.
    """
    seconds = conditions.search_s(SECONDS)
    ours: list[Plan] = []
    theirs: dict[str, list[Asked]] = {each.name: [] for each in conditions.rivals}
    for seed in conditions.seeds:
        day = concierge_day(SHIFTS, VISITS, seed=seed)
        day = replace(day, weights=replace(day.weights, stranger=0))
        conditions.doing(f"{SHIFTS} x {VISITS}, day {seed}")
        ours.append(plan_day(day, seconds=seconds, seed=seed))
        for rival in conditions.rivals:
            conditions.doing(f"{SHIFTS} x {VISITS}, day {seed}, {rival.name}")
            limit_s = OWN_STOP_S if rival.stops_by_itself else seconds
            theirs[rival.name].append(rival.ask(day, seconds=limit_s, seed=seed))
    yield Finding(
        goal=f"{SHIFTS} x {VISITS} concierge day, {seconds:g} s: 0 unserved, "
        f"cost at most {MEASURE}'s at its own stop",
        ours=_figure(ours),
        met=_is_met(ours, theirs.get(MEASURE, [])),
        peers={name: _of_peer(asked) for name, asked in theirs.items()},
        notes=(
            f"Seconds of driving, 20,000 for each unserved; {counted(len(ours), 'invented day')}.",
            *(
                f"Day {seed}: {plan.words}"
                for seed, plan in zip(conditions.seeds, ours, strict=True)
            ),
        ),
    )


def _is_met(ours: Sequence[Plan], measure: Sequence[Asked]) -> bool | None:
    if any(plan.unplanned for plan in ours):
        return False
    if not measure:
        return None
    return all(
        asked.plan is None or plan.cost.total <= asked.plan.cost.total
        for plan, asked in zip(ours, measure, strict=True)
    )


def _figure(plans: Sequence[Plan]) -> str:
    unserved = sum(len(plan.unplanned) for plan in plans)
    return f"{median(plan.cost.total for plan in plans):,.0f}, {unserved} unserved"


def _of_peer(asked: Sequence[Asked]) -> str:
    refused = [each.words for each in asked if each.plan is None]
    if refused:
        return refused[0]
    took_s = median(each.took_s for each in asked)
    return f"{_figure([each.plan for each in asked if each.plan])}, {took_s:.0f} s"
