"""Each errors.py opens with its tree; the tree names what is there, and nothing else."""

import ast
import re
from pathlib import Path

import pytest

CLONE = Path(__file__).resolve().parents[2]
ERRORS = sorted(
    path.relative_to(CLONE)
    for package in ("concierge", "routing", "payments")
    for path in (CLONE / package).rglob("errors.py")
    if "node_modules" not in path.parts
)


@pytest.mark.parametrize("path", ERRORS, ids=str)
def test_the_drawing_names_every_error_and_no_other(path: Path) -> None:
    tree = ast.parse((CLONE / path).read_text())
    drawing = ast.get_docstring(tree) or ""
    branches = set(re.findall(r"^[│ ]*[├└]── (\w+)", drawing, re.MULTILINE))
    roots = set(re.findall(r"^(\w+).*\n(?=[├└])", drawing, re.MULTILINE))
    defined = {node.name for node in tree.body if isinstance(node, ast.ClassDef)}
    imported = {
        name.name for node in tree.body if isinstance(node, ast.ImportFrom) for name in node.names
    }
    assert defined <= branches | roots
    assert branches | roots <= defined | imported
