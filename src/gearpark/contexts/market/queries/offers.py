"""Offers, their prices and files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q

from gearpark.base.problems import NotFound, Problem
from gearpark.base.scope import Scope

from ..models import ContractPrice, Offer, OfferFile
from ..types import FileInfo, FileKind, Finding, OfferInfo, OfferState, Tier, Weight
from .pricing import formula_of

MAX_COMPARED = 4


def visible(scope: Scope) -> Any:
    """Offers the scope may read: its own in every state, others' while they are listed."""
    own = Q() if scope.park_wide else Q(org__in=sorted(scope.orgs or {scope.org}))
    return Offer.objects.of(scope).filter(own | Q(state=OfferState.LISTED.value))


def own_rows(scope: Scope) -> Any:
    """The firm's own offers, for its list."""
    return Offer.objects.of(scope).filter(org=scope.org)


def has_part(scope: Scope, part_no: str) -> bool:
    """Whether the firm has an offer of this part number."""
    return bool(own_rows(scope).filter(part_no=part_no).exists())


def key_of_part(scope: Scope, part_no: str) -> int | None:
    """The firm's offer of this part number."""
    found = own_rows(scope).filter(part_no=part_no).values_list("pk", flat=True).first()
    return None if found is None else int(found)


def stocked_offer(scope: Scope) -> OfferInfo | None:
    """A listed offer of the firm with the most on hand."""
    row = (
        own_rows(scope)
        .filter(state=OfferState.LISTED.value, on_hand__gt=0)
        .order_by("-on_hand", "pk")
        .first()
    )
    return None if row is None else info_of(row)


def offer(scope: Scope, key: int) -> OfferInfo:
    """One offer, or NotFound ``market.offer_unknown``."""
    row = visible(scope).filter(pk=key).first()
    if row is None:
        raise NotFound("market.offer_unknown", "There is no such offer, or it is not listed any more.")
    return info_of(row)


def offers_by_id(scope: Scope, keys: Iterable[int]) -> list[OfferInfo]:
    """Offers in the order of ``keys``; those the scope may not read (any more) are left out."""
    wanted = list(keys)
    found = {row.pk: row for row in visible(scope).filter(pk__in=wanted)}
    return [info_of(found[key]) for key in wanted if key in found]


def info_of(row: Offer) -> OfferInfo:
    return OfferInfo(
        id=row.pk, org=row.org, part_no=row.part_no, kind=row.kind, title_en=row.title_en, title_zh=row.title_zh,
        text_en=row.text_en, text_zh=row.text_zh, values=dict(row.values), malls=tuple(row.malls), unit=row.unit,
        currency=row.currency, price=row.price, formula=formula_of(row.formula), vat_rate=row.vat_rate, tiers=tiers_of(row.tiers), min_qty=row.min_qty,
        step_qty=row.step_qty, lead_days=row.lead_days, on_hand=row.on_hand, reserved=row.reserved, line=row.line,
        shows=row.shows, state=OfferState(row.state), findings=tuple(finding_of(raw) for raw in row.findings),
        revision=row.revision, changed_at=row.changed_at,
    )  # fmt: skip


def tiers_of(raw: Iterable[Mapping[str, str]]) -> tuple[Tier, ...]:
    return tuple(Tier(Decimal(one["from_qty"]), Decimal(one["price"])) for one in raw)


def finding_of(raw: Mapping[str, Any]) -> Finding:
    return Finding(raw["code"], Weight(raw["weight"]), raw["text"], raw.get("details", {}))


def unit_price(scope: Scope, found: OfferInfo, qty: Decimal, today: date) -> Decimal | None:
    """What a unit costs the scope's firm at this quantity: an agreed price, else a tier, else the list price."""
    agreed = _agreed(scope, found, qty, today)
    if agreed is not None:
        return agreed
    reached = [
        tier.price for tier in sorted(found.tiers, key=lambda one: one.from_qty) if qty >= tier.from_qty
    ]
    return reached[-1] if reached else found.price


def _agreed(scope: Scope, found: OfferInfo, qty: Decimal, today: date) -> Decimal | None:
    rows = ContractPrice.objects.of(scope).filter(
        Q(until_on=None) | Q(until_on__gt=today),
        offer_id=found.id,
        buyer=scope.org,
        from_on__lte=today,
        from_qty__lte=qty,
    )
    row = rows.order_by("-from_qty", "-from_on").first()
    return None if row is None else row.price


def check_quantity(found: OfferInfo, qty: Decimal) -> None:
    """Problem ``market.quantity`` unless the quantity is one the seller sells."""
    if qty < found.min_qty or (qty - found.min_qty) % found.step_qty:
        raise Problem(
            "market.quantity",
            f"Order at least {found.min_qty.normalize():f}, then in steps of {found.step_qty.normalize():f}.",
            least=f"{found.min_qty.normalize():f}",
            step=f"{found.step_qty.normalize():f}",
        )


def agreed_prices(scope: Scope, key: int) -> Any:
    """Prices agreed with single buyers on the firm's own offer."""
    return ContractPrice.objects.of(scope).filter(offer_id=key, org=scope.org)


def files(scope: Scope, key: int) -> list[FileInfo]:
    """Files of an offer the scope may read."""
    rows = OfferFile.objects.of(scope).filter(offer_id=key).defer("content")
    return [
        FileInfo(
            row.pk,
            FileKind(row.kind),
            row.name,
            row.size,
            row.sha256,
            row.standard,
            row.number,
            row.expires_on,
        )
        for row in rows
    ]


def file_content(scope: Scope, offer_key: int, key: int) -> tuple[str, str, bytes]:
    """Name, media type and content. NotFound ``market.file_unknown``."""
    row = OfferFile.objects.of(scope).filter(offer_id=offer_key, pk=key).first()
    if row is None:
        raise NotFound("market.file_unknown", "There is no such file.")
    return row.name, row.media, bytes(row.content)


def pictures(scope: Scope, keys: Iterable[int]) -> dict[int, int]:
    """Offer -> its first picture, for a page of offers in one query."""
    rows = OfferFile.objects.of(scope).filter(offer_id__in=list(keys), kind=FileKind.PICTURE.value)
    return dict(rows.order_by("-pk").values_list("offer_id", "pk"))
