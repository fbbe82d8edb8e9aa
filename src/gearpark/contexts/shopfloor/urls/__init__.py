"""Routes of the shop floor, one module a slice."""

from __future__ import annotations

from . import lines

app_name = "shopfloor"
urlpatterns = [*lines.urlpatterns]
