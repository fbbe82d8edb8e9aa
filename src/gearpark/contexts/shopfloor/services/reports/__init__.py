"""Reports of terminals and other systems: each known by its client's key, each leaving its facts behind."""

from .report import MAX_REPORTS, report

__all__ = ["MAX_REPORTS", "report"]
