"""Continuous double auction: price, then time; call auctions; bands; halts. Off where the law keeps it to exchanges.

The event log is the truth: a book is what its log folds to. ``run_plain`` and ``run_compiled`` fold it to the same.
"""

from .compiled import run_compiled
from .events import COLUMNS, Kind, Result, Rules, Run, Side, Tif, rows_of
from .plain import Book, run_plain

__all__ = [
    "COLUMNS",
    "Book",
    "Kind",
    "Result",
    "Rules",
    "Run",
    "Side",
    "Tif",
    "rows_of",
    "run_compiled",
    "run_plain",
]
