"""Registration with Django."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ShopfloorConfig(AppConfig):
    name = "gearpark.contexts.shopfloor"
    label = "shopfloor"
    verbose_name = _("Shop floor")
    default_auto_field = "django.db.models.BigAutoField"
