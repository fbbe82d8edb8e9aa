"""Reads of the overview: ``overview(scope, now)``."""

from .overview import overview

__all__ = ["overview"]
