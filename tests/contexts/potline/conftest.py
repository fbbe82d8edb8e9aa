"""A lake of its own for each test, and the demo shop's lines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.factories import registry as make

from gearpark.contexts.shopfloor import queries
from gearpark.contexts.shopfloor.public import LineInfo, ensure_demo_lines
from gearpark.kit.tenant import acting


@pytest.fixture
def lake_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The lake this process reads, empty."""
    monkeypatch.setenv("GEARPARK_HOME", str(tmp_path))
    queries.forget()
    yield tmp_path / "lake"
    queries.forget()


@pytest.fixture
def demo_lines(db: None) -> list[LineInfo]:
    """The seven demo lines of ``qichi``."""
    make.organisation("qichi")
    scope = make.scope_of("qichi")
    with acting(scope):
        return ensure_demo_lines(scope)
