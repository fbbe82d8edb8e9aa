"""Routes: the design system, every built context, the API, and a few pages of the frame itself."""

from __future__ import annotations

import importlib.util

from django.conf import settings
from django.urls import include, path

from . import frame
from .api import api

urlpatterns = [
    path("", include("gearpark.ui.urls")),
    path("healthz", frame.healthz, name="healthz"),
    path("problems/<str:code>/", frame.problem_page, name="problem"),
    path("api/v1/", api.urls),
]
urlpatterns += [
    path("", include(f"{name}.urls"))
    for name in settings.CONTEXTS
    if importlib.util.find_spec(f"{name}.urls")
]

handler404 = "gearpark.kit.http.page_not_found"
handler500 = "gearpark.kit.http.server_error"
