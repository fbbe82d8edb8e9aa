"""Loops go on after failures, and the process that runs them holds a lock of the database."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from datetime import datetime

import pytest

from gearpark.base.problems import Problem
from gearpark.config import database, floor
from gearpark.kit.loops import MAX_REST_S, MAX_WAIT_S, REST, Loop, keep_running, pause_s

WAIT_S = 30.0


@pytest.mark.django_db(transaction=True)
def test_a_failure_is_tried_again_until_the_loop_is_stopped() -> None:
    stopping, seen = threading.Event(), []

    def run(now: datetime) -> None:
        seen.append(now)
        if len(seen) == 1:
            raise Problem("kit.not_found", "first time")
        if len(seen) == 3:
            stopping.set()

    keep_running(Loop("test", 0.01, run), stopping)
    assert len(seen) == 3
    assert seen == sorted(seen)


def test_a_loop_rests_longer_than_it_worked_and_waits_longer_after_failures() -> None:
    assert pause_s(2.0, 0.1) == pytest.approx(1.9)
    assert pause_s(2.0, 1.5) == pytest.approx(REST * 1.5)
    assert pause_s(2.0, 100.0) == MAX_REST_S
    assert [pause_s(2.0, 0.0, failures) for failures in (1, 2, 50)] == [4.0, 8.0, MAX_WAIT_S]
    assert pause_s(300.0, 1.0, 3) == 299.0  # a rare loop is not tried more often for failing


@pytest.mark.django_db
def test_one_process_works_and_the_second_stands_by() -> None:
    with database.dsn("app").connect(name=database.DATABASE) as link:
        assert link.execute("SELECT pg_try_advisory_lock(%s)", [floor.LOCK_KEY]).fetchone() == (True,)
        child = subprocess.Popen(
            [sys.executable, "-m", "gearpark.config.floor"], stderr=subprocess.PIPE, text=True
        )
        with pytest.raises(subprocess.TimeoutExpired):
            child.wait(3)
        link.execute("SELECT pg_advisory_unlock(%s)", [floor.LOCK_KEY])
        assert child.stderr is not None
        assert any("loops:" in line for line in child.stderr)
        assert link.execute("SELECT pg_try_advisory_lock(%s)", [floor.LOCK_KEY]).fetchone() == (False,)
        child.send_signal(signal.SIGTERM)
        assert child.wait(WAIT_S) == 0
