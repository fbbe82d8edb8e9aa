"""A study's answer as rows and pictures: before and after, step by step, what comes next, what it hangs on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from gearpark.ui.numbers import plain

from .answers import Scale, looks
from .drawing import state_bars
from .words import NONE, duration, figure, pay_back, share, signed, whole, with_half

STEP_WIDTH = 300.0  # of the picture of steps
MOST_SENSITIVE = 15  # assumptions shown at once; the others below
BAR = 220.0
WIDE = 40  # characters of a figure as the model says it


def study_rows(result: Mapping[str, Any]) -> dict[str, Any]:
    """All the template shows of a study."""
    year, base, target = result["year"], result["base"], result["target"]
    sensitive = _sensitivities(result)
    return {
        "figures": _figures(result),
        "before": _output(base),
        "after": _output(target),
        "gain": signed(result["gain"]["mean"], result["gain"]["half"]),
        "wanted": plain(year["wanted"]),
        "lines": plain(year["lines"]),
        "years": [
            {
                "shifts": f"{row['shifts_a_day']:g}",
                "base": plain(row["base"]),
                "target": plain(row["target"]),
                "used": NONE if row["used"] is None else share(row["used"]),
                "enough": row["used"] is not None and row["used"] <= 1,
            }
            for row in result["years"]
        ],
        "shifts_needed": [NONE if n is None else plain(n) for n in result["shifts_needed"]],
        "shifts_year": plain(year["shifts_a_day"] * year["days"]),
        "cost": result["cost"],
        "pay_back": pay_back(result["wanted"]["years"]),
        "pay_back_all": pay_back(result["all_sold"]["years"]),
        "steps": _steps(result),
        "investments": _investments(result),
        "sensitivities": sensitive[:MOST_SENSITIVE],
        "more_sensitivities": sensitive[MOST_SENSITIVE:],
        "looks": looks(),
        "basis": _(
            "%(n)s replications of each model, seed %(seed)s, all on the same random numbers; ± is a 95 %% interval."
        )
        % {"n": plain(result["replications"]), "seed": result["seed"]},
        "source": result["source"],
    }


def _figures(result: Mapping[str, Any]) -> list[dict[str, Any]]:
    year, needed = result["year"], result["shifts_needed"][1]
    base, target = result["base"]["per_shift"], result["target"]["per_shift"]
    return [
        {"value": figure(base["mean"]), "unit": _("a shift"), "label": _("Before"), "note": _known(result["base"])},
        {"value": figure(target["mean"]), "unit": _("a shift"), "label": _("After"), "note": _known(result["target"]), "size": "hero"},
        {
            "value": NONE if needed is None else plain(needed), "unit": _("shifts of each line"),
            "label": _("For %(n)s a year") % {"n": plain(year["wanted"])},
            "note": _("of %(n)s there are") % {"n": plain(year["shifts_a_day"] * year["days"])},
        },
        {"value": pay_back(result["wanted"]["years"]), "unit": "", "label": _("Pay-back"), "note": _("%(n)s CNY a line") % {"n": plain(result["cost"])}},
    ]  # fmt: skip


def _known(output: Mapping[str, Any]) -> str:
    if output["known"] is None:
        return ""
    low, high = (figure(x) for x in output["known"])
    words = (
        _("inside the known %(low)s to %(high)s")
        if output["met"]
        else _("not inside the known %(low)s to %(high)s")
    )
    return words % {"low": low, "high": high}


def _output(output: Mapping[str, Any]) -> dict[str, Any]:
    """One model: output, parts inside, and its stations with what each would bring."""
    levers = {row["station"]: row for row in output["levers"]}
    shift_h = 1.0
    scale = Scale([(row["per_h"]["mean"] or 0.0, row["per_h"]["half"] or 0.0) for row in levers.values()])
    return {
        "name": output["name"],
        "per_shift": with_half(output["per_shift"]["mean"], output["per_shift"]["half"]),
        "wip": figure(output["wip"]["mean"]),
        "lead": duration(output["lead_s"]["mean"]),
        "known": _known(output),
        "met": output["met"],
        "holds": output["holds"],
        "zero": scale.zero,
        "stations": [
            {
                "title": output["titles"].get(name, name),
                "bars": state_bars(shares, BAR),
                "busy": share(shares["busy"]),
                "gain": signed(levers[name]["per_h"]["mean"] * shift_h, levers[name]["per_h"]["half"])
                if name in levers
                else NONE,
                "plot": scale.mark(levers[name]["per_h"]["mean"], levers[name]["per_h"]["half"])
                if name in levers
                else None,
                "sure": name in levers and levers[name]["sure"],
            }
            for name, shares in output["shares"].items()
        ],
    }


def _steps(result: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A staircase from before to after: each step's bar stands on the one before."""
    most = (
        max(
            [result["base"]["per_shift"]["mean"], *(row["per_shift"]["mean"] for row in result["steps"])],
            default=1.0,
        )
        or 1.0
    )

    def at(value: float) -> float:
        return round(STEP_WIDTH * value / most, 1)

    level = result["base"]["per_shift"]["mean"]
    made = [{
        "title": _("As it was"), "x": 0, "width": at(level), "kind": "base", "gain": "", "cost": None, "source": "", "pay_back": "",
        "per_shift": with_half(level, result["base"]["per_shift"]["half"]), "holds": result["base"]["holds"] or _("no station for sure"),
    }]  # fmt: skip
    for row in result["steps"]:
        mean = row["per_shift"]["mean"]
        made.append({
            "title": row["title"] or _("All else in which the models differ"),
            "x": min(at(level), at(mean)),
            "width": max(1.0, abs(at(mean) - at(level))),
            "kind": "up" if mean >= level else "less",
            "gain": signed(row["gain"]["mean"], row["gain"]["half"]),
            "per_shift": with_half(mean, row["per_shift"]["half"]),
            "holds": row["holds"] or _("no station for sure"),
            "cost": row["cost"],
            "pay_back": pay_back(row["wanted"]["years"]) if row["cost"] > 0 else NONE,
            "source": row["source"],
        })  # fmt: skip
        level = mean
    return made


def _investments(result: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What could come next, the most pieces a year for the money first."""
    rows = sorted(result["investments"], key=_yield, reverse=True)
    scale = Scale([(row["gain"]["mean"] or 0.0, row["gain"]["half"] or 0.0) for row in rows])
    return [
        {
            "rank": rank,
            "title": row["title"],
            "gain": signed(row["gain"]["mean"], row["gain"]["half"]),
            "plot": scale.mark(row["gain"]["mean"], row["gain"]["half"]),
            "zero": scale.zero,
            "per_year": whole(row["gain_per_year"]),
            "cost": row["cost"],
            "per_money": figure(row["gain_per_year"] / row["cost"] * 10_000) if row["cost"] > 0 else NONE,
            "shifts_saved": whole(row["shifts_saved"]),
            "pay_back": pay_back(row["wanted"]["years"]) if row["cost"] > 0 else NONE,
            "pay_back_all": pay_back(row["all_sold"]["years"]) if row["cost"] > 0 else NONE,
            "sure": row["sure"],
            "source": row["source"],
        }
        for rank, row in enumerate(rows, 1)
    ]


def _yield(row: Mapping[str, Any]) -> tuple[int, float]:
    """What pays without an investment, then pieces for the money, then what never pays."""
    if max(row["wanted"]["yearly"], row["all_sold"]["yearly"]) <= 0:
        return (0, row["gain_per_year"])
    return (2, row["gain_per_year"]) if row["cost"] <= 0 else (1, row["gain_per_year"] / row["cost"])


def _sensitivities(result: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Assumptions as a tornado of what the retrofit brings a year, the widest first."""
    now = result["gain_per_year"]
    ends = [x - now for row in result["sensitivities"] for x in row["gain_per_year"]]
    scale = Scale([(x, 0.0) for x in ends])
    models = {"base": _("before"), "target": _("after"), "both": _("both"), "year": _("the year")}
    made = []
    for row in result["sensitivities"]:
        a, b = (scale.at(x - now) for x in row["gain_per_year"])
        made.append({
            "title": row["title"],
            "model": models.get(row["model"], row["model"]),
            "value": str(row["value"])[:WIDE],
            "low": str(row["low"])[:WIDE],
            "high": str(row["high"])[:WIDE],
            "x": min(a, b),
            "width": max(1.0, round(abs(a - b), 1)),
            "zero": scale.zero,
            "per_year": [plain(x) for x in row["gain_per_year"]],
            "pay_back": [pay_back(x) for x in row["pay_back_years"]],
            "source": row["source"],
        })  # fmt: skip
    return made
