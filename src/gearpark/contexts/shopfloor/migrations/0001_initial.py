"""Calendars, lines and dated plans, each behind row-level security."""

import django.db.models.deletion
from django.db import migrations, models

from gearpark.kit.tenant import rls


def _key():
    return ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))


def _org():
    return ("org", models.CharField(db_index=True, max_length=60))


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="Calendar",
            fields=[
                _key(),
                _org(),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("document", models.JSONField(verbose_name="document")),
                ("revision", models.PositiveIntegerField(default=1)),
                ("changed_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "db_table": "shopfloor_calendar",
                "ordering": ["org", "name"],
                "constraints": [models.UniqueConstraint(fields=("org", "name"), name="shopfloor_calendar_name")],
            },
        ),
        migrations.CreateModel(
            name="Line",
            fields=[
                _key(),
                _org(),
                ("asset", models.CharField(max_length=60, unique=True, verbose_name="asset")),
                ("name_en", models.CharField(max_length=120, verbose_name="name (English)")),
                ("name_zh", models.CharField(blank=True, default="", max_length=120, verbose_name="name (Chinese)")),
                ("path", models.CharField(blank=True, default="", max_length=400, verbose_name="place")),
                ("template", models.CharField(max_length=60, verbose_name="template")),
                ("plan_per_shift", models.PositiveIntegerField(verbose_name="plan per shift")),
                ("bottleneck", models.CharField(max_length=60, verbose_name="bottleneck")),
                (
                    "states_mapping",
                    models.CharField(default="machinery-1", max_length=60, verbose_name="state mapping"),
                ),
                ("oee_mapping", models.CharField(default="iso22400-1", max_length=60, verbose_name="OEE mapping")),
                ("bindings", models.JSONField(blank=True, default=dict)),
                ("revision", models.PositiveIntegerField(default=1)),
                ("changed_at", models.DateTimeField(auto_now=True)),
                (
                    "calendar",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="shopfloor.calendar",
                        verbose_name="calendar",
                    ),
                ),
            ],
            options={
                "db_table": "shopfloor_line",
                "ordering": ["org", "asset"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("plan_per_shift__lte", 100000)), name="shopfloor_line_plan_believable"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ShiftPlan",
            fields=[
                _key(),
                _org(),
                ("on", models.DateField(verbose_name="production day")),
                ("shift", models.CharField(max_length=60, verbose_name="shift")),
                ("pieces", models.PositiveIntegerField(verbose_name="pieces")),
                ("note", models.CharField(blank=True, default="", max_length=120, verbose_name="note")),
                ("changed_at", models.DateTimeField(auto_now=True)),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="plans", to="shopfloor.line"
                    ),
                ),
            ],
            options={
                "db_table": "shopfloor_shift_plan",
                "ordering": ["line", "on", "shift"],
                "constraints": [
                    models.UniqueConstraint(fields=("line", "on", "shift"), name="shopfloor_shift_plan_once"),
                    models.CheckConstraint(
                        condition=models.Q(("pieces__lte", 100000)), name="shopfloor_shift_plan_believable"
                    ),
                ],
            },
        ),
        rls("shopfloor_calendar"),
        rls("shopfloor_line"),
        rls("shopfloor_shift_plan"),
    ]
