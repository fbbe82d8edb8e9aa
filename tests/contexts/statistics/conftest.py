"""Readings are shared for seconds; no test may see another's."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gearpark.contexts.statistics import queries


@pytest.fixture(autouse=True)
def fresh_readings() -> Iterator[None]:
    queries.forget()
    yield
    queries.forget()
