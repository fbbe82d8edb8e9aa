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
from gearpark.kit.loops import Loop, keep_running

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
