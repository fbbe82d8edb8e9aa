"""Telemetry's door: what higher contexts, the demo and the roof may use."""

from __future__ import annotations

from .queries import (
    ask_gateway,
    bus_connected,
    connections,
    data_flow,
    devices_live,
    gateway_health,
    latest,
    latest_of,
    live_signal,
    process_scope,
    series,
    start_live,
    stop_live,
    tags_of,
    tags_of_assets,
)
from .queries.proposals import read_proposal
from .services import apply_proposal, ensure_gateway
from .types import (
    AssetChoice,
    Choices,
    ConnectionInfo,
    DataFlow,
    Diff,
    Latest,
    Proposal,
    ProposedAsset,
    ProposedSignal,
    Protocol,
    TagInfo,
)

__all__ = [
    "AssetChoice",
    "Choices",
    "ConnectionInfo",
    "DataFlow",
    "Diff",
    "Latest",
    "Proposal",
    "ProposedAsset",
    "ProposedSignal",
    "Protocol",
    "TagInfo",
    "apply_proposal",
    "ask_gateway",
    "bus_connected",
    "connections",
    "data_flow",
    "devices_live",
    "ensure_gateway",
    "gateway_health",
    "latest",
    "latest_of",
    "live_signal",
    "process_scope",
    "read_proposal",
    "series",
    "start_live",
    "stop_live",
    "tags_of",
    "tags_of_assets",
]
