"""The audit trail as a list."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gearpark.kit import lists
from gearpark.kit.audit import entries
from gearpark.kit.http import needs, scope_of

MAX_SHOWN = 160


def _short(value: Any) -> str:
    if value is None:
        return ""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return text if len(text) <= MAX_SHOWN else text[:MAX_SHOWN] + " ..."


def _full(value: Any) -> str:
    return "" if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True)


_column = lists.Column
SPEC = lists.ListSpec(
    key="audit",
    columns=(
        _column("at", _("Time"), lambda row: timezone.localtime(row.at).strftime("%Y-%m-%d %H:%M:%S"), sort="at", export=lambda row: row.at),
        _column("actor", _("Who"), sort="actor"),
        _column("action", _("What"), sort="action"),
        _column("kind", _("Kind"), sort="kind", shown=False),
        _column("key", _("Thing"), sort="key"),
        _column("org", _("Organisation"), sort="org"),
        _column("before", _("Before"), lambda row: _short(row.before), export=lambda row: _full(row.before)),
        _column("after", _("After"), lambda row: _short(row.after), export=lambda row: _full(row.after)),
    ),
    search=("actor__icontains", "action__icontains", "key__icontains", "org__icontains"),
    default_sort="-at",
    page_rows=100,
    empty_title=_("No entry yet"),
    empty_text=_("Every change that people or processes make is written here; nothing can be taken out."),
)  # fmt: skip


@needs("audit.view")
def audit_list(request: HttpRequest) -> HttpResponseBase:
    return lists.answer(request, SPEC, entries(scope_of(request)), "ui/list.html", title=_("Audit trail"))
