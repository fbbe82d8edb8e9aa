"""Answers as JSON: what the command line prints and what is kept of a run. Times in seconds, shares 0..1, money in CNY."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .experiment import CUT, Answer, Comparison, Estimate, Lever, estimate
from .model import Line, Scenario


def run_figures(answer: Answer) -> dict[str, Any]:
    """Figures of a run as JSON; shares of each station's time on shift."""
    line, per_h = answer.line, estimate(answer.per_h())
    wip, lead = estimate(answer.wip()), estimate(answer.lead_s())
    made: dict[str, Any] = {
        "line": line.name,
        "model": line.document.hash(),
        "engine": answer.engine,
        "seed": answer.seed,
        "replications": len(answer.rows),
        "warmup_s": answer.warm_s,
        "time_s": answer.until_s,
        "throughput_per_h": per_h.mean,
        "throughput_ci_half": per_h.half,
        "wip": wip.mean,
        "wip_ci_half": wip.half,
        "lead_time_s": lead.mean,
        "lead_time_ci_half": lead.half,
        "scrap_per_h": float(answer.scrap_per_h().mean()),
        "lost_per_h": float(answer.lost_per_h().mean()),
        "stations": {s.name: answer.shares(s.name) for s in line.stations},
        "buffers": answer.contents(),
    }
    good = float(answer.per_h().mean()) * answer.hours
    if any(s.power_kw for s in line.stations) and good > 0:
        made["energy_kwh_per_part"] = answer.energy_kwh() / good
    return made


def comparison_figures(made: Comparison, title: str) -> dict[str, Any]:
    """B less A as JSON."""
    return {
        "title": title,
        "replications": len(made.a.rows),
        "warmup_s": made.a.warm_s,
        "a_per_h": float(made.a.per_h().mean()),
        "b_per_h": float(made.b.per_h().mean()),
        "difference_per_h": made.per_h.mean,
        "difference_ci_half": made.per_h.half,
        **_pair("wip_difference", made.wip),
        **_pair("lead_time_difference_s", made.lead_s),
        "variance_ratio": made.variance_ratio,
    }


def _pair(name: str, found: Estimate) -> dict[str, Any]:
    return {name: found.mean, f"{name}_ci_half": found.half}


def worth(base: Line, scenario: Scenario, gain_per_h: float) -> dict[str, Any]:
    """What a scenario brings a year, CNY, and years until it has paid itself back; None when never."""
    yearly = gain_per_h * base.money.hours * base.money.margin + scenario.saves
    years = scenario.cost / yearly if yearly > 0 else None
    return {"scenario": scenario.name, "cost": scenario.cost, "yearly": yearly, "payback_years": years}


def lever_figures(base: Answer, levers: Sequence[Lever]) -> dict[str, Any]:
    """What the line gains when each station works quicker by ``CUT``, largest gain first."""
    rows = [
        {
            "station": lever.station,
            "gain_per_h": lever.per_h.mean,
            "gain_ci_half": lever.per_h.half,
            "gain_per_h_per_s": (lever.per_h.mean or 0.0) / lever.saved_s,
            "saved_s": lever.saved_s,
            "busy": lever.busy,
            "sure": lever.sure,
        }
        for lever in levers
    ]
    return {
        "line": base.line.name,
        "seed": base.seed,
        "replications": len(base.rows),
        "throughput_per_h": float(base.per_h().mean()),
        "quicker_by": CUT,
        "stations": rows,
    }
