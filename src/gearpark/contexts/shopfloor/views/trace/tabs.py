"""The pages around parts, as tabs under the title."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from gearpark.base.scope import Scope
from gearpark.engines.traceability.gs1 import fits

TABS: tuple[tuple[str, Any], ...] = (
    ("parts", _("Parts")),
    ("trace", _("Trace explorer")),
    ("recalls", _("Recall")),
    ("epcis", _("EPCIS events")),
    ("life", _("Life data")),
)


def frame(scope: Scope, here: str, title: Any, **context: Any) -> dict[str, Any]:
    """What every page of these needs: tabs, title, rights."""
    return {
        "page_title": title,
        "part_tabs": [
            {"label": label, "url": reverse(f"shopfloor:{name}"), "here": name == here}
            for name, label in TABS
        ],
        "may_work": scope.may("shopfloor.work"),
        "may_decide": scope.may("shopfloor.quality"),
        **context,
    }


def gs1_fits(serial: str, gtin: str) -> bool:
    """Can the part's label be a GS1 one?"""
    return bool(gtin) and fits(serial)
