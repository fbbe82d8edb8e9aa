"""Transport tasks, buffers, shipping units."""

from django.db import migrations, models

from gearpark.kit.tenant import rls


class Migration(migrations.Migration):
    dependencies = [("shopfloor", "0005_care")]
    operations = []
