"""Silos of alumina and fluoride, and their books."""

import django.db.models.deletion
from django.db import migrations, models

from gearpark.kit.tenant import frozen, rls


class Migration(migrations.Migration):

    dependencies = [
        ('potline', '0003_plans'),
    ]

    operations = [
        migrations.CreateModel(
            name='Silo',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org', models.CharField(db_index=True, max_length=60)),
                ('code', models.CharField(max_length=20, verbose_name='code')),
                ('material', models.CharField(choices=[('alumina', 'alumina'), ('fluoride', 'fluoride')], max_length=10, verbose_name='material')),
                ('capacity_t', models.FloatField(verbose_name='capacity, t')),
                ('reorder_t', models.FloatField(verbose_name='order more below, t')),
                ('first', models.PositiveIntegerField(verbose_name='first cell')),
                ('last', models.PositiveIntegerField(verbose_name='last cell')),
                ('line', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='silos', to='potline.potline')),
            ],
            options={
                'db_table': 'potline_silo',
                'ordering': ['material', 'code'],
            },
        ),
        migrations.CreateModel(
            name='StockMove',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org', models.CharField(db_index=True, max_length=60)),
                ('kind', models.CharField(choices=[('delivery', 'delivery'), ('count', 'count'), ('fill', 'fill')], max_length=10, verbose_name='entry')),
                ('t', models.FloatField(default=0, verbose_name='tonnes')),
                ('at', models.DateTimeField(verbose_name='at')),
                ('by', models.CharField(max_length=160, verbose_name='by')),
                ('note', models.CharField(blank=True, default='', max_length=400, verbose_name='note')),
                ('first', models.PositiveIntegerField(default=0)),
                ('last', models.PositiveIntegerField(default=0)),
                ('silo', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='moves', to='potline.silo')),
            ],
            options={
                'db_table': 'potline_stock_move',
                'ordering': ['-at', '-id'],
            },
        ),
        migrations.AddConstraint(
            model_name='silo',
            constraint=models.UniqueConstraint(fields=('line', 'code'), name='potline_silo_code'),
        ),
        migrations.AddConstraint(
            model_name='silo',
            constraint=models.CheckConstraint(condition=models.Q(('capacity_t__gt', 0), ('reorder_t__gte', 0), ('reorder_t__lt', models.F('capacity_t'))), name='potline_silo_size'),
        ),
        migrations.AddConstraint(
            model_name='silo',
            constraint=models.CheckConstraint(condition=models.Q(('first__gte', 1), ('last__gte', models.F('first'))), name='potline_silo_cells'),
        ),
        migrations.AddIndex(
            model_name='stockmove',
            index=models.Index(fields=['silo', 'kind', 'at'], name='potline_move_at'),
        ),
        migrations.AddConstraint(
            model_name='stockmove',
            constraint=models.CheckConstraint(condition=models.Q(('t__gte', 0)), name='potline_move_t'),
        ),
        rls("potline_silo"),
        rls("potline_stock_move"),
        frozen("potline_stock_move"),
    ]
