# pyright: basic
"""The last word: OR-Tools drives a plan exactly as it stands, and must agree on its price."""

from routing.check import check
from routing.errors import BadPlan
from routing.plan import Plan, Stop
from routing.problem import Problem, Visit
from routing.seconds import ceil_s, floor_s
from routing.timeline import price

from .first_plan import parameters
from .model import Model


def with_the_last_word(problem: Problem, plan: Plan) -> Plan:
    """The plan, once `check` and OR-Tools have nothing against it.

    Raises:
        BadPlan: one of them has.
    """
    broken = check(problem, plan)
    if broken:
        raise BadPlan(f"The plan made breaks a rule: {broken[0].words}")
    accept(problem, plan)
    return plan


def accept(problem: Problem, plan: Plan) -> None:
    """The last word: OR-Tools prices this plan as it stands, all its rules active.

    Raises:
        BadPlan: OR-Tools cannot drive these routes at these times, or prices them otherwise.
    """
    for route in plan.routes:
        if not problem.has_shift(route.shift):
            raise BadPlan(f"OR-Tools knows no shift {route.shift}.")
        for stop in route.stops:
            if not problem.has_visit(stop.visit):
                raise BadPlan(f"OR-Tools knows no visit {stop.visit}.")
    answered = sum(len(route.stops) for route in plan.routes) + len(plan.unplanned)
    if answered != len(problem.visits):
        raise BadPlan(f"The plan answers {answered} of {len(problem.visits)} visits.")
    driven = price(problem, plan.routes, plan.unplanned).total
    total = driven
    if problem.shifts:
        model = Model(problem, problem.shifts, problem.visits, judged=plan)
        total = price_as_planned(model, plan)
    for said in (plan.cost.total, driven):
        if said != total:
            raise BadPlan(f"OR-Tools prices the plan at {total}; it says {said}.")


def price_as_planned(model: Model, plan: Plan) -> int:
    """The objective with every route, start, and break fixed where the plan has it.

    Raises:
        BadPlan: OR-Tools finds no solution there.
    """
    routing, car_of = model.routing, {shift.id: car for car, shift in enumerate(model.shifts)}
    for route in plan.routes:
        car = car_of[route.shift]
        _fix(model, routing.Start(car), ceil_s(route.leaves), route.shift)
        _fix(model, routing.End(car), ceil_s(route.returns), route.shift)
        for stop in route.stops:
            _fix(model, model.index[stop.visit], ceil_s(stop.starts), stop.visit)
            _keep(model.problem.visit(stop.visit), stop)
        taken = sorted((ceil_s(rest.starts), floor_s(rest.ends)) for rest in route.breaks)
        if len(taken) != len(model.breaks[car]):
            raise BadPlan(f"OR-Tools wants {len(model.breaks[car])} breaks in {route.shift}.")
        for rest, (starts_s, ends_s) in zip(model.breaks[car], taken, strict=True):
            at_s = starts_s - model.origin_s
            if not rest.StartMin() <= at_s <= rest.StartMax():
                raise BadPlan(f"OR-Tools allows no break then in shift {route.shift}.")
            if ends_s - starts_s < rest.DurationMin():
                raise BadPlan(f"OR-Tools allows no shorter break in shift {route.shift}.")
            rest.SetStartRange(at_s, at_s)
    routing.CloseModelWithParameters(parameters(10.0, large=False))
    answer = routing.ReadAssignmentFromRoutes(model.indices(plan), True)
    if answer is None:
        raise BadPlan("OR-Tools cannot drive these routes at these times.")
    return answer.ObjectiveValue()


def _keep(visit: Visit, stop: Stop) -> None:
    """Refuse a window or a length that the plan tells otherwise than OR-Tools was told."""
    if stop.window not in visit.windows or stop.starts not in stop.window:
        raise BadPlan(f"OR-Tools was told of no such window for {visit.id}.")
    if stop.ends - stop.starts < visit.lasts:
        raise BadPlan(f"OR-Tools allows no shorter visit than {visit.lasts} for {visit.id}.")


def _fix(model: Model, index: int, at_s: int, where: str) -> None:
    moment = model.clock.CumulVar(index)
    if not moment.Contains(at_s - model.origin_s):
        raise BadPlan(f"OR-Tools allows no such time for {where}.")
    moment.SetValue(at_s - model.origin_s)
