"""Words of the market as data."""

from .catalogue import (
    CURRENCIES,
    UNITS,
    Facet,
    FileInfo,
    FileKind,
    Finding,
    Hits,
    OfferDraft,
    OfferInfo,
    OfferState,
    Tier,
    Weight,
)
from .malls import MALLS, Mall, mall_of
from .pricing import Formula, Window
from .rights import BUY, CUSTODY, RUN, SELL, VIEW

__all__ = [
    "BUY",
    "CURRENCIES",
    "CUSTODY",
    "MALLS",
    "RUN",
    "SELL",
    "UNITS",
    "VIEW",
    "Facet",
    "FileInfo",
    "FileKind",
    "Finding",
    "Formula",
    "Hits",
    "Mall",
    "OfferDraft",
    "OfferInfo",
    "OfferState",
    "Tier",
    "Weight",
    "Window",
    "mall_of",
]
