"""What mutations are made with: their register, a place to strike, plans put together again."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from random import Random

import routing
from tests.routing.full_days import Planned

Mutation = Callable[[Random, Planned], routing.Plan | None]
MUTATIONS: dict[str, Mutation] = {}


def mutation(make: Mutation) -> Mutation:
    """Enter a mutation under its name."""
    MUTATIONS[make.__name__] = make
    return make


def mutants(kind: str, number: int, days: list[Planned]) -> Iterator[tuple[Planned, routing.Plan]]:
    """So many bad plans of one kind, with the good ones they come from, the same each time."""
    dice = Random(kind)  # noqa: S311 - the same every time
    made = tries = 0
    while made < number:
        tries += 1
        assert tries < 100 * number, f"these days give too little occasion for {kind}"
        good = dice.choice(days)
        bad = MUTATIONS[kind](dice, good)
        if bad is not None:
            made += 1
            yield good, bad


def some_route(dice: Random, good: Planned, *, stops: int = 1) -> routing.Route | None:
    fit = [route for route in good.plan.routes if len(route.stops) >= stops]
    return dice.choice(fit) if fit else None


def some_stop(dice: Random, good: Planned) -> tuple[routing.Route, int]:
    route = dice.choice(good.plan.routes)
    return route, dice.randrange(len(route.stops))


def visit_of(good: Planned, stop: routing.Stop) -> routing.Visit:
    return good.problem.visit(stop.visit)


def place_of(good: Planned, stop: routing.Stop) -> routing.Place:
    return visit_of(good, stop).place


def moved(stop: routing.Stop, starts: datetime, *, arrives: bool = False) -> routing.Stop:
    """The stop begun then, as long as before; reached then too, if she must be there sooner."""
    there = min(stop.arrives, starts) if arrives else stop.arrives
    return replace(stop, arrives=there, starts=starts, ends=starts + (stop.ends - stop.starts))


def with_stop(route: routing.Route, at: int, stop: routing.Stop) -> routing.Route:
    return replace(route, stops=(*route.stops[:at], stop, *route.stops[at + 1 :]))


def with_route(plan: routing.Plan, route: routing.Route) -> routing.Plan:
    routes = (route if each.shift == route.shift else each for each in plan.routes)
    return replace(plan, routes=tuple(routes))


def priced(good: Planned, plan: routing.Plan) -> routing.Plan:
    return replace(plan, cost=routing.price(good.problem, plan.routes, plan.unplanned))


def forced(good: Planned, **values: object) -> routing.Plan:
    """A plan that its own door would have refused."""
    plan = replace(good.plan)
    for name, value in values.items():
        object.__setattr__(plan, name, value)
    return plan


def restopped(good: Planned, route: routing.Route, at: int, stop: routing.Stop) -> routing.Plan:
    """The plan with another stop there."""
    return with_route(good.plan, with_stop(route, at, stop))
