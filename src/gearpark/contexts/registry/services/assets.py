"""Writes of the asset tree. Ids never change; paths follow the parents' codes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from django.db import IntegrityError, transaction
from django.db.models import F, Value
from django.db.models.functions import Concat, Substr

from gearpark.base.ids import asset_id as legal_id
from gearpark.base.limits import MAX_ASSET_ID_LENGTH
from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.base.wire import AssetInfo
from gearpark.kit import audit, events
from gearpark.kit.tenant import acting

from ..models import Asset
from ..types import LEVELS, AssetsChanged, Level, path_levels

MAX_PATH_SEGMENTS = 8
MAX_ASSETS_PER_CALL = 5000
_SEGMENT = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,58}[a-z0-9])?")
MAX_FIELD_LENGTH = 120
_FIELDS = ("type", "name", "manufacturer", "model", "serial_number")


def upsert_assets(scope: Scope, wanted: Sequence[AssetInfo], *, org: str | None = None) -> list[str]:
    """Store assets by id for ``org`` (default: the scope's); parents named by a path are made when missing.

    ``path`` is ``enterprise/site/area/line/unit`` or empty (then the asset hangs directly below the enterprise). An
    asset that exists keeps its id; another path moves it with all below it. Returns the ids that were added or
    changed. Audited as one entry, told as ``AssetsChanged``.
    """
    where = org or scope.org
    if len(wanted) > MAX_ASSETS_PER_CALL:
        raise Problem("registry.too_many_assets", f"At most {MAX_ASSETS_PER_CALL} assets in one call.")
    if not scope.sees(where):
        raise Problem(
            "registry.organisation_unknown",
            f"There is no organisation {where!r} that you may act for.",
            status=404,
        )
    with acting(scope):
        tree = _Tree(scope, where)
        for info in sorted(wanted, key=lambda item: item.path.count("/")):
            tree.put(info)
        tree.flush()
        changed = tree.changed
        if changed:
            audit.record(scope, "asset.upsert", "asset", changed[0], after={"ids": changed}, org=where)
            events.tell(AssetsChanged(where, tuple(changed)))
    return changed


def legal_info(info: AssetInfo, org: str) -> AssetInfo:
    """The same asset with a checked id, a canonical path that starts with ``org``, and a name. Problem otherwise."""
    legal_id(info.id)
    segments = (info.path.strip("/") or f"{org}/{info.id}").split("/")
    if len(segments) > 1 and segments[0] != org and segments[1] == org:
        segments = segments[1:]  # park/enterprise/...: the park is the same for all and is not stored
    path = "/".join(segments)
    if segments[0] != org:
        raise Problem(
            "registry.asset_path",
            f"{info.id}: path {path!r} must start with the organisation's slug {org!r}.",
        )
    wrong = [segment for segment in segments if not _SEGMENT.fullmatch(segment)]
    if wrong or not 2 <= len(segments) <= MAX_PATH_SEGMENTS:
        raise Problem(
            "registry.asset_path",
            f"{info.id}: path {path!r} needs 2 to {MAX_PATH_SEGMENTS} parts of lower-case letters, digits, - _ and dots.",
        )
    long = [name for name in _FIELDS if len(getattr(info, name)) > MAX_FIELD_LENGTH]
    if long:
        raise Problem(
            "registry.asset_field", f"{info.id}: {', '.join(long)} may have {MAX_FIELD_LENGTH} characters."
        )
    return replace(info, path=path, name=info.name or info.id)


class _Tree:
    """The organisation's assets in memory while some are put in; a handful of SQL statements for any number."""

    def __init__(self, scope: Scope, org: str) -> None:
        self.scope, self.org = scope, org
        rows = list(Asset.objects.of(scope).filter(org=org).select_for_update())
        self.by_id = {row.id: row for row in rows}
        self.by_path = {row.path: row for row in rows}
        self.changed: list[str] = []
        self.fresh: list[Asset] = []

    def put(self, info: AssetInfo) -> None:
        known = self.by_id.get(info.id)
        if known is not None and not info.path:  # no place given: it stays where it is
            info = replace(info, path=known.path)
        info = legal_info(info, self.org)
        path = info.path
        parent = self._parents(path)
        level = _level_of(info.type)
        held = self.by_id.get(info.id)
        values = {name: getattr(info, name) for name in _FIELDS}
        if held is None:
            self._add(info.id, path, parent, level, values)
            return
        moved = held.path != path
        if not moved and held.active and all(getattr(held, name) == value for name, value in values.items()):
            return
        if moved:
            self._refuse_taken(path, info.id)
            self.flush()
            _relocate(self.scope, held, parent, path, level)
            self._reload()
            held = self.by_id[info.id]
        for name, value in values.items():
            setattr(held, name, value)
        held.active = True
        self.flush()
        held.save(update_fields=[*values, "active", "updated_at"])
        self.changed.append(info.id)

    def _parents(self, path: str) -> Asset | None:
        """Make missing site, area and line above ``path``; returns the direct parent."""
        segments = path.split("/")
        parent: Asset | None = None
        for depth in range(2, len(segments)):
            above = "/".join(segments[:depth])
            found = self.by_path.get(above)
            if found is None:
                level = path_levels(above)[-1][1]
                made = _free_id("-".join(segments[:depth]).replace(".", "-").replace("_", "-"), self.by_id)
                found = self._add(
                    made, above, parent, level, {"type": level.value, "name": segments[depth - 1]}
                )
            parent = found
        return parent

    def _add(self, key: str, path: str, parent: Asset | None, level: Level, values: dict[str, str]) -> Asset:
        self._refuse_taken(path, key)
        row = Asset(
            id=key,
            org=self.org,
            path=path,
            code=path.rsplit("/", 1)[-1],
            parent=parent,
            level=level.value,
            **values,
        )
        self.fresh.append(row)
        self.by_id[key] = self.by_path[path] = row
        self.changed.append(key)
        return row

    def flush(self) -> None:
        """Write what was added. An id may be taken by an asset that this scope cannot see: then nothing is written."""
        if not self.fresh:
            return
        try:
            with transaction.atomic():
                Asset.objects.of(self.scope).bulk_create(self.fresh)
        except IntegrityError as error:
            found = re.search(r"Key \(id\)=\(([^)]*)\)", str(error))
            which = repr(found.group(1)) if found else "one of these ids"
            raise Problem(
                "registry.asset_id_taken", f"The asset id {which} is used elsewhere.", status=409
            ) from error
        self.fresh = []

    def _refuse_taken(self, path: str, key: str) -> None:
        found = self.by_path.get(path)
        if found is not None and found.id != key:
            raise Problem(
                "registry.asset_path_taken",
                f"{path!r} is already the place of asset {found.id!r}.",
                status=409,
            )

    def _reload(self) -> None:
        rows = list(Asset.objects.of(self.scope).filter(org=self.org))
        self.by_id = {row.id: row for row in rows}
        self.by_path = {row.path: row for row in rows}


def move_asset(scope: Scope, asset_id: str, new_parent: str) -> None:
    """Hang an asset with all below it under another one of the same organisation; ids stay, paths follow."""
    with acting(scope):
        row = Asset.objects.of(scope).select_for_update().filter(pk=asset_id).first()
        parent = Asset.objects.of(scope).filter(pk=new_parent).first()
        if row is None or parent is None:
            raise Problem("registry.asset_unknown", "One of the two assets does not exist here.", status=404)
        if parent.org != row.org:
            raise Problem("registry.asset_move_org", "An asset stays in its organisation.", status=409)
        if parent.path == row.path or parent.path.startswith(f"{row.path}/"):
            raise Problem("registry.asset_move_cycle", "An asset cannot hang below itself.", status=409)
        path = f"{parent.path}/{row.code}"
        if Asset.objects.of(scope).filter(org=row.org, path=path).exclude(pk=row.pk).exists():
            raise Problem(
                "registry.asset_path_taken", f"{path!r} is already the place of another asset.", status=409
            )
        before = row.path
        _relocate(scope, row, parent, path, Level(row.level))
        audit.record(scope, "asset.move", "asset", asset_id, {"path": before}, {"path": path}, org=row.org)
        events.tell(AssetsChanged(row.org, (asset_id,)))


def retire_asset(scope: Scope, asset_id: str) -> None:
    """Take an asset and all below it out of use; history stays."""
    with acting(scope):
        row = Asset.objects.of(scope).filter(pk=asset_id).first()
        if row is None:
            raise Problem("registry.asset_unknown", f"There is no asset {asset_id!r} here.", status=404)
        Asset.objects.of(scope).filter(org=row.org, path__startswith=f"{row.path}/").update(active=False)
        row.active = False
        row.save(update_fields=["active", "updated_at"])
        audit.record(
            scope, "asset.retire", "asset", asset_id, {"active": True}, {"active": False}, org=row.org
        )
        events.tell(AssetsChanged(row.org, (asset_id,)))


def _relocate(scope: Scope, row: Asset, parent: Asset | None, path: str, level: Level) -> None:
    old = row.path
    row.parent, row.path, row.code, row.level = parent, path, path.rsplit("/", 1)[-1], level.value
    row.save(update_fields=["parent", "path", "code", "level", "updated_at"])
    below = Asset.objects.of(scope).filter(org=row.org, path__startswith=f"{old}/")
    below.update(path=Concat(Value(path), Substr(F("path"), len(old) + 1)))


def _level_of(type_code: str) -> Level:
    """Site, area and line are types of their own; every other type is a unit, at whatever depth it hangs."""
    return Level(type_code) if type_code in {level.value for level in LEVELS} else Level.UNIT


def _free_id(wanted: str, taken: dict[str, Asset]) -> str:
    """A legal, unused id near ``wanted``."""
    base = wanted[-MAX_ASSET_ID_LENGTH:].strip("-")
    if base not in taken:
        return base
    for number in range(2, MAX_ASSETS_PER_CALL):
        candidate = f"{base[: MAX_ASSET_ID_LENGTH - 6].rstrip('-')}-{number}"
        if candidate not in taken:
            return candidate
    raise Problem("registry.asset_id_taken", f"No free id near {wanted!r}.", status=409)
