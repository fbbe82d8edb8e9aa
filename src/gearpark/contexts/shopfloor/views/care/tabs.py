"""The pages of care, as tabs under their title."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

TABS: tuple[tuple[str, Any], ...] = (
    ("care", _("Due now")),
    ("changes", _("Tool changes")),
    ("tools", _("Tools")),
    ("gauges", _("Gauges")),
    ("care-plans", _("Plans")),
    ("job-board", _("Orders")),
    ("spares", _("Spare parts")),
    ("machines", _("Machines")),
)


def tabs(here: str) -> list[dict[str, Any]]:
    return [
        {"label": label, "url": reverse(f"shopfloor:{name}"), "here": name == here} for name, label in TABS
    ]
