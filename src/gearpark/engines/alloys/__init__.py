"""Aluminium grades: composition limits and conformity by rounded values (GB/T 8170)."""

from .limits import Breach, Limit, breaches, judged, limits

__all__ = ["Breach", "Limit", "breaches", "judged", "limits"]
