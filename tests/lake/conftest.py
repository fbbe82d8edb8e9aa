"""Lakes for tests: a fresh folder, real Delta tables, real recordings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gearpark.lake.writer import Batch

RECORDINGS = Path(__file__).resolve().parents[2] / "src" / "gearpark" / "plants" / "data" / "recordings"
NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
T0_US = 1_795_392_000_000_000  # 2026-11-23T00:00:00Z


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "lake"


@pytest.fixture
def batch() -> Callable[..., Batch]:
    """``batch(seq, [(tag, seconds, value[, status])])`` -> Batch of gateway ``gw1.qichi``, boot 1."""

    def made(
        seq: int, points: Sequence[tuple], org: str = "qichi", source: str = "gw1.qichi", boot: int = 1
    ) -> Batch:
        return Batch(
            org,
            source,
            boot,
            seq,
            [p[0] for p in points],
            [T0_US + round(p[1] * 1_000_000) for p in points],
            [None if isinstance(p[2], str) else p[2] for p in points],
            [p[2] if isinstance(p[2], str) else None for p in points],
            [p[3] if len(p) > 3 else 0 for p in points],
            T0_US,
        )

    return made
