"""Finding things: by kind and name, and as suggestions while somebody types."""

from __future__ import annotations

from gearpark.base.scope import Scope
from gearpark.kit.tenant import acting

from ...models.trace import Thing
from ...types.trace import SPEC_KEYS, FactKind

MAX_IDS = 500  # versions of one thing
MAX_SUGGESTED = 20
MAX_TEXT = 120


def thing_ids(scope: Scope, kind: FactKind, key: str, version: str = "") -> list[int]:
    """Ids of the things of this name (a program has one per hash, a characteristic one per pair of limits)."""
    rows = Thing.objects.of(scope).filter(kind=kind.value, key=key)
    if version:
        name = SPEC_KEYS.get(kind, ("version",))[0]
        rows = rows.filter(**{f"spec__{name}__startswith": version})
    return list(rows.values_list("pk", flat=True)[:MAX_IDS])


def suggested(scope: Scope, kind: FactKind, text: str) -> list[str]:
    """Names of this kind that begin with ``text``."""
    with acting(scope):
        rows = Thing.objects.of(scope).filter(kind=kind.value, key__startswith=text.strip()[:MAX_TEXT])
        return list(rows.order_by("key").values_list("key", flat=True).distinct()[:MAX_SUGGESTED])
