"""The shop drawn, its set-up, and work in process."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gearpark.base.time import now_utc
from gearpark.kit.http import needs, scope_of

from ... import queries as floor
from ...forms.moves import SiteForm
from ...queries import moves as queries
from ...services import moves
from ...types.lines import EDIT, VIEW
from ...types.moves import TaskInfo
from ...types.work import WORK
from ..care.act import done, told
from .drawing import draw, live
from .words import (  # fmt: skip
    KINDS,
    MEANS,
    STATE_LOOKS,
    STATES,
    language,
    overdue,
    tabs,
    trouble,
    vehicle_look,
    vehicle_word,
    word,
)

MAX_ROWS = 60


@require_GET
@needs(VIEW)
def shop(request: HttpRequest) -> HttpResponse:
    """``/logistics/``: the shop as it stands; ``?org=`` for those who see several."""
    scope, now = scope_of(request), now_utc()
    found = queries.shop(scope, now, request.GET.get("org", ""))
    part = request.GET.get("part")
    context: dict[str, Any] = {
        "page_title": _("Logistics"),
        "tabs": tabs("logistics"),
        "tasks": [task_row(task, now) for task in found.tasks[:MAX_ROWS]],
        "more": max(0, len(found.tasks) - MAX_ROWS),
        "vehicles": [
            {"info": one, "look": vehicle_look(one), "word": vehicle_word(one)} for one in found.vehicles
        ],
        "figures": figures(found, now),
        "now": now,
        "may_edit": scope.may(EDIT),
        "may_work": scope.may(WORK),
    }
    if part:
        return render(request, "shopfloor/moves/shop_part.html", context)
    orgs = queries.shop_orgs(scope) if scope.park_wide else []
    context |= {
        "drawing": draw(found, now, language()),
        "set_up": bool(found.places),
        "org": found.places[0].org if found.places else "",
        "orgs": orgs if len(orgs) > 1 else [],
        "live_url": f"{reverse('shopfloor:logistics-live')}?org={found.places[0].org if found.places else ''}",
        "part_url": f"{request.path}?part=1&org={found.places[0].org if found.places else ''}",
    }
    return render(request, "shopfloor/moves/shop.html", context)


@require_GET
@needs(VIEW)
def shop_live(request: HttpRequest) -> JsonResponse:
    """What moves, as JSON: asked once a second by an open page."""
    now = now_utc()
    answer = JsonResponse(live(queries.shop(scope_of(request), now, request.GET.get("org", "")), now))
    answer["Cache-Control"] = "no-store"
    return answer


def figures(found: queries.Shop, now: Any) -> dict[str, int]:
    """The figures on top."""
    return {
        "open": len(found.tasks),
        "late": sum(1 for task in found.tasks if overdue(task, now)),
        "stuck": sum(1 for task in found.tasks if task.trouble),
        "vehicles": sum(1 for one in found.vehicles if one.online),
        "fleet": len(found.vehicles),
    }


def task_row(task: TaskInfo, now: Any) -> dict[str, Any]:
    """One task as tables show it."""
    return {
        "task": task,
        "kind": word(KINDS, task.kind),
        "state": word(STATES, task.state),
        "look": STATE_LOOKS[task.state],
        "means": word(MEANS, task.means),
        "late": overdue(task, now),
        "trouble": trouble(task.trouble) if task.trouble else "",
    }


@require_POST
@needs(EDIT)
def set_up(request: HttpRequest) -> HttpResponse:
    """Stores, a dock, a parking place, and every line's places."""
    return done(
        request,
        reverse("shopfloor:logistics"),
        _("Set up. Add carriers and vehicles, then let rules raise tasks."),
        lambda: moves.propose_site(scope_of(request)),
    )


@require_http_methods(["GET", "POST"])
@needs(EDIT)
def site(request: HttpRequest) -> HttpResponse:
    """The firm's GS1 prefix and the patience with silent vehicles."""
    scope = scope_of(request)
    found = queries.site_of(scope)
    initial = {
        "gs1_prefix": found.gs1_prefix,
        "extension": found.extension,
        "ship_from": found.ship_from,
        "lost_after_s": found.lost_after_s,
    }
    form = SiteForm(request.POST or None, initial=initial)
    if request.method == "POST":
        if not form.is_valid():
            return told(request, request.path, form)
        return done(
            request,
            reverse("shopfloor:logistics"),
            _("Saved."),
            lambda: moves.save_site(scope, **form.cleaned_data),
        )
    context = {
        "form": form,
        "page_title": _("Logistics set-up"),
        "submit_label": _("Save"),
        "back_url": reverse("shopfloor:logistics"),
    }
    return render(request, "ui/form.html", context)


@require_GET
@needs(VIEW)
def wip(request: HttpRequest) -> HttpResponse:
    """Work in process of every line, counted by machines and by serials."""
    scope, now = scope_of(request), now_utc()
    tongue = language()
    found = [
        {"line": line, "name": line.name(tongue), "rows": rows, **wip_totals(rows)}
        for line in floor.lines(scope)
        if (rows := wip_rows(queries.wip(scope, line.asset, now), tongue))
    ]
    chosen = request.GET.get("line", "")
    found = [one for one in found if not chosen or one["line"].asset == chosen]
    context = {"page_title": _("Work in process"), "tabs": tabs("wip"), "lines": found, "chosen": chosen}
    template = "shopfloor/moves/wip_rows.html" if request.GET.get("part") else "shopfloor/moves/wip.html"
    return render(request, template, context)


def wip_rows(rows: list[Any], tongue: str) -> list[dict[str, Any]]:
    """Rows with what is needed to draw them."""
    top = max([1, *(max(row.serials, row.machine or 0) for row in rows)])
    return [
        {
            "row": row,
            "title": row.title_zh if tongue.startswith("zh") else row.title_en,
            "machine_width": round(100 * (row.machine or 0) / top, 1),
            "serial_width": round(100 * row.serials / top, 1),
            "off": row.differs is not None and abs(row.differs) > 1,
        }
        for row in rows
    ]


def wip_totals(rows: list[dict[str, Any]]) -> dict[str, Any]:
    machines = [row["row"].machine for row in rows if row["row"].machine is not None]
    return {
        "machine_total": sum(machines) if machines else None,
        "serial_total": sum(row["row"].serials for row in rows),
        "held_total": sum(row["row"].held for row in rows),
    }


def back(request: HttpRequest, name: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse(f"shopfloor:{name}"))
