"""Routes of the design system: theme and language switches."""

from django.urls import path

from .views import set_language, set_theme

urlpatterns = [
    path("theme/", set_theme, name="theme"),
    path("i18n/setlang/", set_language, name="set-language"),
]
