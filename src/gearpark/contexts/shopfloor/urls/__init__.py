"""Routes of the shop floor, one module a slice."""

from __future__ import annotations

from . import figures, lines

app_name = "shopfloor"
urlpatterns = [*figures.urlpatterns, *lines.urlpatterns]  # fixed words before <asset>
