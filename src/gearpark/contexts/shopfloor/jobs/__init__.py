"""Background work of the shop floor, one module a slice; the Procrastinate worker finds these."""

from . import figures

__all__ = ["figures"]
