"""From a proposal and a person's choices to wanted rows, and the difference to what is there. No writes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from gearpark.base.ids import ASSET_ID, tag
from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.base.wire import AssetInfo, SignalInfo

from ..models import MAX_KEY, MAX_NAME, Connection, Tag
from ..types import (
    AssetChoice,
    Change,
    ChangeKind,
    Choices,
    Device,
    Proposal,
    ProposedAsset,
    ProposedSignal,
)

MAX_WANTED_TAGS = 20_000
TAG_FIELDS = ("kind", "unit", "address", "interval_s", "title_en", "title_zh")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What one connection shall feed: devices and, by tag text, (asset, signal)."""

    name: str
    devices: tuple[Device, ...]
    assets: tuple[AssetInfo, ...]
    signals: dict[str, tuple[str, ProposedSignal]]


def chosen(proposal: Proposal, choices: Choices, org: str) -> Wanted:
    """Apply the choices for an organisation. A Problem when nothing is left, an id is not legal, or two machines get one id."""
    devices: dict[str, Device] = {}
    assets: list[AssetInfo] = []
    signals: dict[str, tuple[str, ProposedSignal]] = {}
    for found in proposal.assets:
        choice = choices.assets.get(found.id, AssetChoice())
        if not choice.include:
            continue
        device = _device(found, choice, org)
        if device.id in devices:
            raise Problem("telemetry.asset_twice", f"Two machines would be called {device.id!r}; rename one.")
        taken = [s for s in found.signals if choice.signals is None or s.name in choice.signals]
        devices[device.id] = device
        assets.append(_asset_info(found, device, taken))
        signals.update({tag(device.id, signal.name): (device.id, signal) for signal in taken})
    if not devices or not signals:
        raise Problem("telemetry.nothing_chosen", "Choose at least one machine with at least one signal.")
    if len(signals) > MAX_WANTED_TAGS:
        raise Problem(
            "telemetry.too_many_tags",
            f"{len(signals)} signals on one connection; at most {MAX_WANTED_TAGS}. Choose fewer, or split the machines.",
        )
    name = " ".join(choices.name.split())[:MAX_NAME] or proposal.server or proposal.url
    return Wanted(
        name=name[:MAX_NAME], devices=tuple(devices.values()), assets=tuple(assets), signals=signals
    )


def _device(found: ProposedAsset, choice: AssetChoice, org: str) -> Device:
    id_ = (choice.id or found.id).strip()
    if not ASSET_ID.fullmatch(id_):
        raise Problem(
            "base.asset_id",
            f"{id_!r} is not an asset id: use lower-case letters, digits and inner hyphens.",
            asset=found.id,
        )
    return Device(
        id=id_,
        type=(choice.type or found.type).strip()[:60],
        name=(choice.name or found.name).strip()[:MAX_NAME],
        path=path_below(org, choice.path or found.path, id_),
        address=found.address,
        states=found.states,
    )


def path_below(org: str, text: str, asset: str) -> str:
    """Any proposed place -> an ISA-95 path of the organisation; without one the asset hangs directly below it.

    What stands above the organisation (the park) is cut: ``park/org/site/line`` and ``site/line`` mean the same.
    """
    parts = [re.sub(r"[^a-z0-9._-]+", "-", part.lower()).strip("-._") for part in text.split("/")]
    parts = [part for part in parts if part]
    parts = parts[parts.index(org) :] if org in parts else [org, *parts]
    return "/".join(parts if len(parts) > 1 else [org, asset])


def _asset_info(found: ProposedAsset, device: Device, taken: Iterable[ProposedSignal]) -> AssetInfo:
    return AssetInfo(
        id=device.id,
        type=device.type,
        name=device.name,
        path=device.path,
        signals=tuple(
            SignalInfo(s.name, s.kind, s.unit, s.address, s.interval_s, s.title_en, s.title_zh) for s in taken
        ),
        manufacturer=found.manufacturer,
        model=found.model,
        serial_number=found.serial_number,
    )


def signal_fields(signal: ProposedSignal) -> dict[str, Any]:
    """The fields of a Tag row that a signal decides."""
    return {
        "kind": signal.kind.value,
        "unit": signal.unit,
        "address": signal.address,
        "interval_s": signal.interval_s,
        "title_en": signal.title_en,
        "title_zh": signal.title_zh,
    }


def tag_changes(
    scope: Scope, connection: Connection | None, wanted: Wanted
) -> tuple[list[Change], list[str]]:
    """Changes of tags, and the reasons why they cannot be made (a machine that another connection feeds)."""
    rows = {
        row.tag: row
        for row in Tag.objects.of(scope)
        .select_related("connection")
        .filter(asset__in=[d.id for d in wanted.devices])
    }
    changes, refused = [], {}
    for text, (asset, signal) in wanted.signals.items():
        row = rows.get(text)
        after = signal_fields(signal)
        if row is None:
            changes.append(Change(ChangeKind.NEW, "tag", text, signal.name, {}, after))
            continue
        other = row.connection
        if (
            other is not None
            and other.deleted_at is None
            and (connection is None or other.pk != connection.pk)
        ):
            refused[asset] = (
                f"{asset} is already fed by the connection {other.name}: change that one, or remove it first."
            )
        before = {name: getattr(row, name) for name in TAG_FIELDS}
        same = (
            before == after
            and row.retired_at is None
            and connection is not None
            and row.connection_id == connection.pk
        )
        changes.append(
            Change(ChangeKind.SAME if same else ChangeKind.CHANGED, "tag", text, signal.name, before, after)
        )
    if connection is not None:
        gone = (
            Tag.objects.of(scope)
            .filter(connection=connection, retired_at__isnull=True)
            .exclude(tag__in=list(wanted.signals))
        )
        changes += [Change(ChangeKind.GONE, "tag", row.tag, row.signal) for row in gone]
    return changes, list(refused.values())


def connection_change(connection: Connection | None, key: str, proposal: Proposal, wanted: Wanted) -> Change:
    """The change of the connection itself."""
    after: dict[str, Any] = {
        "name": wanted.name,
        "gateway": proposal.gateway,
        "protocol": proposal.protocol.value,
        "url": proposal.url,
        "devices": ", ".join(sorted(device.id for device in wanted.devices)),
    }
    if connection is None:
        return Change(ChangeKind.NEW, "connection", key, wanted.name, {}, after)
    before = {
        "name": connection.name,
        "gateway": connection.gateway,
        "protocol": connection.protocol,
        "url": connection.url,
        "devices": ", ".join(sorted(device["id"] for device in connection.devices)),
    }
    kind = ChangeKind.SAME if before == after and connection.enabled else ChangeKind.CHANGED
    return Change(kind, "connection", key, wanted.name, before, after)


def key_for(name: str, taken: set[str]) -> str:
    """A connection's name -> a free key of lower-case letters, digits and hyphens."""
    base = "".join(c if c.isascii() and c.isalnum() else "-" for c in name.lower())
    base = "-".join(part for part in base.split("-") if part)[: MAX_KEY - 8] or "connection"
    key, number = base, 2
    while key in taken:
        key, number = f"{base}-{number}", number + 1
    return key
