"""Parts as a list, and what a scanned or typed code means."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery

from gearpark.base.scope import Scope
from gearpark.engines.traceability.gs1 import scanned
from gearpark.kit.tenant import acting

from ...models import OperationRun, Serial, WorkOrder
from ...models.trace import Fact, FollowMark, Thing
from ...types.trace import FactKind
from .things import thing_ids

MAX_CODE_LENGTH = 400  # of what a scanner may send


@dataclass(frozen=True, slots=True)
class Meant:
    """What a code means: one part, a search that finds several, a thing, or nothing known."""

    serial: str = ""
    search: str = ""
    kind: FactKind | None = None
    key: str = ""

    @property
    def known(self) -> bool:
        return bool(self.serial or self.search or self.kind)


def part_rows(scope: Scope) -> QuerySet[Serial]:
    """Parts with product, order, line and the station they were seen on last."""
    last = OperationRun.objects.of(scope).filter(serial=OuterRef("pk")).order_by("-begun_at")
    return (
        Serial.objects.of(scope)
        .select_related("product", "order__line")
        .annotate(last_station=Subquery(last.values("station")[:1]))
        .order_by("-pk")
    )


def touched_by(
    scope: Scope, rows: QuerySet[Serial], kind: FactKind, key: str, since_at: datetime | None = None
) -> QuerySet[Serial]:
    """Only the parts that a thing touched itself."""
    facts = Fact.objects.of(scope).filter(serial=OuterRef("pk"), thing_id__in=thing_ids(scope, kind, key))
    if since_at is not None:
        facts = facts.filter(at__gte=since_at)
    return rows.filter(Exists(facts))


def status_counts(scope: Scope) -> dict[str, int]:
    """Parts by status."""
    rows = Serial.objects.of(scope).values_list("status").annotate(n=Count("pk")).order_by("status")
    return dict(rows)


def followed_until(scope: Scope) -> datetime | None:
    """When the parts of any line were looked for last, None: never."""
    return FollowMark.objects.of(scope).order_by("-changed_at").values_list("changed_at", flat=True).first()


def meant(scope: Scope, code: str) -> Meant:
    """What a scanned or typed code means to this firm."""
    found = scanned(code[:MAX_CODE_LENGTH])
    with acting(scope):
        serials = Serial.objects.of(scope)
        if found.serial and found.gtin:
            mine = serials.filter(serial=found.serial, product__gtin__in=_gtins(found.gtin))
            if mine.exists():
                return Meant(serial=found.serial)
        text = found.serial or found.plain or found.lot or found.sscc
        if not text:
            return Meant()
        if serials.filter(serial=text).exists():
            return Meant(serial=text)
        if WorkOrder.objects.of(scope).filter(number=text).exists() or serials.filter(lot=text).exists():
            return Meant(search=text)
        kind = Thing.objects.of(scope).filter(key=text).order_by("pk").values_list("kind", flat=True).first()
        return Meant(kind=FactKind(kind), key=text) if kind else Meant()


def _gtins(gtin: str) -> list[str]:
    """A GTIN-14 as products may have it stored."""
    return [gtin, gtin.lstrip("0"), *(gtin[-size:] for size in (13, 12, 8))]
