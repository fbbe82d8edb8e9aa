"""OEE with its factors and elements, losses and hours, as the templates print them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from gearpark.engines.oee import Account, Element
from gearpark.ui.numbers import one_language
from gearpark.ui.states import look_of

from ..queries.figures import bottleneck_codes
from ..types import Alarm, LineFigures
from .words import FLAGS, LOSS_STATES, clock, duration, loss_word, reason_word

MAX_SHOWN_ALARMS = 12
MAX_SHOWN_LOSSES = 14


def share(value: Any) -> float | None:
    return None if value is None else float(value)


def factors(account: Account) -> list[dict[str, Any]]:
    """Availability, effectiveness, quality: value, formula in words, the numbers put in."""
    counts, values = account.counts, account.figures
    return [
        {
            "code": "availability",
            "label": _("Availability"),
            "share": share(values.availability),
            "formula": "APT / PBT",
            "with": f"{duration(account.times_us[Element.APT])} / {duration(account.busy_us)}",
        },
        {
            "code": "effectiveness",
            "label": _("Effectiveness"),
            "share": share(values.effectiveness),
            "formula": "PRI × PQ / APT",
            "with": f"{cycle(account)} × {counts.produced} / {duration(account.times_us[Element.APT])}",
        },
        {
            "code": "quality",
            "label": _("Quality"),
            "share": share(values.quality),
            "formula": "GQ / PQ",
            "with": f"{counts.good} / {counts.produced}",
        },
    ]


def cycle(account: Account) -> str:
    return "–" if account.ideal_cycle_us is None else f"{account.ideal_cycle_us / 1e6:g} s"


def elements(account: Account) -> list[dict[str, Any]]:
    """Every element with its name, so that the sum can be followed: calendar down to PBT, PBT into its four times."""
    t = account.times_us
    rows: list[tuple[str, str, int, str]] = [
        ("", _("Calendar time so far"), account.calendar_us, "total"),
        ("", _("less time not planned"), account.outside_us, "less"),
        ("", _("less planned stops"), t[Element.STOP], "less"),
        ("", _("less time without data"), t[Element.UNKNOWN], "less"),
        ("PBT", _("Planned busy time"), account.busy_us, "total"),
        ("APT", _("Production"), t[Element.APT], "part"),
        ("AUST", _("Set-up"), t[Element.AUST], "part"),
        ("ADET", _("Delay: out of order"), t[Element.ADET], "part"),
        ("ADOT", _("Not executing: starved, blocked, idle"), t[Element.ADOT], "part"),
    ]
    return [
        {"code": code, "label": label, "time": duration(us), "us": us, "kind": kind}
        for code, label, us, kind in rows
    ]


def quantities(account: Account) -> list[dict[str, Any]]:
    counts = account.counts
    rows = [
        ("PRI", _("Ideal cycle of one machine"), cycle(account)),
        ("PQ", _("Pieces in planned, known time"), str(counts.produced)),
        ("SQ", _("Scrap of the line"), str(counts.scrap)),
        ("GQ", _("Good pieces"), str(counts.good)),
    ]
    if counts.outside:
        rows.append(("", _("Pieces outside planned time (in the output, in no figure)"), str(counts.outside)))
    if counts.across_gap:
        rows.append(
            ("", _("Pieces counted across a gap (in the output, in no figure)"), str(counts.across_gap))
        )
    return [{"code": code, "label": label, "value": value} for code, label, value in rows]


def losses(
    account: Account, names: Mapping[str, str] | None = None, titles: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """The Pareto: biggest first, with what was fully productive; sums exactly to calendar time.

    names   alarm code -> code and text;  titles  booked reason -> its title
    """
    worded, booked = names or {}, titles or {}
    bars = [loss for loss in account.losses if loss.code != "not_planned"]
    top = max([abs(loss.time_us) for loss in bars], default=1) or 1
    rows = [
        {
            "code": loss.code,
            "state": LOSS_STATES.get(loss.code, "no_data"),
            "look": "" if loss.code in ("speed", "quality") else LOSS_STATES.get(loss.code, "no_data"),
            "label": loss_word(loss.code, (booked if loss.booked else worded).get(loss.reason, loss.reason)),
            "booked": loss.booked,
            "machine": [
                f"{look_of(state).word}{': ' + worded.get(said, reason_word(said)) if said else ''} {duration(time_us)}"
                for state, said, time_us in loss.machine[:3]
            ],
            "time": duration(loss.time_us),
            "share": loss.time_us / account.calendar_us if account.calendar_us else 0.0,
            "bar": abs(loss.time_us) / top,
            "times": loss.times,
        }
        for loss in bars
    ]
    return {
        "rows": rows[:MAX_SHOWN_LOSSES],
        "more": max(0, len(rows) - MAX_SHOWN_LOSSES),
        "productive": duration(account.good_ideal_us),
        "productive_share": account.good_ideal_us / account.calendar_us if account.calendar_us else 0.0,
        "outside": duration(account.outside_us),
        "total": duration(account.calendar_us),
    }


def flags(account: Account) -> list[str]:
    return [str(FLAGS[flag]) for flag in sorted(account.flags) if flag in FLAGS]


def hours(figures: LineFigures) -> list[dict[str, Any]]:
    """Rows of the hour table from the shift's own start."""
    zone = figures.line.calendar.zone
    top = max([1.0, *(row.plan for row in figures.hours), *(float(row.made) for row in figures.hours)])
    return [
        {
            "from": clock(row.start_us, zone),
            "to": clock(row.end_us, zone),
            "plan": row.plan,
            "made": row.made,
            "begun": row.begun,
            "bar": row.made / top,
            "target": row.plan / top,
        }
        for row in figures.hours
    ]


def alarm_rows(figures: LineFigures, alarms: tuple[Alarm, ...]) -> list[dict[str, Any]]:
    zone = figures.line.calendar.zone
    return [
        {
            "unit": alarm.unit,
            "code": alarm.code,
            "text": alarm.text,
            "from": clock(alarm.start_us, zone, seconds=True),
            "stands": alarm.end_us is None,
            "length": duration((alarm.end_us or figures.until_us) - alarm.start_us),
        }
        for alarm in alarms[:MAX_SHOWN_ALARMS]
    ]


def sheet(figures: LineFigures, language: str, titles: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Everything under the drawing that is made of figures; ``titles``: booked reason -> its title."""
    line = figures.line
    names = {
        alarm.code: f"{alarm.code} {one_language(alarm.text, language)}".strip() for alarm in figures.alarms
    }
    group = bottleneck_codes(line)
    return {
        "factors": factors(figures.account),
        "elements": elements(figures.account),
        "quantities": quantities(figures.account),
        "losses": losses(figures.account, names, titles),
        "flags": flags(figures.account),
        "hours": hours(figures),
        "alarms": alarm_rows(figures, figures.alarms),
        "alarm_count": len(figures.alarms),
        "bottleneck": ", ".join(code.upper() for code in group),
        "bottleneck_code": group[0],
        "machines": len(group),
        "mapping": figures.account.mapping,
        "states_mapping": line.states_mapping,
        "calendar": line.calendar.name,
        "revision": figures.revision,
        "until": clock(figures.until_us, line.calendar.zone, seconds=True),
        "fresh": None
        if figures.fresh_us is None
        else clock(figures.fresh_us, line.calendar.zone, seconds=True),
    }
