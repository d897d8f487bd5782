"""The page for integrators does what it says: its blocks run as they stand, in their order."""

import contextlib
import dataclasses
import io
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

import routing

PAGE = Path(routing.__file__).parent / "README.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"`(\w+\.json)`[^`]*\n\n\Z")


@dataclass(frozen=True)
class Block:
    """A block of the page; `prints` is the text block that follows it, if one does."""

    language: str
    text: str
    file: str
    prints: str | None


def blocks() -> list[Block]:
    page = PAGE.read_text(encoding="utf-8")
    found = list(BLOCK.finditer(page))
    told: list[Block] = []
    for number, each in enumerate(found):
        named = FILE.search(page[: each.start()])
        after = found[number + 1] if number + 1 < len(found) else None
        follows = after is not None and page[each.end() : after.start()].strip() == ""
        prints = after.group(2) if after and follows and after.group(1) == "text" else None
        told.append(Block(each.group(1), each.group(2), named.group(1) if named else "", prints))
    return told


def test_the_python_on_the_page_runs_and_prints_what_it_says() -> None:
    names: dict[str, object] = {}
    for block in blocks():
        if block.language == "python":
            said = io.StringIO()
            with contextlib.redirect_stdout(said):
                exec(compile(block.text, PAGE.name, "exec"), names)  # noqa: S102 - our own page
            assert said.getvalue() == (block.prints or "")


def test_the_commands_on_the_page_run_on_the_files_it_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(PAGE.parents[1]))
    commands = 0
    for block in blocks():
        if block.language == "json":
            (tmp_path / block.file).write_text(block.text, encoding="utf-8")
        if block.language == "sh":
            for line in block.text.splitlines():
                command, _, remark = line.partition("  # exit status ")
                words = [sys.executable, *command.split()[1:]]
                done = subprocess.run(words, cwd=tmp_path, check=False, timeout=60)
                assert done.returncode == int(remark or 0), command
                commands += 1
    assert commands >= 4
    assert (tmp_path / "PLAN.json").exists()
    assert (tmp_path / "OFFERS.json").exists()


def test_every_public_name_is_on_the_page() -> None:
    page = PAGE.read_text(encoding="utf-8")
    missing = [name for name in routing.__all__ if not re.search(rf"\b{name}\b", page)]
    assert missing == []


TABLED: tuple[type, ...] = (
    *(routing.Place, routing.Hub, routing.Window, routing.Break, routing.Shift, routing.Visit),
    *(routing.Lock, routing.Weights, routing.TravelTimes, routing.Speeds),
    *(routing.Sick, routing.BrokenDown, routing.Delayed, routing.Cancelled, routing.Added),
    *(routing.Absent, routing.RoadClosed, routing.Suggestion, routing.Alternative),
)


@pytest.mark.parametrize("kind", TABLED, ids=lambda kind: kind.__name__)
def test_every_field_is_in_the_table_of_its_value(kind: type) -> None:
    page = PAGE.read_text(encoding="utf-8")
    table = (
        page.split(f"\n**`{kind.__name__}`**", 1)[1].split("\n\n**`", 1)[0].split("\n## ", 1)[0]
    )
    told = re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)
    assert told == [each.name for each in dataclasses.fields(kind) if each.init]
