"""Why not: whether what is suggested makes the visit fit, and nothing smaller of its kind does."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from routing.bench.days import concierge_day
from routing.bench.exhaustive import has_a_place
from routing.bench.finding import Conditions, Finding
from routing.mend import mended
from routing.plan import Plan
from routing.problem import Problem, Visit, Window
from routing.why_not import Ease, Suggestion, why_not
from routing.words import counted

SHIFTS, VISITS = 12, 110
MINUTE = timedelta(minutes=1)


def suggestions(conditions: Conditions) -> Iterator[Finding]:
    """For every visit that a crowded day leaves out, by insertion tried at every place."""
    left = told = true = smallest = 0
    for seed in conditions.seeds:
        problem = concierge_day(SHIFTS, VISITS, seed=seed)
        plan = mended(problem, Plan())
        for unplanned in plan.unplanned:
            left += 1
            conditions.doing(f"why not: day {seed}, visit {left}")
            visit = problem.visit(unplanned.visit)
            for each in why_not(problem, plan, visit.id):
                told += 1
                true += has_a_place(each.applied(problem), plan, each.visit)
                smallest += not _does_with_less(problem, plan, visit, each)
    yield Finding(
        goal="why-not: the change suggested makes it fit, none smaller of its kind does, 100 %",
        ours=f"{true} of {told} true, {smallest} smallest",
        met=told > 0 and true == smallest == told,
        notes=(f"{left} visits left out on {counted(len(conditions.seeds), 'crowded day')}.",),
    )


def _does_with_less(problem: Problem, plan: Plan, visit: Visit, said: Suggestion) -> bool:
    """Whether one minute, rail unit or skill less of the same kind would do."""
    less = said.amount - 1
    if said.ease is Ease.MORE_HANDS:
        hub = problem.hub.place
        needs = visit.lasts + timedelta(
            seconds=problem.travel.between(hub, visit.place)
            + problem.travel.between(visit.place, hub)
        )
        return less * MINUTE >= needs
    return said.amount > 0 and has_a_place(*_eased(problem, plan, visit, said.ease, less))


def _eased(
    problem: Problem, plan: Plan, visit: Visit, ease: Ease, by: int
) -> tuple[Problem, Plan, Visit]:
    """The day with a rule eased for everybody at once; one of them is the one who helps."""
    span = by * MINUTE
    shifts = problem.shifts
    match ease:
        case Ease.WINDOW:
            wider = (Window(each.opens - span, each.closes + span) for each in visit.windows)
            visit = replace(visit, windows=tuple(wider))
        case Ease.SHORTER:
            visit = replace(visit, lasts=visit.lasts - span)
        case Ease.LATER_END:
            shifts = tuple(replace(each, ends=each.ends + span) for each in shifts)
        case Ease.SOONER_START:
            shifts = tuple(replace(each, starts=each.starts - span) for each in shifts)
        case Ease.CAPACITY:
            shifts = tuple(replace(each, capacity=each.capacity + by) for each in shifts)
        case Ease.SKILL:
            shifts = tuple(
                replace(each, skills=each.skills | visit.skills)
                for each in shifts
                if len(visit.skills - each.skills) <= by
            )
            plan = replace(
                plan,
                routes=tuple(r for r in plan.routes if any(r.shift == s.id for s in shifts)),
            )
        case _:
            pass
    return replace(problem, shifts=shifts), plan, visit
