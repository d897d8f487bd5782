"""What is measured is what was asked: the days are the same for everyone, distances are true."""

from pathlib import Path

import pytest

import routing
from routing.__main__ import main
from routing.bench_days import concierge_day, read_instances

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


def test_the_bench_tells_each_instance_and_its_gap(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["bench", str(folder), "--seconds", "0.1", "--seeds", "1"]) == 0
    told = capsys.readouterr()
    row = next(line for line in told.out.splitlines() if line.startswith("square"))
    assert row.split()[3:-1] == ["34.1", "1", "0.00", "%"] * 3
    assert "ortools" in told.out
    assert "numba" in told.out
    assert "square, seed 1" in told.err


@pytest.mark.parametrize("text", ["", "one\n2 3\n", SQUARE.replace("1000         10", "1000")])
def test_a_file_of_another_format_is_refused_by_name(
    folder: Path, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "other.txt").write_text(text)
    assert main(["bench", str(folder)]) == 2
    assert "other.txt is not in Solomon's format" in capsys.readouterr().err


def test_a_concierge_day_is_the_same_for_everyone_who_names_its_seed() -> None:
    day, same = concierge_day(6, 20, seed=3), concierge_day(6, 20, seed=3)
    assert (day.shifts, day.visits) == (same.shifts, same.visits)
    assert concierge_day(6, 20, seed=4).visits != day.visits
    for visit in day.visits:
        assert sum(visit.skills <= shift.skills for shift in day.shifts) >= 2
