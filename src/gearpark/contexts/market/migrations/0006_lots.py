"""Lots out of stock are promised while they are auctioned."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('market', '0005_trust'),
    ]

    operations = [
        migrations.AddField(
            model_name='auction',
            name='reserved',
            field=models.DecimalField(decimal_places=3, default=0, max_digits=16),
        ),
    ]
