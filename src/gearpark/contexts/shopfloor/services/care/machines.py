"""Which machine, spindle or motor plays which role since when. A swap keeps the history of both."""

from __future__ import annotations

from datetime import datetime

from gearpark.base.ids import asset_id
from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.kit.audit import record
from gearpark.kit.tenant import acting, require

from ...models.care import Mounting, PhysicalAsset
from ...models.care.files import MAX_ACTOR
from ...models.care.tools import MAX_NOTE
from ...models.lines import MAX_CODE, MAX_NAME
from ...types.care import CARE
from .common import named, owner


def save_physical(
    scope: Scope, kind: str, serial: str, *, name: str = "", maker: str = "", model: str = "", org: str = "",
    illustrative: bool = False,
) -> int:  # fmt: skip
    """Register a physical asset or change its words; returns its id. Problem ``care.text_missing``."""
    require(scope, CARE)
    mine = owner(scope, org)
    what, number = named("kind", kind, MAX_CODE), named("serial", serial, MAX_CODE)
    facts = {
        "name": name.strip()[:MAX_NAME],
        "maker": maker.strip()[:MAX_NAME],
        "model": model.strip()[:MAX_NAME],
    }
    with acting(scope):
        row = (
            PhysicalAsset.objects.of(scope)
            .filter(org=mine, kind=what, serial=number)
            .select_for_update()
            .first()
        )
        before = {key: getattr(row, key) for key in facts} if row else None
        if row is None:
            row = PhysicalAsset(org=mine, kind=what, serial=number, illustrative=illustrative)
        elif before == facts:
            return int(row.pk)
        for key, value in facts.items():
            setattr(row, key, value)
        row.save()
        record(scope, "care.physical_saved", "physical-asset", f"{what} {number}", before, facts, org=mine)
        return int(row.pk)


def swap(
    scope: Scope, asset: str, kind: str, serial: str, since: datetime, *, reason: str = "", org: str = ""
) -> int:
    """The physical asset plays this role of ``asset`` from ``since`` on; what played it before ends then, and so does
    where it was. Returns the mounting's id. Problems: ``base.asset_id``, ``care.text_missing``, ``care.mounting_order``.
    """
    require(scope, CARE)
    mine = owner(scope, org)
    asset_id(asset)
    with acting(scope):
        thing_id = (
            PhysicalAsset.objects.of(scope)
            .filter(org=mine, kind=kind, serial=serial)
            .values_list("pk", flat=True)
        )
        key = thing_id.first() or save_physical(scope, kind, serial, org=mine)
        rows = Mounting.objects.of(scope).select_for_update(of=("self",)).filter(org=mine)
        here = rows.filter(asset=asset, module=kind, until_at=None).first()
        if here is not None and here.physical_id == key:
            return int(here.pk)
        there = rows.filter(physical_id=key, until_at=None).first()
        newer = rows.filter(asset=asset, module=kind, since_at__gte=since).exists()
        newer = newer or rows.filter(physical_id=key, since_at__gte=since).exists()
        if newer:
            raise Problem(
                "care.mounting_order", "Something was mounted there, or this was mounted elsewhere, after that time.",
            )  # fmt: skip
        for old in (here, there):
            if old is not None:
                old.until_at = since
                old.save(update_fields=["until_at"])
        made = Mounting(
            org=mine, physical_id=key, asset=asset, module=kind, since_at=since, reason=reason.strip()[:MAX_NOTE],
            by=scope.actor[:MAX_ACTOR],
        )  # fmt: skip
        made.save(force_insert=True)
        after = {"kind": kind, "serial": serial, "since": since, "reason": reason}
        before = {"physical_id": here.physical_id} if here is not None else None
        record(scope, "care.swapped", "asset", asset, before, after, org=mine, at=since)
        return int(made.pk)
