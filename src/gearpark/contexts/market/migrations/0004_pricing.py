"""Quotes of indices, formula prices, settlements."""

import django.db.models.deletion
from django.db import migrations, models

from gearpark.kit.tenant import frozen, party, rls


class Migration(migrations.Migration):

    dependencies = [
        ('market', '0003_auctions'),
    ]

    operations = [
        migrations.AddField(
            model_name='offer',
            name='formula',
            field=models.JSONField(null=True),
        ),
        migrations.AddField(
            model_name='order',
            name='formula',
            field=models.JSONField(null=True),
        ),
        migrations.CreateModel(
            name='IndexQuote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org', models.CharField(db_index=True, max_length=60)),
                ('index', models.CharField(max_length=40, verbose_name='index')),
                ('on', models.DateField(verbose_name='day')),
                ('price', models.DecimalField(decimal_places=4, max_digits=16, verbose_name='price')),
                ('source', models.CharField(blank=True, default='', max_length=120)),
            ],
            options={
                'db_table': 'market_index_quote',
                'ordering': ['index', '-on'],
                'constraints': [models.UniqueConstraint(fields=('index', 'on'), name='market_index_quote_once'), models.CheckConstraint(condition=models.Q(('price__gt', 0)), name='market_index_quote_above_0')],
            },
        ),
        migrations.CreateModel(
            name='Settlement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org', models.CharField(db_index=True, max_length=60)),
                ('seller', models.CharField(max_length=60)),
                ('final', models.BooleanField()),
                ('quotes', models.JSONField()),
                ('index_mean', models.DecimalField(decimal_places=4, max_digits=16)),
                ('unit_price', models.DecimalField(decimal_places=4, max_digits=16)),
                ('qty', models.DecimalField(decimal_places=3, max_digits=16)),
                ('amount', models.DecimalField(decimal_places=2, max_digits=18)),
                ('net', models.DecimalField(decimal_places=2, max_digits=18)),
                ('vat', models.DecimalField(decimal_places=2, max_digits=18)),
                ('difference', models.DecimalField(decimal_places=2, default=0, max_digits=18)),
                ('at', models.DateTimeField()),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='settlements', to='market.order')),
            ],
            options={
                'db_table': 'market_settlement',
                'ordering': ['order', 'id'],
                'constraints': [models.UniqueConstraint(fields=('order', 'final'), name='market_settlement_once')],
            },
        ),
        rls("market_index_quote", everyone_reads=True),
        rls("market_settlement", also_reads=party("seller"), also_writes=party("seller")),
        frozen("market_settlement"),
    ]
