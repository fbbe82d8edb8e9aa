"""What connectors and the gateway's supervisor see of the durable pipe: one protocol and its figures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from gearpark.base.wire import AssetInfo, Observation
from gearpark.gateway.journal.types import JournalStats

LinkState = Literal["connecting", "online", "offline"]


@dataclass(frozen=True, slots=True)
class LinkStats:
    """One edge session (one gateway, one organisation) on the bus."""

    source: str
    state: LinkState
    boot: int
    sent_rows: int = 0
    acked_rows: int = 0
    resent_rows: int = 0
    in_flight_rows: int = 0
    backlog_rows: int = 0
    births: int = 0
    host_online: bool = False
    last_error: str = ""


@dataclass(frozen=True, slots=True)
class PipeStats:
    journal: JournalStats
    links: tuple[LinkStats, ...] = ()


class DataPipe(Protocol):
    """Journal plus forwarder. All coroutines may be called from any task of the event loop that started it."""

    async def start(self) -> None:
        """Open (or salvage) the journal, take a new boot number, connect to the bus in the background."""

    async def stop(self) -> None:
        """Commit what was put, say goodbye on the bus (NDEATH), close. What was not acknowledged waits on disk."""

    async def put(self, org: str, observations: Sequence[Observation], historical: bool = False) -> None:
        """Return after the observations are durable on this machine's disk; then, and only then, may the caller
        acknowledge them to the machine (OPC UA acknowledge, MTConnect nextSequence).

        Tags may be of several assets of one organisation, in any order. Takes up to the flush interval plus one
        commit (tens of ms). `historical` marks back-filled values. A value that cannot be kept (not finite, text
        too long) is stored as "no value" with BAD_OUT_OF_RANGE and counted in `JournalStats.rejected`.
        Problems: ``journal.full``, ``journal.disk_full``, ``journal.busy`` (all 507/503: keep the data at the source
        and call again later), ``journal.closed``, ``base.asset_id``/``base.signal`` for an illegal tag.
        """

    def declare(self, org: str, assets: Iterable[AssetInfo]) -> None:
        """Tell which assets and signals the organisation's edge session stands for (the whole wanted list, not a
        difference). Drives births; calling again with another list sends the births or deaths that follow."""

    def offline(self, org: str, asset: str) -> None:
        """The machine's link is lost: device death on the bus once its journalled rows are sent. The caller has
        put observations with a bad status first, so that history shows the gap too. Data put later revives it."""

    def online(self, org: str, asset: str) -> None:
        """The machine answers again: device birth. Also happens by itself with the next put of a good value."""

    def stats(self) -> PipeStats:
        """Figures for health pages; cheap, any thread."""
