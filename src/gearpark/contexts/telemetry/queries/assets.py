"""What adding machines would change in the registry."""

from __future__ import annotations

from collections.abc import Sequence

from gearpark.base.scope import Scope
from gearpark.base.wire import AssetInfo
from gearpark.contexts.registry import public as registry

from ..types import Change, ChangeKind


def asset_changes(scope: Scope, assets: Sequence[AssetInfo]) -> list[Change]:
    """New, changed and same assets."""
    known = {node.id: node for node in registry.assets(scope, ids=tuple(asset.id for asset in assets))}
    changes = []
    for asset in assets:
        node = known.get(asset.id)
        after = {"name": asset.name, "type": asset.type, "path": asset.path}
        if node is None:
            changes.append(Change(ChangeKind.NEW, "asset", asset.id, asset.name, {}, after))
            continue
        before = {"name": node.name, "type": node.type, "path": node.path}
        kind = ChangeKind.SAME if before == after else ChangeKind.CHANGED
        changes.append(Change(kind, "asset", asset.id, asset.name, before, after))
    return changes
