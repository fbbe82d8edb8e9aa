"""Sparkplug host application: knows which nodes and devices live, follows seq, asks for rebirths, yields data.

No I/O in `HostState`: messages and the clock come in, events and commands go out, so its owner decides on which
thread it runs. It takes other makers' nodes as they are and counts what they do against the specification.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Any

from gearpark.base.problems import Problem

from .nodes import MAX_WAITING, REBIRTH_FIRST_S, Alive, Data, Dead, Event, MetricInfo, Node, NodeKey
from .sparkplug import (
    ACKNOWLEDGED,
    BD_SEQ,
    REBIRTH,
    BirthMetric,
    DataType,
    columns,
    decode,
    encode_birth,
    identity_of,
    properties_of,
    topics,
)
from .sparkplug.topics import Topic

SEQ_MODULO = 256
REORDER_S = 2.0  # a missing seq may still arrive this long
REBIRTH_MAX_S = 60.0  # longest pause between requests to one node
MAX_NODES = 5000
MAX_DEVICES = 5000  # of one node
MAX_ALIASES = 200_000  # of one node


class HostState:
    """Feed `handle` with messages and `tick` with time (monotonic seconds); read events from `emit`.

    emit        called with each event, in order
    command     called with (topic, payload) to publish: rebirth requests
    quarantine  called with (topic, payload, reason) for what cannot be understood
    """

    def __init__(
        self,
        emit: Callable[[Event], None],
        command: Callable[[str, bytes], None],
        quarantine: Callable[[str, bytes, str], None] = lambda topic, payload, reason: None,
        *,
        reorder_s: float = REORDER_S,
    ) -> None:
        self._emit, self._command, self._quarantine = emit, command, quarantine
        self._reorder_s = reorder_s
        self.nodes: dict[NodeKey, Node] = {}
        self.malformed = 0

    # --- in ------------------------------------------------------------------------------------------------------

    def handle(self, topic: str, payload: bytes, received_us: int, now_s: float) -> None:
        """One message of the bus; never raises for what it contains."""
        parsed = topics.parse(topic)
        if parsed is None or parsed.kind in ("STATE", "NCMD", "DCMD"):
            return
        node = self._node(parsed)
        if node is None:
            self._reject(topic, payload, "too_many_nodes")
            return
        node.messages += 1
        try:
            message = decode(payload)
        except Problem as problem:
            self._reject(topic, payload, problem.sentence)
            return
        try:
            self._route(node, parsed, message, received_us, now_s)
        except (ValueError, TypeError, OverflowError, Problem) as error:
            self._reject(topic, payload, f"{type(error).__name__}: {error}")

    def tick(self, now_s: float) -> None:
        """Close gaps that stayed open: take what came after them and ask for a rebirth."""
        for node in self.nodes.values():
            if node.gap_since_s is not None and now_s - node.gap_since_s >= self._reorder_s:
                self._give_up_gap(node, now_s)
            if node.unborn:
                self._ask(node, now_s)

    def link_lost(self) -> None:
        """Our own link is gone: nothing is known to live, births have to come again."""
        for node in self.nodes.values():
            if node.online:
                self._emit(Dead(node.key, "", "link"))
            _forget(node)

    def _node(self, topic: Topic) -> Node | None:
        key = NodeKey(topic.group, topic.node)
        node = self.nodes.get(key)
        if node is None and len(self.nodes) < MAX_NODES:
            node = self.nodes[key] = Node(key)
        return node

    def _reject(self, topic: str, payload: bytes, reason: str) -> None:
        self.malformed += 1
        self._quarantine(topic, payload, reason)

    # --- order ---------------------------------------------------------------------------------------------------

    def _route(self, node: Node, topic: Topic, message: Any, received_us: int, now_s: float) -> None:
        if topic.kind == "NBIRTH":
            self._node_birth(node, message, received_us, now_s)
        elif topic.kind == "NDEATH":
            self._node_death(node, message)
        elif not node.online:
            node.unborn.append((topic, message, received_us))
            self._ask(node, now_s)
        else:
            self._in_order(node, topic, message, received_us, now_s)

    def _in_order(self, node: Node, topic: Topic, message: Any, received_us: int, now_s: float) -> None:
        if not message.HasField("seq"):
            node.deviations["no_seq"] += 1
            self._take(node, topic, message, received_us, now_s)
            return
        seq = message.seq
        if not 0 <= seq < SEQ_MODULO:
            node.deviations["seq_out_of_range"] += 1
            seq %= SEQ_MODULO
        if seq != node.next_seq:
            if node.gap_since_s is None:
                node.gap_since_s = now_s
                node.seq_gaps += 1
            node.early[seq] = (topic, message, received_us)
            if len(node.early) >= SEQ_MODULO // 2:
                self._give_up_gap(node, now_s)
            return
        self._take(node, topic, message, received_us, now_s)
        node.next_seq = (seq + 1) % SEQ_MODULO
        while node.early and node.next_seq in node.early:
            self._take(node, *node.early.pop(node.next_seq), now_s)
            node.next_seq = (node.next_seq + 1) % SEQ_MODULO
        if not node.early:
            node.gap_since_s = None

    def _give_up_gap(self, node: Node, now_s: float) -> None:
        """The missing message will not come: its rows come again from the journal, the rest is good as it is."""
        start = node.next_seq
        held = sorted(node.early.items(), key=lambda item: (item[0] - start) % SEQ_MODULO)
        node.early.clear()
        node.gap_since_s = None
        for seq, (topic, message, received_us) in held:
            self._take(node, topic, message, received_us, now_s)
            node.next_seq = (seq + 1) % SEQ_MODULO
        self._ask(node, now_s)

    def _take(self, node: Node, topic: Topic, message: Any, received_us: int, now_s: float) -> None:
        if topic.kind == "DBIRTH":
            self._device_birth(node, topic.device, message, received_us)
        elif topic.kind == "DDEATH":
            node.dead_devices.add(topic.device)
            self._emit(Dead(node.key, topic.device, "death"))
        else:
            self._data(node, topic, message, received_us, now_s)

    # --- births and deaths ---------------------------------------------------------------------------------------

    def _node_birth(self, node: Node, message: Any, received_us: int, now_s: float) -> None:
        bd_seq = _bd_seq(message, node)
        if message.seq != 0:
            node.deviations["birth_seq_not_0"] += 1
        waiting = [item for item in node.unborn if item[0].kind not in ("DBIRTH", "DDEATH")]
        pause_s = node.ask_pause_s
        _forget(node)
        node.online, node.bd_seq = True, bd_seq
        node.next_seq = (message.seq + 1) % SEQ_MODULO
        node.ask_pause_s = pause_s
        node.asked_s = now_s if waiting else None
        self._births_metrics(node, "", message, received_us)
        # What came before the birth carried older seq numbers: they no longer count, the values do.
        node.unborn.extend(waiting)
        self._release(node, "")

    def _node_death(self, node: Node, message: Any) -> None:
        bd_seq = _bd_seq(message, node)
        if node.online and bd_seq is not None and node.bd_seq is not None and bd_seq != node.bd_seq:
            node.deviations["stale_death_ignored"] += 1
            return
        was = node.online
        _forget(node)
        if was:
            self._emit(Dead(node.key, "", "death"))

    def _device_birth(self, node: Node, device: str, message: Any, received_us: int) -> None:
        if device not in node.devices and len(node.devices) >= MAX_DEVICES:
            raise ValueError("too many devices")
        node.dead_devices.discard(device)
        self._births_metrics(node, device, message, received_us)
        self._release(node, device)

    def _release(self, node: Node, device: str) -> None:
        """Data that came before its birth."""
        waiting = [item for item in node.unborn if item[0].device == device]
        if waiting:
            node.unborn = deque((i for i in node.unborn if i[0].device != device), maxlen=MAX_WAITING)
        for _, message, received_us in waiting:
            self._emit_data(node, device, message, received_us)
        if not node.unborn:
            node.ask_pause_s, node.asked_s = REBIRTH_FIRST_S, None

    def _births_metrics(self, node: Node, device: str, message: Any, received_us: int) -> None:
        metrics: dict[str, MetricInfo] = {}
        for metric in message.metrics:
            if not metric.name:
                node.deviations["birth_metric_without_name"] += 1
                continue
            if not metric.HasField("datatype"):
                node.deviations["birth_metric_without_datatype"] += 1
            metrics[metric.name] = MetricInfo(metric.name, metric.datatype, properties_of(metric))
            if metric.HasField("alias"):
                if len(node.aliases) >= MAX_ALIASES:
                    raise ValueError("too many aliases")
                if node.aliases.get(metric.alias, (device, metric.name)) != (device, metric.name):
                    node.deviations["alias_used_twice"] += 1
                node.aliases[metric.alias] = (device, metric.name)
                node.names.setdefault(device, {})[metric.alias] = metric.name
                node.datatypes[metric.alias] = metric.datatype
        node.devices[device] = metrics
        self._emit(Alive(node.key, device, metrics))
        self._emit_data(node, device, message, received_us, birth=True)

    # --- data ----------------------------------------------------------------------------------------------------

    def _data(self, node: Node, topic: Topic, message: Any, received_us: int, now_s: float) -> None:
        if topic.device not in node.devices or topic.device in node.dead_devices:
            if topic.device in node.dead_devices:
                node.deviations["data_of_dead_device"] += 1
            node.unborn.append((topic, message, received_us))
            self._ask(node, now_s)
            return
        if not self._emit_data(node, topic.device, message, received_us):
            self._ask(node, now_s)

    def _emit_data(
        self, node: Node, device: str, message: Any, received_us: int, birth: bool = False
    ) -> bool:
        """False when an alias is unknown: the whole message is left out (a journal sends it again)."""
        found = columns(message, node.datatypes if birth else self._datatypes(node, device))
        known = node.names.get(device, {})
        try:
            names = [known[key] for key in found.keys]  # type: ignore[index]
        except KeyError:
            names = self._names(node, known, found.keys, message)
            if len(names) < len(found.keys):
                node.deviations["unknown_alias"] += 1
                return False
        self._emit(
            Data(
                node.key,
                device,
                names,
                found.at_us,
                found.values,
                found.statuses,
                identity_of(message),
                found.historical,
                birth,
                received_us,
                ACKNOWLEDGED in node.devices.get("", {}),
                frozenset(found.transient),
                tuple(found.unsupported),
            )
        )
        return True

    def _names(self, node: Node, known: dict[int, str], keys: list[int | str], message: Any) -> list[str]:
        """Names of a message that does not only use this device's aliases; cut short at an unknown one."""
        names: list[str] = []
        for key, metric in zip(keys, message.metrics, strict=True):
            name = key if isinstance(key, str) else known.get(key) or metric.name
            if not name:
                break
            names.append(name)
        return names

    def _datatypes(self, node: Node, device: str) -> dict[int | str, int]:
        """By alias for the whole node; names are looked up only when a node does not use aliases."""
        if node.aliases:
            return node.datatypes
        return {name: info.datatype for name, info in node.devices.get(device, {}).items()}

    # --- commands ------------------------------------------------------------------------------------------------

    def _ask(self, node: Node, now_s: float) -> None:
        """Request a rebirth, not more often than the pause allows."""
        if node.asked_s is not None and now_s - node.asked_s < node.ask_pause_s:
            return
        if node.asked_s is not None:
            node.ask_pause_s = min(node.ask_pause_s * 2, REBIRTH_MAX_S)
        node.asked_s = now_s
        node.rebirths_asked += 1
        self._command(topics.node("NCMD", node.key.group, node.key.node), rebirth_request())


def rebirth_request() -> bytes:
    """NCMD payload asking a node to send its births again."""
    return encode_birth([BirthMetric(REBIRTH, DataType.BOOLEAN, value=True)], time.time_ns() // 1000, None)


def _bd_seq(message: Any, node: Node) -> int | None:
    for metric in message.metrics:
        if metric.name == BD_SEQ:
            if metric.datatype not in (DataType.INT64, DataType.UNKNOWN):
                node.deviations["bdseq_not_int64"] += 1
            kind = metric.WhichOneof("value")
            if kind in ("int_value", "long_value", "double_value", "float_value"):
                return int(getattr(metric, kind))
    node.deviations["no_bdseq"] += 1
    return None


def _forget(node: Node) -> None:
    """The session's knowledge: aliases, devices, order. Counters stay."""
    node.online, node.bd_seq, node.next_seq = False, None, 0
    node.devices, node.aliases, node.names, node.datatypes, node.early = {}, {}, {}, {}, {}
    node.dead_devices = set()
    node.unborn = deque(maxlen=MAX_WAITING)
    node.gap_since_s = node.asked_s = None
    node.ask_pause_s = REBIRTH_FIRST_S
