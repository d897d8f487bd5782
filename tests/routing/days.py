"""Small days to plan: a street where a minute is a step, and a strategy for any day at all."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import strategies as st

import routing

ZONE = ZoneInfo("Europe/Stockholm")
DAY = date(2025, 11, 24)
SKILLS = ("french", "tailoring")


def at(clock: str, *, day: int = 0) -> datetime:
    hour, minute = clock.split(":")
    midnight = datetime(DAY.year, DAY.month, DAY.day, tzinfo=ZONE)
    return midnight + timedelta(days=day, hours=int(hour), minutes=int(minute))


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def window(opens: str, closes: str, *, day: int = 0) -> routing.Window:
    return routing.Window(at(opens, day=day), at(closes, day=day))


def rest(opens: str, closes: str, lasts: float = 30) -> routing.Break:
    return routing.Break(window(opens, closes), minutes(lasts))


def place(east: int, north: int = 0) -> routing.Place:
    return routing.Place(east / 100, north / 100)


def shift(id_: str, starts: str = "08:00", ends: str = "16:00", **more: object) -> routing.Shift:
    given = {"capacity": 100, **more}
    return routing.Shift(id_, at(starts), at(ends), **given)


def visit(
    id_: str, east: int, *windows: routing.Window, lasts: float = 30, **more: object
) -> routing.Visit:
    open_all_day = (window("08:00", "16:00"),)
    return routing.Visit(id_, place(east), windows or open_all_day, minutes(lasts), **more)


def day(
    shifts: list[routing.Shift],
    visits: list[routing.Visit],
    weights: routing.Weights | None = None,
    *,
    ground: tuple[routing.Place, ...] = (),
    speeds: routing.Speeds | None = None,
) -> routing.Problem:
    """A minute of driving for every step; a step west takes half as much more."""
    named = {place(0), *ground}
    named |= {each.place for each in visits}
    named |= {each.starts_from for each in shifts if each.starts_from}
    named |= {each.ends_at for each in shifts if each.ends_at}
    places = tuple(sorted(named))
    steps = np.array([(p.longitude * 100, p.latitude * 100) for p in places]).round()
    apart = steps[None, :] - steps[:, None]
    seconds = 60 * np.abs(apart).sum(2) + 30 * np.maximum(0, -apart[:, :, 0])
    travel = routing.TravelTimes(places, seconds.astype(np.int64), speeds=speeds)
    hub = routing.Hub("hub", place(0))
    return routing.Problem(hub, tuple(shifts), tuple(visits), travel, weights or routing.Weights())


def planned(problem: routing.Problem, **routes: list[str]) -> routing.Plan:
    """The plan where each shift drives these visits in this order."""
    timed = [
        routing.time_route(problem, problem.shift(name), [problem.visit(each) for each in order])
        for name, order in routes.items()
    ]
    assert None not in timed
    kept = tuple(route for route in timed if route is not None)
    return routing.Plan(kept, (), routing.price(problem, kept, ()))


places = st.builds(place, st.integers(-30, 30), st.integers(-20, 20))
quarters = st.integers(4 * 7, 4 * 18)
skills = st.sets(st.sampled_from(SKILLS), max_size=2).map(frozenset)

percents = st.sampled_from([20, 37, 60, 85, 100, 100, 140])
speeds_by_hour = st.builds(
    lambda percent: routing.Speeds(tuple(percent), ZONE),
    st.lists(percents, min_size=24, max_size=24),
)


def _clock(quarter: int) -> datetime:
    return at("00:00") + quarter * minutes(15)


@st.composite
def windows(draw: st.DrawFn) -> routing.Window:
    opens = draw(quarters)
    return routing.Window(_clock(opens), _clock(opens + draw(st.integers(0, 10))))


@st.composite
def shifts(draw: st.DrawFn, name: str) -> routing.Shift:
    starts = draw(st.integers(4 * 7, 4 * 12))
    ends = starts + draw(st.integers(4 * 3, 4 * 9))
    breaks: list[routing.Break] = []
    for _ in range(draw(st.sampled_from([0, 1, 1, 1, 2]))):
        opens = draw(st.integers(starts, ends - 4))
        closes = draw(st.integers(opens, opens + 8))
        spell = routing.Window(_clock(opens), _clock(closes))
        breaks.append(routing.Break(spell, minutes(draw(st.sampled_from([15, 30, 45])))))
    return routing.Shift(
        name,
        _clock(starts),
        _clock(ends),
        draw(st.integers(0, 12)),
        draw(skills),
        tuple(breaks),
        draw(st.none() | places),
        draw(st.none() | places),
        overtime=minutes(draw(st.sampled_from([0, 0, 20, 60]))),
        fair=draw(st.sampled_from([None, None, minutes(40), minutes(150)])),
    )


@st.composite
def locks(draw: st.DrawFn, on: list[str], sooner: list[str]) -> routing.Lock:
    """A lock of any kind; it may wait for one of the visits named sooner."""
    shift_id = draw(st.sampled_from(on))
    match draw(st.sampled_from(["shift", "not_before", "starts", "after", "under_way"])):
        case "not_before":
            return routing.Lock(shift_id, not_before=draw(quarters.map(_clock)))
        case "starts":
            return routing.Lock(shift_id, starts=draw(quarters.map(_clock)))
        case "after" if sooner:
            return routing.Lock(shift_id, after=draw(st.sampled_from(sooner)))
        case "under_way":
            return routing.Lock(shift_id, under_way=True)
        case _:
            return routing.Lock(shift_id)


@st.composite
def visits(
    draw: st.DrawFn, name: str, on: list[str], sooner: list[str] | None = None
) -> routing.Visit:
    some = st.sets(st.sampled_from(on), max_size=2).map(frozenset)
    lock = locks(on, sooner or [])
    prices = st.dictionaries(st.sampled_from(on), st.integers(0, 900), max_size=2)
    return routing.Visit(
        name,
        draw(places),
        tuple(draw(st.lists(windows(), min_size=1, max_size=3, unique=True))),
        minutes(draw(st.sampled_from([10, 20, 30, 60]))),
        draw(st.integers(0, 5)),
        draw(skills.filter(lambda asked: len(asked) < 2)),
        draw(st.integers(1, 3)),
        draw(some),
        draw(some.filter(lambda ruled_out: len(ruled_out) < 2)),
        draw(st.none() | st.sampled_from(on)),
        draw(st.one_of(st.none(), st.none(), st.none(), lock)),
        prices=tuple(draw(prices).items()),
    )


@st.composite
def days(draw: st.DrawFn, *, most_visits: int = 9) -> routing.Problem:
    """Any small day: a few shifts, a few visits, every rule somewhere."""
    on = [f"s{number}" for number in range(draw(st.integers(1, 4)))]
    asked = [f"v{number}" for number in range(draw(st.integers(0, most_visits)))]
    drawn = [draw(visits(name, on, asked[:number])) for number, name in enumerate(asked)]
    shift_list, speeds = [draw(shifts(name)) for name in on], draw(st.none() | speeds_by_hour)
    return day(shift_list, _one_under_way(drawn), speeds=speeds)


def _one_under_way(asked: list[routing.Visit]) -> list[routing.Visit]:
    """The visits, only the first of each shift still under way."""
    begun: set[str] = set()
    kept: list[routing.Visit] = []
    for each in asked:
        again = each.lock and each.lock.under_way and each.lock.shift in begun
        if each.lock and each.lock.under_way:
            begun.add(each.lock.shift)
        kept.append(replace(each, lock=None) if again else each)
    return kept


def by_insertion(problem: routing.Problem) -> routing.Plan:
    """The plan that comes of booking one visit after another."""
    plan = routing.Plan()
    for each in problem.visits:
        found = routing.Offers(problem, plan).best(each)
        if found.feasible:
            plan = routing.insert(problem, plan, each, found)
        else:
            assert found.reason is not None
            left_out = routing.Unplanned(each.id, found.reason, found.words)
            rest_of = (*plan.unplanned, left_out)
            cost = routing.price(problem, plan.routes, rest_of)
            plan = routing.Plan(plan.routes, rest_of, cost)
    return plan
