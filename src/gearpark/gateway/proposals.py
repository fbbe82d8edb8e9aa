"""What discovery answers: machines found at an address, as a document a person can look at before saying yes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from gearpark.base.ids import ASSET_ID
from gearpark.base.limits import MAX_ASSET_ID_LENGTH
from gearpark.base.wire import AssetInfo

MAX_WARNINGS = 50


@dataclass(frozen=True, slots=True)
class Sample:
    """One value as read during discovery. ``value`` None: see ``status``; ``at_us`` None: no source time given."""

    value: float | str | None
    status: int
    at_us: int | None


@dataclass(slots=True)
class ProposedAsset:
    """One machine. ``states`` names the state mapping that fits (``machinery-1``, ``mtconnect-1``) or is ""."""

    info: AssetInfo
    states: str = ""
    samples: dict[str, Sample] = field(default_factory=dict)
    evidence: str = ""


@dataclass(slots=True)
class Proposal:
    """Answer of ``discover``: ``server`` says what answered, ``warnings`` what to look at before saying yes."""

    protocol: str
    url: str
    server: dict[str, str] = field(default_factory=dict)
    assets: list[ProposedAsset] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def warn(self, sentence: str) -> None:
        """Add a warning once; the list is bounded."""
        if sentence not in self.warnings and len(self.warnings) < MAX_WARNINGS:
            self.warnings.append(sentence)

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "protocol": self.protocol,
            "url": self.url,
            "server": self.server,
            "assets": [_asset(asset) for asset in self.assets],
            "warnings": self.warnings,
        }


def _asset(asset: ProposedAsset) -> dict[str, Any]:
    info = asset.info
    return {
        "id": info.id,
        "type": info.type,
        "name": info.name,
        "path": info.path,
        "manufacturer": info.manufacturer,
        "model": info.model,
        "serial_number": info.serial_number,
        "states": asset.states,
        "evidence": asset.evidence,
        "signals": [
            {
                "name": signal.name,
                "kind": str(signal.kind),
                "unit": signal.unit,
                "address": signal.address,
                "interval_s": signal.interval_s,
                "title_en": signal.title_en,
                "title_zh": signal.title_zh,
                "sample": _sample(asset.samples.get(signal.name)),
            }
            for signal in info.signals
        ],
    }


def _sample(sample: Sample | None) -> dict[str, Any] | None:
    return None if sample is None else {"value": sample.value, "status": sample.status, "at_us": sample.at_us}


def slug(text: str, fallback: str = "asset") -> str:
    """Any text -> a legal asset id; the same text gives the same id."""
    made = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:MAX_ASSET_ID_LENGTH].strip("-")
    return made if ASSET_ID.fullmatch(made) else fallback


def unique(name: str, taken: set[str]) -> str:
    """``name``, or ``name-2``, ``name-3`` ... when taken; adds the answer to ``taken``."""
    made, number = name, 2
    while made in taken:
        tail = f"-{number}"
        made, number = name[: MAX_ASSET_ID_LENGTH - len(tail)] + tail, number + 1
    taken.add(made)
    return made
