"""One OPC UA session that can be picked up again on a new socket (Part 4, 6.7).

asyncua's own supervisor is not used: reconnecting, resuming and rebuilding are decided in one place, the connector.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import Any

from asyncua import Client, ua
from asyncua.client.ua_session import UaSession
from asyncua.common.shortcuts import Shortcuts
from asyncua.ua import NodeId

from gearpark.base.problems import Problem

from ...wanted import shown
from .config import SESSION_TIMEOUT_MS

CLOSE_TIMEOUT_S = 2.0
RENEW_SHARE = 0.75  # of the secure channel's life, Part 4, 5.5.2.1
log = logging.getLogger(__name__)


class PumpedSession(UaSession):
    """A session whose publish requests are sent by ``subscription.Pump``, in order and with back-pressure."""

    def ensure_publish_loop(self) -> None:
        """The library's own loop is not started."""


class OpcSession:
    """``open`` or ``resume``, then use ``ua``; ``close`` in peace, ``abandon`` after a fault."""

    def __init__(self, url: str, timeout_s: float) -> None:
        self.url = url
        self.client = Client(url, timeout=timeout_s)
        self.client.name = self.client.description = "Gearpark gateway"
        self.client.application_uri = "urn:gearpark:gateway"
        self.client.session_timeout = SESSION_TIMEOUT_MS
        self.client.uaclient.session = PumpedSession(self.client.uaclient)
        self.client.nodes = Shortcuts(self.client.uaclient.session)
        self.namespaces: list[str] = []
        self.last_sequence: dict[int, int] = {}  # subscription id -> newest notification handled
        self.handles: dict[
            int, Any
        ] = {}  # client handle -> item, kept so that republished values find their tag

    @property
    def ua(self) -> UaSession:
        """The service calls."""
        return self.client.uaclient.session

    async def open(self) -> None:
        """Socket, channel, new session. Raises OSError, TimeoutError or a UaError."""
        await self._channel()
        await self._new_session()

    async def resume(self) -> bool:
        """Pick the session up on a new socket. True: the server still had it, with its subscriptions."""
        had = self.ua.has_session
        await self._channel()
        if had:
            self.ua.rebind_authentication_token()
            try:
                await self.client.activate_session()
                await self._read_namespaces()
                return True
            except ua.UaStatusCodeError as error:
                log.info("%s does not know the session any more (%s)", shown(self.url), error)
            self.ua.reset_authentication_token()
        self.last_sequence.clear()
        self.handles.clear()
        await self._new_session()
        return False

    async def _channel(self) -> None:
        self.client.uaclient.clear_disconnect_request()
        await self.client.connect_socket()
        try:
            await self.client.send_hello()
            await self.client.open_secure_channel()
        except BaseException:
            self.abandon()
            raise

    async def _new_session(self) -> None:
        try:
            await self.client.create_session()
            await self.client.activate_session()
            await self._read_namespaces()
        except BaseException:
            self.abandon()
            raise

    async def _read_namespaces(self) -> None:
        value = await self.client.nodes.namespace_array.read_value()
        self.namespaces = [str(uri) for uri in value] if isinstance(value, list) else []

    async def renew(self) -> None:
        """Keep the secure channel alive; runs until cancelled."""
        while True:
            await asyncio.sleep(self.client.secure_channel_timeout * RENEW_SHARE / 1000)
            await self.client.open_secure_channel(renew=True)
            self.client.uaclient.revolve_security_token()

    def abandon(self) -> None:
        """Drop the socket only: the server keeps session and subscriptions for a while."""
        with contextlib.suppress(Exception):
            self.client.disconnect_socket()

    async def close(self) -> None:
        """Delete the subscriptions, close session and socket; a dead server only costs the time-out."""
        with contextlib.suppress(Exception):
            async with asyncio.timeout(CLOSE_TIMEOUT_S):
                await self.ua.close_session(True)
                await self.client.close_secure_channel()
        self.abandon()

    def node_id(self, address: str) -> NodeId:
        """``nsu=<uri>;s=...`` or ``ns=2;s=...`` -> node id with this server's namespace index.

        Raises ``opcua.address`` when it cannot be read, ``opcua.namespace`` when the server lacks the namespace.
        """
        text = address.strip()
        if text.startswith("nsu="):
            uri, _, rest = text[4:].partition(";")
            if uri not in self.namespaces:
                raise Problem(
                    "opcua.namespace", f"The server has no namespace {uri!r} (address {address[:80]!r})."
                )
            text = f"ns={self.namespaces.index(uri)};{rest}"
        try:
            return ua.NodeId.from_string(text)
        except (ua.UaError, ValueError, TypeError) as error:
            raise Problem(
                "opcua.address", f"{address[:80]!r} is not a node id such as nsu=urn:x;s=Name."
            ) from error

    def address(self, node_id: NodeId) -> str:
        """Node id -> ``nsu=<uri>;...``: namespace indexes may change when a server restarts, uris do not."""
        index = int(node_id.NamespaceIndex)
        plain = (
            ua.NodeId(node_id.Identifier, ua.Int16(0), node_id.NodeIdType).to_string()
            if index
            else node_id.to_string()
        )
        if not index or index >= len(self.namespaces):
            return node_id.to_string()
        return f"nsu={self.namespaces[index]};{plain.removeprefix('ns=0;')}"
