"""Searches a person keeps, and how many of their hits are new."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from gearpark.base.problems import NotFound, Problem
from gearpark.base.scope import Scope
from gearpark.kit.tenant import acting, require

from ..models import SavedSearch
from ..types import VIEW

MAX_KEPT = 60
MAX_ADDRESS = 1_000


def keep_search(scope: Scope, name: str, address: str, now: datetime) -> None:
    """Keep an address (``<mall>?<query>``) under a name. Problems ``market.search_wrong``, ``market.search_taken``."""
    require(scope, VIEW)
    name = name.strip()[:80]
    if not name or not address or len(address) > MAX_ADDRESS or scope.person_id is None:
        raise Problem("market.search_wrong", "Give the search a name; only a signed-in person keeps one.")
    with acting(scope):
        rows = SavedSearch.objects.of(scope).filter(org=scope.org, person_id=scope.person_id or 0)
        if rows.count() >= MAX_KEPT:
            raise Problem("market.search_wrong", f"At most {MAX_KEPT} searches are kept; remove one.")
        made = SavedSearch(org=scope.org, person_id=scope.person_id, name=name, query=address, seen_at=now)
        try:
            with transaction.atomic():
                made.save(force_insert=True)
        except IntegrityError:
            raise Problem(
                "market.search_taken", f"You keep a search named {name} already.", status=409, name=name
            ) from None


def change_search(scope: Scope, key: int, what: str, now: datetime) -> None:
    """``seen``: its hits were looked at; ``remove``: it is kept no longer."""
    require(scope, VIEW)
    with acting(scope):
        row = (
            SavedSearch.objects.of(scope)
            .filter(org=scope.org, person_id=scope.person_id or 0, pk=key)
            .first()
        )
        if row is None:
            raise NotFound("market.search_unknown", "You keep no such search.")
        if what == "remove":
            row.delete()
            return
        row.seen_at = now
        row.save(update_fields=["seen_at"])
