"""Assets: the tree and the list, one asset's page, moving, taking out of use."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from gearpark.base.scope import Scope
from gearpark.kit import lists
from gearpark.kit.http import needs, scope_of

from .. import queries, services
from ..forms.words import LEVELS, TYPES, name_of, word
from ..types import AssetNode, Level


def _spec(scope: Scope) -> lists.ListSpec:
    types = queries.asset_types(scope)
    column = lists.Column
    orgs = {
        firm.slug: name_of(firm)
        for firm in queries.organisations(scope, slugs=tuple(queries.asset_counts(scope)))
    }
    return lists.ListSpec(
        key="assets",
        columns=(
            column("id", _("Asset"), sort="id", url=_url),
            column("name", _("Name"), sort="name"),
            column("type", _("Type"), lambda row: word(TYPES, row.type), sort="type", export=lambda row: row.type),
            column("level", _("Level"), lambda row: word(LEVELS, row.level), sort="level", export=lambda row: row.level),
            column("path", _("Path"), sort="path"),
            column("org", _("Firm"), lambda row: orgs.get(row.org, row.org), sort="org", shown=scope.park_wide, export=lambda row: row.org),
            column("manufacturer", _("Manufacturer"), sort="manufacturer", shown=False),
            column("model", _("Model"), sort="model", shown=False),
            column("serial_number", _("Serial number"), sort="serial_number", shown=False),
            column("active", _("In use"), sort="active", shown=False),
        ),
        filters=(
            lists.Filter("type", _("Type"), tuple((code, word(TYPES, code)) for code in types), "type"),
            lists.Filter("level", _("Level"), tuple(LEVELS.items()), "level"),
            *((lists.Filter("org", _("Firm"), tuple(orgs.items()), "org"),) if scope.park_wide else ()),
            lists.Filter("use", _("Use"), (("in", _("in use")), ("out", _("out of use"))), _by_use),
        ),
        search=("id__icontains", "name__icontains", "path__icontains", "serial_number__icontains"),
        default_sort="path",
        row_url=_url,
        page_rows=100,
        empty_title=_("No asset yet"),
        empty_text=_("Add a machine over OPC UA or MTConnect, or import a sheet of assets."),
        empty_url="/import/?what=assets",
        empty_label=_("Import assets"),
    )  # fmt: skip


def _url(row: Any) -> str:
    return f"/assets/{row.id}/"


def _by_use(rows: Any, value: str) -> Any:
    return rows.filter(active=value == "in")


@needs("registry.view")
def asset_list(request: HttpRequest) -> HttpResponseBase:
    scope = scope_of(request)
    return lists.answer(
        request, _spec(scope), queries.asset_rows(scope), "registry/assets.html", title=_("Assets")
    )


@needs("registry.view")
def asset_tree(request: HttpRequest) -> HttpResponse:
    """The whole tree, firm by firm, as nested lists that open without script."""
    scope = scope_of(request)
    by_org: dict[str, list[AssetNode]] = {}
    for node in queries.asset_tree(scope):
        by_org.setdefault(node.org, []).append(node)
    firms = queries.organisations(scope, slugs=tuple(by_org))
    trees = [{"firm": firm, "name": name_of(firm), "nodes": by_org[firm.slug]} for firm in firms]
    return render(request, "registry/asset_tree.html", {"trees": trees})


@needs("registry.view")
def asset_page(request: HttpRequest, asset_id: str) -> HttpResponse:
    """One asset: where it hangs, what it is, what hangs below."""
    scope = scope_of(request)
    node = queries.asset(scope, asset_id)
    family = queries.assets(scope, org=node.org, include_inactive=True)
    above = sorted(
        (item for item in family if node.path.startswith(f"{item.path}/")), key=lambda item: len(item.path)
    )
    below = [item for item in family if item.parent == node.id and item.active]
    homes = [item for item in family if item.active and item.level is not Level.UNIT]
    context = {
        "node": node,
        "type_word": word(TYPES, node.type),
        "level_word": word(LEVELS, node.level),
        "firm": queries.organisation(scope, node.org),
        "firm_name": name_of(queries.organisation(scope, node.org)),
        "above": above,
        "below": [{"node": item, "type": word(TYPES, item.type)} for item in below],
        "homes": [item for item in homes if item.id != node.id and not item.path.startswith(f"{node.path}/")],
        "may_edit": scope.may("registry.edit"),
        "is_line": node.level is Level.LINE,
    }
    return render(request, "registry/asset.html", context)


@require_POST
@needs("registry.edit")
def asset_move(request: HttpRequest, asset_id: str) -> HttpResponse:
    services.move_asset(scope_of(request), asset_id, request.POST.get("parent", ""))
    return HttpResponseRedirect(f"/assets/{asset_id}/")


@require_POST
@needs("registry.edit")
def asset_retire(request: HttpRequest, asset_id: str) -> HttpResponse:
    services.retire_asset(scope_of(request), asset_id)
    return HttpResponseRedirect("/assets/")
