"""Seeded days on the street in which every rule has something to say, and plans that keep it."""

from dataclasses import dataclass, replace
from functools import cache
from random import Random

import routing

from . import days as d

TEAM = ("anna", "berit", "clara", "doris", "ella")
SKILLS = ("french", "tailoring", "arabic")
RUSH = routing.Speeds(tuple(60 if hour in {8, 15, 16} else 100 for hour in range(24)), d.ZONE)


@dataclass(frozen=True)
class Planned:
    """A day and a plan that keeps every rule of it."""

    problem: routing.Problem
    plan: routing.Plan


@cache
def full_day(seed: int) -> Planned:
    """A day of five concierges with a plan for it; some of its decisions are locked since.

    Every other day has slow hours.
    """
    dice = Random(seed)  # noqa: S311 - the same day every time
    shifts = [some_shift(dice, name) for name in TEAM]
    visits = [some_visit(dice, number) for number in range(18)]
    problem = d.day(shifts, visits, speeds=RUSH if seed % 2 else None)
    plan = d.by_insertion(problem)
    decided = tuple(_since_decided(dice, plan, visit) for visit in problem.visits)
    problem = replace(problem, visits=decided)
    return Planned(problem, _priced(problem, plan))


def _priced(problem: routing.Problem, plan: routing.Plan) -> routing.Plan:
    return replace(plan, cost=routing.price(problem, plan.routes, plan.unplanned))


def some_shift(dice: Random, name: str) -> routing.Shift:
    starts = dice.choice((7, 8, 9))
    breaks = [d.rest("11:00", "12:30", dice.choice((20, 30)))]
    if dice.random() < 0.4:
        breaks.append(d.rest("14:00", "15:30", 15))
    return d.shift(
        name,
        f"{starts:02}:00",
        f"{starts + dice.choice((8, 8, 9))}:00",
        capacity=dice.randint(12, 20),
        skills=frozenset(dice.sample(SKILLS, 2)),
        breaks=tuple(breaks),
        starts_from=_corner(dice),
        ends_at=_corner(dice),
        overtime=d.minutes(dice.choice((0, 30, 60))),
        fair=dice.choice((None, d.minutes(120))),
    )


def _corner(dice: Random) -> routing.Place | None:
    return d.place(dice.randint(-9, 9), dice.randint(-9, 9)) if dice.random() < 0.3 else None


def some_visit(dice: Random, number: int) -> routing.Visit:
    first = dice.randint(4 * 8, 4 * 15)
    windows = [some_window(first)]
    if dice.random() < 0.5:
        windows.append(some_window(first + dice.randint(6, 8)))
    return routing.Visit(
        f"v{number}",
        d.place(dice.randint(-15, 15), dice.randint(-15, 15)),
        tuple(windows),
        d.minutes(dice.choice((15, 20, 30))),
        dice.randint(2, 5),
        frozenset(dice.sample(SKILLS, dice.choice((0, 0, 1)))),
        dice.randint(1, 3),
        frozenset(dice.sample(TEAM, dice.choice((0, 1, 2)))),
        frozenset(dice.sample(TEAM, dice.choice((0, 1)))),
        dice.choice((None, *TEAM)),
        prices=tuple((name, dice.randint(1, 900)) for name in dice.sample(TEAM, 2)),
    )


def some_window(quarter: int) -> routing.Window:
    opens = d.at("00:00") + quarter * d.minutes(15)
    return routing.Window(opens, opens + d.minutes(60))


def _since_decided(dice: Random, plan: routing.Plan, visit: routing.Visit) -> routing.Visit:
    """Every second visit is locked to what the plan gives it, in one way or another."""
    route = plan.route_of(visit.id)
    if route is None or dice.random() < 0.5:
        return visit
    order = [stop.visit for stop in route.stops]
    place = order.index(visit.id)
    starts = route.stops[place].starts
    lock = dice.choice(
        (
            routing.Lock(route.shift),
            routing.Lock(route.shift, not_before=starts),
            routing.Lock(route.shift, starts=starts),
            routing.Lock(route.shift, after=order[place - 1] if place else None),
            routing.Lock(route.shift, under_way=place == 0),
        )
    )
    return replace(visit, lock=lock)
