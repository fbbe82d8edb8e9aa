"""MQTT client: paho in its own thread, a bounded way out, reconnecting by itself with growing pauses.

Callbacks run on paho's network thread: they must only note what happened and return.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from gearpark.base.home import home
from gearpark.base.problems import Problem

log = logging.getLogger(__name__)
DEFAULT_URL = "mqtt://127.0.0.1:18830"
DEFAULT_PORT = 1883
KEEPALIVE_S = 15  # a half-open link is noticed within one and a half of these
MIN_PAUSE_S, MAX_PAUSE_S = 1, 8  # between attempts to connect
CONNECT_TIMEOUT_S = 5.0
MAX_WAITING = 500  # messages handed to paho and not yet on the wire
PASSWORD_FILE = "mqtt"  # noqa: S105 - the name of a file under secrets/, "user:password"


class Message(NamedTuple):
    topic: str
    payload: bytes
    qos: int = 0
    retain: bool = False


def bus_url() -> str:
    """``GEARPARK_MQTT`` or the embedded broker's address."""
    return os.environ.get("GEARPARK_MQTT") or DEFAULT_URL


def credentials(url: str, secrets: Path | None = None) -> tuple[str, str] | None:
    """User and password from the URL, else from ``secrets/mqtt`` of the installation, else None."""
    parts = urlsplit(url)
    if parts.username:
        return unquote(parts.username), unquote(parts.password or "")
    file = (secrets or home() / "secrets") / PASSWORD_FILE
    if file.is_file():
        user, _, password = file.read_text(encoding="utf-8").strip().partition(":")
        return user, password
    return None


def address(url: str) -> tuple[str, int, bool]:
    """(host, port, TLS) of a ``mqtt://`` or ``mqtts://`` URL, or a Problem ``bus.url``."""
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        port = -1
    if parts.scheme not in ("mqtt", "mqtts") or not parts.hostname or port == -1:
        raise Problem("bus.url", f"{url!r} is not a bus address such as mqtt://127.0.0.1:18830.")
    tls = parts.scheme == "mqtts"
    return parts.hostname, port or (8883 if tls else DEFAULT_PORT), tls


class MqttClient:
    """One clean MQTT 3.1.1 session.

    will        called before every connection attempt; its message is what the broker says when we vanish
    subscribe   (filter, QoS) pairs, subscribed after every connect
    on_up       after the subscriptions are granted; on_down after the link is lost; on_message(topic, payload)
    """

    def __init__(
        self,
        url: str,
        client_id: str,
        *,
        subscribe: Sequence[tuple[str, int]] = (),
        will: Callable[[], Message | None] = lambda: None,
        on_up: Callable[[], None] = lambda: None,
        on_down: Callable[[], None] = lambda: None,
        on_message: Callable[[str, bytes], None] = lambda topic, payload: None,
        secrets: Path | None = None,
    ) -> None:
        self.url, self.client_id = url, client_id
        self._filters = list(subscribe)
        self._will, self._on_up, self._on_down, self._on_message = will, on_up, on_down, on_message
        self._room = threading.Condition()
        self._waiting = 0
        self._up = threading.Event()
        self.last_error = ""
        self.connects = 0
        host, port, tls = address(url)
        self._paho = paho.Client(
            CallbackAPIVersion.VERSION2, client_id=client_id, clean_session=True, protocol=paho.MQTTv311
        )
        self._paho.connect_timeout = CONNECT_TIMEOUT_S
        self._paho.reconnect_delay_set(MIN_PAUSE_S, MAX_PAUSE_S)
        self._paho.max_queued_messages_set(MAX_WAITING)
        login = credentials(url, secrets)
        if login:
            self._paho.username_pw_set(*login)
        if tls:
            self._paho.tls_set()
        self._bind()
        self._host, self._port = host, port

    def _bind(self) -> None:
        self._paho.on_pre_connect = self._pre_connect
        self._paho.on_connect = self._connected
        self._paho.on_connect_fail = self._failed
        self._paho.on_subscribe = self._subscribed
        self._paho.on_disconnect = self._disconnected
        self._paho.on_publish = self._published
        self._paho.on_message = self._received
        self._paho.on_socket_open = _no_delay

    # --- for the owner, any thread -------------------------------------------------------------------------------

    def start(self) -> None:
        """Connect in the background and keep connected."""
        self._paho.connect_async(self._host, self._port, keepalive=KEEPALIVE_S)
        self._paho.loop_start()

    def stop(self, goodbye: Sequence[Message] = (), timeout_s: float = 2.0) -> None:
        """Send the last messages, disconnect, end the thread."""
        for message in goodbye:
            self.publish(*message, timeout_s=timeout_s)
        if goodbye and self.up:
            with self._room:
                self._room.wait_for(lambda: self._waiting == 0, timeout_s)
        self._up.clear()
        self._paho.disconnect()
        self._paho.loop_stop()

    @property
    def up(self) -> bool:
        """Connected and subscribed."""
        return self._up.is_set()

    def wait_up(self, timeout_s: float) -> bool:
        return self._up.wait(timeout_s)

    def publish(
        self, topic: str, payload: bytes, qos: int = 0, retain: bool = False, *, timeout_s: float = 0.0
    ) -> bool:
        """Hand a message to the network thread; False when the link is down or the way out stays full."""
        with self._room:
            if not self._room.wait_for(lambda: self._waiting < MAX_WAITING or not self.up, timeout_s):
                return False
            if not self.up:
                return False
            self._waiting += 1
        info = self._paho.publish(topic, payload, qos, retain)
        if info.rc != paho.MQTT_ERR_SUCCESS:
            with self._room:
                self._waiting = max(0, self._waiting - 1)
            return False
        return True

    # --- paho's thread -------------------------------------------------------------------------------------------

    def _pre_connect(self, client: paho.Client, userdata: Any) -> None:
        will = self._will()
        if will is not None:
            client.will_set(will.topic, will.payload, will.qos, will.retain)

    def _connected(
        self, client: paho.Client, userdata: Any, flags: Any, reason: Any, properties: Any
    ) -> None:
        if reason.is_failure:
            self.last_error = f"{self.url} refused the session: {reason}"
            log.warning("bus: %s (%s)", self.last_error, self.client_id)
            return
        with self._room:
            self._waiting = 0
        if self._filters:
            client.subscribe(self._filters)
        else:
            self._ready()

    def _subscribed(
        self, client: paho.Client, userdata: Any, mid: int, reasons: Any, properties: Any
    ) -> None:
        refused = [reason for reason in reasons if reason.is_failure]
        if refused:
            self.last_error = f"{self.url} refused {len(refused)} subscriptions"
            log.error("bus: %s (%s)", self.last_error, self.client_id)
        if not self.up:
            self._ready()

    def _ready(self) -> None:
        self.connects += 1
        self.last_error = ""
        self._up.set()
        log.info("bus: %s connected to %s", self.client_id, self.url)
        self._guarded(self._on_up)

    def _failed(self, client: paho.Client, userdata: Any) -> None:
        self.last_error = f"{self.url} does not answer"

    def _disconnected(
        self, client: paho.Client, userdata: Any, flags: Any, reason: Any, properties: Any
    ) -> None:
        was_up = self.up
        self._up.clear()
        with self._room:
            self._waiting = 0
            self._room.notify_all()
        if was_up:
            self.last_error = f"link lost: {reason}"
            log.warning("bus: %s lost %s: %s", self.client_id, self.url, reason)
            self._guarded(self._on_down)

    def _published(self, client: paho.Client, userdata: Any, mid: int, reason: Any, properties: Any) -> None:
        with self._room:
            self._waiting = max(0, self._waiting - 1)
            self._room.notify_all()

    def _received(self, client: paho.Client, userdata: Any, message: paho.MQTTMessage) -> None:
        self._guarded(self._on_message, message.topic, message.payload)

    def _guarded(self, callback: Callable[..., None], *args: Any) -> None:
        try:
            callback(*args)
        except Exception:
            log.exception("bus: a callback of %s failed", self.client_id)


def _no_delay(client: paho.Client, userdata: Any, sock: Any) -> None:
    try:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except (OSError, AttributeError):
        log.debug("bus: TCP_NODELAY not set")
