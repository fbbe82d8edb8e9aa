"""A search index of its own for each test, and sellers with offers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.factories import registry as make

from gearpark.contexts.market.queries import index


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder this process keeps its index in, empty."""
    monkeypatch.setenv("GEARPARK_HOME", str(tmp_path))
    index.forget()
    yield tmp_path
    index.forget()


@pytest.fixture
def firms(db: None) -> tuple[str, str, str]:
    """Two sellers and a buyer."""
    for slug in ("lankai", "hengze", "assembler"):
        make.organisation(slug)
    return "lankai", "hengze", "assembler"
