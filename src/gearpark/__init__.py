"""Gearpark: an open-source operating platform for an industrial park."""

__version__ = "0.1.0"
