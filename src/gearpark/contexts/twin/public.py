"""The door: what higher rooms and the roof may use of the twin."""

from __future__ import annotations

from .queries.forecasts import newest_forecast
from .services.demo import ensure_demo_twin
from .services.models import add_model
from .types import Asked, ForecastInfo, Question

TILES = (("line", "twin:tile"),)

__all__ = ["TILES", "Asked", "ForecastInfo", "Question", "add_model", "ensure_demo_twin", "newest_forecast"]
