"""Registers the design system's templates, tags and static files."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "gearpark.ui"
    label = "ui"
