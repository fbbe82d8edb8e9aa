"""What a line promises of its pass rate, and parts that escaped."""

from __future__ import annotations

from datetime import datetime

from gearpark.base.problems import NotFound, Problem
from gearpark.base.scope import Scope
from gearpark.engines.quality import pass_rate
from gearpark.kit.audit import record
from gearpark.kit.tenant import acting, require

from ...models import Serial
from ...models.quality import Escape, PassTarget
from ...models.work import MAX_ACTOR, MAX_NOTE
from ...queries.work.route import line_row
from ...types.quality import PassTargetInfo
from ...types.work import QUALITY, SerialStatus

LEFT = (SerialStatus.GOOD.value, SerialStatus.SHIPPED.value)


def set_target(
    scope: Scope, line_asset: str, target: str, since_at: datetime, confidence: float = 0.95
) -> PassTargetInfo:
    """Promise a pass rate. The text keeps its last digit. Problems ``quality.parameter``."""
    require(scope, QUALITY)
    pass_rate(1, 0, target=target, confidence=confidence)  # refuses what is no share
    if not 0.5 < confidence < 1:
        raise Problem(
            "quality.parameter", "The confidence lies between 0.5 and 1.", name="confidence", value=confidence
        )
    with acting(scope):
        line = line_row(scope, line_asset)
        row = PassTarget.objects.of(scope).filter(line=line).select_for_update().first()
        before = {"target": row.target, "confidence": row.confidence} if row else None
        row = row or PassTarget(org=line.org, line=line)
        row.target, row.confidence, row.since_at = target.strip(), confidence, since_at
        row.set_by = scope.actor[:MAX_ACTOR]
        row.save()
        now = {"target": row.target, "confidence": confidence, "since_at": since_at.isoformat()}
        record(scope, "quality.target_set", "line", line_asset, before, now, org=line.org)
        return PassTargetInfo(line_asset, row.target, confidence, since_at, row.set_by)


def record_escape(scope: Scope, serial: str, reason: str, at: datetime) -> None:
    """A part that had left as good was found bad. Problems ``quality.serial_unknown``, ``quality.not_left``,
    ``quality.escape_known``."""
    require(scope, QUALITY)
    if not reason.strip():
        raise Problem("work.reason_missing", "Say why, in a few words; nothing was changed.")
    with acting(scope):
        part = Serial.objects.of(scope).filter(serial=serial.strip()).first()
        if part is None:
            raise NotFound("quality.serial_unknown", f"There is no part {serial!r}.")
        if part.status not in LEFT:
            raise Problem(
                "quality.not_left",
                f"{part.serial} has not left as good; scrap or hold it where it stands.",
                status=409,
            )
        row, made = Escape.objects.of(scope).get_or_create(
            org=part.org,
            serial=part,
            defaults={"at": at, "reason": reason.strip()[:MAX_NOTE], "by": scope.actor[:MAX_ACTOR]},
        )
        if not made:
            raise Problem("quality.escape_known", f"{part.serial} was recorded already.", status=409)
        record(scope, "quality.escape", "serial", part.serial, None, {"reason": row.reason}, org=part.org)
