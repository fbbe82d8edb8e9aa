"""Stop reasons that a firm adds to its lines' trees, and KPI targets."""

from __future__ import annotations

import re
from typing import Any

from gearpark.base.problems import NotFound, Problem
from gearpark.base.scope import Scope
from gearpark.engines.lines import template_codes
from gearpark.engines.oee import CODES, mapping_table
from gearpark.kit.audit import record
from gearpark.kit.tenant import acting, require

from ..models import MAX_NAME
from ..models.figures import KpiTarget, StopReason
from ..queries.line_types import shape
from ..queries.setup import line
from ..types import DEFAULT_OEE
from ..types.figures import LEAD

MAX_OWN_REASONS = 200  # of one firm
_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")


def losses() -> tuple[str, ...]:
    """Loss classes a reason may belong to."""
    return tuple(mapping_table(DEFAULT_OEE).booked)


def save_reason(
    scope: Scope,
    code: str,
    *,
    title_en: str,
    title_zh: str = "",
    parent: str = "",
    loss: str = "",
    line_type: str = "",
    active: bool = True,
    version: int = 0,
    org: str = "",
) -> int:
    """Add a reason (``version`` 0) or change the one of this code; returns its id. Without ``loss``: its parent's.

    Problems: ``figures.reason_code``, ``figures.reason_taken``, ``figures.reason_loss``, ``figures.reason_parent``,
    ``figures.too_many_reasons``, ``shopfloor.name_missing``, ``kit.conflict``.
    """
    require(scope, LEAD)
    owner = org or scope.org
    if not _CODE.fullmatch(code):
        raise Problem("figures.reason_code", "A reason's code is made of small letters, digits and hyphens.")
    if not title_en.strip():
        raise Problem("shopfloor.name_missing", "A reason needs a name.")
    with acting(scope):
        given = {one.code: one for known in _shapes(line_type) for one in shape(known, owner).stop_reasons}
        if code in given:
            raise Problem(
                "figures.reason_taken", f"The line type has a reason {code!r} already; choose another code."
            )
        own = {
            row.code: row
            for row in StopReason.objects.of(scope)
            .filter(org=owner, template__in=["", line_type])
            .select_for_update()
        }
        above = given.get(parent) or own.get(parent)
        if parent and (above is None or parent == code or _under(own, parent, code)):
            raise Problem("figures.reason_parent", f"There is no reason {parent!r} to put it below.")
        kind = loss or (above.loss if above is not None else "")
        if kind not in losses():
            raise Problem("figures.reason_loss", f"A reason belongs to one of: {', '.join(losses())}.")
        row = own.get(code)
        if row is not None and row.template != line_type:
            raise Problem("figures.reason_taken", f"There is a reason {code!r} already; choose another code.")
        if row is None and len(own) >= MAX_OWN_REASONS:
            raise Problem("figures.too_many_reasons", f"A firm adds at most {MAX_OWN_REASONS} reasons.")
        if (row.version if row is not None else 0) != version:
            raise Problem("kit.conflict", "Somebody changed this reason meanwhile; look again.", status=409)
        before = _facts(row) if row is not None else None
        row = row or StopReason(org=owner, code=code, template=line_type, version=0)
        row.parent, row.loss, row.active = parent, kind, active
        row.title_en, row.title_zh = title_en.strip()[:MAX_NAME], title_zh.strip()[:MAX_NAME]
        row.version += 1
        row.save()
        record(scope, "shopfloor.reason_saved", "stop_reason", code, before, _facts(row), org=owner)
        return int(row.pk)


def set_target(scope: Scope, asset: str, kpi: str, value: float | None) -> None:
    """Say what a KPI of a line should be; None: no target. Problems: ``figures.kpi_unknown``, ``figures.target``."""
    require(scope, LEAD)
    if kpi not in CODES:
        raise NotFound("figures.kpi_unknown", f"There is no KPI {kpi!r}.")
    if value is not None and not 0 <= value <= 1e9:
        raise Problem("figures.target", "A target is a number of zero or more.")
    with acting(scope):
        info = line(scope, asset)
        rows = KpiTarget.objects.of(scope).filter(line_id=info.id, kpi=kpi).select_for_update()
        row = rows.first()
        before = {"value": row.value} if row else None
        if value is None:
            rows.delete()
        else:
            row = row or KpiTarget(org=info.org, line_id=info.id, kpi=kpi)
            row.value = value
            row.save()
        after = None if value is None else {"value": value}
        record(scope, "shopfloor.target_set", "line", f"{asset} {kpi}", before, after, org=info.org)


def _shapes(line_type: str) -> tuple[str, ...]:
    if not line_type:
        return template_codes()
    return (line_type,)


def _under(own: dict[str, StopReason], parent: str, code: str) -> bool:
    """True when ``parent`` already lies below ``code``: a tree has no rings."""
    seen: set[str] = set()
    while parent in own and parent not in seen:
        seen.add(parent)
        parent = own[parent].parent
        if parent == code:
            return True
    return False


def _facts(row: StopReason) -> dict[str, Any]:
    names = ("code", "parent", "title_en", "title_zh", "loss", "template", "active", "version")
    return {name: getattr(row, name) for name in names}
