"""Device models kept beside the lake: what a signal of an imported or connected MTConnect device measures."""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gearpark.base import mtconnect
from gearpark.base.ids import asset_id
from gearpark.base.problems import NotFound

DEVICES = "devices"


@dataclass(frozen=True, slots=True)
class DeviceDoc:
    """One stored model. ``items``: signal, id, name, type, sub_type, category, units, kind, unit, component_path."""

    org: str
    asset: str
    name: str
    uuid: str
    manufacturer: str
    model: str
    serial: str
    items: tuple[dict[str, str], ...]

    def typed(self) -> list[tuple[str, str, str]]:
        """(signal, data item type, category): what ``engines.states.bind_mtconnect`` wants."""
        return [(item["signal"], item["type"], item["category"]) for item in self.items]


def document(org: str, asset: str, device: mtconnect.MtcDevice) -> DeviceDoc:
    """A parsed device -> its document under an asset id."""
    items = tuple(
        {
            "signal": signal,
            "id": item.id,
            "name": item.name,
            "type": item.type,
            "sub_type": item.sub_type,
            "category": item.category,
            "units": item.units,
            "kind": str(mtconnect.kind_of(item)),
            "unit": mtconnect.unit_of(item),
            "component_path": item.component_path,
        }
        for signal, item in sorted(device.items.items())
    )
    return DeviceDoc(
        org,
        asset_id(asset),
        device.name,
        device.uuid,
        device.manufacturer,
        device.model,
        device.serial,
        items,
    )


def save(root: Path | str, doc: DeviceDoc) -> Path:
    """Write the document in one step (a reader sees the old or the new one)."""
    folder = Path(root) / DEVICES / doc.org
    folder.mkdir(parents=True, exist_ok=True)
    data = {name: getattr(doc, name) for name in DeviceDoc.__slots__}
    path = folder / f"{doc.asset}.json"
    handle, temporary = tempfile.mkstemp(dir=folder, prefix=".", suffix=".json")
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        json.dump(data, out, ensure_ascii=False, indent=1)
    os.replace(temporary, path)
    return path


def _load(path: Path) -> DeviceDoc:
    data: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return DeviceDoc(**{**data, "items": tuple(data["items"])})


def load(root: Path | str, org: str, asset: str) -> DeviceDoc | None:
    """The document of one asset, or None."""
    path = Path(root) / DEVICES / org / f"{asset}.json"
    return _load(path) if path.is_file() else None


def find(root: Path | str, org: str, said: str) -> DeviceDoc | None:
    """By asset id, device name or uuid (any case); None when nothing fits. ``lake.device_ambiguous`` when two do."""
    exact = load(root, org, said.lower()) if "/" not in said and not said.startswith(".") else None
    if exact is not None:
        return exact
    folder = Path(root) / DEVICES / org
    docs = [_load(path) for path in sorted(folder.glob("*.json")) if not path.name.startswith(".")]
    found = [doc for doc in docs if said.lower() in (doc.name.lower(), doc.uuid.lower())]
    if len(found) > 1:
        ids = ", ".join(doc.asset for doc in found)
        raise NotFound(
            "lake.device_ambiguous", f"{said!r} names several assets: {ids}. Give one of these ids."
        )
    return found[0] if found else None
