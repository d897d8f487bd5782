"""VROOM's JSON in and out, and what is refused by name."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

import routing
import routing.solver
from routing.vroom import read_plan, read_problem, write_plan

Json = dict[str, Any]
HOUR = 3600


def city() -> Json:
    """Six clients and two concierges of a coordinates-only day."""
    jobs = [
        {
            "id": 10 + n,
            "description": f"Client {n}",
            "location": [11.95 + n / 100, 57.70],
            "service": 1800,
            "delivery": [2],
            "skills": [1] if n == 2 else [],
            "priority": 10 * n,
            "time_windows": [[(9 + n) * HOUR, (10 + n) * HOUR], [16 * HOUR, 17 * HOUR]],
        }
        for n in range(6)
    ]
    vehicles = [
        {
            "id": n,
            "start": [11.97, 57.70],
            "end": [11.97, 57.71],
            "capacity": [20],
            "skills": [1, 2][: n + 1],
            "time_window": [8 * HOUR, 18 * HOUR],
            "breaks": [{"id": 7, "time_windows": [[12 * HOUR, 13 * HOUR]], "service": 1800}],
        }
        for n in range(2)
    ]
    return {"jobs": jobs, "vehicles": vehicles}


def matrix() -> Json:
    """The same idea with a matrix: three places in a row, ten minutes apart."""
    job = {"id": 1, "location_index": 1, "service": 600}
    vehicle = {"id": 1, "start_index": 0, "end_index": 2}
    seconds = [[0, 600, 1200], [600, 0, 600], [1200, 600, 0]]
    return {
        "jobs": [job, {**job, "id": 2}],
        "vehicles": [vehicle],
        "matrices": {"car": {"durations": seconds}},
    }


def test_a_vroom_day_is_planned_written_and_read_back_unchanged() -> None:
    document = city()
    problem = read_problem(document)
    plan = routing.solver.plan_day(problem, seconds=0.3)
    answer = write_plan(problem, plan, document)
    again = read_plan(problem, json.loads(json.dumps(answer)))
    assert routing.check(problem, again) == []
    routing.solver.accept(problem, again)
    assert (again.cost, again.unplanned, again.words) == (plan.cost, plan.unplanned, plan.words)
    for route, told in zip(plan.routes, again.routes, strict=True):
        assert [s.starts for s in route.stops] == [s.starts for s in told.stops]
        assert [b.starts for b in route.breaks] == [b.starts for b in told.breaks]


def test_a_day_means_what_vroom_means() -> None:
    problem = read_problem(city())
    client, concierge = problem.visit("12"), problem.shift("1")
    assert (client.called, client.load, client.priority) == ("Client 2", 2, 21)
    assert client.skills == {"skill 1"}
    assert [w.opens.timestamp() for w in client.windows] == [11 * HOUR, 16 * HOUR]
    assert (concierge.capacity, concierge.skills) == (20, {"skill 1", "skill 2"})
    assert concierge.breaks[0].lasts.total_seconds() == 1800
    assert problem.travel.estimated
    assert problem.weights.shift == 0


def test_a_matrix_day_keeps_its_seconds_and_its_rows() -> None:
    document = matrix()
    problem = read_problem(document)
    plan = routing.solver.plan_day(problem, seconds=0.2)
    answer = write_plan(problem, plan, document)
    steps = answer["routes"][0]["steps"]
    assert [step["type"] for step in steps] == ["start", "job", "job", "end"]
    assert [step["duration"] for step in steps] == [0, 600, 600, 1200]
    assert [step["location_index"] for step in steps] == [0, 1, 1, 2]
    assert answer["summary"]["cost"] == 1200
    assert answer["summary"]["unassigned"] == 0


def test_a_left_out_job_comes_back_with_its_reason() -> None:
    document = city()
    document["jobs"][0]["skills"] = [9]
    problem = read_problem(document)
    plan = routing.solver.plan_day(problem, seconds=0.2)
    (left,) = write_plan(problem, plan, document)["unassigned"]
    assert (left["id"], left["reason"]) == (10, "no_skill")
    assert left["words"] == "Nobody working has skill 9."


def test_an_answer_without_our_terms_is_priced_as_it_stands() -> None:
    document = city()
    problem = read_problem(document)
    plan = routing.solver.plan_day(problem, seconds=0.2)
    answer = write_plan(problem, plan, document)
    answer["summary"] = {"cost": 1}
    for left in answer["unassigned"]:
        del left["reason"]
    assert routing.check(problem, read_plan(problem, answer)) == []


Change = Callable[[Json], object]
REFUSED: list[tuple[str, Change]] = [
    ("jobs[0].servic is not known", lambda d: d["jobs"][0].update(servic=60)),
    ("jobs[0].service is -60, negative", lambda d: d["jobs"][0].update(service=-60)),
    ("shipments cannot be expressed here", lambda d: d.update(shipments=[])),
    ("jobs[0].pickup[0] cannot", lambda d: d["jobs"][0].update(pickup=[1])),
    ("jobs[0].setup cannot", lambda d: d["jobs"][0].update(setup=60)),
    ("jobs[0].delivery[1] cannot", lambda d: d["jobs"][0].update(delivery=[1, 2])),
    ("jobs[0].service is 0", lambda d: d["jobs"][0].update(service=0)),
    ("jobs[0] has no service", lambda d: d["jobs"][0].pop("service")),
    ("jobs[0] has no location", lambda d: d["jobs"][0].pop("location")),
    ("jobs[0].id is not a whole number", lambda d: d["jobs"][0].update(id="ten")),
    ("jobs[1].id is 11, as another job's is", lambda d: d["jobs"][0].update(id=11)),
    ("jobs[0].location is wrong", lambda d: d["jobs"][0].update(location=[11, 99])),
    ("jobs[0].location[0] is not a number", lambda d: d["jobs"][0].update(location=["a", 5])),
    ("jobs[0].priority is 101", lambda d: d["jobs"][0].update(priority=101)),
    ("jobs[0].time_windows[0] closes", lambda d: d["jobs"][0].update(time_windows=[[5, 4]])),
    ("has 1 elements, not two", lambda d: d["jobs"][0].update(time_windows=[[5]])),
    ("jobs is not a list", lambda d: d.update(jobs={})),
    ("jobs[0] is not an object", lambda d: d.update(jobs=[5])),
    ("There are no vehicles", lambda d: d.update(vehicles=[])),
    ("vehicles[0] has no end", lambda d: d["vehicles"][0].pop("end")),
    ("vehicles[0].max_tasks cannot", lambda d: d["vehicles"][0].update(max_tasks=3)),
    ("vehicles[0].speed_factor cannot", lambda d: d["vehicles"][0].update(speed_factor=2)),
    ("costs.per_hour cannot", lambda d: d["vehicles"][0].update(costs={"per_hour": 9})),
    ("different fixed costs", lambda d: d["vehicles"][0].update(costs={"fixed": 9})),
    ("several profiles: bike, car", lambda d: d["vehicles"][0].update(profile="bike")),
    (
        "several time_windows",
        lambda d: d["vehicles"][0]["breaks"][0].update(time_windows=[[1, 2], [3, 4]]),
    ),
    ("breaks[0].service is 0", lambda d: d["vehicles"][0]["breaks"][0].update(service=0)),
    ("breaks[0].max_load cannot", lambda d: d["vehicles"][0]["breaks"][0].update(max_load=[1])),
    (
        "breaks[0] does not fit inside the time_window",
        lambda d: d["vehicles"][0].update(time_window=[0, HOUR]),
    ),
    (
        "time_window is empty",
        lambda d: d["vehicles"][0].update(time_window=[HOUR, HOUR], breaks=[]),
    ),
]
REFUSED_MATRIX: list[tuple[str, Change]] = [
    ("matrices has no car", lambda d: d.update(matrices={})),
    ("matrices.car.costs cannot", lambda d: d["matrices"]["car"].update(costs=[])),
    ("row 1 has 1 entries", lambda d: d["matrices"]["car"].update(durations=[[0, 1], [1]])),
    ("durations[0][0] is -1", lambda d: d["matrices"]["car"].update(durations=[[-1]])),
    (
        "location_index is 3, but the matrix has 3 rows",
        lambda d: d["jobs"][0].update(location_index=3),
    ),
    ("vehicles[0] has no start_index", lambda d: d["vehicles"][0].pop("start_index")),
]


@pytest.mark.parametrize(
    ("words", "document", "change"),
    [(words, city(), change) for words, change in REFUSED]
    + [(words, matrix(), change) for words, change in REFUSED_MATRIX],
)
def test_what_cannot_be_expressed_is_refused_by_name(
    words: str, document: Json, change: Change
) -> None:
    asked = copy.deepcopy(document)
    change(asked)
    with pytest.raises(routing.BadProblem) as refused:
        read_problem(asked)
    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("words", "change"),
    [
        ("routes[0].vehicle names vehicle 9", lambda a: a["routes"][0].update(vehicle=9)),
        ("names job 99", lambda a: a["routes"][0]["steps"][1].update(id=99)),
        ("has no steps from a start to an end", lambda a: a["routes"][0].update(steps=[])),
        ("is a pickup", lambda a: a["routes"][0]["steps"][1].update(type="pickup")),
        (
            "arrival is not a whole number",
            lambda a: a["routes"][0]["steps"][0].update(arrival=0.5),
        ),
        ("appears twice", lambda a: a["unassigned"].append(a["routes"][0]["steps"][1])),
        (
            "reason is no reason known here",
            lambda a: a["unassigned"].append({"id": 11, "reason": "mood", "words": ""}),
        ),
        ("summary.terms has no drive", lambda a: a["summary"].update(terms={})),
    ],
)
def test_an_answer_that_is_none_is_refused_by_name(words: str, change: Change) -> None:
    document = matrix()
    problem = read_problem(document)
    answer = write_plan(problem, routing.solver.plan_day(problem, seconds=0.2), document)
    document["jobs"].append({**document["jobs"][0], "id": 11})
    change(answer)
    with pytest.raises(routing.BadPlan) as refused:
        read_plan(read_problem(document), answer)
    assert words in str(refused.value)
