"""Setting charts up, and approving limits: from the data of a stretch, once, under a name, never changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.engines.quality import rules_of
from gearpark.kit.audit import record
from gearpark.kit.tenant import acting, require

from ...models import Line
from ...models.quality import MAX_SIZE, ControlChart, ControlLimits, Sample
from ...models.work import MAX_ACTOR, MAX_NOTE
from ...queries.line_types import shape_of
from ...queries.quality.charts import chart, limits_info, limits_of, samples_of, variables
from ...queries.quality.judging import DEFAULT_OPTIONS, MEMORY, points_of, trial_limits
from ...queries.work.route import line_row
from ...types.quality import DEFAULT_HOLD, DEFAULT_RULES, ChartInfo, ChartKind, LimitsInfo
from ...types.work import QUALITY

SUBGROUPS = (ChartKind.XBAR_R, ChartKind.XBAR_S)
DEFAULT_SIZE = 5


def save_chart(
    scope: Scope,
    line_asset: str,
    characteristic: str,
    *,
    maker: str = "",
    kind: ChartKind = ChartKind.I_MR,
    size: int = 1,
    active: bool = True,
) -> ChartInfo:
    """Make a chart, or change whether it is watched. Problems ``quality.characteristic_unknown``,
    ``quality.maker_unknown``, ``quality.size``."""
    require(scope, QUALITY)
    with acting(scope):
        line = line_row(scope, line_asset)
        _check(line, characteristic, maker, kind, size)
        row, made = ControlChart.objects.of(scope).get_or_create(
            org=line.org,
            line=line,
            characteristic=characteristic,
            maker=maker,
            kind=kind.value,
            defaults={"size": size, "active": active},
        )
        before = None if made else {"active": row.active, "size": row.size}
        after = {"active": active, "size": row.size, "kind": kind.value, "maker": maker}
        if not made and row.active != active:
            row.active = active
            row.save(update_fields=["active", "changed_at"])
        elif not made:
            return chart(scope, row.pk)
        record(
            scope,
            "quality.chart_saved",
            "chart",
            f"{line_asset}/{characteristic}",
            before,
            after,
            org=line.org,
        )
        return chart(scope, row.pk)


def add_charts(scope: Scope, line_asset: str) -> int:
    """A chart of single parts for every measured characteristic and every station that makes it; how many were new."""
    require(scope, QUALITY)
    with acting(scope):
        line = line_row(scope, line_asset)
        shape = shape_of(line)
        before = ControlChart.objects.of(scope).filter(line=line).count()
        for item in variables(line):
            operation = shape.operation(item.op)
            makers = shape.ends_of(operation.group) if operation else ("",)
            for maker in makers if len(makers) > 1 else ("",):
                save_chart(scope, line_asset, item.code, maker=maker)
        return ControlChart.objects.of(scope).filter(line=line).count() - before


def _check(line: Line, characteristic: str, maker: str, kind: ChartKind, size: int) -> None:
    shape = shape_of(line)
    known = {item.code: item for item in variables(line)}
    if characteristic not in known:
        raise Problem(
            "quality.characteristic_unknown",
            f"Lines of type {shape.code} measure no characteristic {characteristic!r}.",
            known=", ".join(known),
        )
    operation = shape.operation(known[characteristic].op)
    makers = shape.ends_of(operation.group) if operation else ()
    if maker and maker not in makers:
        raise Problem(
            "quality.maker_unknown",
            f"{characteristic} is not made at {maker!r} but at {', '.join(makers) or 'no station'}.",
            known=", ".join(makers),
        )
    fits = 2 <= size <= MAX_SIZE if kind in SUBGROUPS else size == 1
    if not fits:
        raise Problem(
            "quality.size",
            f"A chart of means takes 2 to {MAX_SIZE} values a point, a chart of single parts takes 1.",
            most=MAX_SIZE,
        )


def approve_limits(
    scope: Scope,
    key: int,
    now: datetime,
    *,
    since_at: datetime | None = None,
    until_at: datetime | None = None,
    rules: Sequence[str] | None = None,
    holds: Sequence[str] | None = None,
    options: dict[str, float] | None = None,
    estimator: str = "",
    note: str = "",
) -> LimitsInfo:
    """Freeze limits from the samples of a stretch (all so far when none is named); in force from ``now`` on.

    Problems ``quality.too_few``, ``quality.no_spread``, ``quality.rule_unknown``, ``quality.options``.
    """
    require(scope, QUALITY)
    with acting(scope):
        info = chart(scope, key)
        row = ControlChart.objects.of(scope).select_for_update().get(pk=key)
        points = points_of(info, samples_of(scope, info, since_at=since_at, until_at=until_at or now))
        where, how = trial_limits(info, points, estimator)
        memory = info.kind in MEMORY
        chosen = ("limits",) if memory else _codes(rules, DEFAULT_RULES)
        stopping = tuple(
            code for code in (_codes(holds, ("limits",) if memory else DEFAULT_HOLD)) if code in chosen
        )
        history = limits_of(scope, [key])[key]
        made = ControlLimits(
            org=row.org,
            chart=row,
            version=(history[-1].version if history else 0) + 1,
            effective_at=now,
            location=where.frozen().as_dict(),
            spread=how.frozen().as_dict() if how else None,
            rules=list(chosen),
            holds=list(stopping),
            options=_options(info.kind, options),
            data_from=points[0].at,
            data_to=points[-1].at,
            approved_by=scope.actor[:MAX_ACTOR],
            approved_at=now,
            note=note.strip()[:MAX_NOTE],
        )
        made.save()
        row.judged_until = None
        row.save(update_fields=["judged_until", "changed_at"])
        after = {
            "version": made.version,
            "centre": where.centre,
            "sigma": where.sigma,
            "estimator": where.estimator,
            "data_hash": where.data_hash,
            "rules": made.rules,
            "holds": made.holds,
        }
        name = f"{info.line_asset}/{info.characteristic.code}/{info.maker}"
        record(scope, "quality.limits_approved", "chart", name, None, after, org=row.org)
        return limits_info(made)


def _codes(given: Sequence[str] | None, default: Sequence[str]) -> tuple[str, ...]:
    wanted = tuple(default if given is None else given)
    return tuple(rule.code for rule in rules_of(wanted)) if wanted else ()


def _options(kind: ChartKind, given: dict[str, float] | None) -> dict[str, float]:
    known = DEFAULT_OPTIONS.get(kind, {})
    made = {**known, **{name: float(value) for name, value in (given or {}).items() if name in known}}
    if any(value <= 0 for value in made.values()) or made.get("lam", 0.5) > 1:
        raise Problem("quality.options", "lambda lies above 0 and up to 1; width, k and h lie above 0.")
    return made


def leave_out(scope: Scope, sample: int, reason: str) -> None:
    """Say that a value does not count and why; an empty reason takes it back. Problem ``quality.sample_missing``."""
    require(scope, QUALITY)
    with acting(scope):
        row = Sample.objects.of(scope).filter(pk=sample).select_for_update().first()
        if row is None:
            raise Problem("quality.sample_missing", "There is no such value that you may see.", status=404)
        before, row.left_out = row.left_out, reason.strip()[:MAX_NOTE]
        if before != row.left_out:
            row.save(update_fields=["left_out"])
            record(
                scope, "quality.value_left_out", "sample", f"{row.characteristic} {row.serial}",
                {"left_out": before}, {"left_out": row.left_out}, org=row.org,
            )  # fmt: skip
