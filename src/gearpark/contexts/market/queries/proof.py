"""A seller's live proof: what the line behind an offer makes in its running shift, shown by the seller's consent alone."""

from __future__ import annotations

from datetime import datetime

from gearpark.contexts.shopfloor.public import LineSummary, line_summaries
from gearpark.contexts.telemetry.public import process_scope
from gearpark.kit.tenant import acting

from ..types import OfferInfo

ACTOR = "market"


def proof(offer: OfferInfo, now: datetime) -> LineSummary | None:
    """The line's shift; None without consent, or when the line does not exist any more."""
    if not offer.shows or not offer.line:
        return None
    with acting(process_scope(ACTOR)) as wide:
        found = line_summaries(wide, now, [offer.org])
    return next((one for one in found if one.asset == offer.line), None)
