"""Line types of a firm's own; whether a line is in production or in commissioning."""

from django.db import migrations, models

from gearpark.kit.tenant import rls


class Migration(migrations.Migration):
    dependencies = [("shopfloor", "0007_figures")]
    operations = [
        migrations.CreateModel(
            name="LineType",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("org", models.CharField(db_index=True, max_length=60)),
                ("code", models.CharField(max_length=60, verbose_name="code")),
                ("revision", models.PositiveIntegerField(verbose_name="revision")),
                ("title_en", models.CharField(max_length=120, verbose_name="name (English)")),
                ("title_zh", models.CharField(max_length=120, verbose_name="name (Chinese)")),
                ("document", models.TextField(verbose_name="document")),
                ("digest", models.CharField(max_length=64, verbose_name="digest")),
                ("note", models.CharField(blank=True, default="", max_length=400, verbose_name="note")),
                ("retired", models.BooleanField(default=False, verbose_name="retired")),
                ("saved_by", models.CharField(max_length=160, verbose_name="saved by")),
                ("saved_at", models.DateTimeField(auto_now_add=True, verbose_name="saved at")),
            ],
            options={
                "db_table": "shopfloor_line_type",
                "ordering": ["org", "code", "-revision"],
                "indexes": [models.Index(fields=["digest"], name="shopfloor_line_type_digest")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("org", "code", "revision"), name="shopfloor_line_type_revision"
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="line",
            name="type_digest",
            field=models.CharField(
                blank=True, default="", max_length=64, verbose_name="line type's digest"
            ),
        ),
        migrations.AddField(
            model_name="line",
            name="phase",
            field=models.CharField(
                choices=[("production", "production"), ("commissioning", "commissioning")],
                default="production",
                max_length=20,
                verbose_name="phase",
            ),
        ),
        rls("shopfloor_line_type"),
    ]
