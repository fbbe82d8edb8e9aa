"""Tools, gauges, maintenance, calls."""

from django.db import migrations, models

from gearpark.kit.tenant import rls


class Migration(migrations.Migration):
    dependencies = [("shopfloor", "0004_quality")]
    operations = []
