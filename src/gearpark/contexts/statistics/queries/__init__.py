"""Reads of the overview: ``reading`` is shared and a few seconds old at most, ``overview`` is made anew."""

from .overview import overview
from .reading import forget, reading

__all__ = ["forget", "overview", "reading"]
