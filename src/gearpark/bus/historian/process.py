"""The historian's loop: one thread decodes, appends, commits and acknowledges; the network thread only queues."""

from __future__ import annotations

import argparse
import json
import logging
import queue
import resource
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gearpark.base.home import folder
from gearpark.base.problems import Problem
from gearpark.bus.client import bus_url
from gearpark.bus.host import HostState
from gearpark.bus.hostlink import HostLink
from gearpark.bus.nodes import Data, Event, NodeKey
from gearpark.bus.sparkplug import ACKNOWLEDGED, RESEND, BirthMetric, DataType, encode_birth, topics
from gearpark.lake.writer import Writer

from .ingest import COMMIT_POINTS, Ingest
from .quarantine import Quarantine

log = logging.getLogger(__name__)
HOST_ID = "gearpark-historian"
HEALTH_TOPIC = "gearpark/historian/health"
COMMIT_EVERY_S = 1.0
HEALTH_EVERY_S = 2.0
TICK_EVERY_S = 0.5
RETRY_S = 2.0  # after the lake refused a commit
MAX_QUEUE = 20_000  # messages between network thread and loop; beyond it they are dropped and come again
MAX_FAILURES = 30  # commits in a row that failed for no named reason: give up, the supervisor starts afresh
RATE_WINDOW_S = 10.0


class Historian:
    """One historian on one bus and one lake. `run()` returns after `stop()`; 0, or 1 when the lake keeps failing."""

    def __init__(
        self, url: str, lake: Path, *, commit_every_s: float = COMMIT_EVERY_S, host_id: str = HOST_ID
    ) -> None:
        self.writer = Writer(lake)
        self.quarantine = Quarantine(lake / "quarantine")
        self.ingest = Ingest(self.writer, self.quarantine, int(time.time()))
        self.host = HostState(self._event, self._send, self._reject)
        self.link = HostLink(
            url, host_id, on_message=self._heard, on_down=lambda: self._queue_put(("", b"", 0))
        )
        self._queue: queue.Queue[tuple[str, bytes, int]] = queue.Queue(MAX_QUEUE)
        self._stopping = threading.Event()
        self._commit_every_s = commit_every_s
        self.state, self.last_error = "ok", ""
        self.dropped = self.failures = self.commits = 0
        self.commit_ms = 0.0
        self._rate: deque[tuple[float, int]] = deque()
        self._lag_s = 0.0
        self._commit_at = self._tick_at = self._health_at = 0.0

    # --- network thread ------------------------------------------------------------------------------------------

    def _heard(self, topic: str, payload: bytes) -> None:
        self._queue_put((topic, payload, time.time_ns() // 1000))

    def _queue_put(self, item: tuple[str, bytes, int]) -> None:
        try:
            self._queue.put_nowait(item)
        except queue.Full:
            self.dropped += 1

    # --- host state's calls --------------------------------------------------------------------------------------

    def _event(self, event: Event) -> None:
        if isinstance(event, Data):
            self.ingest.take(event)
            if event.identity is not None and event.identity.taken_us:
                self._lag_s = max(self._lag_s, (event.received_us - event.identity.taken_us) / 1e6)

    def _send(self, topic: str, payload: bytes) -> None:
        self.link.client.publish(topic, payload)

    def _reject(self, topic: str, payload: bytes, reason: str) -> None:
        self.quarantine.payload(topic, payload, reason, time.time_ns() // 1000)

    # --- loop ----------------------------------------------------------------------------------------------------

    def stop(self) -> None:
        self._stopping.set()

    def run(self) -> int:
        self.link.start()
        self._commit_at = time.monotonic() + self._commit_every_s
        try:
            while not self._stopping.is_set():
                self._turn()
                if self.failures >= MAX_FAILURES:
                    log.critical("historian: giving up after %d failed commits", self.failures)
                    return 1
            self._commit(time.monotonic())
            return 0
        finally:
            self._publish_health("stopped")
            self.link.stop()

    def _turn(self) -> None:
        now_s = time.monotonic()
        due_s = min(self._commit_at, self._tick_at, self._health_at)
        try:
            item = self._queue.get(timeout=max(0.001, min(due_s - now_s, TICK_EVERY_S)))
        except queue.Empty:
            item = None
        now_s = time.monotonic()
        if item is not None:
            topic, payload, received_us = item
            if topic:
                self.host.handle(topic, payload, received_us, now_s)
            else:
                self.host.link_lost()
        full = self.writer.pending_points >= COMMIT_POINTS and self.state == "ok"
        if now_s >= self._commit_at or full:
            self._commit(now_s)
        if now_s >= self._tick_at:
            self._tick_at = now_s + TICK_EVERY_S
            self.host.tick(now_s)
            self._ask_again()
        if now_s >= self._health_at:
            self._health_at = now_s + HEALTH_EVERY_S
            self._publish_health(self.state)

    def _commit(self, now_s: float) -> None:
        begun_s = time.monotonic()
        try:
            answers = self.ingest.commit()
        except Problem as problem:
            if problem.code == "lake.conflict":
                self.ingest.forget()
            self._failed(problem.code.removeprefix("lake."), problem.sentence)
            return
        except Exception as error:  # delta-rs raises many kinds; none of them may lose what is pending
            self.failures += 1
            self._failed("failed", f"{type(error).__name__}: {error}")
            return
        if self.state != "ok":
            log.info("historian: the lake takes commits again")
        self.state, self.failures = "ok", 0
        self.commits += 1
        self.commit_ms = (time.monotonic() - begun_s) * 1000
        self._commit_at = now_s + self._commit_every_s
        for key, marks in answers.items():
            self._tell(key, ACKNOWLEDGED, marks)

    def _failed(self, state: str, sentence: str) -> None:
        if self.state != state:
            log.error("historian: %s", sentence)
        self.state, self.last_error = state, sentence
        self._commit_at = time.monotonic() + RETRY_S

    def _ask_again(self) -> None:
        """Holes: the gateway is told to send again from behind the last row that fits."""
        holes, self.ingest.resend = self.ingest.resend, {}
        for (source, boot), seq in holes.items():
            key = self.ingest.node_of(source)
            if key is not None:
                self._tell(key, RESEND, [(boot, seq)])

    def _tell(self, key: NodeKey, metric: str, marks: list[tuple[int, int]]) -> None:
        text = ",".join(f"{boot}:{seq}" for boot, seq in marks)
        payload = encode_birth(
            [BirthMetric(metric, DataType.STRING, value=text)], time.time_ns() // 1000, None
        )
        self._send(topics.node("NCMD", key.group, key.node), payload)

    # --- health --------------------------------------------------------------------------------------------------

    def health(self) -> dict[str, Any]:
        """What `gearpark/historian/health` carries; state: ok, disk_full, conflict, failed, stopped."""
        counts = self.ingest.counts
        now_s = time.monotonic()
        self._rate.append((now_s, counts["points"]))
        while len(self._rate) > 2 and self._rate[0][0] < now_s - RATE_WINDOW_S:
            self._rate.popleft()
        span_s = now_s - self._rate[0][0]
        nodes = self.host.nodes.values()
        lag_s, self._lag_s = self._lag_s, 0.0
        return {
            "state": self.state,
            "at_us": time.time_ns() // 1000,
            "points_per_s": round((counts["points"] - self._rate[0][1]) / span_s, 1) if span_s else 0.0,
            "points": counts["points"],
            "rows": counts["rows"],
            "commits": self.commits,
            "commit_ms": round(self.commit_ms, 1),
            "pending_points": self.writer.pending_points,
            "queued_messages": self._queue.qsize(),
            "dropped_messages": self.dropped,
            "max_lag_s": round(lag_s, 3),
            "nodes_online": sum(node.online for node in nodes),
            "nodes": len(self.host.nodes),
            "seq_gaps": sum(node.seq_gaps for node in nodes),
            "rebirths_asked": sum(node.rebirths_asked for node in nodes),
            "counts": dict(counts),
            "quarantined": dict(self.quarantine.counts),
            "deviations": {f"{n.key.group}/{n.key.node}": dict(n.deviations) for n in nodes if n.deviations},
            "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
            "last_error": self.last_error,
        }

    def _publish_health(self, state: str) -> None:
        document = {**self.health(), "state": state}
        self.link.client.publish(HEALTH_TOPIC, json.dumps(document).encode(), 0, True)


def main(argv: Sequence[str] | None = None) -> int:
    """Entry point; SIGTERM and SIGINT commit what is pending and leave."""
    parser = argparse.ArgumentParser(prog="gearpark.bus.historian", description="Bus to lake, exactly once.")
    parser.add_argument("--bus", default=bus_url(), help="mqtt:// address (default: GEARPARK_MQTT)")
    parser.add_argument("--lake", type=Path, default=None, help="lake folder (default: of GEARPARK_HOME)")
    parser.add_argument("--commit-every", type=float, default=COMMIT_EVERY_S, metavar="SECONDS")
    options = parser.parse_args(argv)
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    try:
        historian = Historian(
            options.bus, options.lake or folder("lake"), commit_every_s=options.commit_every
        )
    except Problem as problem:
        log.critical("historian: %s", problem)
        return 1
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: historian.stop())
    return historian.run()
