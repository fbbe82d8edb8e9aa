"""Quality."""

from django.db import migrations, models

from gearpark.kit.tenant import rls


class Migration(migrations.Migration):
    dependencies = [("shopfloor", "0003_trace")]
    operations = []
