"""Reasons of stops, bookings, published figures, hand-over, targets."""

import django.db.models.deletion
from django.db import migrations, models

from gearpark.kit.tenant import rls


class Migration(migrations.Migration):
    dependencies = [
        ("shopfloor", "0006_moves"),
    ]

    operations = [
        migrations.CreateModel(
            name="StopReason",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("org", models.CharField(db_index=True, max_length=60)),
                ("code", models.CharField(max_length=60, verbose_name="reason")),
                ("parent", models.CharField(blank=True, default="", max_length=60, verbose_name="below")),
                ("title_en", models.CharField(max_length=120, verbose_name="name (English)")),
                (
                    "title_zh",
                    models.CharField(blank=True, default="", max_length=120, verbose_name="name (Chinese)"),
                ),
                ("loss", models.CharField(max_length=60, verbose_name="loss")),
                (
                    "template",
                    models.CharField(blank=True, default="", max_length=60, verbose_name="line type"),
                ),
                ("active", models.BooleanField(default=True, verbose_name="active")),
                ("version", models.PositiveIntegerField(default=1)),
                ("changed_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "db_table": "shopfloor_stop_reason",
                "ordering": ["org", "template", "code"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("org", "template", "code"), name="shopfloor_stop_reason_code"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="FigureRevision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("org", models.CharField(db_index=True, max_length=60)),
                ("on", models.DateField(verbose_name="production day")),
                ("shift", models.CharField(max_length=60, verbose_name="shift")),
                ("number", models.PositiveIntegerField(verbose_name="number")),
                ("revision", models.CharField(max_length=12, verbose_name="revision")),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("first", "first"),
                            ("late_data", "late_data"),
                            ("booking_changed", "booking_changed"),
                            ("setup_changed", "setup_changed"),
                            ("parts_changed", "parts_changed"),
                            ("several", "several"),
                        ],
                        max_length=20,
                        verbose_name="why",
                    ),
                ),
                ("mapping", models.CharField(max_length=60, verbose_name="OEE mapping")),
                ("start_at", models.DateTimeField(verbose_name="start")),
                ("document", models.JSONField(verbose_name="document")),
                ("changes", models.JSONField(default=list, verbose_name="changes")),
                ("marks", models.JSONField(default=dict)),
                ("published_at", models.DateTimeField(verbose_name="published at")),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="revisions",
                        to="shopfloor.line",
                    ),
                ),
            ],
            options={
                "db_table": "shopfloor_figure_revision",
                "ordering": ["line", "-start_at", "-number"],
                "indexes": [models.Index(fields=["line", "-start_at"], name="shopfloor_revision_time")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("line", "on", "shift", "number"), name="shopfloor_figure_revision_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="HandoverNote",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("org", models.CharField(db_index=True, max_length=60)),
                ("on", models.DateField(verbose_name="production day")),
                ("shift", models.CharField(max_length=60, verbose_name="shift")),
                ("start_at", models.DateTimeField(verbose_name="start of the shift")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("safety", "safety"),
                            ("quality", "quality"),
                            ("machine", "machine"),
                            ("material", "material"),
                            ("order", "order"),
                            ("people", "people"),
                            ("other", "other"),
                        ],
                        max_length=12,
                        verbose_name="about",
                    ),
                ),
                ("text", models.CharField(max_length=2000, verbose_name="text")),
                ("point", models.BooleanField(default=False, verbose_name="open point")),
                ("by", models.CharField(max_length=160, verbose_name="by")),
                ("at", models.DateTimeField(verbose_name="written at")),
                ("closed_at", models.DateTimeField(null=True, verbose_name="closed at")),
                (
                    "closed_by",
                    models.CharField(blank=True, default="", max_length=160, verbose_name="closed by"),
                ),
                (
                    "closing",
                    models.CharField(blank=True, default="", max_length=400, verbose_name="what was done"),
                ),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="handover_notes",
                        to="shopfloor.line",
                    ),
                ),
            ],
            options={
                "db_table": "shopfloor_handover_note",
                "ordering": ["-at", "-id"],
                "indexes": [
                    models.Index(fields=["line", "-start_at"], name="shopfloor_note_time"),
                    models.Index(
                        condition=models.Q(("closed_at", None), ("point", True)),
                        fields=["line", "start_at"],
                        name="shopfloor_note_open",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at", None), ("closed_by", "")),
                            models.Q(("closed_at__isnull", False), ("point", True)),
                            _connector="OR",
                        ),
                        name="shopfloor_handover_note_closed",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="KpiTarget",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("org", models.CharField(db_index=True, max_length=60)),
                ("kpi", models.CharField(max_length=60, verbose_name="KPI")),
                ("value", models.FloatField(verbose_name="target")),
                ("changed_at", models.DateTimeField(auto_now=True)),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="kpi_targets",
                        to="shopfloor.line",
                    ),
                ),
            ],
            options={
                "db_table": "shopfloor_kpi_target",
                "ordering": ["line", "kpi"],
                "constraints": [
                    models.UniqueConstraint(fields=("line", "kpi"), name="shopfloor_kpi_target_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="ShiftHandover",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("org", models.CharField(db_index=True, max_length=60)),
                ("on", models.DateField(verbose_name="production day")),
                ("shift", models.CharField(max_length=60, verbose_name="shift")),
                ("handed_by", models.CharField(max_length=160, verbose_name="handed over by")),
                ("handed_at", models.DateTimeField(verbose_name="handed over at")),
                ("handed_person", models.BigIntegerField(null=True)),
                (
                    "taken_by",
                    models.CharField(blank=True, default="", max_length=160, verbose_name="taken by"),
                ),
                ("taken_at", models.DateTimeField(null=True, verbose_name="taken at")),
                ("taken_person", models.BigIntegerField(null=True)),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="handovers",
                        to="shopfloor.line",
                    ),
                ),
            ],
            options={
                "db_table": "shopfloor_shift_handover",
                "ordering": ["line", "-on"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("line", "on", "shift"), name="shopfloor_shift_handover_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("taken_at", None), ("taken_by", "")),
                            ("taken_at__gte", models.F("handed_at")),
                            _connector="OR",
                        ),
                        name="shopfloor_shift_handover_order",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StopBooking",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("org", models.CharField(db_index=True, max_length=60)),
                ("on", models.DateField(verbose_name="production day")),
                ("shift", models.CharField(max_length=60, verbose_name="shift")),
                ("station", models.CharField(max_length=60, verbose_name="station")),
                ("start_at", models.DateTimeField(verbose_name="from")),
                ("end_at", models.DateTimeField(null=True, verbose_name="to")),
                ("reason", models.CharField(max_length=60, verbose_name="reason")),
                ("loss", models.CharField(max_length=60, verbose_name="loss")),
                ("note", models.CharField(blank=True, default="", max_length=400, verbose_name="note")),
                ("rank", models.PositiveSmallIntegerField(default=0)),
                ("by", models.CharField(max_length=160, verbose_name="by")),
                ("at", models.DateTimeField(verbose_name="booked at")),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="bookings",
                        to="shopfloor.line",
                    ),
                ),
            ],
            options={
                "db_table": "shopfloor_stop_booking",
                "ordering": ["line", "start_at", "id"],
                "indexes": [models.Index(fields=["line", "on", "shift"], name="shopfloor_booking_shift")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("end_at", None), ("end_at__gt", models.F("start_at")), _connector="OR"
                        ),
                        name="shopfloor_stop_booking_forward",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("rank__lte", 1)), name="shopfloor_stop_booking_rank"
                    ),
                ],
            },
        ),
        rls("shopfloor_stop_reason"),
        rls("shopfloor_stop_booking"),
        rls("shopfloor_figure_revision"),
        rls("shopfloor_handover_note"),
        rls("shopfloor_shift_handover"),
        rls("shopfloor_kpi_target"),
    ]
