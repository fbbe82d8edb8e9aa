"""Reasons of stops, shift notes, published figures."""

from django.db import migrations, models

from gearpark.kit.tenant import rls


class Migration(migrations.Migration):
    dependencies = [("shopfloor", "0006_moves")]
    operations = []
