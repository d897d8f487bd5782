"""Invented concierge days to measure on."""

from datetime import timedelta

import numpy as np

from routing.place import Place
from routing.problem import Break, Hub, Problem, Shift, Visit, Window
from routing.travel import estimate

from .instances import MIDNIGHT

SPEAKS = ("sv", "en", "fr", "ar", "tailoring", "jewels")


def concierge_day(shifts: int, visits: int, *, seed: int, extra: int = 0) -> Problem:
    """A city day: three kinds of shift with a break, skills, 90-minute windows, 30% known clients.

    Two visits in three live in one of six quarters, the others anywhere in 24 km. Each asks for
    at most two skills that at least two concierges have. `extra` places are in `travel` for
    visits still to come.
    """
    dice = np.random.default_rng((seed, shifts, visits))
    skilled = [_some(dice, int(dice.integers(3, 6))) for _ in range(shifts)]
    team = tuple(_shift(number, skills) for number, skills in enumerate(skilled))
    places = _places(dice, visits + extra)
    asked = tuple(_visit(dice, number, places[number], team) for number in range(visits))
    hub = Place(11.97, 57.70)
    return Problem(Hub("hub", hub), team, asked, estimate(tuple(dict.fromkeys([hub, *places]))))


def _shift(number: int, skills: frozenset[str]) -> Shift:
    starts = MIDNIGHT + timedelta(hours=(8, 9, 12)[number % 3])
    rest = Window(starts + timedelta(hours=3), starts + timedelta(hours=5))
    return Shift(
        id=f"s{number}",
        starts=starts,
        ends=starts + timedelta(hours=8),
        capacity=(40, 50, 60)[number % 3],
        skills=skills,
        breaks=(Break(rest, timedelta(minutes=30)),),
    )


def _places(dice: np.random.Generator, count: int) -> list[Place]:
    """Units: kilometres east and north of the hub, then degrees."""
    quarters = dice.uniform(-9, 9, (6, 2))
    near = quarters[dice.integers(0, 6, count)] + dice.normal(0, 1.5, (count, 2))
    anywhere = dice.uniform(-12, 12, (count, 2))
    east_north = np.where(dice.random((count, 1)) < 2 / 3, near, anywhere).clip(-12, 12)
    return [Place(11.97 + east / 59.5, 57.70 + north / 111.2) for east, north in east_north]


def _visit(dice: np.random.Generator, number: int, place: Place, team: tuple[Shift, ...]) -> Visit:
    wanted = int(dice.choice(3, p=(0.5, 0.4, 0.1)))
    skills = _some(dice, wanted)
    while sum(skills <= shift.skills for shift in team) < 2:
        skills = _some(dice, wanted)
    opens = MIDNIGHT + timedelta(minutes=30 * int(dice.integers(17, 36)))
    able = [shift.id for shift in team if skills <= shift.skills]
    known = {str(dice.choice(able))} if dice.random() < 0.3 else set[str]()
    return Visit(
        id=f"v{number}",
        place=place,
        windows=(Window(opens, opens + timedelta(minutes=90)),),
        lasts=timedelta(minutes=int(dice.choice((20, 30, 30, 30, 45)))),
        load=int(dice.integers(3, 9)),
        skills=skills,
        known_to=frozenset(known),
    )


def _some(dice: np.random.Generator, count: int) -> frozenset[str]:
    return frozenset(str(each) for each in dice.choice(SPEAKS, count, replace=False))
