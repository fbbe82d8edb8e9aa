"""Formula prices of metal: index window, premium, fees, VAT, provisional and final settlement, stage amounts."""

from .formula import Settlement, Terms, settle, stage_amounts, terms_from, window_mean

__all__ = ["Settlement", "Terms", "settle", "stage_amounts", "terms_from", "window_mean"]
