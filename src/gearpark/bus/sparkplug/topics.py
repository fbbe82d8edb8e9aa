"""Sparkplug B topic names: ``spBv1.0/<group>/<type>/<edge node>[/<device>]`` and ``spBv1.0/STATE/<host>``."""

from __future__ import annotations

from typing import NamedTuple

NAMESPACE = "spBv1.0"
NODE_TYPES = frozenset({"NBIRTH", "NDEATH", "NDATA", "NCMD"})
DEVICE_TYPES = frozenset({"DBIRTH", "DDEATH", "DDATA", "DCMD"})
# One filter per message type: overlapping filters would make some brokers deliver a message twice.
HOST_FILTERS: tuple[tuple[str, int], ...] = (
    (f"{NAMESPACE}/+/NBIRTH/+", 0),
    (f"{NAMESPACE}/+/NDATA/+", 0),
    (f"{NAMESPACE}/+/NDEATH/+", 1),
    (f"{NAMESPACE}/+/DBIRTH/+/+", 0),
    (f"{NAMESPACE}/+/DDATA/+/+", 0),
    (f"{NAMESPACE}/+/DDEATH/+/+", 0),
)
STATE_FILTER = f"{NAMESPACE}/STATE/+"


class Topic(NamedTuple):
    """A parsed topic. device is "" for node messages; for STATE, node is the host id and group is ""."""

    kind: str
    group: str
    node: str
    device: str = ""


def parse(topic: str) -> Topic | None:
    """The parsed topic, or None when it is not a Sparkplug B topic."""
    parts = topic.split("/")
    if parts[0] != NAMESPACE or not all(parts):
        return None
    if len(parts) == 3 and parts[1] == "STATE":
        return Topic("STATE", "", parts[2])
    if len(parts) == 4 and parts[2] in NODE_TYPES:
        return Topic(parts[2], parts[1], parts[3])
    if len(parts) == 5 and parts[2] in DEVICE_TYPES:
        return Topic(parts[2], parts[1], parts[3], parts[4])
    return None


def node(kind: str, group: str, edge: str) -> str:
    return f"{NAMESPACE}/{group}/{kind}/{edge}"


def device(kind: str, group: str, edge: str, name: str) -> str:
    return f"{NAMESPACE}/{group}/{kind}/{edge}/{name}"


def state(host_id: str) -> str:
    return f"{NAMESPACE}/STATE/{host_id}"
