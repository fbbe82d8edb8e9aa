"""Offers for tests."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from tests.factories.registry import organisation, scope_of

from gearpark.base.scope import Scope
from gearpark.base.time import now_utc
from gearpark.contexts.market.services.index import catch_up
from gearpark.contexts.market.services.offers import agree_price, list_offer, save_offer, withdraw_offer
from gearpark.contexts.market.services.orders import place_order
from gearpark.contexts.market.services.rfqs import ask, quote
from gearpark.contexts.market.types import OfferDraft, OfferInfo
from gearpark.contexts.market.types.deals import QuoteDraft, RfqDraft
from gearpark.contexts.telemetry.public import process_scope
from gearpark.kit.tenant import acting

GEAR = {
    "module_mm": "3", "teeth": "20", "pressure_deg": "20", "helix_deg": "15", "hand": "right", "width_mm": "30",
    "shift": "0.3", "material": "20CrMnTi", "heat": "case", "flank_class": "6", "flank_standard": "iso-2013",
}  # fmt: skip


def gear(part_no: str, values: dict[str, str] | None = None, **fields: Any) -> OfferDraft:
    """A sound gear; ``values`` over the usual ones."""
    stated: dict[str, Any] = {
        "title_en": f"Helical gear {part_no}", "title_zh": f"斜齿轮 {part_no}", "malls": ("gears",),
        "price": Decimal("86.50"), "on_hand": Decimal(40), "lead_days": 12,
    }  # fmt: skip
    return OfferDraft(part_no, "gear", values={**GEAR, **(values or {})}, **{**stated, **fields})


def listed(org: str, draft: OfferDraft) -> OfferInfo:
    """Kept and listed."""
    scope = scope_of(org)
    with acting(scope):
        return list_offer(scope, save_offer(scope, draft).id, now_utc())


def indexed() -> int:
    """The index takes in what waits."""
    return catch_up(process_scope("test"))


def market_rows(scope: Scope, marker: str) -> dict[str, str]:
    """A draft, a request to one seller with its sealed quotation, and an order of a firm, none of them anybody else's."""
    other = scope_of(f"{marker}-c")
    organisation(other.org)
    now = now_utc()
    draft = save_offer(scope, gear(marker, title_en=marker))
    sold = listed(other.org, gear(f"{marker}-c", title_en=marker))
    agree_price(other, sold.id, scope.org, Decimal(1), from_qty=Decimal(1), from_on=now.date(), until_on=None)
    order = place_order(scope, sold.id, Decimal(1), marker, now)
    withdraw_offer(other, sold.id)
    wish = RfqDraft(marker, "gear", Decimal(1), "piece", now + timedelta(days=1), invited=(other.org,))
    rfq = ask(scope, wish, now)
    quote(other, rfq, QuoteDraft(Decimal(1), Decimal(1), 1, now.date() + timedelta(days=9), text=marker), now)
    return {"offer_id": str(draft.id), "order_id": str(order), "rfq_id": str(rfq)}
