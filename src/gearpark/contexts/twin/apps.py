"""Registration with Django."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TwinConfig(AppConfig):
    name = "gearpark.contexts.twin"
    label = "twin"
    verbose_name = _("Line twin")
    default_auto_field = "django.db.models.BigAutoField"
