"""What is measured is what was asked: the days are the same for everyone, distances are true."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

import routing
from routing.__main__ import main
from routing.bench.confidence import mean_of
from routing.bench.days import concierge_day
from routing.bench.exhaustive import has_a_place
from routing.bench.finding import Finding
from routing.bench.instances import read_instances
from routing.bench.invented import KINDS, invented
from routing.bench.rivals import RIVALS, Rival, installed
from routing.bench.table import Table
from routing.reasons import why_never

from .days import day, planned, rest, shift, visit, window

SQUARE = """SQUARE

VEHICLE
NUMBER     CAPACITY
  2         10

CUSTOMER
CUST NO.  XCOORD.   YCOORD.    DEMAND   READY TIME  DUE DATE   SERVICE TIME

    0      0.0        0          0          0       1000          0
    1     10          0          4          0       1000         10
    2     10         10          4          0       1000         10
"""
PYVRP, VROOM = RIVALS[2:]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "square.txt").write_text(SQUARE)
    (tmp_path / "BKS.csv").write_text("instance,best_known_distance_x10\nSQUARE,341\n")
    return tmp_path


def test_a_text_instance_is_driven_by_the_distances_of_its_community(folder: Path) -> None:
    (square,) = read_instances(folder)
    assert square.best_known == 341
    route = routing.time_route(square.problem, square.problem.shifts[0], square.problem.visits)
    assert route is not None
    assert route.drive.total_seconds() == 100 + 100 + 141, "the diagonal is 14.142, cut to 14.1"


def test_the_bench_tells_our_gap_and_everybody_elses(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["bench", str(folder), "--seconds", "0.1", "--rows", "solomon-100,homberger-200"]
    assert main(asked) == 0
    told = capsys.readouterr()
    (row,) = (line for line in told.out.splitlines() if line.startswith("Solomon 100"))
    assert row.count("0.00 %") == 1 + len(RIVALS), "a square is driven alike by everybody"
    assert " yes" in row
    assert "Gehring" not in told.out, "the folder holds no instance of that size"
    for tool in ("ortools", "pyvrp", "pyvroom", "numba", "load average"):
        assert tool in told.out
    assert "square, seed 1, VROOM" in told.err


def test_a_gap_beyond_the_goal_is_said_to_miss_it(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "BKS.csv").write_text("instance,best_known_distance_x10\nSQUARE,300\n")
    assert main(["bench", str(folder), "--seconds", "0.1", "--rows", "solomon-100"]) == 0
    (row,) = (line for line in capsys.readouterr().out.splitlines() if line.startswith("Solomon"))
    assert row.count("13.67 %") == 1 + len(RIVALS)
    assert " NO" in row


def test_a_figure_taken_while_others_were_at_work_says_so(
    capsys: pytest.CaptureFixture[str],
) -> None:
    table = Table(["PyVRP"])
    quick = Finding("as soon as asked", "0.1 s", met=True, peers={"PyVRP": "0.2 s"})
    table.row(quick, share=0.97)
    table.row(quick, share=0.5)
    quiet, shared, why = capsys.readouterr().out.splitlines()
    assert quiet.split()[-4:] == ["s", "yes", "0.2", "s"]
    assert shared.split()[-4:] == ["s", "yes?", "0.2", "s"]
    assert "50% of a core" in why


def test_a_row_nobody_measures_is_refused_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "--rows", "day,night"]) == 2
    assert "no row night" in capsys.readouterr().err


def test_only_the_peers_asked_for_are_measured(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["bench", str(folder), "--seconds", "0.1", "--rows", "solomon-100", "--peers"]
    for peers, columns in (("PyVRP", ["PyVRP"]), ("none", [])):
        assert main([*asked, peers]) == 0
        (heading,) = (
            line for line in capsys.readouterr().out.splitlines() if line.startswith("goal")
        )
        assert heading.split() == ["goal", "ours", "met", *columns]
    assert main([*asked, "PyVRP,Deliverer"]) == 2
    assert "no peer Deliverer" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["", "one\n2 3\n", SQUARE.replace("1000         10", "1000")])
def test_a_file_of_another_format_is_refused_by_name(
    folder: Path, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "other.txt").write_text(text)
    assert main(["bench", str(folder)]) == 2
    assert "other.txt is not in Solomon's format" in capsys.readouterr().err


def test_a_concierge_day_is_the_same_for_everyone_who_names_its_seed() -> None:
    one, same = concierge_day(6, 20, seed=3), concierge_day(6, 20, seed=3)
    assert (one.shifts, one.visits) == (same.shifts, same.visits)
    assert concierge_day(6, 20, seed=4).visits != one.visits
    for each in one.visits:
        assert sum(each.skills <= shift.skills for shift in one.shifts) >= 2


@pytest.mark.parametrize("kind", KINDS)
def test_an_invented_instance_can_be_driven_and_is_the_same_for_everyone(kind: str) -> None:
    one, same = invented(kind, 40, seed=1).problem, invented(kind, 40, seed=1).problem
    assert one.visits == same.visits
    assert invented(kind, 40, seed=2).problem.visits != one.visits
    assert len(one.shifts) == 10
    assert not any(why_never(one, each, each.windows) for each in one.visits)


def _choosy_day(**more: object) -> routing.Problem:
    """Skills, a second window, somebody forbidden, a car too small; all can be served."""
    return day(
        [
            shift("anna", skills=frozenset({"french"}), **more),
            shift("bo", starts="10:00", capacity=3, **more),
        ],
        [
            visit("french", 4, skills=frozenset({"french"})),
            visit("late", 8, window("07:00", "07:30"), window("14:00", "15:00"), load=2),
            visit("not-bo", 12, window("10:00", "11:00"), forbidden=frozenset({"bo"})),
            visit("heavy", -6, load=4),
        ],
    )


@pytest.mark.parametrize("rival", RIVALS, ids=lambda rival: rival.name)
def test_every_peer_is_handed_the_same_day_and_its_plan_is_judged_like_ours(rival: Rival) -> None:
    assert rival in installed()
    asked = rival.ask(_choosy_day(), seconds=0.3, seed=1)
    assert asked.plan is not None, asked.words
    assert asked.plan.unplanned == ()
    assert asked.plan.cost == routing.price(_choosy_day(), asked.plan.routes, ())
    assert asked.plan.cost.total == 1200 + 60 * (12 + 12 + 6 + 6) + 30 * (12 + 6)


@pytest.mark.parametrize("rival", RIVALS, ids=lambda rival: rival.name)
def test_a_peer_may_leave_out_who_cannot_be_served_and_nobody_else(rival: Rival) -> None:
    hopeless = visit("hopeless", 4, window("06:00", "07:00"))
    crowded = replace(_choosy_day(), visits=(*_choosy_day().visits, hopeless))
    asked = rival.ask(crowded, seconds=0.3, seed=1)
    assert asked.plan is not None, asked.words
    assert [left.visit for left in asked.plan.unplanned] == ["hopeless"]


def test_vroom_takes_breaks_where_we_do_and_pyvrp_says_it_cannot() -> None:
    resting = _choosy_day(breaks=(rest("12:00", "13:00"),))
    plan = VROOM.ask(resting, seconds=1, seed=1).plan
    assert plan is not None
    assert [len(route.breaks) for route in plan.routes] == [1]
    assert PYVRP.ask(resting, seconds=1, seed=1).words == "cannot: breaks"


def test_vroom_says_it_cannot_prefer_the_concierge_a_client_knows() -> None:
    known = day([shift("anna"), shift("bo")], [visit("v", 4, known_to=frozenset({"bo"}))])
    assert VROOM.ask(known, seconds=1, seed=1).words == "cannot: prices by concierge"
    plan = PYVRP.ask(known, seconds=0.1, seed=1).plan
    assert plan is not None
    assert plan.routes[0].shift == "bo", "PyVRP sees the price"


def test_a_peer_that_breaks_a_rule_is_refused_in_words() -> None:
    early = planned(_choosy_day(), anna=["not-bo"])
    (route,) = early.routes
    hasty = replace(route, returns=route.returns - timedelta(hours=1))
    cheat = Rival(
        "cheat", "ortools", "ortools", lambda: lambda *_, **__: replace(early, routes=(hasty,))
    )
    asked = cheat.ask(_choosy_day(), seconds=1, seed=1)
    assert asked.plan is None
    assert asked.words.startswith("refused: ")


def test_insertion_tried_everywhere_finds_the_last_gap_and_no_more() -> None:
    full = day(
        [shift("anna", ends="10:00", capacity=3)],
        [visit("early", 5, window("08:00", "08:30"), load=2), visit("new", 10, lasts=65, load=1)],
    )
    plan = planned(full, anna=["early"])
    assert has_a_place(full, plan, full.visit("new"))
    assert not has_a_place(full, plan, replace(full.visit("new"), lasts=timedelta(minutes=66)))
    assert not has_a_place(full, plan, replace(full.visit("new"), load=2))


def test_a_mean_says_how_far_off_it_may_be() -> None:
    few = mean_of([1.0, 2.0, 3.0])
    assert few.value == 2
    assert few.give_or_take == pytest.approx(4.3027 / 3**0.5, abs=1e-3)
    many = mean_of([0.0, 1.0] * 10)
    assert many.give_or_take == pytest.approx(2.0930 * 0.51299 / 20**0.5, abs=1e-3)
    assert mean_of([4.0]).words() == "4.00 %"
