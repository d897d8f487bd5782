"""CP-SAT chooses from the routes that the search met: who drives, and which day is whose."""

import pytest
from ortools.sat.python import cp_model

import routing
import routing.solver
from routing.improve import Asked
from routing.search.day import read_day
from routing.search.pool import MOST_KEPT, Met, Pool
from routing.search.propose import Proposal, routes_of
from routing.solver.choice import chosen_routes

from . import days as d


def asked(problem: routing.Problem) -> Asked:
    return Asked(
        problem=problem,
        shifts=problem.shifts,
        visits=problem.visits,
        in_force=False,
        begun=0.0,
        seconds=10.0,
        seed=0,
        progress=None,
    )


def met(problem: routing.Problem, shift: str, *order: str) -> Met:
    """This route at its true price."""
    plan = d.planned(problem, **{shift: list(order)})
    return Met(shift, order, routing.price(problem, plan.routes, ()).total)


def proposed(problem: routing.Problem, *pool: Met, orders: dict[str, tuple[str, ...]]) -> Proposal:
    """A search that met these routes and thinks those orders the best."""
    driven = [each for each in pool if orders.get(each.shift) == each.order]
    planned = {visit for each in driven for visit in each.order}
    left_out = sum(each.priority for each in problem.visits if each.id not in planned)
    cost = sum(each.cost for each in driven) + left_out * problem.weights.unplanned
    return Proposal(orders, cost, 1, pool)


def test_half_of_one_plan_and_half_of_another_are_driven_if_that_is_cheapest() -> None:
    visits = [d.visit(name, east) for name, east in (("e1", 20), ("e2", 22), ("w1", -20))]
    visits.append(d.visit("w2", -22))
    problem = d.day([d.shift("anna"), d.shift("berit")], visits, routing.Weights(shift=0))
    crossed = {"anna": ("e1", "w1"), "berit": ("e2", "w2")}
    proposal = proposed(
        problem,
        met(problem, "anna", "e1", "w1"),
        met(problem, "berit", "e2", "w2"),
        met(problem, "anna", "e1", "e2"),
        met(problem, "berit", "w1", "w2"),
        met(problem, "anna", "e1"),
        orders=crossed,
    )
    assert chosen_routes(asked(problem), proposal) == {"anna": ("e1", "e2"), "berit": ("w1", "w2")}


def test_where_nothing_met_is_cheaper_the_proposal_stands() -> None:
    problem = d.day([d.shift("anna"), d.shift("berit")], [d.visit("eva", 5), d.visit("liv", 6)])
    both = met(problem, "anna", "eva", "liv")
    alone = met(problem, "berit", "eva")
    proposal = proposed(problem, both, alone, orders={"anna": ("eva", "liv")})
    assert chosen_routes(asked(problem), proposal) == proposal.orders


def test_a_client_who_accepts_two_days_gets_the_day_that_fits_the_others() -> None:
    shifts = [
        routing.Shift(f"day{n}", d.at("09:00", day=n), d.at("11:00", day=n), 10) for n in (0, 1)
    ]
    either = [d.window("09:00", "11:00", day=n) for n in (0, 1)]
    visits = [d.visit("eva", 20, *either), d.visit("liv", 21, either[1])]
    problem = d.day(shifts, visits)
    apart = {"day0": ("eva",), "day1": ("liv",)}
    proposal = proposed(
        problem,
        met(problem, "day0", "eva"),
        met(problem, "day1", "liv"),
        met(problem, "day1", "eva", "liv"),
        orders=apart,
    )
    assert chosen_routes(asked(problem), proposal) == {"day1": ("eva", "liv")}


def test_the_pool_is_bounded_and_remembers_the_last() -> None:
    pool = Pool()
    pool.costs.update({(0, bytes([n % 256, n // 256, 0, 0])): n for n in range(MOST_KEPT + 500)})
    day = d.day([d.shift("anna")], [d.visit("eva", 5)])
    read = read_day(day, day.shifts, day.visits)
    begin = d.planned(day, anna=["eva"])
    pool.add(routes_of(read, day.shifts, day.visits, begin))
    assert len(pool.costs) == MOST_KEPT
    assert pool.met(["anna"], ["eva"] * (1 << 16))[-1] == met(day, "anna", "eva")


@pytest.mark.parametrize("several_days", [False, True])
def test_no_plan_with_search_is_made_without_the_choice(
    monkeypatch: pytest.MonkeyPatch, *, several_days: bool
) -> None:
    chosen: list[int] = []
    solve = cp_model.CpSolver.solve

    def count(self: cp_model.CpSolver, model: cp_model.CpModel) -> object:
        chosen.append(len(model.proto.variables))
        return solve(self, model)

    monkeypatch.setattr(cp_model.CpSolver, "solve", count)
    shifts = [
        routing.Shift(f"day{n}", d.at("09:00", day=n), d.at("11:00", day=n), 10) for n in (0, 1)
    ]
    windows = [d.window("09:00", "11:00", day=n) for n in range(1 + several_days)]
    visits = [d.visit(name, 20, *windows) for name in ("eva", "liv")]
    plan = routing.solver.plan_day(d.day(shifts, visits), seconds=0.3)
    assert plan.unplanned == ()
    assert len(chosen) == 1
    assert chosen[0] > len(visits), "there were routes to choose from"
