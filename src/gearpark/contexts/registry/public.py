"""The registry's door: what higher contexts, settings and the roof may use."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.base.time import now_utc

from .models import Person
from .queries import (
    asset,
    asset_counts,
    asset_tree,
    assets,
    clusters,
    firm_counts,
    group_names,
    memberships_of,
    organisation,
    organisations,
    people,
    plots,
    token_scope,
    zone_map,
)
from .queries.identity import MembershipInfo, PersonInfo, person_by_sign_in, scope_for
from .services import (
    PersonBackend,
    add_organisations,
    add_person,
    change_state,
    draw_zone,
    ensure_person,
    firm_from_words,
    issue_token,
    move_asset,
    retire_asset,
    revoke_token,
    save_organisation,
    set_clusters,
    upsert_assets,
)
from .types import (
    AssetNode,
    AssetsChanged,
    FirmCounts,
    FirmInfo,
    FirmState,
    FirmStateChanged,
    GroupShape,
    Kind,
    Level,
    PlotShape,
    PlotStatus,
    ZoneMap,
    check_uscc,
    rights_of,
)

__all__ = [
    "AssetNode",
    "AssetsChanged",
    "FirmCounts",
    "FirmInfo",
    "FirmState",
    "FirmStateChanged",
    "GroupShape",
    "Kind",
    "Level",
    "PersonBackend",
    "PersonInfo",
    "PlotShape",
    "PlotStatus",
    "ZoneMap",
    "add_organisations",
    "add_person",
    "asset",
    "asset_counts",
    "asset_tree",
    "assets",
    "change_state",
    "check_uscc",
    "clusters",
    "draw_zone",
    "ensure_person",
    "firm_counts",
    "firm_from_words",
    "group_names",
    "issue_token",
    "move_asset",
    "organisation",
    "organisations",
    "people",
    "plots",
    "retire_asset",
    "revoke_token",
    "rights_of",
    "save_organisation",
    "scope_of_request",
    "set_clusters",
    "upsert_assets",
    "zone_map",
]

SEEN_EVERY_S = 60
GUEST_ROLE = "viewer"
ORG_KEY, SIGNED_IN_KEY, SEEN_KEY = "org", "signed_in_at", "seen_at"


def scope_of_request(request: HttpRequest) -> Scope | None:
    """Who asks: a bearer token, or a signed-in session that is neither idle nor too old. None for nobody.

    Sets ``request.by_token``, ``request.organisation_name`` and ``request.memberships``.
    """
    now = now_utc()
    header = request.headers.get("Authorization", "")
    request.by_token = False  # type: ignore[attr-defined]
    if header.startswith("Bearer "):
        scope = token_scope(header.removeprefix("Bearer ").strip(), now)
        request.by_token = scope is not None  # type: ignore[attr-defined]
        return scope
    person = request.user
    if not person.is_authenticated:
        return _guest(request)
    if _timed_out(request, now):
        request.session.flush()
        request.user = _nobody()
        return _guest(request)
    found = memberships_of(person.pk)
    if not found:
        raise Problem(
            "registry.no_organisation",
            "You have no role in any organisation; ask an administrator.",
            status=403,
        )
    wanted = request.session.get(ORG_KEY)
    info = next((item for item in found if item.org == wanted), found[0])
    request.memberships = found  # type: ignore[attr-defined]
    return _acting(request, person, info)


def _acting(request: HttpRequest, person: Person, info: MembershipInfo) -> Scope:
    chinese = getattr(request, "LANGUAGE_CODE", settings.LANGUAGE_CODE).startswith("zh")
    request.organisation_name = (info.name_zh if chinese else info.name_en) or info.name_zh  # type: ignore[attr-defined]
    return scope_for(person, info)


def _guest(request: HttpRequest) -> Scope | None:
    """What a visitor without sign-in may do: nothing, or where GEARPARK_GUEST names a person, read as that person.

    The demo sets it, so that a stranger sees the park at once. A role that may change anything is never lent.
    """
    person = person_by_sign_in(settings.GEARPARK_GUEST) if settings.GEARPARK_GUEST else None
    found = memberships_of(person.pk) if person is not None and person.is_active else []
    if person is None or not found or found[0].role != GUEST_ROLE:
        return None
    return _acting(request, person, found[0])


def _timed_out(request: HttpRequest, now: datetime) -> bool:
    """Idle longer than SESSION_IDLE_S or signed in longer than SESSION_MAX_S ago; else note that it lives."""
    stamp = now.timestamp()
    signed_in = request.session.get(SIGNED_IN_KEY, 0.0)
    seen = request.session.get(SEEN_KEY, signed_in)
    if stamp - seen > settings.SESSION_IDLE_S or stamp - signed_in > settings.SESSION_MAX_S:
        return True
    if stamp - seen > min(SEEN_EVERY_S, settings.SESSION_IDLE_S / 4):
        request.session[SEEN_KEY] = stamp
    return False


def _nobody() -> Any:
    from django.contrib.auth.models import AnonymousUser

    return AnonymousUser()
