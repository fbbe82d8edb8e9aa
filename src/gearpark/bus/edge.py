"""Sparkplug edge node: one MQTT session, births, data with running seq, deaths, the bdSeq bookkeeping.

What is published comes from the owner; this class keeps the order rules of the specification. Commands and host
states are handed to the owner on the network thread.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from gearpark.base.problems import Problem

from .client import Message, MqttClient
from .sparkplug import (
    ACKNOWLEDGED,
    BD_SEQ,
    REBIRTH,
    RESEND,
    BirthMetric,
    DataType,
    Identity,
    columns,
    decode,
    decode_state,
    encode_birth,
    finish,
    topics,
)

log = logging.getLogger(__name__)
PUBLISH_TIMEOUT_S = 0.5  # how long the owner's thread waits for room on the way out
SEQ_MODULO = 256
Command = Callable[[str, Any], None]
HostState = Callable[[str, bool, int], None]


def _now_us() -> int:
    return time.time_ns() // 1000


class EdgeNode:
    """One edge node session.

    on_up       connected: the owner must send births next (nothing else is accepted before)
    on_down     link lost: everything born is gone for hosts
    on_command  (metric name, value) of an NCMD
    on_state    (host id, online, timestamp ms) of a host's STATE message
    """

    def __init__(
        self,
        url: str,
        group: str,
        node: str,
        *,
        first_bd_seq: int = 0,
        on_up: Callable[[], None] = lambda: None,
        on_down: Callable[[], None] = lambda: None,
        on_command: Command = lambda name, value: None,
        on_state: HostState = lambda host, online, at_ms: None,
    ) -> None:
        self.group, self.node = group, node
        self._on_down, self._on_command, self._on_state = on_down, on_command, on_state
        self._bd_seq = (first_bd_seq - 1) % SEQ_MODULO
        self._seq = 0
        self._born = False
        self._devices: set[str] = set()
        self._lock = threading.Lock()
        self.malformed = 0
        self.client = MqttClient(
            url,
            f"{group}/{node}",
            subscribe=[
                (topics.node("NCMD", group, node), 1),
                (topics.device("DCMD", group, node, "+"), 1),
                (topics.STATE_FILTER, 1),
            ],
            will=self._will,
            on_up=on_up,
            on_down=self._lost,
            on_message=self._received,
        )

    # --- session -------------------------------------------------------------------------------------------------

    def start(self) -> None:
        self.client.start()

    def stop(self) -> None:
        """Say goodbye (an intended disconnect must publish the NDEATH itself) and disconnect."""
        with self._lock:
            self._born = False
        death = self._death()
        self.client.stop([death] if self.client.up else [])

    @property
    def up(self) -> bool:
        return self.client.up

    @property
    def born(self) -> bool:
        return self._born and self.client.up

    @property
    def bd_seq(self) -> int:
        return self._bd_seq

    def _will(self) -> Message:
        """A new bdSeq for every connection attempt; unchanged by rebirths."""
        self._bd_seq = (self._bd_seq + 1) % SEQ_MODULO
        return self._death()

    def _death(self) -> Message:
        metric = BirthMetric(BD_SEQ, DataType.INT64, value=self._bd_seq)
        return Message(
            topics.node("NDEATH", self.group, self.node), encode_birth([metric], _now_us(), None), qos=1
        )

    def _lost(self) -> None:
        with self._lock:
            self._born = False
            self._devices.clear()
        self._on_down()

    # --- out -----------------------------------------------------------------------------------------------------

    def births(
        self, properties: Mapping[str, str], devices: Iterable[tuple[str, Sequence[BirthMetric]]]
    ) -> bool:
        """NBIRTH with seq 0, then a DBIRTH for every device. Also the answer to a rebirth request."""
        with self._lock:
            self._seq, self._born = 0, False
            self._devices.clear()
            metrics = [
                BirthMetric(BD_SEQ, DataType.INT64, value=self._bd_seq),
                BirthMetric(REBIRTH, DataType.BOOLEAN, value=False),
                BirthMetric(ACKNOWLEDGED, DataType.STRING, value=""),
                BirthMetric(RESEND, DataType.STRING, value=""),
            ]
            metrics += [
                BirthMetric(f"Properties/{name}", DataType.STRING, value=v) for name, v in properties.items()
            ]
            payload = encode_birth(metrics, _now_us(), 0)
            if not self._publish(topics.node("NBIRTH", self.group, self.node), payload):
                return False
            self._seq, self._born = 1, True
        return all(self.device_birth(name, found) for name, found in devices)

    def device_birth(self, device: str, metrics: Sequence[BirthMetric]) -> bool:
        """DBIRTH; may come again when a device has new signals."""
        with self._lock:
            if not self._born:
                return False
            payload = encode_birth(metrics, _now_us(), self._seq)
            if not self._sequenced("DBIRTH", device, payload):
                return False
            self._devices.add(device)
            return True

    def device_death(self, device: str) -> bool:
        with self._lock:
            if not self._born or device not in self._devices:
                return False
            if not self._sequenced("DDEATH", device, encode_birth([], _now_us(), self._seq)):
                return False
            self._devices.discard(device)
            return True

    def data(self, device: str, body: bytes, identity: Identity | None = None) -> bool:
        """DDATA of a born device; False when the link is down, the way out is full or the device is not born."""
        with self._lock:
            if not self._born or device not in self._devices:
                return False
            return self._sequenced("DDATA", device, finish(body, self._seq, _now_us(), identity))

    def devices(self) -> list[str]:
        """Devices born in this session."""
        with self._lock:
            return sorted(self._devices)

    def has(self, device: str) -> bool:
        return device in self._devices

    def _sequenced(self, kind: str, device: str, payload: bytes) -> bool:
        if not self._publish(topics.device(kind, self.group, self.node, device), payload):
            return False
        self._seq = (self._seq + 1) % SEQ_MODULO
        return True

    def _publish(self, topic: str, payload: bytes) -> bool:
        return self.client.publish(topic, payload, timeout_s=PUBLISH_TIMEOUT_S)

    # --- in ------------------------------------------------------------------------------------------------------

    def _received(self, topic: str, payload: bytes) -> None:
        parsed = topics.parse(topic)
        if parsed is None:
            return
        if parsed.kind == "STATE":
            state = decode_state(payload)
            if state is not None:
                self._on_state(parsed.node, *state)
            return
        if parsed.kind == "DCMD":
            log.warning(
                "edge %s: a command for %s was refused: this gateway only reads", self.node, parsed.device
            )
            return
        try:
            found = columns(decode(payload))
        except Problem as problem:
            self.malformed += 1
            log.warning("edge %s: %s", self.node, problem)
            return
        for name, value in zip(found.keys, found.values, strict=True):
            if isinstance(name, str):
                self._on_command(name, value)
