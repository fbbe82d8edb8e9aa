"""Topics: ``uagv/v2/<manufacturer>/<serial number>/<kind>``."""

from __future__ import annotations

import re
from typing import NamedTuple

from gearpark.base.problems import Problem

PREFIX = "uagv/v2"
KINDS = frozenset({"order", "instantActions", "state", "visualization", "connection", "factsheet"})
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,49}")  # no slash, no wildcard: it is one level of a topic
CONTROL_FILTERS = [  # what whoever gives orders listens to
    (f"{PREFIX}/+/+/state", 0),
    (f"{PREFIX}/+/+/visualization", 0),
    (f"{PREFIX}/+/+/connection", 1),
    (f"{PREFIX}/+/+/factsheet", 0),
]


class Topic(NamedTuple):
    manufacturer: str
    serial: str
    kind: str


def topic(manufacturer: str, serial: str, kind: str) -> str:
    """The topic's text; Problem ``vda5050.name`` when a name cannot stand in one."""
    for name in (manufacturer, serial):
        if not NAME.fullmatch(name):
            raise Problem(
                "vda5050.name",
                f"{name[:60]!r} cannot be part of a vehicle's topic: letters, digits and _ . : - only.",
                name=name[:60],
            )
    return f"{PREFIX}/{manufacturer}/{serial}/{kind}"


def parse_topic(text: str) -> Topic | None:
    """The topic's parts, or None when it is none of these."""
    parts = text.split("/")
    if len(parts) != 5 or "/".join(parts[:2]) != PREFIX or parts[4] not in KINDS:
        return None
    if not NAME.fullmatch(parts[2]) or not NAME.fullmatch(parts[3]):
        return None
    return Topic(parts[2], parts[3], parts[4])
