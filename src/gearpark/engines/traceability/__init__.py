"""Traceability as pure functions: visits of parts at stations, GS1 element strings, EPCIS 2.0 documents."""

from .visits import SILENT_US, Visit, visits_of

__all__ = ["SILENT_US", "Visit", "visits_of"]
