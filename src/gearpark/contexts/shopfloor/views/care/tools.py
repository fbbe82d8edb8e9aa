"""Tools: the list, one tool with what is done to it, kinds of tools."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.crypto import get_random_string
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.base.time import from_us, now_utc
from gearpark.kit import lists
from gearpark.kit.http import needs, scope_of
from gearpark.kit.problems import words_of

from ... import queries
from ...forms import care as forms_
from ...queries.care.forecasts import forecast_score
from ...queries.care.scopes import within
from ...queries.care.tools import (
    ToolPage,
    class_choices,
    class_page,
    class_rows,
    spare_tools,
    tool_page,
    tool_rows,
)
from ...services import care
from ...types.care import CARE, LifeEnd, LifeUnit, ToolPlace, ToolState
from ...types.lines import VIEW
from ...types.work import WORK
from .act import done, told
from .draw import life_picture, survival_picture
from .tabs import tabs
from .words import (
    LIFE_ENDS,
    METHODS,
    TOOL_LOOKS,
    TOOL_PLACES,
    TOOL_STATES,
    UNITS,
    away,
    day_and_time,
    language,
    named,
    use,
    word,
)

EXACT_US = 120_000_000  # a narrower interval is not worth a sentence


def tool_url(row: Any) -> str:
    return reverse("shopfloor:tool", args=[row.pk])


def _where(row: Any) -> str:
    if row.place == ToolPlace.STATION.value and row.line is not None:
        return f"{row.line.asset} {row.station} {row.pocket}".strip()
    return word(TOOL_PLACES, ToolPlace, row.place)


def _spec(scope: Scope) -> lists.ListSpec:
    column = lists.Column
    lines = tuple((line.asset, line.name(language())) for line in queries.lines(scope))
    kinds = tuple((row.code, f"{row.code} · {named(row)}") for row in class_rows(scope))
    return lists.ListSpec(
        key="tools",
        columns=(
            column("serial", _("Serial"), sort="serial", url=tool_url),
            column("tool_class", _("Kind"), lambda row: named(row.tool_class), sort="tool_class__code", export=lambda row: row.tool_class.code),
            column("state", _("State"), lambda row: word(TOOL_STATES, ToolState, row.state), sort="state", state=lambda row: TOOL_LOOKS[ToolState(row.state)], export=lambda row: row.state),
            column("where", _("Where"), _where, sort="station"),
            column("spent", _("Life used"), lambda row: round(100 * row.spent), numeric=True, unit="%", sort="spent"),
            column("used", _("Used"), lambda row: use(row.used, row.tool_class.unit), numeric=True, sort="used", export=lambda row: row.used),
            column("left_share", _("Left by the machine"), lambda row: None if row.left_share is None else round(100 * row.left_share), numeric=True, unit="%", sort="left_share"),
            column("regrinds", _("Regrinds"), numeric=True, sort="regrinds", shown=False),
            column("life_no", _("Life"), numeric=True, sort="life_no", shown=False),
            column("mounted_at", _("Mounted"), lambda row: day_and_time(row.mounted_at), sort="mounted_at", shown=False),
            column("note", _("Note"), shown=False),
            column("data", _("Data"), lambda row: gettext("illustrative") if row.illustrative else "", sort="illustrative", shown=False),
        ),
        filters=(
            lists.Filter("state", _("State"), tuple((k.value, v) for k, v in TOOL_STATES.items()), "state"),
            lists.Filter("place", _("Place"), tuple((k.value, v) for k, v in TOOL_PLACES.items()), "place"),
            lists.Filter("line", _("Line"), lines, "line__asset"),
            lists.Filter("kind", _("Kind"), kinds, "tool_class__code"),
        ),
        search=("serial__icontains", "tool_class__name_en__icontains", "tool_class__name_zh__icontains", "station__icontains"),
        default_sort="-spent",
        row_url=tool_url,
        empty_title=_("No tool yet"),
        empty_text=_("Tools that machines name come by themselves once their kind is known; others are registered here."),
        empty_url="/care/tools/kinds/",
        empty_label=_("Kinds of tools"),
    )  # fmt: skip


@needs(VIEW)
def tool_list(request: HttpRequest) -> HttpResponseBase:
    """``/care/tools/``"""
    scope = scope_of(request)
    buttons = [(_("Kinds of tools"), reverse("shopfloor:tool-classes"), False)]
    if scope.may(CARE):
        buttons.append((_("Register a tool"), reverse("shopfloor:tool-new"), True))
    answer = partial(lists.answer, request, _spec(scope), tool_rows(scope), "shopfloor/care/list.html")
    return answer(title=_("Tools"), tabs=tabs("tools"), buttons=buttons)


@needs(VIEW)
def tool(request: HttpRequest, key: int) -> HttpResponse:
    """``/care/tools/<id>/``"""
    scope, now = scope_of(request), now_utc()
    page = tool_page(scope, key, now)
    row, kind = page.tool, page.tool.tool_class
    limit = row.life_limit or kind.life_limit
    due = page.due
    whole = row.used + due.left if due is not None and row.left_share is not None else limit
    return render(
        request,
        "shopfloor/care/tool.html",
        {
            "page_title": row.serial,
            "tool": row,
            "kind": kind,
            "kind_name": named(kind),
            "state": word(TOOL_STATES, ToolState, row.state),
            "look": TOOL_LOOKS[ToolState(row.state)],
            "where": _where(row),
            "used": use(row.used, kind.unit),
            "limit": use(limit, kind.unit),
            "unit": UNITS[LifeUnit(kind.unit)],
            "share": row.used / whole if whole else None,
            "due": due,
            "due_words": _due_words(page, now),
            "picture": life_picture(page.track, row.used, whole, due),
            "lives": [_life(life, kind.unit) for life in page.lives],
            "page": page,
            "wear": [(day_and_time(w.at), use(w.used, kind.unit), w.wear_mm, w.added, w.by) for w in page.wear],
            "successors": spare_tools(scope, row),
            "ends": [(end.value, text) for end, text in LIFE_ENDS.items()],
            "spots": spots(scope, row.org),
            "key": get_random_string(16),
            "may": scope.may(CARE) or scope.may(WORK),
            "may_care": scope.may(CARE),
            "mounted": row.place == ToolPlace.STATION.value,
            "gone": row.place == ToolPlace.GONE.value,
            "away": row.place == ToolPlace.REGRIND.value,
            "usable": row.state in (ToolState.NEW.value, ToolState.IN_USE.value),
        },
    )  # fmt: skip


def spots(scope: Scope, org: str) -> list[tuple[str, str]]:
    """("line/station", shown) of every station of an organisation."""
    return [
        (f"{line.asset}/{station.code}", f"{line.name(language())} · {station.code.upper()}")
        for line in queries.lines(scope, [org])
        for station in line.template.stations
    ]


def _due_words(page: ToolPage, now: Any) -> dict[str, Any]:
    due = page.due
    if due is None:
        return {}

    def at(us: int | None) -> datetime | None:
        return None if us is None else from_us(us)

    return {
        "at": day_and_time(at(due.due_us)),
        "away": away(at(due.due_us), now),
        "early": day_and_time(at(due.early_us)),
        "late": day_and_time(at(due.late_us)) or "…",
        "exact": due.late_us is not None
        and due.early_us is not None
        and due.late_us - due.early_us < EXACT_US,
        "left": use(due.left, due.unit),
        "low": use(due.left_low, due.unit),
        "high": use(due.left_high, due.unit) if due.left_high is not None else "…",
        "method": METHODS.get(due.method, due.method),
    }


def _life(life: Any, unit: str) -> dict[str, Any]:
    return {
        "no": life.life_no,
        "where": f"{life.line.asset if life.line else ''} {life.station} {life.pocket}".strip(),
        "begun": day_and_time(life.begun_at),
        "ended": day_and_time(life.ended_at),
        "used": use(life.used, unit),
        "end": word(LIFE_ENDS, LifeEnd, life.end) if life.end else "",
        "cost": life.cost_cny,
        "by": life.by,
        "note": life.note,
        "partial": life.partial,
    }


def _spot(text: str) -> tuple[str, str]:
    """ "line/station" of a choice -> (line, station)."""
    line, _slash, station = text.partition("/")
    return line, station


Action = Callable[[Scope, str, dict[str, Any], Any], object]
ACTIONS: dict[str, tuple[type[forms.Form], Any, Action]] = {
    "mount": (forms_.MountForm, _("The tool is mounted."), lambda s, n, d, at: care.mount_tool(s, n, *_spot(d["spot"]), d["pocket"], at)),
    "change": (forms_.ChangeForm, _("The tool is changed; its life is kept."), lambda s, n, d, at: care.change_tool(s, n, LifeEnd(d["end"]), at, successor=d["successor"], note=d["note"])),
    "unmount": (forms_.NoteForm, _("The tool is in the store; its life goes on where it is mounted next."), lambda s, n, d, at: care.unmount_tool(s, n, at)),
    "use": (forms_.UseForm, _("The use is added."), lambda s, n, d, at: care.report_usage(s, n, d["added"], at, d["key"])),
    "wear": (forms_.WearForm, _("The wear is kept."), lambda s, n, d, at: care.measure_wear(s, n, d["wear_mm"], at, d["key"])),
    "preset": (forms_.PresetForm, _("The preset values are kept."), lambda s, n, d, at: care.preset_tool(s, n, d["length_mm"], d["radius_mm"], at, d["runout_mm"])),
    "worn": (forms_.NoteForm, _("The tool is marked worn; it blocks its station until it is changed."), lambda s, n, d, at: care.mark_tool(s, n, ToolState.WORN, at, d["note"])),
    "broken": (forms_.NoteForm, _("The tool is marked broken; it blocks its station until it is changed."), lambda s, n, d, at: care.mark_tool(s, n, ToolState.BROKEN, at, d["note"])),
    "scrap": (forms_.NoteForm, _("The tool is scrapped; its history stays."), lambda s, n, d, at: care.mark_tool(s, n, ToolState.SCRAPPED, at, d["note"])),
    "regrind": (forms_.NoteForm, _("The tool is on its way to the grinder."), lambda s, n, d, at: care.send_to_regrind(s, n, at)),
    "back": (forms_.NoteForm, _("The tool is back, sharp, in the store."), lambda s, n, d, at: care.back_from_regrind(s, n, at)),
}  # fmt: skip


@needs(VIEW)
@require_POST
def tool_do(request: HttpRequest, key: int) -> HttpResponse:
    """``/care/tools/<id>/do/``: one of ``ACTIONS``, named by the button."""
    scope, now = scope_of(request), now_utc()
    row = tool_page(scope, key, now).tool
    back = tool_url(row)
    chosen = ACTIONS.get(request.POST.get("do", ""))
    if chosen is None:
        raise Problem("care.tool_state", "A tool is marked worn, broken or scrapped; nothing was changed.")
    kind, said, action = chosen
    form = kind(request.POST)
    if not form.is_valid():
        return told(request, back, form)
    return done(
        request, back, said, lambda: action(within(scope, row.org), row.serial, form.cleaned_data, now)
    )


@needs(CARE)
def tool_edit(request: HttpRequest, key: int = 0) -> HttpResponse:
    """``/care/tools/new/`` and ``/care/tools/<id>/edit/``"""
    scope = scope_of(request)
    row = tool_page(scope, key, now_utc()).tool if key else None
    org = row.org if row else scope.org
    initial = (
        {
            "serial": row.serial,
            "tool_class": row.tool_class.code,
            "life_limit": row.life_limit,
            "note": row.note,
        }
        if row
        else {}
    )
    form = forms_.ToolForm(
        request.POST or None, classes=class_choices(scope, org), fixed_serial=bool(row), initial=initial
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            saved = care.save_tool(
                within(scope, org),
                given["serial"],
                given["tool_class"],
                life_limit=given["life_limit"],
                note=given["note"],
                org=org,
            )
        except Problem as problem:
            form.add_error(None, words_of(problem))
        else:
            messages.success(request, gettext("Tool %(serial)s is saved.") % {"serial": given["serial"]})
            return redirect("shopfloor:tool", key=saved)
    title = row.serial if row else gettext("Register a tool")
    return render(request, "shopfloor/care/form.html", {
        "form": form, "page_title": title, "submit_label": gettext("Save"), "steps": [(_("Tools"), "/care/tools/")],
        "back_url": tool_url(row) if row else "/care/tools/",
    })  # fmt: skip


def class_url(row: Any) -> str:
    return reverse("shopfloor:tool-class", args=[row.pk])


def _class_spec() -> lists.ListSpec:
    column = lists.Column
    return lists.ListSpec(
        key="tool-kinds",
        columns=(
            column("code", _("Code"), sort="code", url=class_url),
            column("name", _("Name"), named, sort="name_zh"),
            column("line_type", _("Line type"), sort="line_type"),
            column("life_limit", _("Life limit"), lambda row: use(row.life_limit, row.unit), numeric=True, sort="life_limit", export=lambda row: row.life_limit),
            column("n_tools", _("Tools"), numeric=True, sort="n_tools"),
            column("n_mounted", _("In stations"), numeric=True, sort="n_mounted"),
            column("n_lives", _("Lives ended"), numeric=True, sort="n_lives"),
            column("regrinds_max", _("Regrinds allowed"), numeric=True, sort="regrinds_max"),
            column("price_cny", _("Price"), numeric=True, unit="CNY", sort="price_cny"),
            column("wear_limit_mm", _("Wear limit"), numeric=True, unit="mm", sort="wear_limit_mm", shown=False),
            column("change_s", _("Change takes"), numeric=True, unit="s", sort="change_s", shown=False),
            column("data", _("Data"), lambda row: gettext("illustrative") if row.illustrative else "", sort="illustrative", shown=False),
        ),
        search=("code__icontains", "name_en__icontains", "name_zh__icontains"),
        default_sort="code",
        row_url=class_url,
        empty_title=_("No kind of tool yet"),
        empty_text=_("Give each kind the code the machine names it by, and how long it may be used."),
        empty_url="/care/tools/kinds/new/",
        empty_label=_("Add a kind"),
    )  # fmt: skip


@needs(VIEW)
def class_list(request: HttpRequest) -> HttpResponseBase:
    """``/care/tools/kinds/``"""
    scope = scope_of(request)
    buttons = [(_("Add a kind"), reverse("shopfloor:tool-class-new"), True)] if scope.may(CARE) else []
    answer = partial(lists.answer, request, _class_spec(), class_rows(scope), "shopfloor/care/list.html")
    return answer(title=_("Kinds of tools"), buttons=buttons, steps=[(_("Tools"), "/care/tools/")])


@needs(VIEW)
def tool_class(request: HttpRequest, key: int) -> HttpResponse:
    """``/care/tools/kinds/<id>/``: lives of one kind in figures."""
    scope = scope_of(request)
    page = class_page(scope, key)
    kind = page.kind
    return render(
        request,
        "shopfloor/care/tool_class.html",
        {
            "page_title": kind.code,
            "kind": kind,
            "name": named(kind),
            "page": page,
            "limit": use(kind.life_limit, kind.unit),
            "median": use(page.figures.median, kind.unit),
            "b10": use(page.figures.b10, kind.unit),
            "mean": use(page.figures.mean, kind.unit),
            "picture": survival_picture(page.survival, kind.life_limit),
            "lives": [(life, _life(life, kind.unit)) for life in page.lives],
            "score": forecast_score(scope, now_utc(), org=kind.org),
            "cost": page.cost_part,
            "may_care": scope.may(CARE),
        },
    )


@needs(CARE)
def class_edit(request: HttpRequest, key: int = 0) -> HttpResponse:
    """``/care/tools/kinds/new/`` and ``/care/tools/kinds/<id>/edit/``"""
    scope = scope_of(request)
    row = class_page(scope, key).kind if key else None
    org = row.org if row else scope.org
    initial = {name: getattr(row, name) for name in forms_.ToolClassForm.base_fields} if row else {}
    form = forms_.ToolClassForm(request.POST or None, fixed_code=bool(row), initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            saved = care.save_tool_class(within(scope, org), form.wanted(), org=org)
        except Problem as problem:
            form.add_error(None, words_of(problem))
        else:
            messages.success(
                request, gettext("Kind %(code)s is saved.") % {"code": form.cleaned_data["code"]}
            )
            return redirect("shopfloor:tool-class", key=saved)
    return render(request, "shopfloor/care/form.html", {
        "form": form, "page_title": row.code if row else gettext("Add a kind of tool"), "submit_label": gettext("Save"),
        "steps": [(_("Tools"), "/care/tools/"), (_("Kinds of tools"), "/care/tools/kinds/")],
        "back_url": class_url(row) if row else "/care/tools/kinds/",
    })  # fmt: skip
