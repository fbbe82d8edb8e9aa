"""The supervisor on real child processes: order, restart, clean stop, no orphan, one instance a home."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

WAIT_LIMIT_S = 20.0
TREE = """
import sys
from pathlib import Path
from gearpark.base import home
from gearpark.base.problems import Problem
from gearpark.config.processes import Process
from gearpark.config.supervisor import Supervisor

mark = lambda name: home.folder("run") / (name + ".up")
def child(name):
    code = f"import pathlib,signal; pathlib.Path({str(mark(name))!r}).touch(); signal.pause()"
    return Process(name, (sys.executable, "-c", code), mark(name).exists)

step = Process("step", (sys.executable, "-c", f"import os; assert os.path.exists({str(mark('one'))!r})"), once=True)
try:
    sys.exit(Supervisor([child("one"), step, child("two"), child("three")]).run())
except Problem as problem:
    print(problem)
    sys.exit(2)
"""


def until(condition: Callable[[], object], what: str) -> None:
    """Wait for a condition, at most WAIT_LIMIT_S."""
    end = time.monotonic() + WAIT_LIMIT_S
    while not condition():
        assert time.monotonic() < end, f"never: {what}"
        os.sched_yield()


class Tree:
    """A supervisor in its own process, on its own home."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.process = self.launch()

    def launch(self) -> subprocess.Popen[str]:
        environment = {**os.environ, "GEARPARK_HOME": str(self.home)}
        return subprocess.Popen(
            [sys.executable, "-c", TREE],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def states(self) -> dict[str, dict[str, object]]:
        path = self.home / "run" / "status.json"
        if not path.exists():
            return {}
        return {row["name"]: row for row in json.loads(path.read_text())["processes"]}

    def up(self) -> bool:
        states = self.states()
        running = [states.get(name, {}).get("state") == "running" for name in ("one", "two", "three")]
        return all(running) and states["step"]["state"] == "done"

    def pids(self) -> list[int]:
        return [int(str(row["pid"])) for row in self.states().values() if row["pid"]]


@pytest.fixture
def tree(tmp_path: Path) -> Iterator[Tree]:
    made = Tree(tmp_path)
    until(made.up, "the tree is up")
    yield made
    if made.process.poll() is None:
        made.process.kill()
    made.process.wait()


def test_starts_in_order_and_stops_cleanly(tree: Tree) -> None:
    pids = tree.pids()
    tree.process.send_signal(signal.SIGTERM)
    _, err = tree.process.communicate(timeout=WAIT_LIMIT_S)
    assert tree.process.returncode == 0
    assert not [pid for pid in pids if psutil.pid_exists(pid)]
    said = [line.split(": ")[1] for line in err.splitlines() if line.endswith(("ready", "done"))]
    assert said == ["one", "step", "two", "three"]


def test_restarts_what_falls_and_only_that(tree: Tree) -> None:
    before = tree.states()
    os.kill(int(str(before["two"]["pid"])), signal.SIGKILL)
    until(lambda: tree.states()["two"]["restarts"] == 1 and tree.up(), "two runs again")
    after = tree.states()
    assert after["two"]["pid"] != before["two"]["pid"]
    assert [after[name]["pid"] for name in ("one", "three")] == [
        before[name]["pid"] for name in ("one", "three")
    ]


def test_no_orphan_when_the_supervisor_is_killed(tree: Tree) -> None:
    pids = tree.pids()
    assert len(pids) == 3
    tree.process.kill()
    tree.process.wait()
    until(lambda: not any(psutil.pid_exists(pid) for pid in pids), "all children are gone")


def test_refuses_a_second_instance_with_a_sentence(tree: Tree) -> None:
    second = tree.launch()
    out, _ = second.communicate(timeout=WAIT_LIMIT_S)
    assert second.returncode == 2
    assert "supervisor.already_running" in out
    assert str(tree.process.pid) in out
    assert tree.up()


def test_a_home_left_by_a_kill_starts_again(tree: Tree) -> None:
    tree.process.kill()
    tree.process.wait()
    (tree.home / "run" / "status.json").unlink()
    tree.process = tree.launch()
    until(tree.up, "the tree is up again")
