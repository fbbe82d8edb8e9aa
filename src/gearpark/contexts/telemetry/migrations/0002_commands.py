"""Which signals may be written, and the commands that write them."""

from django.db import migrations, models

from gearpark.kit.tenant import rls


class Migration(migrations.Migration):
    dependencies = [("telemetry", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="tag",
            name="writable",
            field=models.BooleanField(default=False, verbose_name="may be written"),
        ),
        migrations.AddField(
            model_name="tag",
            name="write_high",
            field=models.FloatField(blank=True, null=True, verbose_name="highest value to write"),
        ),
        migrations.AddField(
            model_name="tag",
            name="write_low",
            field=models.FloatField(blank=True, null=True, verbose_name="lowest value to write"),
        ),
        migrations.CreateModel(
            name="Command",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("org", models.CharField(db_index=True, max_length=60)),
                ("key", models.UUIDField(editable=False, unique=True)),
                ("tag", models.CharField(max_length=160, verbose_name="tag")),
                ("connection", models.CharField(max_length=60, verbose_name="connection")),
                ("gateway", models.CharField(max_length=60, verbose_name="gateway")),
                ("value", models.JSONField(verbose_name="value")),
                ("expected", models.JSONField(blank=True, null=True, verbose_name="expected value")),
                ("why", models.CharField(max_length=400, verbose_name="reason")),
                ("source", models.CharField(blank=True, default="", max_length=60)),
                ("actor", models.CharField(max_length=160, verbose_name="asked by")),
                ("person_id", models.BigIntegerField(blank=True, null=True)),
                ("asked_at", models.DateTimeField(verbose_name="asked at")),
                ("deadline_at", models.DateTimeField(verbose_name="deadline")),
                ("state", models.CharField(choices=[("waiting", "waiting"), ("sent", "sent"), ("done", "done"), ("refused", "refused"), ("not_done", "not_done"), ("expired", "expired"), ("withdrawn", "withdrawn")], max_length=10, verbose_name="state")),
                ("tries", models.PositiveIntegerField(default=0)),
                ("next_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="ended at")),
                ("before", models.JSONField(blank=True, null=True, verbose_name="value before")),
                ("code", models.CharField(blank=True, default="", max_length=60)),
                ("detail", models.CharField(blank=True, default="", max_length=400, verbose_name="detail")),
            ],
            options={
                "db_table": "telemetry_command",
                "ordering": ["-asked_at", "-id"],
                "indexes": [models.Index(fields=["org", "tag", "-asked_at"], name="telemetry_command_tag"), models.Index(fields=["org", "source"], name="telemetry_command_source"), models.Index(condition=models.Q(("state__in", ["waiting", "sent"])), fields=["next_at"], name="telemetry_command_outbox")],
            },
        ),
        rls("telemetry_command"),
    ]
