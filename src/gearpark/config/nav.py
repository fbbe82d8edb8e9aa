"""The left rail: six groups, each at most seven entries. An entry shows only when its page exists and may be opened."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.http import HttpRequest
from django.urls import Resolver404, resolve
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Entry:
    """One page of the rail; ``right`` hides it from those who may not open it ("" = everyone who came in)."""

    label: str | Promise
    url: str
    right: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    label: str | Promise
    entries: tuple[Entry, ...]


MAX_ENTRIES = 7
RAIL = (
    Group(
        _("Park"),
        (
            Entry(_("Overview"), "/"),
            Entry(_("Zone map"), "/zone/"),
            Entry(_("Firms"), "/firms/"),
            Entry(_("Plots"), "/plots/"),
            Entry(_("Clusters"), "/clusters/"),
            Entry(_("People"), "/people/", "people.view"),
            Entry(_("Wall screen"), "/wall/"),
        ),
    ),
    Group(
        _("Plants"),
        (
            Entry(_("Lines"), "/lines/"),
            Entry(_("Calls"), "/calls/"),
            Entry(_("Terminal"), "/terminal/", "shopfloor.work"),
            Entry(_("Quality"), "/quality/"),
            Entry(_("Parts"), "/parts/"),
            Entry(_("Care"), "/care/"),
            Entry(_("Potline"), "/potline/", "potline.view"),
        ),
    ),
    Group(
        _("Plan"),
        (
            Entry(_("Orders"), "/orders/"),
            Entry(_("Logistics"), "/logistics/"),
            Entry(_("Line twin"), "/twin/", "twin.view"),
        ),
    ),
    Group(
        _("Trade"),
        (
            Entry(_("Malls"), "/market/", "market.view"),
            Entry(_("Requests"), "/market/rfqs/", "market.view"),
            Entry(_("Deals"), "/market/orders/", "market.view"),
            Entry(_("Auctions"), "/market/auctions/", "market.view"),
            Entry(_("Payments"), "/market/money/", "market.view"),
            Entry(_("My offers"), "/market/sell/", "market.sell"),
            Entry(_("Saved searches"), "/market/searches/", "market.view"),
        ),
    ),
    Group(
        _("Data"),
        (
            Entry(_("Assets"), "/assets/"),
            Entry(_("Namespace"), "/uns/"),
            Entry(_("Tag chart"), "/chart/"),
            Entry(_("Connections"), "/connections/"),
            Entry(_("Add a machine"), "/connections/add/", "telemetry.edit"),
            Entry(_("Import"), "/import/", "registry.import"),
        ),
    ),
    Group(
        _("System"),
        (
            Entry(_("Audit"), "/audit/", "audit.view"),
            Entry(_("Jobs"), "/jobs/", "jobs.view"),
            Entry(_("API"), "/api/v1/docs"),
        ),
    ),
)


@cache
def exists(url: str) -> bool:
    """True when some view answers this path; routes do not change while the process runs."""
    try:
        resolve(url)
    except Resolver404:
        return False
    return True


def _active(url: str, path: str) -> bool:
    return path == url if url == "/" else path.startswith(url)


def context(request: HttpRequest) -> dict[str, Any]:
    """Context processor: ``rail``, the groups with their entries and which one is open."""
    scope = getattr(request, "scope", None)
    if scope is None:
        return {"rail": []}
    candidates = [e.url for g in RAIL for e in g.entries if _active(e.url, request.path)]
    here = max(candidates, key=len, default="")
    rail = []
    for group in RAIL:
        entries = [
            {"label": e.label, "url": e.url, "active": e.url == here}
            for e in group.entries
            if exists(e.url) and (not e.right or scope.may(e.right))
        ]
        if entries:
            rail.append(
                {"label": group.label, "entries": entries, "active": any(e["active"] for e in entries)}
            )
    return {"rail": rail}
