"""What speaks for and against a firm, each with its figures; a person decides."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from statistics import median
from typing import Any

from django.db.models import Q

from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.contexts.registry.public import FirmInfo, check_uscc, organisations
from gearpark.contexts.telemetry.public import process_scope
from gearpark.kit.tenant import acting

from ..models import Blocked, Offer, Order, Standing
from ..types import OfferState
from ..types.deals import OrderState
from .deals import ratings
from .firms import firm

ACTOR = "market"
OUTLIER = Decimal(3)  # times or a third of the median of its class
SIZE_SHARE = Decimal("0.25")
MAX_COMPARED = 500
MIN_COMPARED = 8  # offers of a class below which no outlier is called
DONE = (OrderState.ACCEPTED.value, OrderState.CLOSED.value)


@dataclass(frozen=True, slots=True)
class Flag:
    """One thing to look at. ``code``: ``uscc``, ``blocked``, ``expired``, ``contact``, ``price``; ``facts``: its figures."""

    code: str
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Trust:
    """A firm as the market sees it."""

    firm: FirmInfo
    standing: Standing | None
    rating: tuple[float, float, int] | None
    listed: int
    done: int
    flags: tuple[Flag, ...]


def refuse_blocked(slug: str) -> None:
    """Problem ``market.firm_blocked`` when the firm is on a list; called before it lists, quotes, bids or orders."""
    found = _blocked(firm(slug))
    if found is not None:
        raise Problem(
            "market.firm_blocked",
            f"The firm is on the list {found.source}; the park has to clear it before it trades.",
            status=409,
            source=found.source,
        )


def _blocked(found: FirmInfo) -> Blocked | None:
    names = [name for name in (found.name_zh, found.name_en) if name]
    by = Q(uscc="", name__in=names) | (Q(uscc=found.uscc) if found.uscc else Q(pk=None))
    with acting(process_scope(ACTOR)) as wide:
        return Blocked.objects.of(wide).filter(by).first()


def trust(scope: Scope, slug: str, today: date) -> Trust:
    """Everything about one firm. NotFound ``market.firm_unknown``."""
    found = firm(slug)
    standing = Standing.objects.of(scope).filter(firm=slug).first()
    offers = list(Offer.objects.of(scope).filter(org=slug, state=OfferState.LISTED.value))
    with acting(process_scope(ACTOR)) as wide:
        done = Order.objects.of(wide).filter(seller=slug, state__in=DONE).count()
    flags = [*_papers(found, standing, today), *_shared_contact(found), *_outliers(scope, offers)]
    return Trust(found, standing, ratings(scope, [slug]).get(slug), len(offers), done, tuple(flags))


def _papers(found: FirmInfo, standing: Standing | None, today: date) -> list[Flag]:
    made = []
    try:
        check_uscc(found.uscc or "")
    except Problem:
        made.append(Flag("uscc", {"code": found.uscc or "–"}))
    listed = _blocked(found)
    if listed is not None:
        made.append(Flag("blocked", {"source": listed.source, "reason": listed.reason}))
    if standing is not None and standing.valid_until < today:
        made.append(Flag("expired", {"on": standing.valid_until.isoformat()}))
    return made


def _shared_contact(found: FirmInfo) -> list[Flag]:
    """Other firms with the same telephone: they may bid for each other."""
    if not found.contact_phone:
        return []
    with acting(process_scope(ACTOR)) as wide:
        others = [
            one.slug
            for one in organisations(wide)
            if one.contact_phone == found.contact_phone and one.slug != found.slug
        ]
    return [Flag("contact", {"phone": found.contact_phone, "firms": ", ".join(others[:5])})] if others else []


def _outliers(scope: Scope, offers: list[Offer]) -> list[Flag]:
    """Prices far from the median of their class, unit, leading size and about their second one."""
    made = []
    for offer in offers:
        if offer.price is None or offer.currency != "CNY":
            continue
        leading = next((key for key in ("module_mm", "alloy", "diameter_mm") if key in offer.values), "")
        rows = (
            Offer.objects.of(scope)
            .filter(state=OfferState.LISTED.value, kind=offer.kind, unit=offer.unit, currency="CNY")
            .exclude(price=None)
        )
        if leading:
            rows = rows.filter(**{f"values__{leading}": offer.values[leading]})
        prices = [
            price
            for price, values in rows.values_list("price", "values")[:MAX_COMPARED]
            if price is not None and _alike(offer.values, values)
        ]
        if len(prices) < MIN_COMPARED:
            continue
        middle = median(prices)
        if not middle / OUTLIER <= offer.price <= middle * OUTLIER:
            made.append(
                Flag(
                    "price",
                    {
                        "part_no": offer.part_no,
                        "price": f"{offer.price.normalize():f}",
                        "median": f"{Decimal(middle).quantize(Decimal('0.01'))}",
                    },
                )
            )
    return made[:20]


def _alike(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two things of one leading size are near enough in their second one to compare prices."""
    for name in ("teeth", "length_mm", "kg_per_m"):
        if name in one and name in other:
            return abs(Decimal(other[name]) - Decimal(one[name])) <= Decimal(one[name]) * SIZE_SHARE
    return True


def traders(scope: Scope) -> list[str]:
    """Firms with listed offers, by their number."""
    rows = Offer.objects.of(scope).filter(state=OfferState.LISTED.value).values_list("org", flat=True)
    return sorted(set(rows))


def sources(scope: Scope) -> list[tuple[str, int]]:
    """Imported lists with how many lines each has."""
    counts: dict[str, int] = {}
    for source in Blocked.objects.of(scope).values_list("source", flat=True):
        counts[source] = counts.get(source, 0) + 1
    return sorted(counts.items())
