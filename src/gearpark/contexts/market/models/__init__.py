"""Tables of the market."""

from .auctions import Auction, AuctionSecret, Bid, Deposit
from .catalogue import ContractPrice, Offer, OfferFile, OfferRevision, SavedSearch, Unindexed
from .deals import DealEntry, Instruction, Order, Question, Quote, QuoteContent, Rating, Rfq, Stage
from .money import Account, Entry, Posting, StatementLine
from .pricing import IndexQuote, Settlement
from .trust import Blocked, Standing

__all__ = [
    "Account",
    "Auction",
    "AuctionSecret",
    "Bid",
    "Blocked",
    "ContractPrice",
    "DealEntry",
    "Deposit",
    "Entry",
    "IndexQuote",
    "Instruction",
    "Offer",
    "OfferFile",
    "OfferRevision",
    "Order",
    "Posting",
    "Question",
    "Quote",
    "QuoteContent",
    "Rating",
    "Rfq",
    "SavedSearch",
    "Settlement",
    "Stage",
    "Standing",
    "StatementLine",
    "Unindexed",
]
