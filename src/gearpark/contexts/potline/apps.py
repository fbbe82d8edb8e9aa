"""Registration with Django."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PotlineConfig(AppConfig):
    name = "gearpark.contexts.potline"
    label = "potline"
    verbose_name = _("Potline")
    default_auto_field = "django.db.models.BigAutoField"
