"""The pages of one line, as tabs under its name."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

TABS: tuple[tuple[str, Any], ...] = (
    ("board", _("Board")),
    ("stops", _("Stops")),
    ("kpi", _("KPIs")),
    ("report", _("Shift report")),
    ("handover", _("Hand-over")),
    ("revisions", _("Published figures")),
)


def tabs(asset: str, here: str, query: str = "") -> list[dict[str, Any]]:
    """``query``: the chosen shift, carried from page to page; "" for the running one."""
    tail = f"?{query}" if query else ""
    return [
        {"label": label, "url": reverse(f"shopfloor:{name}", args=[asset]) + tail, "here": name == here}
        for name, label in TABS
    ]
