"""One source's way to the historian: live rows first, older boots behind them, everything until acknowledged.

A *lane* is one boot being sent in order. The live lane carries the boot that new rows get. When it falls behind (link
or historian were away), the journal begins a new boot, the old one becomes a backlog lane: live data never waits for
history. Backlog lanes drain oldest first, a bounded window at a time, only while the historian is there.

All methods but the `hear_*` and `declare`/`set_*` ones belong to the forwarder's thread.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from gearpark.base.wire import AssetInfo
from gearpark.bus.edge import EdgeNode
from gearpark.bus.sparkplug import ACKNOWLEDGED, REBIRTH, RESEND, BirthMetric, Identity, as_historical
from gearpark.gateway.journal import AliasRow, Journal, JournalRow

from .births import Last, device_metrics
from .interface import LinkStats

log = logging.getLogger(__name__)
HISTORIAN_HOST = "gearpark-historian"
LIVE_AGE_S = 10.0  # older rows are flagged historical when sent
LAG_S = 2.0  # live rows older than this mean that live data must overtake
LAG_ROWS = 60  # ... unless there are so few that sending them is quicker
FETCH_ROWS = 100
BACKLOG_TURN_ROWS = 40  # backlog rows between two looks at live data
BACKLOG_WINDOW_POINTS = 60_000  # sent and not acknowledged
RESEND_S, MAX_RESEND_S = 6.0, 60.0
REBIRTH_PAUSE_S = 1.0  # several hosts asking at once get one answer
LANES_EVERY_S = 5.0
MAX_EVENTS = 10_000


@dataclass(slots=True)
class Lane:
    """One boot on its way. cursor: last seq sent; flight: (seq, points, sent at) not yet acknowledged."""

    boot: int
    acked: int = 0
    cursor: int = 0
    flight: deque[tuple[int, int, float]] = field(default_factory=deque)
    flight_points: int = 0
    resend_s: float = RESEND_S

    def sent(self, row: JournalRow, now_s: float) -> None:
        self.cursor = row.seq
        self.flight.append((row.seq, row.points, now_s))
        self.flight_points += row.points

    def ack(self, seq: int) -> int:
        """Rows newly acknowledged among those in flight."""
        rows = 0
        self.acked = max(self.acked, seq)
        self.cursor = max(self.cursor, seq)
        while self.flight and self.flight[0][0] <= seq:
            self.flight_points -= self.flight.popleft()[1]
            rows += 1
        self.resend_s = RESEND_S
        return rows

    def rewind(self, seq: int) -> int:
        """Send again from behind `seq`; returns the rows that were in flight."""
        rows = len(self.flight)
        self.cursor = seq
        self.flight.clear()
        self.flight_points = 0
        return rows


class Session:
    """Edge node of one (gateway, organisation)."""

    def __init__(
        self, journal: Journal, source: str, group: str, url: str, wake: Callable[[], None], host_id: str
    ) -> None:
        self.journal, self.source = journal, source
        self._wake, self._host_id = wake, host_id
        self._lock = threading.Lock()
        self._events: deque[tuple[str, Any]] = deque(maxlen=MAX_EVENTS)
        self._declared: dict[str, AssetInfo] = {}
        self._seen: set[str] = set()
        self._offline: set[str] = set()
        self._dirty: set[str] = set()  # devices whose birth is out of date
        self.last: dict[str, Last] = {}
        self._host_online, self._host_ms = False, 0
        self._birth_due, self._last_birth_s = True, 0.0
        self._alias_version = -1
        self._born_size: dict[str, int] = {}
        self._live = Lane(journal.boot(source))
        self._backlog: list[Lane] = []
        self._lanes_s = 0.0
        self.births = self.sent_rows = self.acked_rows = self.resent_rows = 0
        self.edge = EdgeNode(
            url,
            group,
            source,
            first_bd_seq=self._live.boot % 256,
            on_up=lambda: self._hear("up", None),
            on_down=lambda: self._hear("down", None),
            on_command=lambda name, value: self._hear(name, value),
            on_state=lambda host, online, at_ms: self._hear("state", (host, online, at_ms)),
        )

    # --- any thread ----------------------------------------------------------------------------------------------

    def _hear(self, what: str, value: Any) -> None:
        self._events.append((what, value))
        self._wake()

    def declare(self, assets: Iterable[AssetInfo]) -> None:
        """The whole wanted list; changed devices are born again, missing ones die."""
        wanted = {asset.id: asset for asset in assets}
        with self._lock:
            for name, asset in wanted.items():
                if self._declared.get(name) != asset:
                    self._dirty.add(name)
            self._seen -= set(self._declared) - set(wanted)
            self._declared = wanted
        self._wake()

    def set_online(self, asset: str, online: bool) -> None:
        with self._lock:
            if online:
                self._offline.discard(asset)
            else:
                self._offline.add(asset)
        self._wake()

    def saw(self, assets: Iterable[str], good: Iterable[str]) -> None:
        """Devices that data came from; one whose data is good is alive again."""
        with self._lock:
            self._seen.update(assets)
            self._offline.difference_update(good)

    def stats(self) -> LinkStats:
        backlog = sum(rows for boot, rows, _ in self.journal.boots(self.source) if boot != self._live.boot)
        return LinkStats(
            source=self.source,
            state="online" if self.edge.born else "connecting" if self.edge.up else "offline",
            boot=self._live.boot,
            sent_rows=self.sent_rows,
            acked_rows=self.acked_rows,
            resent_rows=self.resent_rows,
            in_flight_rows=len(self._live.flight) + sum(len(lane.flight) for lane in self._backlog),
            backlog_rows=backlog,
            births=self.births,
            host_online=self._host_online,
            last_error=self.edge.client.last_error,
        )

    # --- forwarder's thread --------------------------------------------------------------------------------------

    def pump(self, now_s: float) -> bool:
        """Do what is due; True when there is more to send right away."""
        self._handle_events()
        if not self.edge.up:
            return False
        if self._birth_due and now_s - self._last_birth_s >= REBIRTH_PAUSE_S and not self._give_birth(now_s):
            return False
        if not self.edge.born:
            return False
        self._refresh_births()
        self._find_lanes(now_s)
        self._resend(now_s)
        more = self._send_live(now_s)
        if not more:
            more = self._send_backlog(now_s)
            self._bury(more)
        return more

    def _handle_events(self) -> None:
        while self._events:
            what, value = self._events.popleft()
            if what in ("up", REBIRTH):
                self._birth_due = True
                if what == "up":
                    self._last_birth_s = 0.0
                    self._rewind_all()
            elif what == "state":
                self._host_state(*value)
            elif what == ACKNOWLEDGED and isinstance(value, str):
                for boot, seq in _marks(value):
                    self._acknowledged(boot, seq)
            elif what == RESEND and isinstance(value, str):
                for boot, seq in _marks(value):
                    for lane in (self._live, *self._backlog):
                        if lane.boot == boot and lane.acked <= seq < lane.cursor:
                            self.resent_rows += lane.rewind(seq)

    def _host_state(self, host: str, online: bool, at_ms: int) -> None:
        """A host that (newly) came online has missed births; our historian also rows."""
        if host != self._host_id:
            self._birth_due = self._birth_due or online
            return
        fresh = online and (not self._host_online or at_ms > self._host_ms)
        if at_ms >= self._host_ms:
            self._host_online, self._host_ms = online, at_ms
        if fresh:
            self._birth_due, self._last_birth_s = True, 0.0  # at once: rows without births mean nothing to it
            self._rewind_all()

    def _rewind_all(self) -> None:
        for lane in (self._live, *self._backlog):
            self.resent_rows += lane.rewind(lane.acked)

    def _acknowledged(self, boot: int, seq: int) -> None:
        self.journal.ack(self.source, boot, seq)
        for lane in (self._live, *self._backlog):
            if lane.boot == boot:
                self.acked_rows += lane.ack(seq)

    # --- births and deaths ---------------------------------------------------------------------------------------

    def _wanted(self) -> dict[str, AssetInfo | None]:
        """Devices to be alive: declared ones and those that sent without being declared, less the lost ones."""
        with self._lock:
            seen: dict[str, AssetInfo | None] = dict.fromkeys(self._seen)
            seen.update(self._declared)
            return {name: asset for name, asset in seen.items() if name not in self._offline}

    def _give_birth(self, now_s: float) -> bool:
        by_device = self._aliases_by_device()
        wanted = self._wanted()
        with self._lock:
            self._dirty.clear()
        devices = [(name, self._metrics(by_device.get(name, []), asset)) for name, asset in wanted.items()]
        if not self.edge.births({"Software": "Gearpark gateway", "Gateway": self.journal.gateway}, devices):
            return False
        self._born_size = {name: len(metrics) for name, metrics in devices}
        self._birth_due, self._last_birth_s = False, now_s
        self.births += 1
        return True

    def _refresh_births(self) -> None:
        """Devices with new signals, or newly wanted, are born (again) before their data is sent."""
        wanted = self._wanted()
        with self._lock:
            dirty, self._dirty = self._dirty & set(wanted), set()
        dirty |= {name for name in wanted if not self.edge.has(name)}
        if not dirty and self._alias_version == self.journal.alias_version(self.source):
            return
        by_device = self._aliases_by_device()
        for name in self.edge.devices():
            if len(by_device.get(name, [])) != self._born_size.get(name, 0):
                dirty.add(name)
        for name in sorted(dirty):
            self._bear(name, by_device.get(name, []), wanted.get(name))

    def _bear(self, device: str, aliases: list[AliasRow], asset: AssetInfo | None) -> bool:
        if not self.edge.device_birth(device, self._metrics(aliases, asset)):
            return False
        self._born_size[device] = len(aliases)
        return True

    def _aliases_by_device(self) -> dict[str, list[AliasRow]]:
        self._alias_version = self.journal.alias_version(self.source)
        by_device: dict[str, list[AliasRow]] = {}
        for row in self.journal.aliases(self.source):
            by_device.setdefault(row.device, []).append(row)
        return by_device

    def _metrics(self, aliases: list[AliasRow], asset: AssetInfo | None) -> list[BirthMetric]:
        return device_metrics(aliases, asset, self.last)

    def _bury(self, more: bool) -> None:
        """Device deaths, once nothing of the device is left to send."""
        if more or self._backlog:
            return
        wanted = self._wanted()
        for name in self.edge.devices():
            if name not in wanted:
                self.edge.device_death(name)

    # --- rows ----------------------------------------------------------------------------------------------------

    def _find_lanes(self, now_s: float) -> None:
        if now_s - self._lanes_s < LANES_EVERY_S:
            return
        self._lanes_s = now_s
        known = {lane.boot: lane for lane in self._backlog}
        boots = [boot for boot, _, _ in self.journal.boots(self.source) if boot != self._live.boot]
        self._backlog = [known.get(boot) or Lane(boot) for boot in boots]

    def _overtake(self) -> None:
        """Live data goes on in a new boot; what is left of the old one follows behind."""
        old = self._live
        self._live = Lane(self.journal.new_boot(self.source))
        self.resent_rows += old.rewind(old.acked)
        self._backlog.append(old)
        log.info(
            "edge %s: live data goes on as boot %d, boot %d follows", self.source, self._live.boot, old.boot
        )

    def _resend(self, now_s: float) -> None:
        if not self._host_online:
            return
        for lane in list(self._backlog):
            if lane.flight and now_s - lane.flight[0][2] > lane.resend_s:
                self.resent_rows += lane.rewind(lane.acked)
                lane.resend_s = min(lane.resend_s * 2, MAX_RESEND_S)
        live = self._live
        if live.flight and now_s - live.flight[0][2] > live.resend_s:
            if len(live.flight) > LAG_ROWS:
                self._overtake()
            else:
                self.resent_rows += live.rewind(live.acked)
                live.resend_s = min(live.resend_s * 2, MAX_RESEND_S)

    def _send_live(self, now_s: float) -> bool:
        lane = self._live
        rows = self.journal.unsent(self.source, lane.boot, lane.cursor, FETCH_ROWS)
        if not rows:
            return False
        age_s = time.time() - rows[0].committed_us / 1e6
        if age_s > LAG_S and len(rows) >= LAG_ROWS:
            self._overtake()
            return True
        sent = self._send(lane, rows, now_s)
        if not self._host_online:  # shown live; sent again for the historian when it is back
            lane.flight.clear()
            lane.flight_points = 0
        return sent and len(rows) == FETCH_ROWS

    def _send_backlog(self, now_s: float) -> bool:
        if not self._backlog or not self._host_online:
            return False
        lane = self._backlog[0]
        if lane.flight_points >= BACKLOG_WINDOW_POINTS:
            return False
        rows = self.journal.unsent(self.source, lane.boot, lane.cursor, BACKLOG_TURN_ROWS)
        if rows:
            return self._send(lane, rows, now_s)
        if not lane.flight and not self.journal.unsent(self.source, lane.boot, 0, 1):
            self._backlog.pop(0)
            return bool(self._backlog)
        return False

    def _send(self, lane: Lane, rows: list[JournalRow], now_s: float) -> bool:
        prev = self.journal.before(self.source, lane.boot, rows[0].seq)
        old_us = (time.time() - LIVE_AGE_S) * 1e6
        for row in rows:
            if not self.edge.has(row.device):
                mine = [alias for alias in self.journal.aliases(self.source) if alias.device == row.device]
                if not self._bear(row.device, mine, self._declared.get(row.device)):
                    return False
            body = row.body
            if not row.historical and row.committed_us < old_us:
                body = as_historical(body)
            if not self.edge.data(row.device, body, Identity(row.boot, row.seq, prev, row.committed_us)):
                return False
            prev = row.seq
            lane.sent(row, now_s)
            self.sent_rows += 1
        return True


def _marks(text: str) -> list[tuple[int, int]]:
    """``boot:seq,boot:seq`` -> pairs; anything else in it is ignored."""
    found = []
    for part in text.split(","):
        boot, _, seq = part.partition(":")
        if boot.isascii() and boot.isdigit() and seq.isascii() and seq.isdigit():
            found.append((int(boot), int(seq)))
    return found
