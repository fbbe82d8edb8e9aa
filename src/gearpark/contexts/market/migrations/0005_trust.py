"""Verification of firms, lists of those nobody may trade with."""

from django.db import migrations, models

from gearpark.kit.tenant import rls


class Migration(migrations.Migration):

    dependencies = [
        ('market', '0004_pricing'),
    ]

    operations = [
        migrations.CreateModel(
            name='Standing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org', models.CharField(db_index=True, max_length=60)),
                ('firm', models.CharField(max_length=60, unique=True, verbose_name='firm')),
                ('note', models.CharField(max_length=400, verbose_name='note')),
                ('valid_until', models.DateField(verbose_name='valid until')),
                ('verified_by', models.CharField(max_length=160)),
                ('verified_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'market_standing',
            },
        ),
        migrations.CreateModel(
            name='Blocked',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org', models.CharField(db_index=True, max_length=60)),
                ('source', models.CharField(max_length=80, verbose_name='source')),
                ('name', models.CharField(max_length=160, verbose_name='name')),
                ('uscc', models.CharField(blank=True, default='', max_length=18)),
                ('reason', models.CharField(blank=True, default='', max_length=400, verbose_name='reason')),
                ('read_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'market_blocked',
                'ordering': ['source', 'name'],
                'indexes': [models.Index(fields=['uscc'], name='market_blocked_uscc'), models.Index(fields=['name'], name='market_blocked_name')],
            },
        ),
        rls("market_standing", everyone_reads=True),
        rls("market_blocked"),
    ]
