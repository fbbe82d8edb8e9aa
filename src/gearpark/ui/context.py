"""Context processor of the design system: theme, language switch, site time, person. No query of its own."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from gearpark.base.time import now_utc

THEME_COOKIE = "gearpark_theme"
THEMES = ("auto", "light", "dark")


def theme_of(request: HttpRequest) -> str:
    chosen = request.COOKIES.get(THEME_COOKIE, "auto")
    return chosen if chosen in THEMES else "auto"


def page(request: HttpRequest) -> dict[str, Any]:
    """``ui``: what ``ui/bare.html`` and ``ui/base.html`` show around every page."""
    theme = theme_of(request)
    following = THEMES[(THEMES.index(theme) + 1) % len(THEMES)]
    labels = {"auto": _("Theme: as the system"), "light": _("Theme: light"), "dark": _("Theme: dark")}
    zone = settings.TIME_ZONE
    user = getattr(request, "user", None)
    person = ""
    if user is not None and user.is_authenticated:
        person = getattr(user, "display_name", "") or user.get_username()
    scope = getattr(request, "scope", None)
    return {
        "ui": {
            "theme": theme,
            "next_theme": following,
            "next_theme_label": labels[following],
            "time_zone": zone,
            "site_time": now_utc().astimezone(ZoneInfo(zone)).strftime("%H:%M:%S"),
            "person": person,
            "organisation": getattr(request, "organisation_name", "") or getattr(scope, "org", ""),
            "memberships": getattr(request, "memberships", ()),
            "search_url": "/firms/" if person else "",
            "search_hint": _("Search firms"),
            "sign_out_url": "/sign-out/",
        }
    }
