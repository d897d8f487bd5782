"""Where cores are free two searches go on at once; where they are not, one."""

import os
import threading

import pytest

import routing
import routing.solver
from routing.bench.days import concierge_day
from routing.search.pool import Met
from routing.search.propose import Proposal
from routing.walks import free_cores, walked


def test_two_searches_are_at_work_at_once_and_share_what_they_met() -> None:
    both = threading.Barrier(2, timeout=30)

    def search(seed: int) -> Proposal:
        both.wait()
        route = Met("anna", (f"v{seed}",), seed)
        return Proposal({route.shift: route.order}, route.cost, 10, (route,))

    found = walked(search, 2, 7)
    assert found.orders == {"anna": ("v7",)}
    assert found.cost == 7
    assert found.steps == 20
    assert {each.order for each in found.pool} == {("v7",), ("v8",)}


def test_one_search_alone_begins_at_the_very_seed() -> None:
    assert walked(lambda seed: Proposal({}, seed, 1), 1, 5) == Proposal({}, 5, 1)


@pytest.mark.parametrize(("load", "walks"), [(0.0, 2), (0.4, 2), (1.0, 1), (7.0, 1)])
def test_a_busy_machine_gets_one_search(
    monkeypatch: pytest.MonkeyPatch, load: float, walks: int
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1}, raising=False)
    monkeypatch.setattr(os, "getloadavg", lambda: (load, load, load))
    assert free_cores() == walks


def test_a_day_searched_on_two_cores_is_judged_like_any_other() -> None:
    problem = concierge_day(8, 40, seed=2)
    plan = routing.solver.plan_day(problem, seconds=0.5, walks=2)
    alone = routing.solver.plan_day(problem, seconds=0.1, engine="ortools")
    assert plan.cost.total < alone.cost.total
    assert routing.check(problem, plan) == []
