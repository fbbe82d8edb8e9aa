"""Tags of Sparkplug metrics: Gearpark's own names pass as they are, other makers' spellings are brought to ours."""

from __future__ import annotations

import re

from gearpark.base.ids import ASSET_ID, SIGNAL
from gearpark.base.limits import MAX_TAG_LENGTH

_NOT_ASSET, _NOT_SIGNAL = re.compile(r"[^a-z0-9-]+"), re.compile(r"[^A-Za-z0-9_.:@-]+")


def tag_of(device: str, name: str) -> str | None:
    """Tag of a device and metric name: illegal characters become "-" and "_"; None when too long or nothing is left."""
    asset, signal = device, name
    if not ASSET_ID.fullmatch(asset):
        asset = _NOT_ASSET.sub("-", asset.lower()).strip("-")
    if not SIGNAL.fullmatch(signal):
        signal = _NOT_SIGNAL.sub("_", signal).strip("_")
    if not ASSET_ID.fullmatch(asset) or not SIGNAL.fullmatch(signal):
        return None
    made = f"{asset}/{signal}"
    return made if len(made) <= MAX_TAG_LENGTH else None


def is_control(device: str, name: str) -> bool:
    """Node metrics that steer the session (``bdSeq``, ``Node Control/...``) are no measurements."""
    return not device and (name == "bdSeq" or name.startswith("Node Control/"))
