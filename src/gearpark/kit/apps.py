"""Registration of the kit with Django."""

from django.apps import AppConfig


class KitConfig(AppConfig):
    name = "gearpark.kit"
    label = "kit"
    default_auto_field = "django.db.models.BigAutoField"
