"""Routes of the shop floor, one module a slice."""

from __future__ import annotations

from . import calls, care, figures, line_types, lines, moves, quality, trace, work

app_name = "shopfloor"
urlpatterns = [
    *calls.urlpatterns,
    *care.urlpatterns,
    *moves.urlpatterns,
    *quality.urlpatterns,
    *figures.urlpatterns,
    *line_types.urlpatterns,
    *lines.urlpatterns,
    *work.urlpatterns,
    *trace.urlpatterns,
]  # fixed words before <asset>
