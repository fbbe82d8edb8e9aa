"""Answers of runs as rows and pictures for the templates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gearpark.ui.numbers import plain

from ..types import Question, RunInfo
from .calibration import calibration_rows
from .drawing import STATE_LOOKS, state_bars
from .words import NONE, STATES, duration, figure, pay_back, share, signed, title_of, with_half

BAR = 220.0  # width of a bar in a table
PLOT = 260.0  # width of a plot of intervals
Rows = list[dict[str, Any]]


def answer(run: RunInfo) -> dict[str, Any]:
    """Rows of a finished run, by its question."""
    return {
        Question.RUN: run_rows,
        Question.COMPARE: comparison_rows,
        Question.BOTTLENECK: lever_rows,
        Question.OPTIMIZE: optimum_rows,
        Question.CALIBRATE: calibration_rows,
    }[run.question](dict(run.result))


def run_rows(result: dict[str, Any]) -> dict[str, Any]:
    """Figures and the stations' states of a run."""
    return {
        "figures": figures(result),
        "stations": station_rows(result),
        "buffers": buffer_rows(result),
        "basis": basis(result),
        "looks": looks(),
    }


def figures(result: Mapping[str, Any]) -> Rows:
    """The figures at the top."""
    made: Rows = [
        {
            "value": with_half(result["throughput_per_h"], result["throughput_ci_half"]),
            "unit": _("/h"),
            "label": _("Good parts"),
            "size": "hero",
        },
        {
            "value": with_half(result["wip"], result["wip_ci_half"]),
            "unit": _("parts"),
            "label": _("In the line"),
        },
        {"value": duration(result["lead_time_s"]), "unit": "", "label": _("Time in the line")},
        {"value": figure(result["scrap_per_h"]), "unit": _("/h"), "label": _("Scrap")},
    ]
    if result.get("lost_per_h"):
        made.append({"value": figure(result["lost_per_h"]), "unit": _("/h"), "label": _("Arrivals lost")})
    if "energy_kwh_per_part" in result:
        made.append(
            {"value": figure(result["energy_kwh_per_part"]), "unit": "kWh", "label": _("Energy a good part")}
        )
    return made


def basis(result: Mapping[str, Any]) -> str:
    """What the figures rest on, in one sentence."""
    return _(
        "%(n)s replications of %(time)s, the first %(warm)s left out, seed %(seed)s; ± is a 95 %% interval."
    ) % {
        "n": plain(result["replications"]),
        "time": duration(result.get("time_s")),
        "warm": duration(result.get("warmup_s")),
        "seed": result["seed"],
    }


def looks() -> Rows:
    return [{"look": look, "word": STATES[state]} for state, look in STATE_LOOKS.items()]


def station_rows(result: dict[str, Any]) -> Rows:
    """Stations with a bar of their states and the shares in words, busiest first where the flow gives no order."""
    carriers = set(result.get("carriers", ()))
    return [
        {
            "name": name,
            "title": title_of(result, name),
            "carrier": name in carriers,
            "bars": state_bars(shares, BAR),
            "shares": [(state, share(shares[state])) for state in STATE_LOOKS],
        }
        for name, shares in result["stations"].items()
    ]


def buffer_rows(result: Mapping[str, Any]) -> Rows:
    return [{"name": name, "content": figure(level)} for name, level in result.get("buffers", {}).items()]


def comparison_rows(result: dict[str, Any]) -> dict[str, Any]:
    """Alternatives, the most a year for the money first, then those without money by their gain."""
    rows = sorted(result["comparisons"], key=_worth, reverse=True)
    scale = Scale([(row["difference_per_h"] or 0.0, row["difference_ci_half"] or 0.0) for row in rows])
    made = []
    for rank, row in enumerate(rows, 1):
        money = "cost" in row
        made.append({
            "rank": rank,
            "title": row["title"],
            "before": figure(row["a_per_h"]),
            "after": with_half(row["b_per_h"], row.get("b_ci_half")),
            "difference": signed(row["difference_per_h"], row["difference_ci_half"]),
            "sure": _sure(row["difference_per_h"], row["difference_ci_half"]),
            "plot": scale.mark(row["difference_per_h"], row["difference_ci_half"]),
            "lead": duration(row.get("lead_time_s")),
            "wip": figure(row.get("wip")),
            "cost": row["cost"] if money else None,
            "yearly": row["yearly"] if money else None,
            "pay_back": pay_back(row["payback_years"]) if money and row["cost"] > 0 else NONE,
            "per_money": plain(row["yearly"] / row["cost"], 2) if money and row["cost"] > 0 else NONE,
            "stations": [
                {"title": title_of(result, name), "base": state_bars(result["stations"][name], BAR), "bars": state_bars(shares, BAR)}
                for name, shares in row.get("stations", {}).items()
                if name in result["stations"]
            ],
        })  # fmt: skip
    return {
        "rows": made,
        "zero": scale.zero,
        "figures": figures(result),
        "basis": basis(result),
        "looks": looks(),
        "has_money": any(row["cost"] is not None for row in made),
        "margin": result.get("margin"),
        "hours": result.get("hours"),
    }


def _worth(row: Mapping[str, Any]) -> tuple[int, float]:
    """Order of what to do next: what pays without an investment, then yield per money, then mere output."""
    gain = row["difference_per_h"] or 0.0
    if "cost" not in row:
        return (1, gain)
    if row["cost"] <= 0:
        return (3 if row["yearly"] > 0 else 0, row["yearly"])
    return (2 if row["yearly"] > 0 else 0, row["yearly"] / row["cost"])


def _sure(mean: float | None, half: float | None) -> bool:
    return mean is not None and half is not None and abs(mean) > half


class Scale:
    """Places of intervals on one axis through zero."""

    def __init__(self, intervals: Sequence[tuple[float, float]]) -> None:
        low = min([0.0, *(mean - half for mean, half in intervals)])
        high = max([0.0, *(mean + half for mean, half in intervals)])
        self.low, self.span = low, (high - low) or 1.0
        self.zero = self.at(0.0)

    def at(self, value: float) -> float:
        return round(8 + (PLOT - 16) * (value - self.low) / self.span, 1)

    def mark(self, mean: float | None, half: float | None) -> dict[str, float]:
        """The middle, the ends and where the bar begins."""
        middle = mean or 0.0
        x, start = self.at(middle), min(self.zero, self.at(middle))
        return {
            "x": x, "from": self.at(middle - (half or 0.0)), "to": self.at(middle + (half or 0.0)),
            "start": start, "width": round(abs(x - self.zero), 1),
        }  # fmt: skip


def lever_rows(result: dict[str, Any]) -> dict[str, Any]:
    """What the line gains by quicker stations, largest first."""
    rows = result["stations"]
    scale = Scale([(row["gain_per_h"] or 0.0, row["gain_ci_half"] or 0.0) for row in rows])
    made = [
        {
            "title": title_of(result, row["station"]),
            "gain": signed(row["gain_per_h"], row["gain_ci_half"]),
            "plot": scale.mark(row["gain_per_h"], row["gain_ci_half"]),
            "per_s": figure(row["gain_per_h_per_s"]),
            "busy": share(row["busy"]),
            "sure": row["sure"],
        }
        for row in rows
    ]
    return {
        "rows": made,
        "zero": scale.zero,
        "cut": share(result["quicker_by"]),
        "holds": made[0]["title"] if made and made[0]["sure"] else "",
        "per_h": figure(result["throughput_per_h"]),
    }


def optimum_rows(result: dict[str, Any]) -> dict[str, Any]:
    """The best design beside the one of today, and how sure that is."""
    changes = [
        {
            "path": path,
            "now": _shown(result["now"].get(path)),
            "best": _shown(value),
            "changed": result["now"].get(path) != value,
        }
        for path, value in result["best"].items()
    ]
    rivals = [
        {
            "design": ", ".join(
                f"{k} {_shown(v)}" for k, v in row["design"].items() if v != result["best"].get(k)
            ),
            "difference": signed(row["difference"], row["ci_half"]),
            "cost": row["cost_a_year"],
        }
        for row in result["not_told_apart"]
    ]
    certainty = {"share": share(result["certainty"]), "designs": plain(result["designs"])}
    if not result["reached"]:
        sentence = _(
            "The limit of simulated parts ran out before the wanted certainty: take this as the best design found."
        )
    elif result["all_designs"]:
        sentence = (
            _(
                "With a certainty of %(share)s no other of the %(designs)s designs is better by more than does not matter."
            )
            % certainty
        )
    else:
        sentence = (
            _(
                "With a certainty of %(share)s no neighbouring design is better by more than does not matter (%(designs)s designs in all)."
            )
            % certainty
        )
    return {
        "changes": changes,
        "rivals": rivals,
        "rival_count": result["not_told_apart_count"],
        "now": with_half(result["now_per_h"], result["now_ci_half"]),
        "best": with_half(result["throughput_per_h"], result["throughput_ci_half"]),
        "gain": signed(result["gain_per_h"], result["gain_ci_half"]),
        "invested": result["investment"],
        "a_year": result["cost_a_year"],
        "profit": result["profit_a_year"],
        "sentence": sentence,
        "effort": ngettext(
            "%(runs)s run, %(parts)s parts simulated.",
            "%(runs)s runs, %(parts)s parts simulated.",
            result["runs"],
        )
        % {"runs": plain(result["runs"]), "parts": plain(result["parts_simulated"])},
    }


def _shown(value: Any) -> str:
    return NONE if value is None else str(value)
