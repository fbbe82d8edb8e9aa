"""How replications are cut for a cluster; the cluster itself is shown by ``gearpark bench twin --full``."""

from __future__ import annotations

import pickle
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gearpark.base.problems import NotFound
from gearpark.engines.linesim import cluster
from gearpark.engines.linesim.knot import Deadlock


@given(st.integers(1, 1_000_000), st.floats(1e-6, 100.0), st.integers(1, 1000))
def test_blocks_hold_every_replication_once_and_are_long_enough(count: int, each_s: float, cpus: int) -> None:
    made = cluster.blocks(count, each_s, cpus)
    assert made[0][0] == 0
    assert all(a + many == b for (a, many), (b, _) in pairwise(made))
    assert sum(many for _, many in made) == count
    assert len(made) <= cluster.MAX_BLOCKS
    assert all(many * each_s >= cluster.BLOCK_S * 0.999 for _, many in made[:-1])


def test_short_work_stays_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(cluster.ADDRESS, "10.255.255.1:6379")  # nobody is asked
    asked: list[tuple[int, int]] = []

    def part(first: int, many: int) -> Any:
        asked.append((first, many))
        return []

    assert cluster.spread(part, 10) is None
    assert asked == [(0, 1)]


def test_a_problem_comes_back_from_another_process() -> None:
    for problem in (NotFound("a.b", "Gone.", row=3), Deadlock(["s1", "s2"], 60.0)):
        copy = pickle.loads(pickle.dumps(problem))
        assert type(copy) is type(problem)
        assert str(copy) == str(problem)
        assert copy.as_dict() == problem.as_dict()
