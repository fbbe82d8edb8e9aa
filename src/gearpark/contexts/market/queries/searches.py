"""A person's kept searches."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gearpark.base.scope import Scope

from ..models import SavedSearch


@dataclass(frozen=True, slots=True)
class KeptSearch:
    id: int
    name: str
    mall: str
    query: str
    seen_at: datetime


def kept_searches(scope: Scope) -> list[KeptSearch]:
    """By name."""
    rows: Any = SavedSearch.objects.of(scope).filter(org=scope.org, person_id=scope.person_id or 0)
    return [KeptSearch(row.pk, row.name, *_parted(row.query), row.seen_at) for row in rows]


def _parted(address: str) -> tuple[str, str]:
    mall, _mark, query = address.partition("?")
    return mall, query
