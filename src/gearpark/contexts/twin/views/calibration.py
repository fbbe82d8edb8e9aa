"""A calibration's answer as rows and pictures: what was fitted, and both models beside what happened after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from gearpark.ui.numbers import plain

from .drawing import state_bars
from .field_words import LABELS
from .words import NONE, figure, time_range, title_of, with_half

PLOT_WIDTH, PLOT_HEIGHT = 168.0, 56.0
BAR = 220.0
POOR = 0.05  # p-value below which the law is said not to fit
Rows = list[dict[str, Any]]
SHORT = {"mtbf": "MTBF", "mttr": "MTTR"}


def calibration_rows(result: dict[str, Any]) -> dict[str, Any]:
    """Sentence, output, stations and fits of a finished calibration."""
    began = parse_datetime(result["begin"])
    fitted = [one for one in result["figures"] if "text" in one]
    return {
        "basis": _(
            "%(hours)s h of planned time since %(begin)s: the first %(first)s h fitted, the rest (%(shifts)s stretches of 8 h) held against both models."
        )
        % {
            "hours": plain(result["hours"], 1),
            "begin": localtime(began).strftime("%Y-%m-%d %H:%M") if began else NONE,
            "first": plain(result["calibrated_hours"], 1),
            "shifts": plain(result["after"]["shifts"]),
        },
        "judged": bool(result["after"]["rows"]),
        "usable": result["after"]["usable"],
        "outputs": _outputs(result),
        "stations": _stations(result),
        "fits": [_fit(result, one) for one in fitted],
        "kept": [
            {"title": _path(result, one), "was": one["was"] or NONE, "count": plain(one["count"])}
            for one in result["figures"]
            if "text" not in one
        ],
    }


def _outputs(result: Mapping[str, Any]) -> Rows:
    """Pieces an hour: what happened, the model as it was, the calibrated one."""
    if not result["after"]["rows"]:
        return []
    before, after = (result[name]["rows"][0] for name in ("before", "after"))
    half = None if after["high"] is None else after["high"] - after["history"]
    made: Rows = [
        {
            "label": _("Came out of the line"),
            "value": with_half(after["history"], half),
            "size": "hero",
            "far": False,
        }
    ]
    for label, row in ((_("The model as it was"), before), (_("The calibrated model"), after)):
        away = row["model"] / row["history"] - 1.0 if row["history"] else None
        told = "" if away is None else f"{'+' if away >= 0 else '−'}{plain(abs(100 * away), 1)} %"
        made.append({"label": label, "value": figure(row["model"]), "away": told, "far": not row["near"]})
    return made


def _stations(result: dict[str, Any]) -> Rows:
    shares: dict[str, dict[str, dict[str, float]]] = {}
    far: dict[str, list[str]] = {}
    for name in ("before", "after"):
        for row in result[name]["rows"][1:]:
            kinds = shares.setdefault(row["station"], {"history": {}, "before": {}, "after": {}})
            kinds[name][row["state"]] = row["model"]
            kinds["history"][row["state"]] = row["history"]
            if name == "after" and not row["near"]:
                far.setdefault(row["station"], []).append(row["state"])
    return [
        {
            "title": title_of(result, station),
            **{name: state_bars(told, BAR) for name, told in kinds.items()},
            "far": bool(far.get(station)),
        }
        for station, kinds in shares.items()
    ]


def _fit(result: dict[str, Any], one: Mapping[str, Any]) -> dict[str, Any]:
    is_long = len(one["text"]) > 48
    return {
        "title": _path(result, one),
        "was": one["was"] or NONE,
        "text": _("the %(n)s durations themselves") % {"n": plain(one["count"])} if is_long else one["text"],
        "count": plain(one["count"]),
        "cut": plain(one["cut"]) if one["cut"] else "",
        "mean": time_range(one["low_s"], one["high_s"]),
        "p": NONE if one["p"] is None else plain(one["p"], 2),
        "poor": one["p"] is not None and one["p"] < POOR,
        "plot": _plot(one["curve"]),
    }


def _path(result: dict[str, Any], one: Mapping[str, Any]) -> str:
    """A figure in words: station, and what of it."""
    _table, station, field, *more = one["path"].split(".")
    rest = [SHORT.get(name, name) for name in more if name not in ("time", "value") and not name.isdecimal()]
    what = one.get("mode") or str(LABELS.get(field, field))
    return ", ".join([title_of(result, station), what, *rest])


def _plot(curve: Sequence[Sequence[float]]) -> dict[str, Any] | None:
    """Observed shares as steps and the law as a line, both from 0 to 1 over the durations."""
    if not curve:
        return None
    low, high = min(row[0] for row in curve), max(row[0] for row in curve)
    low = 0.0 if low < high / 2 else low
    x = [round(PLOT_WIDTH * (row[0] - low) / ((high - low) or 1.0), 1) for row in curve]
    steps, last = [], PLOT_HEIGHT
    for at, row in zip(x, curve, strict=True):
        y = round(PLOT_HEIGHT * (1 - row[1]), 1)
        steps += [f"{at},{last}", f"{at},{y}"]
        last = y
    law = [f"{at},{round(PLOT_HEIGHT * (1 - row[2]), 1)}" for at, row in zip(x, curve, strict=True)]
    return {"seen": " ".join(steps), "law": " ".join(law), "span": time_range(low, high)}
