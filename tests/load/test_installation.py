"""The whole installation as a user runs it: `gearpark up` on an empty home, killed piece by piece."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

START_LIMIT_S = 120.0
WAIT_LIMIT_S = 60.0
LASTING = ("database", "bus", "historian", "web", "gateway", "jobs")


def until(condition: Callable[[], object], what: str, limit_s: float = WAIT_LIMIT_S) -> None:
    end = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < end, f"never: {what}"
        os.sched_yield()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Installation:
    def __init__(self, home: Path) -> None:
        self.home = home
        self.web = f"http://127.0.0.1:{free_port()}"
        self.environment = {
            **{key: value for key, value in os.environ.items() if key != "DATABASE_URL"},
            "GEARPARK_HOME": str(home),
            "GEARPARK_WEB": self.web,
            "GEARPARK_MQTT": f"mqtt://127.0.0.1:{free_port()}",
        }
        self.environment.pop("GEARPARK_DB_NAME", None)
        self.process = self.launch()

    def launch(self) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "gearpark.config.cli", "up"]
        return subprocess.Popen(command, env=self.environment, stderr=subprocess.PIPE, text=True)

    def rows(self) -> dict[str, dict[str, object]]:
        path = self.home / "run" / "status.json"
        if not path.exists():
            return {}
        return {row["name"]: row for row in json.loads(path.read_text())["processes"]}

    def all_run(self) -> bool:
        rows = self.rows()
        return all(rows.get(name, {}).get("state") == "running" for name in LASTING)

    def web_answers(self) -> bool:
        try:
            with urllib.request.urlopen(self.web + "/healthz", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def members(self) -> list[psutil.Process]:
        """Every process of this installation, found by its environment: nothing can hide from this."""
        found = []
        for process in psutil.process_iter():
            try:
                if process.pid != os.getpid() and process.environ().get("GEARPARK_HOME") == str(self.home):
                    found.append(process)
            except psutil.Error:
                continue
        return [
            process for process in found if process.is_running() and process.status() != psutil.STATUS_ZOMBIE
        ]


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    made = Installation(tmp_path_factory.mktemp("home"))
    try:
        until(made.all_run, "all processes run", START_LIMIT_S)
        yield made
    finally:
        for process in made.members():
            process.kill()
        made.process.wait()


@pytest.mark.parametrize("name", LASTING)
def test_each_process_comes_back_after_kill_9(installation: Installation, name: str) -> None:
    before = installation.rows()[name]
    os.kill(int(str(before["pid"])), signal.SIGKILL)
    until(
        lambda: int(str(installation.rows()[name]["restarts"])) > int(str(before["restarts"])),
        f"{name} restarts",
    )
    until(installation.all_run, f"all run again after {name} was killed")
    until(installation.web_answers, "pages are served")


def test_a_second_instance_is_refused_with_a_sentence(installation: Installation) -> None:
    second = installation.launch()
    _, said = second.communicate(timeout=WAIT_LIMIT_S)
    assert second.returncode == 2
    assert "already runs" in said
    assert "[supervisor.already_running]" in said


def test_kill_9_of_the_supervisor_leaves_no_orphan_and_the_home_starts_again(
    installation: Installation,
) -> None:
    assert len(installation.members()) > len(LASTING)
    installation.process.kill()
    installation.process.wait()
    until(lambda: not installation.members(), "every process is gone")
    installation.process = installation.launch()
    until(lambda: installation.all_run() and installation.web_answers(), "all run again", START_LIMIT_S)


def test_sigterm_stops_everything(installation: Installation) -> None:
    installation.process.send_signal(signal.SIGTERM)
    _, said = installation.process.communicate(timeout=WAIT_LIMIT_S)
    assert installation.process.returncode == 0
    assert "stopped; nothing accepted is lost" in said
    assert "killed" not in said
    assert installation.members() == []
