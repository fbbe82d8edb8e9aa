"""The switches for theme and language: cookies, so that the server draws the right page at once and nothing flashes."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST
from django.views.i18n import set_language as django_set_language

from gearpark.kit.http import open_to_all, safe_next

from .context import THEME_COOKIE, THEMES

_YEAR_S = 365 * 86400


@open_to_all
@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    """POST theme=auto|light|dark, next=<path here>."""
    theme = request.POST.get("theme", "auto")
    response = HttpResponseRedirect(safe_next(request))
    response.set_cookie(
        THEME_COOKIE,
        theme if theme in THEMES else "auto",
        max_age=_YEAR_S,
        samesite="Lax",
        httponly=True,
        secure=request.is_secure(),
    )
    return response


@open_to_all
@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """POST language=en|zh-hans, next=<path here>."""
    return django_set_language(request)
