"""``gearpark up``: one process tree. Starts in order, restarts what falls, stops cleanly, leaves no orphan.

Children get the kernel's parent-death signal, so that even ``kill -9`` of the supervisor takes the tree down. One
installation folder has one supervisor: an advisory lock on ``run/lock`` refuses a second.
"""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from gearpark.base import home
from gearpark.base.problems import Problem

from .processes import Process

READY_LIMIT_S = 120.0  # a process that is not ready by then counts as failed and is restarted
ONCE_LIMIT_S = 300.0
STOP_LIMIT_S = 12.0  # SIGTERM to SIGKILL, per process
RESTART_LONGEST_S = 15.0
CALM_S = 30.0  # a process that ran this long starts again without delay growth
POLL_S = 0.1
LOG_LIMIT_BYTES = 20_000_000
PR_SET_PDEATHSIG = 1

_libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent() -> None:
    """In the child, before exec: ask the kernel for SIGTERM when the parent dies; own process group."""
    os.setpgid(0, 0)
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass(slots=True)
class Child:
    """One supervised process and what happened to it."""

    spec: Process
    popen: subprocess.Popen[bytes] | None = None
    started_s: float = 0.0
    ready: bool = False
    done: bool = False
    restarts: int = 0
    delay_s: float = 0.0
    retry_at_s: float = 0.0

    @property
    def state(self) -> str:
        if self.done:
            return "done"
        if self.popen is None:
            return "waiting" if self.retry_at_s else "stopped"
        return "running" if self.ready else "starting"


class Supervisor:
    """Runs a list of processes until told to stop. Not thread-safe; signal handlers only set a flag."""

    def __init__(self, specs: Sequence[Process], *, quiet: bool = False) -> None:
        self.children = [Child(spec) for spec in specs]
        self.quiet = quiet
        self.stopping = False
        self.run_folder = home.folder("run")
        self.log_folder = home.folder("log")
        self._lock: IO[str] | None = None
        self._announced = False
        self._status_text = ""

    def say(self, text: str) -> None:
        if not self.quiet:
            print(f"gearpark: {text}", file=sys.stderr, flush=True)  # noqa: T201

    def lock(self) -> None:
        """Take the installation, or say who has it."""
        self._lock = (self.run_folder / "lock").open("a+")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._lock.seek(0)
            owner = self._lock.read().strip() or "unknown"
            raise Problem(
                "supervisor.already_running",
                f"Gearpark already runs on {home.home()} (process {owner}). "
                "Stop that one first, or give this one its own folder with GEARPARK_HOME.",
            ) from None
        self._lock.truncate(0)
        self._lock.write(str(os.getpid()))
        self._lock.flush()

    def _log(self, name: str) -> Path:
        path = self.log_folder / f"{name}.log"
        if path.exists() and path.stat().st_size > LOG_LIMIT_BYTES:
            path.replace(path.with_suffix(".old.log"))
        return path

    def start(self, child: Child) -> None:
        environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
        with self._log(child.spec.name).open("ab") as log:
            child.popen = subprocess.Popen(  # noqa: S603
                child.spec.argv,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment,
                preexec_fn=die_with_parent,
            )
        child.started_s = time.monotonic()
        child.ready = False
        child.retry_at_s = 0.0

    def _fell(self, child: Child, code: int) -> None:
        child.popen = None
        child.ready = False
        if child.spec.once and code == 0:
            child.done = True
            self.say(f"{child.spec.name}: done")
            return
        lived_s = time.monotonic() - child.started_s
        calm = lived_s > CALM_S or not child.restarts
        child.delay_s = child.spec.restart_s if calm else min(child.delay_s * 2, RESTART_LONGEST_S)
        child.retry_at_s = time.monotonic() + child.delay_s
        child.restarts += 1
        how = f"signal {-code}" if code < 0 else f"exit code {code}"
        self.say(
            f"{child.spec.name}: ended with {how}; starts again in {child.delay_s:.1f} s "
            f"(see {self.log_folder / (child.spec.name + '.log')})"
        )

    def _look(self, child: Child) -> None:
        """Notice an end, an over-long start or readiness of a child that was started."""
        assert child.popen is not None
        code = child.popen.poll()
        if code is not None:
            self._fell(child, code)
            return
        if child.ready:
            return
        limit_s = ONCE_LIMIT_S if child.spec.once else READY_LIMIT_S
        if not child.spec.once and child.spec.ready():
            child.ready = True
            self.say(f"{child.spec.name}: ready" + (f"; {child.spec.note}" if child.spec.note else ""))
        elif time.monotonic() - child.started_s > limit_s:
            self.say(f"{child.spec.name}: not ready after {limit_s:.0f} s")
            self._stop_one(child)
            self._fell(child, 1)

    def step(self) -> None:
        """One look at the whole tree: a child starts only when all before it are ready or done once."""
        may_start = True
        for child in self.children:
            if child.done:
                continue
            if child.popen is None and may_start and time.monotonic() >= child.retry_at_s:
                self.start(child)
            if child.popen is not None:
                self._look(child)
            ever_ready = child.ready or child.done or (child.restarts > 0 and self._announced)
            may_start = may_start and ever_ready
        if may_start and not self._announced:
            self._announced = True
            self.say("all processes run")
        self._write_status()

    def _write_status(self) -> None:
        rows = [
            {
                "name": child.spec.name,
                "state": child.state,
                "pid": child.popen.pid if child.popen else None,
                "restarts": child.restarts,
            }
            for child in self.children
        ]
        text = json.dumps({"supervisor": os.getpid(), "processes": rows})
        if text != self._status_text:
            temporary = self.run_folder / "status.json.new"
            temporary.write_text(text)
            temporary.replace(self.run_folder / "status.json")
            self._status_text = text

    def _stop_one(self, child: Child) -> None:
        if child.popen is None or child.popen.poll() is not None:
            return
        child.popen.terminate()
        try:
            child.popen.wait(STOP_LIMIT_S)
        except subprocess.TimeoutExpired:
            self.say(f"{child.spec.name}: did not stop in {STOP_LIMIT_S:.0f} s, killed")
            os.killpg(child.popen.pid, signal.SIGKILL)
            child.popen.wait()

    def stop(self) -> None:
        """Stop the tree from the top down, so that nothing loses what it leans on while it still works."""
        for child in reversed(self.children):
            self._stop_one(child)
            child.popen = None
        self._write_status()
        self.say("stopped; nothing accepted is lost")

    def run(self) -> int:
        """Run until SIGINT or SIGTERM. Returns the exit code."""
        self.lock()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: setattr(self, "stopping", True))
        try:
            while not self.stopping:
                self.step()
                time.sleep(POLL_S)
        finally:
            self.stop()
        return 0


def status() -> dict[str, object]:
    """What ``run/status.json`` last said; Problem when nothing runs on this home."""
    path = home.home() / "run" / "status.json"
    lock = home.home() / "run" / "lock"
    if not path.exists() or not lock.exists():
        raise Problem("supervisor.not_running", f"Nothing runs on {home.home()}. Start it with: gearpark up")
    with lock.open("a+") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            found: dict[str, object] = json.loads(path.read_text())
            return found
    raise Problem("supervisor.not_running", f"Nothing runs on {home.home()}. Start it with: gearpark up")
