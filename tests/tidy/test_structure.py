"""What the import linter cannot see: doors, string references, sizes, room stories, repository weight."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "gearpark"
CONTEXTS = PACKAGE / "contexts"
ROOMS = sorted(path.name for path in CONTEXTS.iterdir() if (path / "__init__.py").exists())
FILES = {
    "__init__",
    "types",
    "models",
    "queries",
    "services",
    "public",
    "forms",
    "api",
    "views",
    "jobs",
    "admin",
}
FILES |= {"urls", "apps"}
FOLDERS = {"migrations", "templates", "locale", "static", "__pycache__"}
FILE_LIMIT_LINES = 400
FUNCTION_LIMIT_LINES = 60
DATA_LIMIT_BYTES = 10_000_000
CODE = [*PACKAGE.rglob("*.py"), *(ROOT / "tests").rglob("*.py"), *(ROOT / "benchmarks").rglob("*.py")]
CODE = [path for path in CODE if "migrations" not in path.parts]


def imports(path: Path) -> Iterator[str]:
    """Absolute names of all modules a file imports."""
    package = path.relative_to(PACKAGE.parent).with_suffix("").parts[:-1]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            start = ".".join([*base, *([node.module] if node.module else [])])
            yield from (f"{start}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_uses_other_rooms_through_their_door_only(room: str) -> None:
    wrong = []
    for path in (CONTEXTS / room).rglob("*.py"):
        for name in imports(path):
            parts = name.split(".")
            if parts[:2] == ["gearpark", "contexts"] and len(parts) > 2 and parts[2] != room:
                door = parts[3] if len(parts) > 3 else ""
                if door != "public":
                    wrong.append(f"{path.relative_to(ROOT)} imports {name}")
    assert not wrong


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_has_the_standard_files_and_tells_its_story(room: str) -> None:
    here = CONTEXTS / room
    story = ast.get_docstring(ast.parse((here / "__init__.py").read_text())) or ""
    assert len(story) > 80, f"{room}/__init__.py tells no story"
    files = {path.stem for path in here.glob("*.py")}
    folders = {path.name for path in here.iterdir() if path.is_dir()}
    assert files <= FILES
    assert folders <= FILES | FOLDERS


def test_no_string_references_between_rooms() -> None:
    """A foreign key or get_model by text would dodge the import contracts."""
    wrong = []
    for room in ROOMS:
        others = "|".join(name for name in ROOMS if name != room)
        pattern = re.compile(
            rf"(?:ForeignKey|OneToOneField|ManyToManyField|get_model)\(\s*[\"'](?:{others})\b"
        )
        files = (CONTEXTS / room).rglob("*.py")
        wrong += [str(path.relative_to(ROOT)) for path in files if pattern.search(path.read_text())]
    assert not wrong


def test_templates_include_only_their_own_room_or_the_design_system() -> None:
    wrong = []
    pattern = re.compile(r"{%\s*(?:include|extends)\s+[\"']([^\"'/]+)/")
    for path in CONTEXTS.glob("*/templates/**/*.html"):
        room = path.relative_to(CONTEXTS).parts[0]
        wrong += [f"{path}: {name}" for name in pattern.findall(path.read_text()) if name not in {room, "ui"}]
    assert not wrong


def test_no_django_signals() -> None:
    pattern = re.compile(r"django\.(?:db\.models|core|contrib\.auth)\.signals|@receiver\b")
    assert not [str(path) for path in PACKAGE.rglob("*.py") if pattern.search(path.read_text())]


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_and_functions_stay_small(path: Path) -> None:
    text = path.read_text()
    assert text.count("\n") <= FILE_LIMIT_LINES
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= FUNCTION_LIMIT_LINES, f"{path.name}:{node.lineno} {node.name} has {length} lines"


def test_every_problem_code_has_its_page() -> None:
    codes = set()
    names = {"Problem", "NotFound", "Forbidden", "refusal", "BadFigure"}
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
                if called in names and isinstance(node.args[0].value, str):
                    codes.add(node.args[0].value)
    pages = {path.stem for path in (ROOT / "docs" / "problems").glob("*.md")}
    assert codes
    assert codes <= pages, f"no page under docs/problems for: {sorted(codes - pages)}"


def test_the_repository_stays_light() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    data = 0
    for name in listed.decode().split("\0"):
        path = ROOT / name
        if (
            name
            and path.is_file()
            and path.suffix in {".csv", ".gz", ".xml", ".json", ".txt", ".xlsx", ".parquet"}
        ):
            data += path.stat().st_size
    assert data <= DATA_LIMIT_BYTES
