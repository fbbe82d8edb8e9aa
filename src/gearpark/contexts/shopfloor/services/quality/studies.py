"""Gauge studies: computed from the data as entered, kept with it, approved by a name."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from gearpark.base.problems import NotFound, Problem
from gearpark.base.scope import Scope
from gearpark.engines.quality import agreement as raters
from gearpark.engines.quality import gauge, grr
from gearpark.kit.audit import record
from gearpark.kit.tenant import acting, require

from ...models.lines import MAX_CODE, MAX_NAME
from ...models.quality import GaugeStudy
from ...models.work import MAX_ACTOR
from ...queries.quality.studies import study_info
from ...types.quality import StudyInfo, StudyKind
from ...types.work import QUALITY

MAX_ROWS = 5_000
COLUMNS: dict[StudyKind, tuple[str, ...]] = {
    StudyKind.GRR: ("part", "appraiser", "value"),
    StudyKind.TYPE1: ("value",),
    StudyKind.BIAS: ("value",),
    StudyKind.LINEARITY: ("reference", "value"),
    StudyKind.AGREEMENT: ("part", "appraiser", "rating"),
}
NEEDS: dict[StudyKind, tuple[str, ...]] = {
    StudyKind.TYPE1: ("reference", "tolerance"),
    StudyKind.BIAS: ("reference",),
}


def save_study(
    scope: Scope,
    kind: StudyKind,
    title: str,
    rows: Sequence[Mapping[str, Any]],
    now: datetime,
    *,
    org: str = "",
    line_asset: str = "",
    gauge_key: str = "",
    characteristic: str = "",
    options: Mapping[str, float] | None = None,
) -> StudyInfo:
    """Compute a study and keep it. Problems ``quality.study_data`` (names row and column), ``quality.*`` of the engine."""
    require(scope, QUALITY)
    owner = org or scope.org
    if not scope.sees(owner):
        raise NotFound("shopfloor.org_unknown", f"There is no organisation {owner!r} that you may act for.")
    if not title.strip():
        raise Problem("quality.title_missing", "A study needs a title.")
    cleaned = clean_rows(kind, rows)
    given = {name: float(value) for name, value in (options or {}).items() if value is not None}
    missing = [name for name in NEEDS.get(kind, ()) if name not in given]
    if missing:
        raise Problem(
            "quality.study_option", f"This study needs: {', '.join(missing)}.", missing=", ".join(missing)
        )
    result, verdict = computed(kind, cleaned, given)
    with acting(scope):
        row = GaugeStudy(
            org=owner,
            kind=kind.value,
            title=title.strip()[:MAX_NAME],
            line_asset=line_asset[:MAX_CODE],
            gauge=gauge_key[:MAX_CODE],
            characteristic=characteristic[:MAX_CODE],
            rows=cleaned,
            options=given,
            result=result,
            verdict=verdict,
            data_hash=hashlib.sha256(json.dumps(cleaned, sort_keys=True).encode()).hexdigest(),
            made_by=scope.actor[:MAX_ACTOR],
            made_at=now,
        )
        row.save()
        after = {"kind": kind.value, "verdict": verdict, "rows": len(cleaned), "data_hash": row.data_hash}
        record(scope, "quality.study_made", "study", row.title, None, after, org=owner)
        return study_info(row)


def approve_study(scope: Scope, key: int, now: datetime) -> StudyInfo:
    """Put a name under a study. Problems ``quality.study_missing``, ``quality.study_approved``."""
    require(scope, QUALITY)
    with acting(scope):
        row = GaugeStudy.objects.of(scope).filter(pk=key).select_for_update().first()
        if row is None:
            raise NotFound("quality.study_missing", "There is no such gauge study that you may see.")
        if row.approved_at is not None:
            raise Problem(
                "quality.study_approved", f"{row.approved_by} approved this study already.", status=409
            )
        row.approved_by, row.approved_at = scope.actor[:MAX_ACTOR], now
        row.save(update_fields=["approved_by", "approved_at"])
        record(
            scope, "quality.study_approved", "study", row.title, None, {"verdict": row.verdict}, org=row.org
        )
        return study_info(row)


def clean_rows(kind: StudyKind, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows with the kind's columns, numbers read. Problem ``quality.study_data``."""
    if not rows or len(rows) > MAX_ROWS:
        raise Problem("quality.study_data", f"A study has 1 to {MAX_ROWS} rows.", row=0, column="")
    made = []
    for number, row in enumerate(rows, start=1):
        cleaned: dict[str, Any] = {}
        for name in COLUMNS[kind]:
            text = str(row.get(name, "")).strip()
            if not text:
                raise Problem(
                    "quality.study_data", f"Row {number}: {name} is missing.", row=number, column=name
                )
            if name in ("value", "reference"):
                try:
                    cleaned[name] = float(text.replace(",", "."))
                except ValueError as error:
                    raise Problem(
                        "quality.study_data",
                        f"Row {number}: {name} {text!r} is no number.",
                        row=number,
                        column=name,
                    ) from error
            else:
                cleaned[name] = text
        if kind is StudyKind.AGREEMENT and str(row.get("reference", "")).strip():
            cleaned["reference"] = str(row["reference"]).strip()
        made.append(cleaned)
    return made


def computed(
    kind: StudyKind, rows: Sequence[Mapping[str, Any]], options: Mapping[str, float]
) -> tuple[dict[str, Any], str]:
    """JSON-ready result and verdict (``good`` ``conditional`` ``unfit``)."""
    values = [row.get("value") for row in rows]
    if kind is StudyKind.GRR:
        parts, people = [row["part"] for row in rows], [row["appraiser"] for row in rows]
        tolerance = options.get("tolerance")
        found = grr.anova(
            values, parts, people, tolerance=tolerance, pooling_alpha=options.get("alpha", 0.05)
        )
        made = {"anova": _plain(found)}
        if found.trials > 1:
            made["average_and_range"] = _plain(
                grr.average_and_range(values, parts, people, tolerance=tolerance)
            )
        return made, found.verdict if found.ndc >= 5 or found.verdict == "unfit" else "conditional"
    if kind is StudyKind.TYPE1:
        first = gauge.type1(
            values, options["reference"], options["tolerance"], resolution=options.get("resolution")
        )
        return _plain(first), "good" if first.capable and first.resolution_ok is not False else "unfit"
    if kind is StudyKind.BIAS:
        off = gauge.bias(values, options["reference"])
        return _plain(off) | {"significant": off.significant}, "unfit" if off.significant else "good"
    if kind is StudyKind.LINEARITY:
        line = gauge.linearity([row["reference"] for row in rows], [row["value"] for row in rows])
        return _plain(line), "good" if line.fits else "unfit"
    truth = {row["part"]: row["reference"] for row in rows if "reference" in row}
    said = raters.agreement(
        [row["part"] for row in rows],
        [row["appraiser"] for row in rows],
        [row["rating"] for row in rows],
        reference=truth or None,
    )
    return _plain(said), said.verdict


def _plain(value: Any) -> Any:
    """Dataclasses, arrays and keys of pairs -> JSON."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {item.name: _plain(getattr(value, item.name)) for item in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {
            " / ".join(map(str, key)) if isinstance(key, tuple) else str(key): _plain(v)
            for key, v in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if hasattr(value, "tolist"):
        return _plain(value.tolist())
    return value
