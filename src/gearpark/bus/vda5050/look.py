"""Who is there? A short listen to the retained connection messages and factsheets of every vehicle on a bus."""

from __future__ import annotations

import os
import threading
import uuid
from dataclasses import dataclass, field
from typing import Any

from gearpark.base.problems import Problem

from ..client import MqttClient
from .reading import read_connection, read_factsheet
from .topics import CONTROL_FILTERS, parse_topic

CONNECT_S = 5.0
MAX_SEEN = 500
_pause = threading.Event()


@dataclass(slots=True)
class Seen:
    """A vehicle that spoke: ONLINE, OFFLINE, CONNECTIONBROKEN, or "" when only its states were heard."""

    connection: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


def look(url: str, seconds: float) -> dict[tuple[str, str], Seen] | None:
    """(manufacturer, serial) -> what was heard of it within ``seconds``; None when the bus does not answer."""
    found: dict[tuple[str, str], Seen] = {}

    def heard(topic: str, payload: bytes) -> None:
        parts = parse_topic(topic)
        if parts is None or (len(found) >= MAX_SEEN and (parts.manufacturer, parts.serial) not in found):
            return
        one = found.setdefault((parts.manufacturer, parts.serial), Seen())
        try:
            if parts.kind == "connection":
                one.connection = read_connection(payload).state
            elif parts.kind == "factsheet":
                one.facts = read_factsheet(payload)
        except Problem:
            return  # it is there; what it says of itself cannot be read

    client = MqttClient(
        url,
        f"gearpark-look-{os.getpid()}-{uuid.uuid4().hex[:6]}",
        subscribe=CONTROL_FILTERS,
        on_message=heard,
    )
    client.start()
    try:
        if not client.wait_up(CONNECT_S):
            return None
        _pause.wait(seconds)
        return found
    finally:
        client.stop()
