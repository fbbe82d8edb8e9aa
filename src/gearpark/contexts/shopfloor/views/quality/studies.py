"""Gauge studies: list, a new one from a sheet, one study with its picture."""

from __future__ import annotations

import csv
import io
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from gearpark.base.problems import Problem
from gearpark.base.time import now_utc
from gearpark.kit import lists
from gearpark.kit.http import needs, scope_of
from gearpark.kit.problems import words_of
from gearpark.kit.sheets import read_sheet

from ...forms.quality import StudyForm
from ...queries import quality as queries
from ...services import quality as services
from ...types import VIEW
from ...types.quality import StudyInfo, StudyKind
from ...types.work import QUALITY
from .drawing import nice
from .words import STUDIES, VERDICT_LOOKS, VERDICTS

OPTIONAL = ("reference",)
STUDY_WIDTH, STUDY_HEIGHT = 720, 260
MAX_SHOWN = 400


def _spec() -> lists.ListSpec:
    column = lists.Column
    return lists.ListSpec(
        key="gauge-studies",
        columns=(
            column("title", gettext_lazy("Title"), sort="title", url=_url),
            column("kind", gettext_lazy("Study"), lambda row: STUDIES[StudyKind(row.kind)], sort="kind", export=lambda row: row.kind),
            column("gauge", gettext_lazy("Gauge"), sort="gauge"),
            column("characteristic", gettext_lazy("Characteristic"), sort="characteristic"),
            column("verdict", gettext_lazy("Verdict"), lambda row: VERDICTS.get(row.verdict, row.verdict), sort="verdict", export=lambda row: row.verdict),
            column("made_at", gettext_lazy("Made at"), sort="made_at"),
            column("made_by", gettext_lazy("Made by"), sort="made_by"),
            column("approved_by", gettext_lazy("Approved by"), sort="approved_by"),
        ),
        filters=(
            lists.Filter("kind", gettext_lazy("Study"), tuple((kind.value, words) for kind, words in STUDIES.items()), "kind"),
            lists.Filter("verdict", gettext_lazy("Verdict"), tuple((code, VERDICTS[code]) for code in ("good", "conditional", "unfit")), "verdict"),
        ),
        search=("title__icontains", "gauge__icontains", "characteristic__icontains"),
        default_sort="-made_at",
        row_url=_url,
        empty_title=gettext_lazy("No gauge study yet"),
        empty_text=gettext_lazy("A gauge that is not studied measures nobody knows what. Begin with an R&R study of ten parts."),
        empty_url="/quality/studies/new/",
        empty_label=gettext_lazy("New study"),
    )  # fmt: skip


def _url(row: Any) -> str:
    return f"/quality/studies/{row.pk}/"


@needs(VIEW)
def studies(request: HttpRequest) -> HttpResponseBase:
    """``/quality/studies/``"""
    scope = scope_of(request)
    return lists.answer(
        request, _spec(), queries.study_rows(scope), "shopfloor/quality/studies.html", title=_("Gauge studies"),
        may_edit=scope.may(QUALITY),
    )  # fmt: skip


@needs(QUALITY)
def study_new(request: HttpRequest) -> HttpResponse:
    """``/quality/studies/new/``"""
    form = StudyForm(request.POST or None, request.FILES or None, kinds=STUDIES)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        kind = StudyKind(given["kind"])
        try:
            made = services.save_study(
                scope_of(request), kind, given["title"], _rows(kind, given), now_utc(), line_asset=given["line"],
                gauge_key=given["gauge"], characteristic=given["characteristic"], options=form.options(),
            )  # fmt: skip
        except Problem as problem:
            form.add_error(None, words_of(problem))
        else:
            messages.success(request, _("The study is computed and kept."))
            return redirect("shopfloor:quality-study", key=made.id)
    return render(
        request,
        "ui/form.html",
        {
            "form": form,
            "page_title": _("New gauge study"),
            "submit_label": _("Compute"),
            "back_url": "/quality/studies/",
        },
    )


def _rows(kind: StudyKind, given: dict[str, Any]) -> list[dict[str, str]]:
    needed = services.COLUMNS[kind]
    known = [*needed, *(name for name in OPTIONAL if name not in needed)]
    if given.get("sheet"):
        file = given["sheet"]
        return [row.values for row in read_sheet(file.read(), file.name, known=known, needed=needed)]
    text = given["pasted"].strip()
    first = text.splitlines()[0]
    delimiter = max("\t;,", key=first.count)
    lines = list(csv.reader(io.StringIO(text), delimiter=delimiter))
    head = [cell.strip().lower() for cell in lines[0]]
    if set(needed) <= set(head):
        return [dict(zip(head, row, strict=False)) for row in lines[1:] if any(row)]
    return [dict(zip(needed, row, strict=False)) for row in lines if any(row)]


@needs(VIEW)
def study(request: HttpRequest, key: int) -> HttpResponse:
    """``/quality/studies/<id>/``"""
    scope = scope_of(request)
    info = queries.study(scope, key)
    context = {
        "study": info,
        "page_title": info.title,
        "kind": STUDIES[info.kind],
        "verdict": VERDICTS.get(info.verdict, info.verdict),
        "look": VERDICT_LOOKS.get(info.verdict, "no_data"),
        "plot": _plot(info),
        "parts": _parts(info),
        "facts": _facts(info),
        "rows": info.rows[:MAX_SHOWN],
        "columns": list(info.rows[0]) if info.rows else [],
        "may_edit": scope.may(QUALITY),
    }
    return render(request, "shopfloor/quality/study.html", context)


@require_POST
@needs(QUALITY)
def study_approve(request: HttpRequest, key: int) -> HttpResponse:
    services.approve_study(scope_of(request), key, now_utc())
    messages.success(request, _("The study is approved."))
    return redirect("shopfloor:quality-study", key=key)


PART_WORDS = {
    "repeatability": gettext_lazy("Repeatability (EV)"),
    "reproducibility": gettext_lazy("Reproducibility (AV)"),
    "grr": gettext_lazy("Gauge R&R"),
    "part": gettext_lazy("Part to part (PV)"),
    "total": gettext_lazy("Total (TV)"),
}


def _parts(info: StudyInfo) -> list[dict[str, Any]]:
    """Rows of an R&R study, both methods side by side."""
    if info.kind is not StudyKind.GRR:
        return []
    made = []
    for name, words in PART_WORDS.items():
        row: dict[str, Any] = {"words": words, "strong": name == "grr"}
        for method in ("anova", "average_and_range"):
            row[method] = info.result.get(method, {}).get("parts", {}).get(name)
        made.append(row)
    return made


def _facts(info: StudyInfo) -> list[tuple[Any, str]]:
    """The figures that matter, by kind."""
    found = info.result

    def number(value: Any) -> str:
        return "–" if value is None else f"{value:.5g}"

    if info.kind is StudyKind.GRR:
        anova = found["anova"]
        made: list[tuple[Any, str]] = [(_("Distinct categories (ndc)"), str(anova["ndc"]))]
        made.append(
            (
                _("Parts × appraisers × trials"),
                f"{anova['pieces']} × {anova['appraisers']} × {anova['trials']}",
            )
        )
        made.append((_("Interaction pooled"), _("yes") if anova["pooled"] else _("no")))
        return made
    if info.kind is StudyKind.TYPE1:
        off = found["bias"]
        return [
            ("Cg", number(found["cg"])),
            ("Cgk", number(found["cgk"])),
            (_("Bias"), number(off["bias"])),
            (_("Smallest tolerance it is fit for"), number(found["least_tolerance"])),
        ]
    if info.kind is StudyKind.BIAS:
        return [
            (_("Bias"), number(found["bias"])),
            (_("95 % interval"), f"{number(found['low'])} … {number(found['high'])}"),
            ("p", number(found["p_value"])),
        ]
    if info.kind is StudyKind.LINEARITY:
        return [
            (_("Slope of the bias"), f"{number(found['slope'])} (p {number(found['slope_p'])})"),
            (_("Bias at zero"), f"{number(found['intercept'])} (p {number(found['intercept_p'])})"),
            ("R²", number(found["r_squared"])),
        ]
    everyone = found["all_agree"]
    return [
        (_("All agree"), f"{everyone['hits']} / {everyone['of']}"),
        (_("Kappa between appraisers"), number(found["kappa_between"])),
    ]


def _plot(info: StudyInfo) -> dict[str, Any]:
    """Values by part (R&R, one mark an appraiser), by number, or bias over reference."""
    rows = info.rows
    if info.kind is StudyKind.AGREEMENT or not rows:
        return {}
    if info.kind is StudyKind.LINEARITY:
        values = [row["value"] - row["reference"] for row in rows]
        keys = [row["reference"] for row in rows]
    else:
        values = [row["value"] for row in rows]
        keys = [row.get("part", n) for n, row in enumerate(rows, start=1)]
    order = sorted(set(keys)) if info.kind is StudyKind.LINEARITY else list(dict.fromkeys(keys))
    people = list(dict.fromkeys(row.get("appraiser", "") for row in rows))
    low, high = min(values), max(values)
    reference = info.options.get("reference") if info.kind in (StudyKind.TYPE1, StudyKind.BIAS) else None
    if info.kind is StudyKind.LINEARITY:
        reference = 0.0
    if reference is not None:
        low, high = min(low, reference), max(high, reference)
    pad = (high - low) * 0.08 or 1.0
    left, right, top, bottom = 64, STUDY_WIDTH - 16, 12, STUDY_HEIGHT - 28

    def y(value: float) -> float:
        return round(bottom - (value - low + pad) / (high - low + 2 * pad) * (bottom - top), 1)

    step = (right - left) / max(len(order), 1)
    spread = {who: (i - (len(people) - 1) / 2) * min(7.0, step / 5) for i, who in enumerate(people)}
    marks = [
        {
            "x": round(left + step * (order.index(key) + 0.5) + spread[row.get("appraiser", "")], 1),
            "y": y(value),
            "c": people.index(row.get("appraiser", "")) % 8 + 1,
        }
        for row, key, value in zip(rows, keys, values, strict=True)
    ]
    every = max(1, len(order) // 20)
    return {
        "width": STUDY_WIDTH,
        "height": STUDY_HEIGHT,
        "left": left,
        "right": right,
        "bottom": bottom,
        "marks": marks,
        "people": [(who, i % 8 + 1) for i, who in enumerate(people) if who],
        "ticks": [
            (round(left + step * (i + 0.5), 1), str(key)) for i, key in enumerate(order) if i % every == 0
        ],
        "rows": [(y(value), f"{value:.5g}") for value in nice(low, high)],
        "reference": y(reference) if reference is not None else None,
    }
