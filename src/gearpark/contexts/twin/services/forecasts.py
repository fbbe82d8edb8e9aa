"""Forecasts of running shifts from live states, kept and scored once the shift is over."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import numpy as np

from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.base.time import from_us, to_us
from gearpark.contexts.shopfloor.public import BoardView, board_view, lines, shift_made
from gearpark.engines.linesim.forecast import HIGH, LOW, MIDDLE, REPLICATIONS, crps, forecast
from gearpark.engines.linesim.forecast import Forecast as Outlook
from gearpark.engines.linesim.model import Line, build_line, read_document
from gearpark.kit.tenant import acting

from ..models import Forecast, LineModel, ModelRevision
from ..queries.live import live_state
from ..queries.models import model_of_line
from ..types import Kind, ModelInfo
from .runs import told

PATH_POINTS = 24  # kept of a forecast's way
KEPT = timedelta(days=60)
SCORED_AFTER = timedelta(minutes=10)  # late data of the shift are in by then
GIVEN_UP = timedelta(days=3)
MOST_SCORED = 2_000  # forecasts a round
log = logging.getLogger("gearpark.twin")


def forecast_lines(scope: Scope, now: datetime) -> int:
    """Forecast the running shift of every line that has a model; returns how many were made.

    Why a line cannot be forecast is kept with its models, for people to read.
    """
    with acting(scope):
        wanted = set(
            LineModel.objects.of(scope)
            .filter(kind=Kind.LINE.value, archived=False)
            .exclude(line="")
            .values_list("line", flat=True)
        )
        known = [line.asset for line in lines(scope) if line.asset in wanted]
    made = 0
    for asset in known:
        trouble: dict[str, Any] = {}
        try:
            made += forecast_line(scope, asset, now) is not None
        except Problem as problem:
            trouble = told(problem)
        with acting(scope):
            rows = LineModel.objects.of(scope).filter(line=asset).exclude(trouble=trouble)
            if rows.update(trouble=trouble) and trouble:
                log.info("no forecast of %s: %s", asset, trouble["sentence"])
    return made


def forecast_line(scope: Scope, asset: str, now: datetime) -> int | None:
    """Forecast one line from what its devices show and keep it; None outside of shifts or without a model.

    Problems ``twin.line_unlike``, ``twin.line_unheard``, ``twin.state``.
    """
    with acting(scope):
        info = model_of_line(scope, asset)
        view = board_view(scope, asset, now) if info is not None else None
        if info is None or view is None or not view.figures.open or to_us(now) < view.figures.shift.start_us:
            return None
        line = _line(info.text, info.code)
        state = live_state(view, line, now)
    found = forecast(line, state, replications=REPLICATIONS, seed=int(now.timestamp()) % 2**31)
    with acting(scope):
        return _keep(scope, info, view, now, found)


@lru_cache(maxsize=64)
def _line(text: str, name: str) -> Line:
    return build_line(read_document(text, name))


def _keep(scope: Scope, info: ModelInfo, view: BoardView, now: datetime, found: Outlook) -> int:
    shift, org = view.figures.shift, view.figures.line.org
    revision = ModelRevision.objects.of(scope).get(model=info.id, number=info.revision)
    good = np.asarray(found.good)
    values, counts = np.unique(good, return_counts=True)
    step = max(1, len(found.path_s) // PATH_POINTS)
    path = [
        [round(float(s), 1), *(float(v) for v in row)]
        for s, row in zip(found.path_s[step - 1 :: step], found.path.T[step - 1 :: step], strict=True)
    ]
    row = Forecast(
        org=org, revision=revision, line=view.figures.line.asset, day=shift.day, shift=shift.code, at=now,
        starts_at=from_us(shift.start_us), ends_at=from_us(shift.end_us), made=view.figures.made, target=view.figures.plan,
        mean=float(good.mean()), low=float(np.quantile(good, LOW)), middle=float(np.quantile(good, MIDDLE)),
        high=float(np.quantile(good, HIGH)), reaches=float((good >= view.figures.plan).mean()), path=path,
        sample=[[int(v), int(c)] for v, c in zip(values, counts, strict=True)],
    )  # fmt: skip
    Forecast.objects.of(scope).bulk_create([row], ignore_conflicts=True)
    return int(row.mean)


def score_ended(scope: Scope, now: datetime) -> int:
    """Hold forecasts of ended shifts against the pieces that came out; returns how many were scored.

    Of a shift without data nothing is told; what cannot be scored within days, and what is old, goes.
    """
    with acting(scope):
        Forecast.objects.of(scope).filter(at__lt=now - KEPT).delete()
        Forecast.objects.of(scope).filter(happened=None, ends_at__lt=now - GIVEN_UP).delete()
        rows = list(
            Forecast.objects.of(scope)
            .filter(happened=None, ends_at__lt=now - SCORED_AFTER)
            .order_by("line", "starts_at")[:MOST_SCORED]
        )
        outcomes: dict[tuple[str, datetime], int | None] = {}
        scored = []
        for row in rows:
            key = (row.line, row.starts_at)
            if key not in outcomes:
                outcomes[key] = _happened(scope, row, now)
            if outcomes[key] is not None:
                row.happened = outcomes[key]
                row.crps = crps(np.repeat(*np.array(row.sample).T), float(row.happened or 0))
                scored.append(row)
        Forecast.objects.of(scope).bulk_update(scored, ["happened", "crps"])
        return len(scored)


def _happened(scope: Scope, row: Forecast, now: datetime) -> int | None:
    """Pieces of an ended shift; None where the line is gone or nothing was heard of it."""
    try:
        return shift_made(scope, row.line, now, row.day.isoformat(), row.shift)
    except Problem:
        return None
