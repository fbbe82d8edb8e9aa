"""The report's sheet with the words that the printed page needs, and its colours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from gearpark.ui.states import MACHINE_STATES, look_of

# IEC 60073 as on the pages, chosen to stay apart in grey print; no data and blocked also differ by pattern
COLOURS = {
    "running": "#3f9a5f", "starved": "#a9bfd4", "blocked": "#d9a13b", "idle": "#c9d3dd", "setup": "#8d6bb8",
    "down": "#c0392b", "planned_stop": "#a8a6a2", "no_data": "#ffffff",
}  # fmt: skip


def print_data(sheet: Mapping[str, Any], tongue: str) -> dict[str, Any]:
    """JSON-ready data of ``report/shift.typ``."""
    return {
        **sheet,
        "language": "zh" if tongue.startswith("zh") else "en",
        "colours": COLOURS,
        "states": [[state, str(look_of(state).word)] for state in MACHINE_STATES],
        "words": {
            "title": _("Shift report"),
            "revision": _("Revision %(n)s") % {"n": sheet["number"]} if sheet["number"] else "",
            "status": _status(sheet),
            "notice": _notice(sheet),
            "hours": _("Hour by hour"),
            "hour": _("Hour"),
            "plan": _("Plan"),
            "good": pgettext("pieces", "Good"),
            "due": _("Due"),
            "sum": _("Sum"),
            "losses": _("Where the time went"),
            "booked": _("booked"),
            "machine": _("machine says"),
            "sums": _(
                "Fully productive %(p)s of %(b)s planned busy time; with everything above it sums to %(t)s of machine time."
            )
            % {"p": sheet["sums"]["productive"], "b": sheet["sums"]["busy"], "t": sheet["sums"]["total"]},
            "band": _("The shift, station by station"),
            "kpis": _("KPIs by ISO 22400-2"),
            "alarms": _("Alarms"),
            "station": _("Station"),
            "alarm": _("Alarm"),
            "times": _("Times"),
            "length": _("Length"),
            "no_alarm": _("No alarm in this shift."),
            "quality": _("Quality by counts"),
            "scrap_at": _("Scrap found at"),
            "pieces": _("Pieces"),
            "no_scrap": _("No station counted scrap."),
            "defects": _("Scrapped because of"),
            "handover": _("Hand-over"),
            "nothing": _("Nothing was written."),
            "open": _("open point"),
            "carried": _("from before"),
            "handed": _("Handed over by"),
            "taken": _("Taken by"),
            "signature": _("Signature"),
            "foot": _("OEE mapping %(m)s, states %(s)s, calendar %(c)s, bottleneck %(b)s")
            % {
                "m": sheet["mapping"],
                "s": sheet["states_mapping"],
                "c": sheet["calendar"],
                "b": sheet["bottleneck"],
            },
            "page": _("Page"),
        },
    }


def _status(sheet: Mapping[str, Any]) -> str:
    if sheet["number"]:
        return str(sheet["published_at"])
    if sheet["open"]:
        return _("Running shift, as of %(t)s") % {"t": sheet["until"]}
    return _("Not published")


def _notice(sheet: Mapping[str, Any]) -> str:
    """What a reader of the paper must know: is there something newer?"""
    if sheet["newer"]:
        return _("This is revision %(n)s. A newer one stands: revision %(m)s.") % {
            "n": sheet["number"],
            "m": sheet["newest"],
        }
    if sheet["differs"]:
        return _("Figures changed since revision %(m)s; this print is as of now and not published.") % {
            "m": sheet["newest"]
        }
    return ""
