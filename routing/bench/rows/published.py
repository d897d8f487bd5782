"""Every plan that would be published is accepted by `check` and by OR-Tools, whoever made it."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta

from routing.bench.days import concierge_day
from routing.bench.finding import Conditions, Finding
from routing.bench.instances import MIDNIGHT
from routing.bench.newcomers import WINDOWS, newcomer
from routing.change import insert, remove
from routing.check import check
from routing.errors import BadPlan
from routing.offer import Offers
from routing.plan import Plan
from routing.problem import Problem
from routing.repair import repair
from routing.solver import accept, plan_day
from routing.under_way.events import Sick

SHIFTS, VISITS, SECONDS = 12, 60, 0.5
DAYS = {False: 5, True: 50}
"""How many days of each seed, in a short and in a full table."""
NOON = MIDNIGHT + timedelta(hours=12)


def published_plans(conditions: Conditions) -> Iterator[Finding]:
    """Plans of days with overtime and fair work, then booked into, cancelled from, repaired."""
    judged = by_check = by_ortools = 0
    for seed in conditions.seeds:
        for number in range(DAYS[conditions.full]):
            conditions.doing(f"published plans: day {number + 1} of seed {seed}")
            for problem, plan in _published(seed * 1_000 + number).values():
                judged += 1
                by_check += not check(problem, plan)
                by_ortools += _accepted(problem, plan)
    yield Finding(
        goal="every published plan: accepted by check and by OR-Tools",
        ours=f"{by_check} and {by_ortools} of {judged}",
        met=by_check == by_ortools == judged,
        notes=(
            "Planned, booked into, cancelled from, and repaired in every way.",
            "How plans are spoilt to see both refuse them: tests/routing/mutations.",
        ),
    )


def _published(seed: int) -> Mapping[str, tuple[Problem, Plan]]:
    """By how they came about, plans of one day and the problems they answer."""
    problem = _strict(concierge_day(SHIFTS, VISITS, seed=seed, extra=1))
    plan = plan_day(problem, seconds=SECONDS, seed=seed)
    made = {"planned": (problem, plan)}
    visit = newcomer(problem, 0)
    for offer in Offers(problem, plan).windows(visit, WINDOWS):
        if offer.feasible:
            promised = problem.with_visit(replace(visit, windows=(offer.window,)))
            made["booked"] = promised, insert(problem, plan, visit, offer)
    leaver = plan.routes[0].stops[0].visit
    made["cancelled"] = problem.without_visit(leaver), remove(problem, plan, leaver)
    ill = Sick(plan.routes[-1].shift, NOON)
    for way in repair(problem, plan, (ill,), now=NOON, seconds=SECONDS, seed=seed):
        made[f"repaired: {way.way}"] = way.problem, way.plan
    return made


def _strict(problem: Problem) -> Problem:
    """The day with half an hour of overtime for everybody, and six hours of work found fair."""
    overtime, fair = timedelta(minutes=30), timedelta(hours=6)
    shifts = (replace(each, overtime=overtime, fair=fair) for each in problem.shifts)
    return replace(problem, shifts=tuple(shifts))


def _accepted(problem: Problem, plan: Plan) -> bool:
    try:
        accept(problem, plan)
    except BadPlan:
        return False
    return True
