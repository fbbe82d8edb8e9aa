"""Offers for tests."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tests.factories.registry import scope_of

from gearpark.base.time import now_utc
from gearpark.contexts.market.services.index import catch_up
from gearpark.contexts.market.services.offers import list_offer, save_offer
from gearpark.contexts.market.types import OfferDraft, OfferInfo
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
