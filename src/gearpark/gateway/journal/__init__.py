"""Journal: what the gateway has taken from machines and the historian has not yet acknowledged, safe on disk.

One SQLite file in WAL mode with synchronous=FULL; commits are grouped (tens of milliseconds), a row is one encoded
batch of one device, its key is (source, boot, seq). `put` answers after the commit, `ack` trims. A new *boot* (a
number that never comes twice, even when the file is lost) begins at every start and whenever live data must overtake
a backlog; `seq` grows by one within a boot.
"""

from .journal import Journal
from .store import AliasRow, JournalRow
from .types import JournalState, JournalStats

__all__ = ["AliasRow", "Journal", "JournalRow", "JournalState", "JournalStats"]
