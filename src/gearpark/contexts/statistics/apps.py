"""Registers the statistics context."""

from django.apps import AppConfig


class StatisticsConfig(AppConfig):
    name = "gearpark.contexts.statistics"
    label = "statistics"
