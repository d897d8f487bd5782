# pyright: basic
"""The choice: of all good routes that the search met, CP-SAT says which are driven.

Each route is one concierge's, on her day, with a window for each of its visits; so whoever chooses
routes chooses who drives, and which day, hour and concierge each flexible client gets. The best
plan of the search is one of the combinations and the one CP-SAT begins at: its choice is never
dearer. What it chooses is a plan only after the last word of OR-Tools' routing model.

Source: OR-Tools 9.15, `ortools.sat.python.cp_model`; the set partitioning model is that of
Y. Rochat and E. Taillard, Probabilistic diversification and intensification in local search for
vehicle routing, Journal of Heuristics 1, 1995.
"""

from ortools.sat.python import cp_model

from routing.improve import Asked
from routing.search.propose import Proposal

CHOICE_SHARE, MOST_CHOICE_S = 0.03, 1.0
"""The part of the time that the choice may take, and seconds it never takes more than."""


def chosen_routes(asked: Asked, proposal: Proposal) -> dict[str, tuple[str, ...]]:
    """Visits in driving order by shift: the cheapest combination found of the routes met."""
    model = cp_model.CpModel()
    weights = asked.problem.weights
    by_shift: dict[str, list[cp_model.IntVar]] = {}
    by_visit: dict[str, list[cp_model.IntVar]] = {each.id: [] for each in asked.visits}
    driven: list[cp_model.IntVar] = []
    prices: list[int] = []
    for number, route in enumerate(proposal.pool):
        drives = model.new_bool_var(f"{route.shift} drives route {number}")
        driven.append(drives)
        prices.append(route.cost)
        by_shift.setdefault(route.shift, []).append(drives)
        for visit in route.order:
            by_visit[visit].append(drives)
        model.add_hint(drives, proposal.orders.get(route.shift) == route.order)
    planned = {visit for order in proposal.orders.values() for visit in order}
    for each in asked.visits:
        left_out = model.new_bool_var(f"{each.id} is left out")
        model.add_exactly_one(*by_visit[each.id], left_out)
        model.add_hint(left_out, each.id not in planned)
        driven.append(left_out)
        prices.append(weights.unplanned * each.priority)
    for routes in by_shift.values():
        model.add_at_most_one(routes)
    model.minimize(cp_model.LinearExpr.weighted_sum(driven, prices))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = asked.seed & 0x7FFFFFFF
    solver.parameters.max_time_in_seconds = min(MOST_CHOICE_S, CHOICE_SHARE * asked.seconds)
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return proposal.orders
    if solver.objective_value >= proposal.cost:
        return proposal.orders
    return {
        route.shift: route.order
        for route, drives in zip(proposal.pool, driven, strict=False)
        if solver.boolean_value(drives)
    }
