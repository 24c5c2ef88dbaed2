"""The map is the territory: files that the docs name exist, and errors are caught where they may be."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("pipeline", "search", "feeds", "tasks", "web", "cli")
SOURCES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))

PURE = (
    *(
        "masthead",
        "numbered",
        "rundown",
        "press_review",
        "fields",
        "items",
        "wrapped",
        "docx",
        "docx_lists",
        "pdf",
    ),
    *("text", "dates", "documents", "bulletin", "places", "topics", "similarity", "dedup"),
    *("history", "schedule", "face", "model", "urls", "diff", "tidy", "furniture", "bylines", "markup"),
    *("discovery", "source_lists", "list_csv", "list_opml"),
    *("extract", "drafts", "push", "record", "parse", "sidebyside", "retraction"),
)


def test_named_files_exist() -> None:
    """Every path that ARCHITECTURE.md names is there."""
    named = re.findall(r"`((?:\w+/)+[\w.]+\.py)`", (ROOT / "ARCHITECTURE.md").read_text())

    assert len(named) >= 8
    assert [] == [path for path in named if not (ROOT / path).is_file()]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_first_line_says_what_a_file_is(path: Path) -> None:
    """Every module starts with a docstring."""
    assert ast.get_docstring(ast.parse(path.read_text()))


def test_nobody_catches_everything() -> None:
    """`except Exception` stands at two outer rims: the command, and the process that reads hostile bytes."""
    broad = [
        str(path.relative_to(ROOT))
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ExceptHandler)
        and (
            node.type is None
            or (isinstance(node.type, ast.Name) and node.type.id in ("Exception", "BaseException"))
        )
    ]

    assert set(broad) <= {"cli/commands.py", "pipeline/reader.py"}


def test_the_core_reads_no_clock() -> None:
    """Rules take the time as an argument (law 8)."""
    for name in PURE:
        tree = ast.parse((ROOT / "pipeline" / f"{name}.py").read_text())
        calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
        named = {func.attr for func in calls if isinstance(func, ast.Attribute)}
        assert not named & {"now", "utcnow", "today", "monotonic"}, name
