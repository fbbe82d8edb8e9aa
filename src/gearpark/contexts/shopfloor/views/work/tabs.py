"""The pages around orders, as tabs under the title."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from gearpark.base.scope import Scope

TABS: tuple[tuple[str, Any], ...] = (
    ("orders", _("Orders")),
    ("queue", _("Queue")),
    ("products", _("Products")),
    ("programs", _("Programs")),
    ("operators", _("Operators")),
    ("held", _("Held")),
)


def frame(scope: Scope, tab: str, title: Any, /, **context: Any) -> dict[str, Any]:
    """What every page of these needs: tabs, title, rights."""
    return {
        "page_title": title,
        "work_tabs": [
            {"label": label, "url": reverse(f"shopfloor:{name}"), "here": name == tab} for name, label in TABS
        ],
        "may_edit": scope.may("shopfloor.edit"),
        "may_release": scope.may("shopfloor.release"),
        "may_decide": scope.may("shopfloor.quality"),
        "may_work": scope.may("shopfloor.work"),
        **context,
    }
