"""The story finds the demo that this folder has started, wherever its port is."""

from datetime import datetime
from pathlib import Path

import pytest

from concierge.embedded import story
from concierge.embedded.errors import AlreadyRunning
from concierge.embedded.running import address, announce, the_only_one
from concierge.embedded.state import State

SOMEWHERE = "http://127.0.0.1:1"


def test_a_running_demo_says_where_it_is_until_it_closes(tmp_path: Path) -> None:
    where = State(tmp_path)
    assert address(where) is None
    with the_only_one(where):
        assert address(where) is None, "It is still opening."
        announce(where, SOMEWHERE)
        assert address(where) == SOMEWHERE
    assert address(where) is None


def test_what_a_killed_demo_left_behind_is_not_believed(tmp_path: Path) -> None:
    where = State(tmp_path)
    announce(where, SOMEWHERE)
    assert address(where) is None


def test_a_folder_has_one_demo(tmp_path: Path) -> None:
    with (
        the_only_one(State(tmp_path)),
        pytest.raises(AlreadyRunning),
        the_only_one(State(tmp_path)),
    ):
        pass


def test_the_story_goes_where_the_demo_is_and_says_what_to_do_if_nobody_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CONCIERGE_STATE", str(tmp_path))
    with the_only_one(State(tmp_path)):
        announce(State(tmp_path), SOMEWHERE)
        assert story.main([]) == 1
    said = capsys.readouterr().err
    assert f"Nobody answers at {SOMEWHERE}" in said
    assert "Start `make demo` in this folder" in said


def test_a_story_takes_no_window_whose_money_is_held_later() -> None:
    """Told again and again, a seed finds its pieces taken for days: it takes others then."""
    opens = ("2026-11-26T19:30:00+01:00", "2026-11-28T10:30:00+01:00", "2026-12-03T10:30:00+01:00")
    windows = [{"opens": each, "state": "free"} for each in opens]
    full = {"opens": "2026-11-27T10:30:00+01:00", "state": "full"}
    until = datetime.fromisoformat("2026-11-28T14:22:00+01:00")
    days = [{"windows": [windows[0], full]}, {"windows": windows[1:]}]
    assert story.near(days, until) == windows[:2]
    assert story.near([{"windows": [full, windows[2]]}], until) == []


@pytest.mark.parametrize("keep", ["-1", "13", "some"])
def test_a_story_keeps_what_one_visit_can_bring(
    keep: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        story.main(["--keep", keep])
    assert "--keep" in capsys.readouterr().err
