"""Whatever is done wrong to a good plan is seen, by `check` and by OR-Tools."""

import pytest

import routing
import routing.solver
from tests.examples import examples

from .full_days import Planned, full_day
from .mutations import MUTATIONS, mutants

OF_EACH_KIND = 500
BY_OR_TOOLS = min(OF_EACH_KIND, examples(25).max_examples)


@pytest.fixture(scope="module")
def days() -> list[Planned]:
    return [full_day(seed) for seed in range(40)]


def test_the_plans_that_are_mutated_keep_every_rule(days: list[Planned]) -> None:
    for good in days:
        assert routing.check(good.problem, good.plan) == []
        routing.solver.accept(good.problem, good.plan)


def test_there_are_twenty_kinds_of_mutation_at_least() -> None:
    assert len(MUTATIONS) >= 20


@pytest.mark.parametrize("kind", MUTATIONS)
def test_a_mutated_plan_is_caught_by_check(kind: str, days: list[Planned]) -> None:
    for good, bad in mutants(kind, OF_EACH_KIND, days):
        assert routing.check(good.problem, bad), f"{kind} in {bad}"


@pytest.mark.hypothesis
@pytest.mark.parametrize("kind", MUTATIONS)
def test_a_mutated_plan_is_refused_by_or_tools(kind: str, days: list[Planned]) -> None:
    for good, bad in mutants(kind, BY_OR_TOOLS, days):
        with pytest.raises(routing.BadPlan):
            routing.solver.accept(good.problem, bad)
