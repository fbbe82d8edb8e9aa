"""Routes of the shop floor, one module a slice."""

from __future__ import annotations

from . import figures, line_types, lines, quality, work

app_name = "shopfloor"
urlpatterns = [*quality.urlpatterns, *figures.urlpatterns, *line_types.urlpatterns, *lines.urlpatterns, *work.urlpatterns]  # fixed words before <asset>
