"""The search proposes; OR-Tools makes the first plan, and has the last word."""

import gc
import json
import re
import subprocess
import sys
import weakref
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import routing
import routing.improve
import routing.kernels
import routing.search.annealing
import routing.solver
from routing.__main__ import main
from routing.bench.days import concierge_day
from routing.mend import mended
from routing.reasons import why_never
from routing.seconds import duty

from . import days as d


def proposed(
    problem: routing.Problem,
    begin: routing.Plan,
    *,
    steps: int = 300,
    seed: int = 0,
    **more: object,
) -> routing.search.Proposal | None:
    """What the search proposes for what can be planned of a day; None if that is nothing."""
    shifts = [shift for shift in problem.shifts if duty(problem, shift).can_rest]
    visits = [each for each in problem.visits if not why_never(problem, each, each.windows)]
    if not shifts or not visits:
        return None
    search = routing.search.propose
    return search(problem, shifts, visits, begin, seconds=60, steps=steps, seed=seed, **more)


def as_plan(problem: routing.Problem, proposal: routing.search.Proposal) -> routing.Plan:
    """The proposal as it stands, nothing added."""
    routes = []
    for shift, order in proposal.orders.items():
        visits = [problem.visit(each) for each in order]
        route = routing.time_route(problem, problem.shift(shift), visits)
        assert route is not None, "the search proposes what can be driven"
        routes.append(route)
    on = {each for order in proposal.orders.values() for each in order}
    left = tuple(
        routing.Unplanned(each.id, routing.Reason.WINDOWS_FULL, "Left out.")
        for each in problem.visits
        if each.id not in on
    )
    return routing.Plan(tuple(routes), left, routing.price(problem, routes, left))


@given(d.days(most_visits=14), st.integers(0, 1 << 40))
@settings(max_examples=60, deadline=None)
def test_search_and_timeline_and_or_tools_price_any_day_alike(
    problem: routing.Problem, seed: int
) -> None:
    begin = mended(problem, routing.Plan())
    proposal = proposed(problem, begin, seed=seed)
    if proposal is not None:
        plan = as_plan(problem, proposal)
        never = [v for v in problem.visits if why_never(problem, v, v.windows)]
        impossible = problem.weights.unplanned * sum(each.priority for each in never)
        assert proposal.cost == plan.cost.total - impossible
        assert plan.cost.total <= begin.cost.total, "never worse than what it began at"
        assert routing.check(problem, plan) == []
        routing.solver.accept(problem, plan)


def test_where_every_order_can_be_tried_the_search_finds_the_best() -> None:
    windows = [d.window("08:00", "09:30"), d.window("10:00", "12:00"), d.window("13:00", "15:00")]
    rested = d.shift("anna", breaks=(d.rest("11:00", "12:30"), d.rest("14:00", "15:30", 15)))
    visits = [d.visit(f"v{n}", n * 13 % 17 - 8, windows[n % 3]) for n in range(6)]
    problem = d.day([rested], visits)
    routes = [_least_driving(problem, rested, [], list(visits))]
    proposal = proposed(problem, routing.Plan(), steps=2_000)
    assert proposal is not None
    assert proposal.cost == routing.price(problem, routes, ()).total


def _least_driving(
    problem: routing.Problem,
    shift: routing.Shift,
    before: list[routing.Visit],
    left: list[routing.Visit],
) -> routing.Route:
    if not left:
        route = routing.time_route(problem, shift, before)
        return route or routing.Route(
            shift.id, shift.starts, shift.ends, drive_home=d.minutes(9e5)
        )
    return min(
        (
            _least_driving(problem, shift, [*before, each], [v for v in left if v is not each])
            for each in left
        ),
        key=lambda route: route.drive,
    )


def test_the_same_seed_proposes_the_same_and_more_steps_cost_no_more() -> None:
    problem = concierge_day(8, 40, seed=5)
    once, again = (proposed(problem, routing.Plan(), seed=7) for _ in range(2))
    assert once == again
    longer = proposed(problem, routing.Plan(), steps=5_000, seed=7)
    assert once is not None
    assert longer is not None
    assert longer.cost < once.cost < mended(problem, routing.Plan()).cost.total


def test_a_search_can_be_called_off_and_tells_how_it_goes() -> None:
    problem = concierge_day(8, 40, seed=5)
    told: list[int] = []
    proposal = proposed(
        problem,
        routing.Plan(),
        steps=1_000_000,
        progress=lambda _, cost: told.append(cost),
        called_off=lambda: len(told) >= 2,
    )
    assert proposal is not None
    assert told == sorted(told, reverse=True)
    assert proposal.cost == told[-1]
    assert proposal.steps < 1_000_000


def test_a_plan_that_cannot_be_driven_is_no_beginning() -> None:
    problem = d.day([d.shift("anna")], [d.visit("eva", 10), d.visit("liv", 10)])
    begin = d.planned(problem, anna=["eva", "liv"])
    short = d.day([d.shift("anna", ends="08:30")], list(problem.visits))
    with pytest.raises(routing.BadPlan, match="cannot begin"):
        routing.search.propose(short, short.shifts, short.visits, begin, seconds=1)


def test_what_warming_compiles_serves_every_day() -> None:
    routing.search.warm()
    for problem in (concierge_day(8, 40, seed=5), d.day([d.shift("a")], [d.visit("eva", 1)])):
        proposed(problem, routing.Plan(), steps=20)
    assert len(routing.search.annealing.anneal.signatures) == 1
    assert routing.kernels.are_ready()


def test_the_plan_says_what_or_tools_had_and_what_the_search_made_of_it() -> None:
    problem = concierge_day(12, 60, seed=1)
    plan = routing.solver.plan_day(problem, seconds=1.5)
    said = re.match(r"OR-Tools alone ([\d,]+) in .* s, with search ([\d,]+) in .* s: ", plan.words)
    assert said is not None
    alone, searched = (int(number.replace(",", "")) for number in said.groups())
    assert searched == plan.cost.total <= alone


def test_or_tools_makes_the_first_plan_and_accepts_the_last(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    problem = concierge_day(8, 40, seed=2)
    asked: list[str] = []
    solver = routing.solver.model.pywrapcp.RoutingModel
    for name in ("SolveWithParameters", "ReadAssignmentFromRoutes"):
        ours = getattr(solver, name)

        def call(*given: object, ours: object = ours, name: str = name) -> object:
            asked.append(name)
            return ours(*given)

        monkeypatch.setattr(solver, name, call)
    plan = routing.solver.plan_day(problem, seconds=0.5)
    assert plan.routes
    assert asked == ["SolveWithParameters", "ReadAssignmentFromRoutes"]


def test_a_proposal_that_or_tools_refuses_never_becomes_the_plan(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    problem = concierge_day(8, 40, seed=2)
    begin = mended(problem, routing.Plan())

    def too_cheap(
        problem: routing.Problem, orders: dict[str, tuple[str, ...]]
    ) -> routing.Plan | None:
        plan = _written(problem, orders)
        assert plan is not None
        return routing.Plan(plan.routes, plan.unplanned, routing.Cost(drive=1))

    _written = routing.improve.written
    monkeypatch.setattr(routing.improve, "written", too_cheap)
    plan = routing.solver.plan_day(problem, seconds=0.5, incumbent=begin)
    assert "was not accepted" in plan.words
    assert plan.cost.total <= begin.cost.total
    assert routing.check(problem, plan) == []


def test_the_command_line_plans_without_the_search_when_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hub = [11.97, 57.7]
    document = {
        "vehicles": [{"id": 1, "start": hub, "end": hub}],
        "jobs": [{"id": 1, "location": [11.98, 57.71], "service": 600}],
    }
    day = tmp_path / "day.json"
    day.write_text(json.dumps(document))
    for engine, words in (("ortools", "OR-Tools, 0"), ("search", "OR-Tools alone ")):
        assert main(["plan", str(day), "--seconds", "0.2", "--engine", engine]) == 0
        assert capsys.readouterr().err.splitlines()[-1].startswith(words)


def test_judging_loads_neither_or_tools_nor_numba() -> None:
    code = "import sys, routing, routing.kernels; print({'ortools', 'numba'} & sys.modules.keys())"
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, timeout=60, capture_output=True, text=True
    )
    assert done.stdout == "set()\n"


def test_a_day_that_has_been_planned_is_forgotten() -> None:
    problem = concierge_day(4, 10, seed=1)
    model = routing.solver.model.Model(problem, problem.shifts, problem.visits)
    here = weakref.ref(model)
    found = routing.solver.first_plan.search(
        model, None, limit_s=0.05, seed=0, large=False, progress=print
    )
    assert found is not None
    del model
    gc.collect()
    assert here() is None, "a process that plans all day keeps no model of every day"
