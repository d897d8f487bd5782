"""Whether every window offered can be kept, and how many of those that insertion has are found."""

from collections.abc import Iterator
from dataclasses import replace

from routing.bench.exhaustive import has_a_place
from routing.bench.finding import Conditions, Finding
from routing.bench.newcomers import WINDOWS, booked_day, newcomer
from routing.change import insert
from routing.check import check
from routing.errors import BadPlan
from routing.offer import Offer, Offers
from routing.plan import Plan
from routing.problem import Problem, Visit

SHIFTS, VISITS = 20, 150
FOUND = 0.95
CLIENTS = {False: 10, True: 100}
"""How many ask on each day, in a short and in a full table."""


def windows_offered(conditions: Conditions) -> Iterator[Finding]:
    """Every offer is inserted and judged; every refusal is tried at every place of every route."""
    asked = offered = kept = there = found = 0
    for seed in conditions.seeds:
        clients = CLIENTS[conditions.full]
        problem, plan = booked_day(SHIFTS, VISITS, seed=seed, extra=clients)
        for number in range(clients):
            conditions.doing(f"offers: day {seed}, client {number + 1} of {clients}")
            visit = newcomer(problem, number)
            for offer in Offers(problem, plan).windows(visit, WINDOWS):
                asked += 1
                offered += offer.feasible
                kept += offer.feasible and _can_be_kept(problem, plan, visit, offer)
                asked_for = replace(visit, windows=(offer.window,))
                if offer.feasible or has_a_place(problem, plan, asked_for):
                    there += 1
                    found += offer.feasible
    yield Finding(
        goal=f"offers: all insertable, at least {FOUND:.0%} of what exhaustive insertion finds",
        ours=f"{kept} of {offered}; {found / max(1, there):.1%}",
        met=kept == offered and found >= FOUND * there,
        notes=(
            f"{offered} of {asked} windows offered by {SHIFTS} concierges, {VISITS} visits asked.",
        ),
    )


def _can_be_kept(problem: Problem, plan: Plan, visit: Visit, offer: Offer) -> bool:
    """Whether the visit, inserted where the offer says, leaves a plan that keeps every rule."""
    promised = problem.with_visit(replace(visit, windows=(offer.window,)))
    try:
        return not check(promised, insert(problem, plan, visit, offer))
    except BadPlan:
        return False
