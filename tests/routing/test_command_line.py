"""`python -m routing` as an integrator meets it: JSON in, JSON out, and one sentence when not."""

import copy
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from routing.__main__ import main

Json = dict[str, Any]
Change = Callable[[Json], object]
HOUR = 3600


def city() -> Json:
    """Four clients, two concierges, and the routes a dispatcher gave them."""
    jobs = [
        {
            "id": n,
            "description": f"Client {n}",
            "location": [11.95 + n / 100, 57.70],
            "service": 1800,
            "delivery": [2],
            "time_windows": [[(8 + n) * HOUR, (9 + n) * HOUR]],
        }
        for n in range(1, 5)
    ]
    vehicles = [
        {
            "id": n,
            "description": name,
            "start": [11.97, 57.70],
            "end": [11.97, 57.70],
            "capacity": [9],
            "time_window": [8 * HOUR, 17 * HOUR],
            "breaks": [{"id": 7, "time_windows": [[12 * HOUR, 13 * HOUR]], "service": 1800}],
        }
        for n, name in ((1, "Anna"), (2, "Berit"))
    ]
    return {"jobs": jobs, "vehicles": vehicles}


def steps(*jobs: int, rest: int | None = None) -> list[Json]:
    """A vehicle's own route, her break before the job of that index."""
    order: list[Json] = [{"type": "job", "id": job} for job in jobs]
    if rest is not None:
        order.insert(rest, {"type": "break", "id": 7})
    return [{"type": "start"}, *order, {"type": "end"}]


def given(day: Json, *orders: list[Json]) -> Json:
    for vehicle, order in zip(day["vehicles"], orders, strict=False):
        vehicle["steps"] = order
    return day


class Desk:
    """A folder with files, and the command line."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.capsys = folder, capsys

    def file(self, name: str, content: object) -> str:
        text = content if isinstance(content, str) else json.dumps(content)
        (self.folder / name).write_text(text, encoding="utf-8")
        return str(self.folder / name)

    def run(self, *words: str) -> tuple[int, str, str]:
        status = main(words)
        said = self.capsys.readouterr()
        return status, said.out, said.err

    def plan(self, day: object, *words: str) -> Json:
        status, out, _ = self.run("plan", self.file("day.json", day), "--seconds", "0.2", *words)
        assert status == 0
        answer = json.loads(out)
        self.file("plan.json", answer)
        return answer


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    return Desk(tmp_path, capsys)


@pytest.mark.parametrize("engine", ["search", "ortools"])
def test_a_day_is_planned_and_judged(desk: Desk, engine: str) -> None:
    day, out = desk.file("day.json", city()), str(desk.folder / "plan.json")
    words = ("--seconds", "0.3", "--engine", engine, "--seed", "7", "--out", out)
    status, said, progress = desk.run("plan", day, *words)
    assert (status, said) == (0, "")
    assert "cost " in progress
    assert progress.splitlines()[-1].startswith("OR-Tools")
    assert desk.run("check", day, out) == (0, "The plan keeps every rule.\n", "")
    assert sorted(each.name for each in desk.folder.iterdir()) == ["day.json", "plan.json"]


def test_in_a_process_of_its_own_the_plan_goes_to_standard_output(desk: Desk) -> None:
    day = desk.file("day.json", city())
    command = [sys.executable, "-m", "routing", "plan", day, "--seconds", "0.2"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert json.loads(done.stdout)["summary"]["unassigned"] == 0


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda d: d["jobs"][0].update(skills=[9]), "no_skill"),
        (lambda d: d["jobs"][0].update(delivery=[10]), "no_capacity"),
        (lambda d: d["jobs"][0].update(time_windows=[[0, HOUR]]), "outside_shifts"),
        (lambda d: d["jobs"][0].update(location=[18.06, 59.33]), "out_of_reach"),
        (lambda d: d["jobs"][0].update(service=10 * HOUR), "outside_shifts"),
    ],
)
def test_a_visit_nobody_can_serve_is_an_answer_not_an_error(
    desk: Desk, change: Change, reason: str
) -> None:
    day = city()
    change(day)
    (left,) = desk.plan(day)["unassigned"]
    assert (left["id"], left["reason"]) == (1, reason)


def test_each_window_of_one_more_job_is_offered_or_refused_in_words(desk: Desk) -> None:
    desk.plan(city())
    windows = [[9 * HOUR, 10 * HOUR], [2 * HOUR, 3 * HOUR]]
    job = {"id": 5, "location": [11.96, 57.71], "service": 1800, "time_windows": windows}
    files = [str(desk.folder / "day.json"), str(desk.folder / "plan.json")]
    status, out, _ = desk.run("offer", *files, desk.file("job.json", job))
    answer = json.loads(out)
    assert (status, answer["id"]) == (0, 5)
    refused, offered = answer["offers"]
    assert refused == {
        "time_window": windows[1],
        "feasible": False,
        "words": "Nobody works between 02:00 and 03:00.",
        "reason": "outside_shifts",
    }
    assert offered["feasible"]
    assert 9 * HOUR <= offered["starts"] <= 10 * HOUR
    assert offered["vehicle"] in {1, 2}
    assert offered["cost"] >= offered["added"]
    assert offered["words"].startswith(("Anna, about 09:", "Berit, about 09:"))


def test_a_job_left_out_can_be_offered_other_windows(desk: Desk) -> None:
    day = city()
    day["jobs"][0]["time_windows"] = [[0, HOUR]]
    desk.plan(day)
    job = day["jobs"][0] | {"time_windows": [[15 * HOUR, 16 * HOUR]]}
    files = [str(desk.folder / "day.json"), str(desk.folder / "plan.json")]
    _, out, _ = desk.run("offer", *files, desk.file("job.json", job))
    assert json.loads(out)["offers"][0]["feasible"]


def test_an_offer_on_a_plan_that_breaks_a_rule_says_which(desk: Desk) -> None:
    answer = desk.plan(city())
    answer["routes"][0]["steps"][-1]["arrival"] = 17 * HOUR + 1
    files = [str(desk.folder / "day.json"), desk.file("plan.json", answer)]
    job = {"id": 5, "location": [11.96, 57.71], "service": 1800}
    status, out, _ = desk.run("offer", *files, desk.file("job.json", job))
    assert status == 1
    assert "returns_after_shift: " in out


def test_a_plan_made_by_hand_is_judged_violation_by_violation(desk: Desk) -> None:
    good = given(city(), steps(1, 2, 3, 4, rest=3))
    assert desk.run("check", desk.file("day.json", good))[:2] == (
        0,
        "The plan keeps every rule.\n",
    )
    bad = given(city(), steps(2, 1, 3, rest=3))
    bad["jobs"][0]["skills"] = [1]
    bad["vehicles"][0]["capacity"] = [5]
    status, out, _ = desk.run("check", desk.file("day.json", bad))
    assert status == 1
    assert out.splitlines() == [
        "outside_windows: Client 1 would start 10:32, 32 min after 09:00 to 10:00.",
        "skill_missing: Client 1 needs someone with skill 1; Anna does not have it.",
        "over_capacity: 6 rail units are loaded on Anna, which holds 5.",
    ]


def test_a_break_not_taken_in_a_plan_made_by_hand_is_missed(desk: Desk) -> None:
    day = given(city(), steps(1, 2), steps(3, 4, rest=1))
    status, out, _ = desk.run("check", desk.file("day.json", day))
    assert (status, out) == (
        1,
        "break_missing: Anna does not take her break, due 12:00 to 13:00.\n",
    )


def test_planning_begins_at_the_steps_a_day_carries(desk: Desk) -> None:
    by_hand = given(city(), steps(4), steps(3, 2, 1))
    assert desk.plan(by_hand)["summary"]["unassigned"] == 0


MALFORMED: dict[str, object] = {
    "is not JSON": "{",
    "day.json is not JSON": "[" * 100_000,
    "holds NaN, which is not a number": '{"jobs": NaN}',
    "The document is not an object": [],
    "shipments cannot be expressed here": {"jobs": [], "vehicles": [], "shipments": []},
    "There are no vehicles": {"jobs": [], "vehicles": []},
    "jobs[0] has no service": lambda d: d["jobs"][0].pop("service"),
    "jobs[0].location has 1 elements": lambda d: d["jobs"][0].update(location=[11.9]),
    "jobs[1].delivery[0] is -1": lambda d: d["jobs"][1].update(delivery=[-1]),
    "jobs[0].id is not a whole number": lambda d: d["jobs"][0].update(id="one"),
    "vehicles[1].breaks is not a list": lambda d: d["vehicles"][1].update(breaks={}),
    "vehicles[0].speed_factor cannot": lambda d: d["vehicles"][0].update(speed_factor=1.2),
    "vehicles[0].steps[1].service_at cannot": lambda d: given(
        d, [{"type": "start"}, {"type": "job", "id": 1, "service_at": 9}]
    ),
}


def rests(*clocks: tuple[float, float, float]) -> list[Json]:
    """Breaks that begin between two hours and last so many."""
    return [
        {"id": n, "time_windows": [[int(a * HOUR), int(b * HOUR)]], "service": int(c * HOUR)}
        for n, (a, b, c) in enumerate(clocks)
    ]


INFEASIBLE: dict[str, Change] = {
    "vehicles[0].breaks[0] does not fit inside the time_window of its vehicle": lambda d: d[
        "vehicles"
    ][0].update(breaks=rests((18, 19, 1))),
    "vehicles[1].breaks[0] does not fit inside the time_window of its vehicle": lambda d: d[
        "vehicles"
    ][1].update(breaks=rests((12, 13, 6))),
    "vehicles[0].breaks cannot all be taken": lambda d: d["vehicles"][0].update(
        breaks=rests((12, 12.2, 1), (12, 12.5, 1))
    ),
    "vehicles[0].time_window is empty": lambda d: d["vehicles"][0].update(
        time_window=[8 * HOUR, 8 * HOUR]
    ),
    "vehicles[1].time_window closes before it opens": lambda d: d["vehicles"][1].update(
        time_window=[9 * HOUR, 8 * HOUR]
    ),
    "jobs[2].time_windows[0] closes before it opens": lambda d: d["jobs"][2].update(
        time_windows=[[10 * HOUR, 9 * HOUR]]
    ),
    "jobs[1].id is 2, as another job's is": lambda d: d["jobs"][0].update(id=2),
    "vehicles[1].steps[1].id names job 3 again": lambda d: given(d, steps(3), steps(3)),
    "vehicles[0].steps[2].id names job 8, which the day does not have": lambda d: given(
        d, steps(1, 8)
    ),
    "vehicles[0].steps[1].id names break 7, which its vehicle does not have": lambda d: given(
        d, steps(1, rest=0)
    )["vehicles"][0].pop("breaks"),
    "vehicles[0].steps[3].id names break 7 again": lambda d: given(
        d, [*steps(1, rest=0)[:-1], {"type": "break", "id": 7}]
    ),
    "vehicles[0].steps has a start or an end in the middle": lambda d: given(
        d, [*steps(1), *steps(2)]
    ),
}


def test_there_are_ten_of_each_at_least() -> None:
    assert min(len(MALFORMED), len(INFEASIBLE)) >= 10


@pytest.mark.parametrize("words", [*MALFORMED, *INFEASIBLE])
def test_what_cannot_be_asked_is_one_sentence_status_two_and_nothing_written(
    desk: Desk, words: str
) -> None:
    content = {**MALFORMED, **INFEASIBLE}[words]
    if callable(content):
        day = city()
        content(day)
        content = copy.deepcopy(day)
    day_file = desk.file("day.json", content)
    status, out, said = desk.run("plan", day_file, "--out", str(desk.folder / "plan.json"))
    assert (status, out, said.count("\n")) == (2, "", 1)
    assert words in said
    assert [each.name for each in desk.folder.iterdir()] == ["day.json"]


WRONG_ANSWERS: dict[str, Change] = {
    "routes[0].vehicle names vehicle 9": lambda a: a["routes"][0].update(vehicle=9),
    "Visit 1 appears twice in the plan": lambda a: a["unassigned"].append({"id": 1}),
    "Shift 1 has two routes": lambda a: a["routes"].append(
        {"vehicle": 1, "steps": [a["routes"][0]["steps"][0], a["routes"][0]["steps"][-1]]}
    ),
    "has no steps from a start to an end": lambda a: a["routes"][0].update(steps=[]),
    "names job 99": lambda a: a["unassigned"].append({"id": 99}),
}


@pytest.mark.parametrize("words", WRONG_ANSWERS)
def test_a_plan_for_another_day_is_refused_by_check_and_offer(desk: Desk, words: str) -> None:
    answer = desk.plan(given(city(), steps(1, 2, 3, 4, rest=3)))
    answer["routes"][0]["vehicle"] = 1
    WRONG_ANSWERS[words](answer)
    files = [str(desk.folder / "day.json"), desk.file("plan.json", answer)]
    job = desk.file("job.json", {"id": 5, "location": [11.96, 57.71], "service": 1800})
    for command in (("check", *files), ("offer", *files, job)):
        status, out, said = desk.run(*command)
        assert (status, out, said.count("\n")) == (2, "", 1)
        assert words in said


@pytest.mark.parametrize(
    ("job", "words"),
    [
        ([], "The job is not an object"),
        ({"location": [11.96, 57.71], "service": 60}, "The job has no id"),
        ({"id": 5, "location": [11.96, 57.71]}, "The job has no service"),
        ({"id": 5, "service": 60}, "The job has no location"),
        ({"id": 5, "location": [11.96, 97.71], "service": 60}, "The job.location is wrong"),
        ({"id": 1, "location": [11.96, 57.71], "service": 60}, "Job 1 is planned already"),
    ],
)
def test_a_job_that_is_none_is_refused(desk: Desk, job: object, words: str) -> None:
    desk.plan(city())
    files = [str(desk.folder / "day.json"), str(desk.folder / "plan.json")]
    status, out, said = desk.run("offer", *files, desk.file("job.json", job))
    assert (status, out, said.count("\n")) == (2, "", 1)
    assert words in said


def test_a_file_that_is_not_there_or_cannot_be_is_refused(desk: Desk) -> None:
    nowhere = str(desk.folder / "nowhere" / "plan.json")
    assert "nowhere" in desk.run("plan", nowhere)[2]
    day = desk.file("day.json", city())
    for out in (nowhere, str(desk.folder)):
        status, _, said = desk.run("plan", day, "--out", out)
        assert (status, said) == (2, f"{out} is no place for a file.\n")
    assert "name a plan to judge" in desk.run("check", day)[2]


def test_a_budget_or_a_seed_that_is_none_is_refused(desk: Desk) -> None:
    day = desk.file("day.json", city())
    for words in (
        *(("--seconds", seconds) for seconds in ("0", "-1", "nan", "soon")),
        *(("--seed", seed) for seed in ("-1", "3000000000", "luck")),
        ("--engine", "luck"),
    ):
        with pytest.raises(SystemExit) as stopped:
            main(["plan", day, *words])
        assert stopped.value.code == 2


def test_a_plan_that_cannot_be_written_leaves_no_half(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> Path:
        raise OSError(28, "No space left on device", "plan.json")

    out = desk.file("plan.json", "what was there")
    monkeypatch.setattr(Path, "replace", full)
    day = desk.file("day.json", city())
    status, _, said = desk.run("plan", day, "--seconds", "0.1", "--out", out)
    assert status == 2
    assert "No space left on device" in said
    assert Path(out).read_text(encoding="utf-8") == "what was there"
    assert sorted(each.name for each in desk.folder.iterdir()) == ["day.json", "plan.json"]


def test_a_day_without_jobs_and_a_number_that_is_none_are_one_sentence(desk: Desk) -> None:
    empty = desk.file("day.json", {**city(), "jobs": []})
    status, _, said = desk.run("plan", empty, "--seconds", "0.2")
    assert (status, said) == (0, "There are no jobs.\n")
    with pytest.raises(SystemExit) as left:
        desk.run("plan", empty, "--seconds", "-1")
    assert left.value.code == 2


def test_warming_says_what_it_does_and_when_it_is_over(desk: Desk) -> None:
    status, _, said = desk.run("warm")
    first, *_, last = said.splitlines()
    assert status == 0
    assert first == "Compiling the search: minutes the first time, seconds from then on."
    assert last.startswith("Ready after ")
