"""Gauges: the register, one gauge with its checks, kinds with their calibration plans, certificates."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import quote, urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.base.time import now_utc
from gearpark.kit import lists
from gearpark.kit.http import needs, scope_of
from gearpark.kit.problems import words_of
from gearpark.kit.tenant import acting

from ... import queries
from ...forms import care as forms_
from ...queries.care.gauges import (
    GaugePage,
    care_file,
    gauge_class,
    gauge_class_choices,
    gauge_class_rows,
    gauge_page,
    gauge_rows,
)
from ...queries.care.scopes import within
from ...services import care
from ...types.care import CARE, QUALITY, CheckKind, GaugeState
from ...types.lines import VIEW
from ...types.trace import FactKind
from ...types.work import WORK
from .act import done, needs_one, told
from .draw import check_picture
from .tabs import tabs
from .tools import spots
from .words import (
    BLOCKS,
    CHECK_KINDS,
    GAUGE_LOOKS,
    GAUGE_STATES,
    away,
    day,
    day_and_time,
    language,
    named,
    number,
    word,
)

MAX_READ = 2 * 1024 * 1024 + 1


def gauge_url(row: Any) -> str:
    return reverse("shopfloor:gauge", args=[row.pk])


def _where(row: Any) -> str:
    return f"{row.line.asset} {row.station}" if row.line is not None else row.place


def _due_look(row: Any) -> str:
    if row.state != GaugeState.IN_USE.value:
        return GAUGE_LOOKS[GaugeState(row.state)]
    return "bad" if row.due_at is None or row.due_at <= now_utc() else "good"


def _when_due(rows: Any, value: str) -> Any:
    now = now_utc()
    if value == "late":
        return rows.filter(due_at__lte=now)
    return rows.filter(
        due_at__gt=now, due_at__lte=now + timedelta(days=int(value) if value.isdecimal() else 0)
    )


def _spec(scope: Scope) -> lists.ListSpec:
    column = lists.Column
    lines = tuple((line.asset, line.name(language())) for line in queries.lines(scope))
    kinds = tuple((row.code, f"{row.code} · {named(row)}") for row in gauge_class_rows(scope))
    return lists.ListSpec(
        key="gauges",
        columns=(
            column("code", _("Gauge"), sort="code", url=gauge_url),
            column("gauge_class", _("Kind"), lambda row: named(row.gauge_class), sort="gauge_class__code", export=lambda row: row.gauge_class.code),
            column("state", _("State"), lambda row: word(GAUGE_STATES, GaugeState, row.state), sort="state", state=lambda row: GAUGE_LOOKS[GaugeState(row.state)], export=lambda row: row.state),
            column("due_at", _("Calibration due"), lambda row: day(row.due_at) or "–", sort="due_at", state=_due_look, export=lambda row: row.due_at),
            column("calibrated_at", _("Calibrated"), lambda row: day(row.calibrated_at), sort="calibrated_at"),
            column("where", _("Where"), _where, sort="place"),
            column("range", _("Range"), lambda row: f"{row.range_low:g} … {row.range_high:g}", sort="range_low"),
            column("resolution", _("Resolution"), lambda row: f"{row.resolution:g}", numeric=True, sort="resolution"),
            column("uses", _("Uses since"), numeric=True, sort="uses", shown=False),
            column("standard", _("Reference standard"), sort="standard", shown=False),
            column("serial", _("Maker's serial"), sort="serial", shown=False),
            column("note", _("Note"), shown=False),
            column("data", _("Data"), lambda row: gettext("illustrative") if row.illustrative else "", sort="illustrative", shown=False),
        ),
        filters=(
            lists.Filter("due", _("Due when"), (("late", _("overdue")), ("7", _("in 7 days")), ("30", _("in 30 days")), ("90", _("in 90 days"))), _when_due),
            lists.Filter("state", _("State"), tuple((k.value, v) for k, v in GAUGE_STATES.items()), "state"),
            lists.Filter("line", _("Line"), lines, "line__asset"),
            lists.Filter("kind", _("Kind"), kinds, "gauge_class__code"),
        ),
        search=("code__icontains", "serial__icontains", "gauge_class__name_en__icontains", "gauge_class__name_zh__icontains", "place__icontains"),
        default_sort="due_at",
        row_url=gauge_url,
        empty_title=_("No gauge yet"),
        empty_text=_("First a kind with its limit and calibration interval, then every gauge with the number on it."),
        empty_url="/care/gauges/kinds/new/",
        empty_label=_("Add a kind of gauge"),
    )  # fmt: skip


@needs(VIEW)
def gauge_list(request: HttpRequest) -> HttpResponseBase:
    """``/care/gauges/``"""
    scope = scope_of(request)
    buttons = [(_("Kinds of gauges"), reverse("shopfloor:gauge-classes"), False)]
    if _may(scope):
        buttons.append((_("Register a gauge"), reverse("shopfloor:gauge-new"), True))
    answer = partial(lists.answer, request, _spec(scope), gauge_rows(scope), "shopfloor/care/list.html")
    return answer(title=_("Gauges"), tabs=tabs("gauges"), buttons=buttons)


def _may(scope: Scope) -> bool:
    return scope.may(CARE) or scope.may(QUALITY)


@needs(VIEW)
def gauge(request: HttpRequest, key: int) -> HttpResponse:
    """``/care/gauges/<id>/``"""
    scope, now = scope_of(request), now_utc()
    page = gauge_page(scope, key, now)
    row, kind = page.gauge, page.gauge.gauge_class
    return render(
        request,
        "shopfloor/care/gauge.html",
        {
            "page_title": row.code,
            "gauge": row,
            "kind": kind,
            "kind_name": named(kind),
            "look": GAUGE_LOOKS[GaugeState(row.state)],
            "state": word(GAUGE_STATES, GaugeState, row.state),
            "where": _where(row),
            "blocked": BLOCKS[page.blocked] if page.blocked else "",
            "due": day(row.due_at),
            "away": away(row.due_at, now) if row.due_at else "",
            "suspect": _suspect(page),
            "picture": check_picture(page.checks, kind.limit),
            "checks": [_check(check) for check in page.checks],
            "form": forms_.CheckForm(
                initial={"at": timezone.localtime(now), "standard": row.standard}, auto_id="c_%s"
            ),
            "may": _may(scope),
            "may_master": _may(scope) or scope.may(WORK),
            "states": [(s.value, w) for s, w in GAUGE_STATES.items() if s.value != row.state],
            "gone": row.state == GaugeState.SCRAPPED.value,
        },
    )


def _check(check: Any) -> dict[str, Any]:
    return {
        "at": day_and_time(check.at),
        "kind": word(CHECK_KINDS, CheckKind, check.kind),
        "found": number(check.as_found),
        "left": number(check.as_left) if check.as_left != check.as_found else "",
        "uncertainty": number(check.uncertainty),
        "limit": number(check.limit),
        "unit": check.unit,
        "good": check.found_good,
        "usable": check.left_good,
        "standard": check.standard,
        "temperature": check.temperature_c,
        "by": check.by,
        "note": check.note,
        "file": check.certificate_id,
        "file_name": check.certificate.name if check.certificate else "",
    }


def _suspect(page: GaugePage) -> dict[str, Any]:
    """What a bad check makes doubtful: every part measured since the last good one."""
    if not page.suspect:
        return {}
    since = page.suspect_since
    query = {"kind": FactKind.GAUGE.value, "key": page.gauge.code}
    if since is not None:
        query["since"] = timezone.localtime(since).strftime("%Y-%m-%dT%H:%M")
    url = f"{reverse('shopfloor:recalls')}?{urlencode(query)}"
    return {"since": day_and_time(since), "url": url}


@needs(VIEW)
@require_POST
def gauge_check(request: HttpRequest, key: int) -> HttpResponse:
    """``/care/gauges/<id>/calibrate/``: a calibration, with its certificate."""
    scope, now = scope_of(request), now_utc()
    row = gauge_page(scope, key, now).gauge
    form = forms_.CheckForm(request.POST, request.FILES)
    if not form.is_valid():
        return told(request, gauge_url(row), form)
    given, mine = form.cleaned_data, within(scope, row.org)

    def keep() -> None:
        with acting(mine):
            upload = given["certificate"]
            content = upload.read(MAX_READ) if upload else b""
            file = care.keep_certificate(mine, row.org, content, upload.name, now) if upload else None
            care.calibration_check(
                mine, row.code, min(given["at"], now), given["as_found"], as_left=given["as_left"],
                uncertainty=given["uncertainty"], standard=given["standard"], temperature_c=given["temperature_c"],
                certificate=file, note=given["note"],
            )  # fmt: skip

    return done(request, gauge_url(row), _("The calibration is kept."), keep)


@needs(VIEW)
@require_POST
def gauge_do(request: HttpRequest, key: int) -> HttpResponse:
    """``/care/gauges/<id>/do/``: a check with the master part, or where the gauge is."""
    scope, now = scope_of(request), now_utc()
    row = gauge_page(scope, key, now).gauge
    mine, back = within(scope, row.org), gauge_url(row)
    if request.POST.get("do") == "master":
        master = forms_.MasterForm(request.POST)
        if not master.is_valid():
            return told(request, back, master)
        given = master.cleaned_data
        return done(
            request,
            back,
            _("The check is kept."),
            lambda: care.master_check(mine, row.code, now, given["deviation"], given["note"]),
        )
    moved = forms_.GaugeMoveForm(request.POST)
    if not moved.is_valid():
        return told(request, back, moved)
    said = moved.cleaned_data
    return done(
        request,
        back,
        _("The gauge's state is changed."),
        lambda: care.move_gauge(mine, row.code, GaugeState(said["state"]), now, said["note"]),
    )


@needs_one(CARE, QUALITY)
def gauge_edit(request: HttpRequest, key: int = 0) -> HttpResponse:
    """``/care/gauges/new/`` and ``/care/gauges/<id>/edit/``"""
    scope, now = scope_of(request), now_utc()
    row = gauge_page(scope, key, now).gauge if key else None
    org = row.org if row else scope.org
    initial: dict[str, Any] = {}
    if row is not None:
        initial = {
            name: getattr(row, name)
            for name in (
                "code",
                "serial",
                "resolution",
                "range_low",
                "range_high",
                "standard",
                "place",
                "note",
            )
        }
        initial |= {
            "gauge_class": row.gauge_class.code,
            "spot": f"{row.line.asset}/{row.station}" if row.line else "",
        }
    form = forms_.GaugeForm(
        request.POST or None,
        classes=gauge_class_choices(scope, org),
        spots=spots(scope, org),
        fixed_code=bool(row),
        initial=initial,
    )
    if request.method == "POST" and form.is_valid():
        try:
            saved = care.save_gauge(within(scope, org), form.wanted(), now, org=org)
        except Problem as problem:
            form.add_error(None, words_of(problem))
        else:
            messages.success(
                request, gettext("Gauge %(code)s is saved.") % {"code": form.cleaned_data["code"]}
            )
            return redirect("shopfloor:gauge", key=saved)
    return render(request, "shopfloor/care/form.html", {
        "form": form, "page_title": row.code if row else gettext("Register a gauge"), "submit_label": gettext("Save"),
        "steps": [(_("Gauges"), "/care/gauges/")], "back_url": gauge_url(row) if row else "/care/gauges/",
    })  # fmt: skip


def class_url(row: Any) -> str:
    return reverse("shopfloor:gauge-class", args=[row.pk])


def _class_spec() -> lists.ListSpec:
    column = lists.Column
    return lists.ListSpec(
        key="gauge-kinds",
        columns=(
            column("code", _("Code"), sort="code", url=class_url),
            column("name", _("Name"), named, sort="name_zh"),
            column("limit", _("Permissible deviation"), lambda row: f"{row.limit:g} {row.unit}", numeric=True, sort="limit", export=lambda row: row.limit),
            column("every_days", _("Every, days"), numeric=True, sort="every_days"),
            column("every_uses", _("Every, uses"), numeric=True, sort="every_uses"),
            column("master_each_shift", _("Master part each shift"), sort="master_each_shift"),
            column("guarded", _("Uncertainty counts"), sort="guarded", shown=False),
            column("n_gauges", _("Gauges"), numeric=True, sort="n_gauges"),
        ),
        search=("code__icontains", "name_en__icontains", "name_zh__icontains"),
        default_sort="code",
        row_url=class_url,
        empty_title=_("No kind of gauge yet"),
        empty_text=_("A kind says how far a gauge may be off and how often it is calibrated."),
        empty_url="/care/gauges/kinds/new/",
        empty_label=_("Add a kind of gauge"),
    )  # fmt: skip


@needs(VIEW)
def class_list(request: HttpRequest) -> HttpResponseBase:
    """``/care/gauges/kinds/``"""
    scope = scope_of(request)
    buttons = [(_("Add a kind"), reverse("shopfloor:gauge-class-new"), True)] if _may(scope) else []
    answer = partial(
        lists.answer, request, _class_spec(), gauge_class_rows(scope), "shopfloor/care/list.html"
    )
    return answer(title=_("Kinds of gauges"), buttons=buttons, steps=[(_("Gauges"), "/care/gauges/")])


@needs_one(CARE, QUALITY)
def class_edit(request: HttpRequest, key: int = 0) -> HttpResponse:
    """``/care/gauges/kinds/new/`` and ``/care/gauges/kinds/<id>/``"""
    scope = scope_of(request)
    row = gauge_class(scope, key) if key else None
    org = row.org if row else scope.org
    initial = {name: getattr(row, name) for name in forms_.GaugeClassForm.base_fields} if row else {}
    form = forms_.GaugeClassForm(request.POST or None, fixed_code=bool(row), initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            care.save_gauge_class(within(scope, org), form.wanted(), org=org)
        except Problem as problem:
            form.add_error(None, words_of(problem))
        else:
            messages.success(
                request, gettext("Kind %(code)s is saved.") % {"code": form.cleaned_data["code"]}
            )
            return redirect("shopfloor:gauge-classes")
    return render(request, "shopfloor/care/form.html", {
        "form": form, "page_title": row.code if row else gettext("Add a kind of gauge"), "submit_label": gettext("Save"),
        "steps": [(_("Gauges"), "/care/gauges/"), (_("Kinds of gauges"), "/care/gauges/kinds/")],
        "back_url": "/care/gauges/kinds/",
    })  # fmt: skip


@needs(VIEW)
def file(request: HttpRequest, key: int) -> HttpResponse:
    """``/care/files/<id>/``: photos are shown, certificates downloaded; nothing is ever run."""
    row = care_file(scope_of(request), key)
    answer = HttpResponse(bytes(row.content), content_type=row.media_type)
    shown = row.media_type.startswith("image/")
    kind = "inline" if shown else "attachment"
    answer["Content-Disposition"] = f"{kind}; filename*=UTF-8''{quote(row.name)}"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, max-age=86400"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer
