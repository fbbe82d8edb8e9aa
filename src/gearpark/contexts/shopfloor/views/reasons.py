"""Stop reasons: the tree of a line type, and what the firm adds to it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gearpark.base.problems import NotFound, Problem
from gearpark.kit import lists
from gearpark.kit.http import needs, scope_of
from gearpark.kit.problems import words_of

from .. import queries
from ..forms.figures import ReasonForm
from ..queries.line_types import shape as line_shape
from ..queries.reasons import own_reasons
from ..services.stop_reasons import save_reason
from ..types import VIEW
from ..types.figures import LEAD, ReasonInfo
from .board import language
from .words import loss_word

SPEC = lists.ListSpec(
    key="stop-reasons",
    columns=(
        lists.Column("code", gettext_lazy("Reason"), "code", sort="code"),
        lists.Column("title_en", gettext_lazy("Name (English)"), "title_en", sort="title_en"),
        lists.Column("title_zh", gettext_lazy("Name (Chinese)"), "title_zh", sort="title_zh"),
        lists.Column("parent", gettext_lazy("Below"), "parent", sort="parent"),
        lists.Column(
            "loss", gettext_lazy("Loss"), lambda row: loss_word(row.loss), sort="loss", export=lambda row: row.loss
        ),
        lists.Column("template", gettext_lazy("Line type"), lambda row: _shape(row.template), sort="template"),
        lists.Column("active", gettext_lazy("In use"), "active", sort="active"),
        lists.Column("org", gettext_lazy("Organisation"), "org", sort="org", shown=False),
    ),
    filters=(
        lists.Filter(
            "active",
            gettext_lazy("In use"),
            (("1", gettext_lazy("yes")), ("0", gettext_lazy("no"))),
            lambda rows, value: rows.filter(active=value == "1"),
        ),
    ),
    search=("code__icontains", "title_en__icontains", "title_zh__icontains"),
    default_sort="code",
    row_url=lambda row: reverse("shopfloor:reason", args=[row.pk]),
    empty_title=gettext_lazy("No reason of your own yet"),
    empty_text=gettext_lazy("Your lines already have the reasons of their type; add what your people say."),
    empty_url="/lines/reasons/new/",
    empty_label=gettext_lazy("Add a reason"),
)  # fmt: skip


@needs(VIEW)
def reasons(request: HttpRequest) -> HttpResponseBase:
    """``/lines/reasons/``"""
    scope, tongue = scope_of(request), language()
    shapes = sorted({line.template.code for line in queries.lines(scope)})
    return lists.answer(
        request,
        SPEC,
        own_reasons(scope),
        "shopfloor/stops/reasons.html",
        title=_("Stop reasons"),
        trees=[_tree(code, tongue) for code in shapes],
        may_lead=scope.may(LEAD),
    )


@needs(LEAD)
def edit(request: HttpRequest, key: int = 0) -> HttpResponse:
    """``/lines/reasons/new/`` and ``/lines/reasons/<id>/``"""
    scope, tongue = scope_of(request), language()
    info = _own(request, key) if key else None
    shapes = sorted({line.template.code for line in queries.lines(scope)})
    form = ReasonForm(request.POST or None, shapes=shapes, parents=_parents(shapes, tongue), info=info)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            save_reason(
                scope,
                info.code if info else given["code"],
                title_en=given["title_en"],
                title_zh=given["title_zh"],
                parent=given["parent"],
                loss=given["loss"],
                line_type=info.template if info else given["line_type"],
                active=given["active"],
                version=given["version"] or 0,
                org=info.org if info else "",
            )
        except Problem as problem:
            form.add_error(None, words_of(problem))
        else:
            messages.success(request, _("The reason was saved."))
            return HttpResponseRedirect(reverse("shopfloor:reasons"))
    return render(
        request,
        "shopfloor/form.html",
        {
            "page_title": info.code if info else _("New stop reason"),
            "form": form,
            "submit_label": _("Save"),
            "back_url": reverse("shopfloor:reasons"),
        },
    )


def _own(request: HttpRequest, key: int) -> Any:
    row = own_reasons(scope_of(request)).filter(pk=key).first()
    if row is None:
        raise NotFound("figures.reason_unknown", "There is no such stop reason that you may see.")
    return row


def _shape(code: str) -> str:
    if not code:
        return _("all")
    shape = line_shape(code)
    return shape.title_zh if language().startswith("zh") else shape.title_en


def _parents(shapes: list[str], tongue: str) -> list[tuple[str, str]]:
    found = {one.code: one for code in shapes for one in line_shape(code).stop_reasons}
    return [(one.code, one.title_zh if tongue.startswith("zh") else one.title_en) for one in found.values()]


def _tree(code: str, tongue: str) -> dict[str, Any]:
    shape = line_shape(code)
    given = [
        ReasonInfo(one.code, one.parent, one.title_en, one.title_zh, one.loss, alarms=tuple(one.alarms))
        for one in shape.stop_reasons
    ]
    tops = [one for one in given if not one.parent]
    return {
        "title": shape.title_zh if tongue.startswith("zh") else shape.title_en,
        "groups": [
            {
                "title": top.title(tongue),
                "loss": loss_word(top.loss),
                "items": [
                    (one.title(tongue), loss_word(one.loss), ", ".join(one.alarms))
                    for one in given
                    if one.parent == top.code
                ],
            }
            for top in tops
        ],
    }
