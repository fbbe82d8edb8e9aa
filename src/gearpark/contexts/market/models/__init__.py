"""Tables of the market."""

from .catalogue import ContractPrice, Offer, OfferFile, OfferRevision, SavedSearch, Unindexed

__all__ = ["ContractPrice", "Offer", "OfferFile", "OfferRevision", "SavedSearch", "Unindexed"]
