"""The story finds the demo that this folder has started, wherever its port is."""

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
