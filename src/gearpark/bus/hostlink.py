"""A host application's link: subscribes to the namespace and keeps its STATE message true."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence

from .client import Message, MqttClient
from .sparkplug import decode_state, encode_state, topics


class HostLink:
    """MQTT session of a Sparkplug host.

    The will (offline) and the online message carry the same timestamp, as the specification asks; when another
    process with this host id vanishes and the broker says we are offline, we say online again at once.
    """

    def __init__(
        self,
        url: str,
        host_id: str,
        *,
        on_message: Callable[[str, bytes], None],
        on_up: Callable[[], None] = lambda: None,
        on_down: Callable[[], None] = lambda: None,
        extra: Sequence[tuple[str, int]] = (),
    ) -> None:
        self.host_id = host_id
        self._state_us = 0
        self._on_message, self._on_up = on_message, on_up
        self._topic = topics.state(host_id)
        self.client = MqttClient(
            url,
            f"{host_id}-{os.getpid()}",
            subscribe=[*topics.HOST_FILTERS, (self._topic, 1), *extra],
            will=self._will,
            on_up=self._up,
            on_down=on_down,
            on_message=self._received,
        )

    def start(self) -> None:
        self.client.start()

    def stop(self) -> None:
        """Say offline and disconnect."""
        offline = Message(self._topic, encode_state(False, self._state_us), 1, True)
        self._state_us = 0  # our own offline message is not to be contradicted
        self.client.stop([offline] if self.client.up else [])

    def _will(self) -> Message:
        self._state_us = time.time_ns() // 1000
        return Message(self._topic, encode_state(False, self._state_us), 1, True)

    def _up(self) -> None:
        self._say_online()
        self._on_up()

    def _say_online(self) -> None:
        self.client.publish(self._topic, encode_state(True, self._state_us), 1, True)

    def _received(self, topic: str, payload: bytes) -> None:
        if topic != self._topic:
            self._on_message(topic, payload)
            return
        state = decode_state(payload)
        # Retained from a former life (older timestamp) or the will of a namesake: either way we are here.
        if self._state_us and state is not None and not state[0]:
            self._say_online()
